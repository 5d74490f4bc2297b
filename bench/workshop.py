"""A whole workshop on one gateway, with the garden running beside it.

One script is 35 groups that send and read once a second (``groups.py``); twelve pages have streams
of events open, and Chromium shows the wall; the nodes of the simulated garden measure every ten
seconds. Judged are the requests, against a bare route that the same script asks in the same turns,
and how late the garden's own readings come to open pages.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.figures import Figure
from bench.ingest import CONFIG, get, running
from bench.usage import is_known, peak_mb, usage
from gateway.broker import HOST, find_mosquitto, free_port, own_broker

GROUPS = 35
STREAMS = 12
NODES = ("serre", "potager", "meteo")
TIMES_BARE_GOAL = 10
LATE_GOAL_S = 2
MISSING_GOAL = 1
"""Readings: fewer than one."""
SETTLE_S = 15
"""Until each node has sent its first packs."""


@dataclass(frozen=True)
class Place:
    """Where a gateway is at work."""

    folder: Path
    broker: int
    http: int

    @property
    def config(self) -> Path:
        return self.folder / "gateway.toml"

    def command(self, *words: str) -> str:
        """The first line that a command of the gateway says."""
        whole = [sys.executable, "-m", "gateway", *words, "--config", str(self.config)]
        done = subprocess.run(whole, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.splitlines()[0]


def measure(folder: Path, seconds: float) -> list[Figure]:
    """Live through a workshop of ``seconds``; nothing where there is no mosquitto."""
    if find_mosquitto() is None or not is_known():
        print("no mosquitto or no /proc: a workshop is not measured", file=sys.stderr)
        return []
    with ExitStack() as stack:
        place = stack.enter_context(_broker(folder))
        bare = free_port()
        pid = stack.enter_context(
            running([sys.executable, "-m", "gateway", "run", "--config", str(place.config)])
        )
        stack.enter_context(running([sys.executable, "-m", "bench.bare_route", str(bare)]))
        for address in (f"{HOST}:{place.http}/healthz", f"{HOST}:{bare}/number"):
            get(f"http://{address}").close()
        for node in NODES:
            stack.enter_context(running(_node(place, node)))
        code = place.command("workshop", "start", "Figures", "--groups", str(GROUPS))
        stack.enter_context(_wall(place))
        time.sleep(SETTLE_S)
        before = usage(pid)
        with _ears(place) as heard:
            lived = _groups(place, bare, code, seconds)
        used = usage(pid).since(before)
        return list(_figures(lived, heard, 100 * used.cpu_s / seconds, peak_mb(pid)))


def _figures(
    lived: dict[str, Any], heard: dict[str, Any], cpu_pct: float, most_mb: float
) -> Iterator[Figure]:
    took = lived["took_ms"]
    ours, bare = took["send"] + took["read"], took["bare"]
    print(f"answers: {lived['answers']}; bytes of each stream: {heard['bytes']}", file=sys.stderr)
    yield Figure(f"{GROUPS} groups: a request, p95", "ms", [_p95(ours)])
    yield Figure("  sending a reading, p95", "ms", [_p95(took["send"])])
    yield Figure("  reading a value, p95", "ms", [_p95(took["read"])])
    yield Figure("  a bare route, p95", "ms", [_p95(bare)])
    yield Figure("  times bare", "", [_p95(ours) / _p95(bare)], most=TIMES_BARE_GOAL)
    refused = [n for what, n in lived["answers"].items() if what[-3:] not in ("200", "201")]
    yield Figure(f"  refused of {len(ours):,} requests", "requests", [sum(refused)], most=1)
    late_s = heard["late_s"]
    yield Figure(
        f"the garden's {len(late_s)} readings, latest", "s", [max(late_s)], most=LATE_GOAL_S
    )
    yield Figure("  p95", "s", [_p95(late_s)])
    yield Figure("  never told", "readings", [heard["missing"]], most=MISSING_GOAL)
    yield Figure("gateway, of one core", "%", [cpu_pct])
    yield Figure("  most memory", "MB", [most_mb])


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


@contextmanager
def _broker(folder: Path) -> Iterator[Place]:
    broker = own_broker(folder / "broker")
    broker.start()
    place = Place(folder, broker.port, free_port())
    text = CONFIG.format(folder=folder / "data", host=HOST, port=place.broker, http=place.http)
    place.config.write_text(text)
    try:
        yield place
    finally:
        broker.stop()


def _node(place: Place, name: str) -> list[str]:
    data = place.folder / name
    return [
        *(sys.executable, "-m", "sensor_node", "simulate", "--node", name, "--data", str(data)),
        *("--host", HOST, "--port", str(place.broker), "--interval", "10"),
    ]


def _groups(place: Place, bare: int, code: str, seconds: float) -> dict[str, Any]:
    doors = [f"{HOST}:{place.http}", f"{HOST}:{bare}"]
    command = [sys.executable, "-m", "bench.groups", *doors, code, str(GROUPS), str(seconds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    lived: dict[str, Any] = json.loads(done.stdout)
    return lived


@contextmanager
def _ears(place: Place) -> Iterator[dict[str, Any]]:
    """What was heard; filled in at the end."""
    heard: dict[str, Any] = {}
    ports = map(str, (place.http, place.broker, STREAMS))
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
def _wall(place: Place) -> Iterator[None]:
    """The big screen, in Chromium; without one the class goes on without."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("no chromium: nobody looks at the wall", file=sys.stderr)
        yield
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow, and of this part only

    code, garden = place.command("code"), f"http://{HOST}:{place.http}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="fr-FR")
        page.goto(f"{garden}/ateliers")
        page.get_by_label("Votre code, ou votre phrase").fill(code)
        page.get_by_role("button", name="Entrer").click()
        page.get_by_role("link", name="le grand écran").click()
        page.locator("#wall").wait_for()
        try:
            yield
        finally:
            shown = page.locator("#wall li.here").count()
            print(f"the wall shows {shown} groups that are there", file=sys.stderr)
            browser.close()
