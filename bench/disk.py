"""What a node writes on its card in a day, as the kernel counts it for the process.

``python -m bench.disk FOLDER TIPS`` is a day of the outbox: a pack of six readings a minute,
acknowledged a moment later, in an outbox that is full of a month, and ``TIPS`` of the rain gauge,
each with a save of its own.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

from bench.figures import Figure
from bench.publisher import BOOT, CHANNELS
from sensor_node import wire
from sensor_node.outbox import Count, Entry, Outbox

GOAL_MB = 20
DOWNPOUR_TIPS = 500
"""100 mm in gauges of 0.2 mm."""
PACKS_A_DAY = 1440
DAYS_BEFORE = 30
FIRST_MS = 1_763_809_200_000
MINUTE_MS = 60_000
STORE = "bench"
COUNTERS = Path("/proc/self/io")


def measure(folder: Path) -> list[Figure]:
    """Megabytes a day; nothing where the kernel does not count them or ``folder`` is no disk."""
    if not COUNTERS.exists():
        return []
    dry, wet = (_day(folder / str(tips), tips) for tips in (0, DOWNPOUR_TIPS))
    if not dry["write_bytes"]:
        print(f"{folder} is not on a disk: what is written is not measured", file=sys.stderr)
        return []
    return [
        Figure("a node's disk, a pack a minute", "MB/day", [dry["write_bytes"]], most=GOAL_MB),
        Figure("  in 100 mm of rain", "MB/day", [wet["write_bytes"]], most=GOAL_MB),
        Figure("  handed to write()", "MB/day", [wet["wchar"]]),
    ]


def _day(folder: Path, tips: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.disk", str(folder), str(tips)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Live through a day and print what was written meanwhile."""
    folder, tips = Path(sys.argv[1]), int(sys.argv[2])
    outbox = Outbox(folder / "outbox.sqlite")
    outbox.adopt(STORE)
    before = DAYS_BEFORE * PACKS_A_DAY
    outbox.append([entry(seq) for seq in range(before)])
    outbox.mark(wire.Ack(BOOT, ((0, before),), STORE))
    written = _written_mb()
    _live(outbox, before, tips)
    outbox.close()
    print(json.dumps({name: mb - written[name] for name, mb in _written_mb().items()}))


def _live(outbox: Outbox, first: int, tips: int) -> None:
    counted = 0
    for minute in range(PACKS_A_DAY):
        reported, due = counted, tips * (minute + 1) // PACKS_A_DAY
        while counted < due:
            counted += 1
            outbox.save_counts({"rain": counted})
        seq = first + minute
        outbox.append([entry(seq)], [Count("rain", counted, counted - reported)])
        outbox.mark(wire.Ack(BOOT, ((seq, seq),), STORE))
        _flush(outbox)
        if minute % 60 == 0:
            outbox.expire(FIRST_MS + seq * MINUTE_MS)


def _flush(outbox: Outbox) -> None:
    """Have the kernel write what SQLite leaves to it, as it does within a minute of service."""
    for file in outbox.path.parent.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())


def entry(seq: int) -> Entry:
    """Pack ``seq``, of six readings."""
    rng = random.Random(seq)
    records = [
        wire.Record(channel, unit, round(value * rng.uniform(0.9, 1.1), 4))
        for channel, unit, value in CHANNELS
    ]
    at_ms = FIRST_MS + seq * MINUTE_MS
    return Entry(BOOT, seq, seq * 60.0, at_ms, "ntp", wire.encode_records(records))


def _written_mb() -> dict[str, float]:
    lines = dict(line.split(": ") for line in COUNTERS.read_text().splitlines())
    return {name: int(lines[name]) / 1e6 for name in ("write_bytes", "wchar")}


if __name__ == "__main__":
    main()
