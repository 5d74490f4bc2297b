"""The program whose power is cut: a node's outbox and a gateway's store, written in turn.

Each line on its standard output is a promise, with its moment (monotonic): ``p SEQ``, that pack is
on disk; ``c COUNT``, that many pulses are; ``r NUMBER``, that reading was acknowledged to a node.
"""

from __future__ import annotations

import sys
import time
from itertools import count
from pathlib import Path

from gateway.store.base import Reading, Series
from gateway.store.sqlite import SqliteStore
from sensor_node import wire
from sensor_node.outbox import Count, Entry, Outbox

BOOT = "7c1e9a52d01b44f3"
NOON = 1_763_809_200_000
SERIES = Series("potager-1", "air")


def promise(kind: str, number: int) -> None:
    """Say that it is done, at this moment."""
    print(kind, number, time.monotonic(), flush=True)


def main() -> None:
    """Go on from what is there, until the power fails."""
    folder = Path(sys.argv[1])
    outbox, store = Outbox(folder / "outbox.sqlite"), SqliteStore(folder / "store.sqlite")
    outbox.adopt(store.id)
    first = max((entry.seq for entry, _ in outbox.entries()), default=0) + 1
    counted = max((kept.counted for kept in outbox.counts()), default=0)
    for seq in count(first):
        counted += 2
        outbox.save_counts({"rain": counted})
        promise("c", counted)
        at_ms = NOON + seq * 1000
        entry = Entry(BOOT, seq, float(seq), at_ms, "ntp", '{"n":"air","u":"Cel","v":21.5}')
        outbox.append([entry], [Count("rain", counted, 2)], settled=seq % 3 > 0)
        promise("p", seq)
        outbox.newest()
        store.commit([Reading(SERIES, at_ms, 21.5)], [])
        promise("r", seq)
        outbox.mark(wire.Ack(BOOT, ((seq, seq),), store.id))


if __name__ == "__main__":
    main()
