"""A garden's nodes that were all away for hours and come back at once, through mosquitto.

Three times in a row, so that a gateway that grows with what it takes in would show it. The nodes'
own outboxes and deliveries run in one process, the gateway, as a user runs it, in another.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from bench.figures import Figure
from bench.gateway import gateway_on
from bench.ingest import PEAK_GOAL_MB, READINGS_A_PACK
from bench.nodes import STEP_S
from bench.usage import is_known, peak_mb, usage
from bench.years import TIMEZONE
from gateway.broker import find_mosquitto
from gateway.quarantine import Quarantine
from gateway.store.sqlite import SqliteStore

WAVES = 3
LOST_GOAL = 1
"""Readings: fewer than one."""
GROWTH_GOAL_MB = 5


def measure(folder: Path, nodes: int, hours: float) -> list[Figure]:
    """Seconds until all is acknowledged, what was lost, and the gateway's memory."""
    if find_mosquitto() is None or not is_known():
        print("no mosquitto or no /proc: the nodes' return is not measured", file=sys.stderr)
        return []
    packs = round(hours * 3600 / STEP_S)
    told: list[dict[str, float]] = []
    with gateway_on(folder) as served:
        memory_mb = [usage(served.pid).rss_mb]
        for one in _waves(served.broker, folder / "nodes", nodes, packs):
            told.append(one)
            memory_mb.append(usage(served.pid).rss_mb)
        most_mb = peak_mb(served.pid)
    sent = WAVES * nodes * packs * READINGS_A_PACK
    lost = sent - _stored(folder / "data")
    growth_mb = [after - before for before, after in pairwise(memory_mb[1:])]
    paces = [nodes * packs / one["seconds"] for one in told]
    return [
        Figure(f"{nodes} nodes back after {hours:g} h", "s", [one["seconds"] for one in told]),
        Figure("  taken in", "packs/s", paces),
        Figure("  sent again", "packs", [one["resent"] for one in told]),
        Figure(f"  lost of {sent:,} readings", "readings", [lost], most=LOST_GOAL),
        Figure("  gateway's memory before", "MB", memory_mb[:1]),
        Figure("  most", "MB", [most_mb], most=PEAK_GOAL_MB),
        Figure("  growth from time to time", "MB", growth_mb, most=GROWTH_GOAL_MB),
    ]


def _waves(port: int, folder: Path, nodes: int, packs: int) -> Iterator[dict[str, float]]:
    command = [sys.executable, "-m", "bench.nodes", *map(str, (port, folder, nodes, packs, WAVES))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield from map(json.loads, process.stdout)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def _stored(data: Path) -> int:
    """Readings in the store; what is in quarantine is none of them."""
    store = SqliteStore(data / "store.sqlite", timezone=TIMEZONE)
    quarantine = Quarantine(data / "quarantine.sqlite")
    count, refused = store.count(), sum(quarantine.by_node().values())
    store.close()
    quarantine.close()
    if refused:
        print(f"{refused} things are in quarantine", file=sys.stderr)
    return count
