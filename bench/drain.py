"""Seven days of backlog through mosquitto to the gateway, while a node goes on sampling.

The node's own outbox and delivery run here; the gateway, as a user runs it, in its own process.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from bench.disk import PACKS_A_DAY, entry
from bench.figures import Figure
from bench.gateway import gateway_on
from bench.publisher import BOOT
from gateway.broker import HOST, find_mosquitto
from sensor_node import wire
from sensor_node.clock import SystemClock
from sensor_node.delivery import Delivery
from sensor_node.link import Broker
from sensor_node.outbox import Outbox

BACKLOG = 7 * PACKS_A_DAY
GOAL_S = 60
SAMPLE_EVERY_S = 0.5
PATIENCE_S = 300


class Timed(Outbox):
    """Keeps when each pack was written and when its acknowledgement came."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.written_s: dict[int, float] = {}
        self.waits_s: list[float] = []
        self.last_ack_s = 0.0

    def mark(self, ack: wire.Ack) -> int:
        newly = super().mark(ack)
        self.last_ack_s = time.monotonic()
        for first, last in ack.ranges:
            for seq in [seq for seq in self.written_s if first <= seq <= last]:
                self.waits_s.append(self.last_ack_s - self.written_s.pop(seq))
        return newly


def measure(folder: Path) -> list[Figure]:
    """Seconds to the last acknowledgement, and the longest that a new pack waited for its own."""
    if find_mosquitto() is None:
        print("mosquitto is not installed: the backlog is not measured", file=sys.stderr)
        return []
    with closing(Timed(folder / "outbox.sqlite")) as outbox:
        outbox.append([entry(seq) for seq in range(1, BACKLOG + 1)])
        with gateway_on(folder) as served:
            seconds = _drain(outbox, served.broker)
    return [
        Figure("a backlog of 7 days, a pack a minute", "s", [seconds], most=GOAL_S),
        Figure("  longest wait of a new pack", "s", [max(outbox.waits_s)]),
    ]


def _drain(outbox: Timed, port: int) -> float:
    delivery = Delivery(
        "bench", outbox, Broker(host=HOST, port=port), SystemClock(), boot=BOOT, about=dict
    )
    began_s = time.monotonic()
    delivery.start()
    pause, seq = threading.Event(), BACKLOG
    while waiting := outbox.waiting_count():
        if time.monotonic() - began_s > PATIENCE_S:
            raise TimeoutError(f"{waiting} packs wait after {PATIENCE_S} s")
        pause.wait(SAMPLE_EVERY_S)
        if waiting > 1:
            seq += 1
            outbox.written_s[seq] = time.monotonic()
            delivery.append([entry(seq)])
    delivery.stop()
    return outbox.last_ack_s - began_s
