"""``python -m bench.nodes PORT FOLDER NODES PACKS WAVES``: many nodes that come back at once.

Each has its own outbox on disk, link and delivery, as ``jardin-node`` has them. A wave is a backlog
of ``PACKS`` packs each, five minutes apart. A line of JSON for each wave tells how long it took
until the last pack was acknowledged, and how many packs went out.
"""

from __future__ import annotations

import json
import random
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from bench.publisher import CHANNELS
from gateway.broker import HOST
from sensor_node import wire
from sensor_node.clock import SystemClock
from sensor_node.delivery import Delivery
from sensor_node.link import Broker
from sensor_node.outbox import Entry, Outbox

STEP_S = 300
PATIENCE_S = 120
"""Without an acknowledgement."""


def main() -> None:
    """Fill the outboxes, deliver, and say so, wave by wave."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    nodes, packs, waves = map(int, sys.argv[3:])
    names = [f"node-{number}" for number in range(nodes)]
    began_ms = (int(time.time()) - waves * packs * STEP_S) * 1000
    with ExitStack() as stack:
        outboxes = {name: Outbox(folder / name / "outbox.sqlite") for name in names}
        for outbox in outboxes.values():
            stack.callback(outbox.close)
        for wave in range(waves):
            for number, outbox in enumerate(outboxes.values()):
                first = wave * packs
                outbox.append([_entry(number, s, began_ms) for s in range(first, first + packs)])
            print(json.dumps(_deliver(outboxes, port)), flush=True)


def _boot(node: int) -> str:
    return f"{node:016x}"


def _entry(node: int, seq: int, began_ms: int) -> Entry:
    rng = random.Random(node * 1_000_003 + seq)
    records = [
        wire.Record(channel, unit, round(value * rng.uniform(0.9, 1.1), 4))
        for channel, unit, value in CHANNELS
    ]
    at_ms = began_ms + seq * STEP_S * 1000
    return Entry(_boot(node), seq, seq * STEP_S, at_ms, "ntp", wire.encode_records(records))


def _deliver(outboxes: dict[str, Outbox], port: int) -> dict[str, float]:
    broker, clock = Broker(host=HOST, port=port), SystemClock()
    deliveries = [
        Delivery(name, outbox, broker, clock, boot=_boot(number), about=dict)
        for number, (name, outbox) in enumerate(outboxes.items())
    ]
    began_s = time.monotonic()
    for delivery in deliveries:
        delivery.start()
    for delivery in deliveries:
        delivery.wait_until_waiting(0, PATIENCE_S)
    took_s = time.monotonic() - began_s
    for delivery in deliveries:
        delivery.stop()
    tallies = [asdict(delivery.tally) for delivery in deliveries]
    return {"seconds": took_s} | {key: sum(one[key] for one in tallies) for key in tallies[0]}


if __name__ == "__main__":
    main()
