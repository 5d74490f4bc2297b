"""A whole workshop on one gateway, with the garden running beside it.

One script is 35 groups that send and read once a second (``groups.py``); twelve pages have streams
of events open, and Chromium shows the wall; the nodes of the simulated garden measure every ten
seconds. Judged are the requests, against a bare route that the same script asks in the same turns,
and how late the garden's own readings come to open pages.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.browser import chromium, find_chromium
from bench.figures import Figure
from bench.gateway import Served, gateway_on, get, running
from bench.timing import p95
from bench.usage import is_known, peak_mb, usage
from gateway.broker import HOST, find_mosquitto, free_port

GROUPS = 35
STREAMS = 12
NODES = ("serre", "potager", "meteo")
TIMES_BARE_GOAL = 10
LATE_GOAL_S = 2
MISSING_GOAL = 1
"""Readings: fewer than one."""
SETTLE_S = 15
"""Until each node has sent its first packs."""


def measure(folder: Path, seconds: float) -> list[Figure]:
    """Live through a workshop of ``seconds``; nothing where there is no mosquitto."""
    if find_mosquitto() is None or not is_known():
        print("no mosquitto or no /proc: a workshop is not measured", file=sys.stderr)
        return []
    with ExitStack() as stack:
        garden = stack.enter_context(gateway_on(folder))
        bare = free_port()
        stack.enter_context(running([sys.executable, "-m", "bench.bare_route", str(bare)]))
        get(f"http://{HOST}:{bare}/number").close()
        for node in NODES:
            stack.enter_context(running(_node(folder, garden, node)))
        code = _said(garden, "workshop", "start", "Figures", "--groups", str(GROUPS))
        stack.enter_context(_wall(garden))
        time.sleep(SETTLE_S)
        before = usage(garden.pid)
        with _ears(garden) as heard:
            lived = _groups(garden, bare, code, seconds)
        used = usage(garden.pid).since(before)
        return list(_figures(lived, heard, 100 * used.cpu_s / seconds, peak_mb(garden.pid)))


def _said(garden: Served, *words: str) -> str:
    """The first line that a command of the gateway says."""
    whole = [sys.executable, "-m", "gateway", *words, "--config", str(garden.config)]
    done = subprocess.run(whole, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[0]


def _figures(
    lived: dict[str, Any], heard: dict[str, Any], cpu_pct: float, most_mb: float
) -> Iterator[Figure]:
    took = lived["took_ms"]
    ours, bare = took["send"] + took["read"], took["bare"]
    print(f"answers: {lived['answers']}; bytes of each stream: {heard['bytes']}", file=sys.stderr)
    yield Figure(f"{GROUPS} groups: a request, p95", "ms", [p95(ours)])
    yield Figure("  sending a reading, p95", "ms", [p95(took["send"])])
    yield Figure("  reading a value, p95", "ms", [p95(took["read"])])
    yield Figure("  a bare route, p95", "ms", [p95(bare)])
    yield Figure("  times bare", "", [p95(ours) / p95(bare)], most=TIMES_BARE_GOAL)
    refused = [n for what, n in lived["answers"].items() if what[-3:] not in ("200", "201")]
    yield Figure(f"  refused of {len(ours):,} requests", "requests", [sum(refused)], most=1)
    late_s = heard["late_s"]
    yield Figure(
        f"the garden's {len(late_s)} readings, latest", "s", [max(late_s)], most=LATE_GOAL_S
    )
    yield Figure("  p95", "s", [p95(late_s)])
    yield Figure("  never told", "readings", [heard["missing"]], most=MISSING_GOAL)
    yield Figure("gateway, of one core", "%", [cpu_pct])
    yield Figure("  most memory", "MB", [most_mb])


def _node(folder: Path, garden: Served, name: str) -> list[str]:
    data = folder / name
    return [
        *(sys.executable, "-m", "sensor_node", "simulate", "--node", name, "--data", str(data)),
        *("--host", HOST, "--port", str(garden.broker), "--interval", "10"),
    ]


def _groups(garden: Served, bare: int, code: str, seconds: float) -> dict[str, Any]:
    doors = [f"{HOST}:{garden.port}", f"{HOST}:{bare}"]
    command = [sys.executable, "-m", "bench.groups", *doors, code, str(GROUPS), str(seconds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    lived: dict[str, Any] = json.loads(done.stdout)
    return lived


@contextmanager
def _ears(garden: Served) -> Iterator[dict[str, Any]]:
    """What was heard; filled in at the end."""
    heard: dict[str, Any] = {}
    ports = map(str, (garden.port, garden.broker, STREAMS))
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.ears", *ports],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield heard
    finally:
        process.stdin.close()
        heard |= json.loads(process.stdout.read())
        process.wait()


@contextmanager
def _wall(garden: Served) -> Iterator[None]:
    """The big screen, in Chromium; without one the class goes on without."""
    if find_chromium() is None:
        print("no chromium: nobody looks at the wall", file=sys.stderr)
        yield
        return
    code, address = _said(garden, "code"), f"http://{HOST}:{garden.port}"
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="fr-FR")
        page.goto(f"{address}/ateliers")
        page.get_by_label("Votre code, ou votre phrase").fill(code)
        page.get_by_role("button", name="Entrer").click()
        page.get_by_role("link", name="le grand écran").click()
        page.locator("#wall").wait_for()
        try:
            yield
        finally:
            shown = page.locator("#wall li.here").count()
            print(f"the wall shows {shown} groups that are there", file=sys.stderr)
