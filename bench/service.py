"""What a node's service costs while it runs, against mqtt-io and against a bare script.

Four processes deliver to one mosquitto over the same minutes, at the same interval:

- ``six-drivers``: the node as a user runs it, with six real drivers on fake parts;
- ``six-numbers``: our service alone, the same node with numbers that cost nothing for sensors;
- ``mqtt-io``, with the same six numbers;
- ``bare``: paho, JSON and an outbox in SQLite, with the same six numbers.

The packs are acknowledged one by one, so what a node does with acks is paid for. What a process
used is its user and system time between two moments, the first of them after its first readings.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import runners
from bench.figures import Figure
from bench.runners import Runner
from bench.stand_in import StandIn
from bench.usage import Usage, is_known, usage
from gateway.broker import find_mosquitto, own_broker

CPU_GOAL_PCT = 1
MEMORY_GOAL_MB = 40
SHARE_GOAL = 0.5
SETTLE_S = 5


@dataclass(frozen=True)
class Cost:
    """What a program used over ``seconds``, in which ``readings`` arrived."""

    used: Usage
    seconds: float
    readings: int

    @property
    def cpu_pct(self) -> float:
        """Of one core."""
        return 100 * self.used.cpu_s / self.seconds

    @property
    def ms_a_reading(self) -> float:
        """User and system time."""
        return 1000 * self.used.cpu_s / self.readings

    def __str__(self) -> str:
        used = self.used
        return (
            f"{self.readings} readings in {self.seconds:.0f} s; user {used.user_s:.2f} s,"
            f" system {used.system_s:.2f} s, both {used.cpu_s:.4f} s; woke {used.pauses} times;"
            f" resident {used.rss_mb:.1f} MB"
        )


def measure(folder: Path, minutes: float, interval_s: int) -> list[Figure]:
    """Watches all of them for ``minutes``; nothing where there is no /proc or no mosquitto."""
    if not is_known() or find_mosquitto() is None:
        print("no /proc or no mosquitto: a node's cost is not measured", file=sys.stderr)
        return []
    broker = own_broker(folder / "broker")
    broker.start()
    try:
        compared = _compared(folder, broker.port, interval_s)
        costs = _watch(folder, compared, broker.port, minutes)
    finally:
        broker.stop()
    for runner in compared:
        print(f"--- {runner.name}: {' '.join(runner.command)}\n{runner.config}")
        print(f"{costs[runner.name]}\n", flush=True)
    return list(_figures(costs, interval_s))


def _compared(folder: Path, port: int, interval_s: int) -> list[Runner]:
    ours = [make(folder, port, interval_s) for make in (runners.node, runners.service)]
    peer = runners.mqtt_io(folder, port, interval_s)
    if peer is None:
        print("mqtt-io is not installed: the node is not compared with it", file=sys.stderr)
    bare = runners.bare(folder, port, interval_s)
    return [*ours, *([peer] if peer else []), bare]


def _watch(folder: Path, compared: Sequence[Runner], port: int, minutes: float) -> dict[str, Cost]:
    ear = StandIn(port)
    with ExitStack() as stack:
        stack.callback(ear.close)
        pids = {runner.name: stack.enter_context(runner.running(folder)) for runner in compared}
        for name in pids:
            ear.wait_for(name)
        time.sleep(SETTLE_S)
        began_s, heard = time.monotonic(), ear.readings()
        before = {name: usage(pid) for name, pid in pids.items()}
        time.sleep(60 * minutes)
        used = {name: usage(pid).since(before[name]) for name, pid in pids.items()}
        seconds, arrived = time.monotonic() - began_s, ear.readings() - heard
    return {name: Cost(used[name], seconds, arrived[name]) for name in pids}


def _figures(costs: dict[str, Cost], interval_s: int) -> Iterator[Figure]:
    node, ours, bare = costs["six-drivers"], costs["six-numbers"], costs["bare"]
    each = f"a pack each {interval_s} s"
    yield Figure(f"node, {each}", "% of a core", [node.cpu_pct], most=CPU_GOAL_PCT)
    yield Figure("  memory", "MB", [node.used.rss_mb], most=MEMORY_GOAL_MB)
    yield Figure("bare paho + SQLite", "ms/reading", [bare.ms_a_reading])
    yield Figure("node's service", "ms/reading", [ours.ms_a_reading])
    yield Figure("  times bare", "", [ours.ms_a_reading / bare.ms_a_reading])
    if (peer := costs.get("mqtt-io")) is not None:
        yield Figure("mqtt-io", "ms/reading", [peer.ms_a_reading])
        yield Figure("  times bare", "", [peer.ms_a_reading / bare.ms_a_reading])
        share = ours.ms_a_reading / peer.ms_a_reading
        yield Figure("  node's service to mqtt-io", "", [share], most=SHARE_GOAL)
