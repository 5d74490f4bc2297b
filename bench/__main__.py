"""``make bench``: measures, then prints one table with each goal and whether it is met."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from pathlib import Path

from bench import disk, drain, ingest, service, start
from bench.figures import Figure, table


def main() -> int:
    """Run what was asked for; the exit code says nothing of the figures."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--packs", type=int, default=20_000, help="packs of six readings")
    parser.add_argument("--rounds", type=int, default=5, help="times A and B")
    parser.add_argument("--minutes", type=float, default=3, help="for which a node is watched")
    parser.add_argument("--interval", type=int, default=60, help="seconds between its packs")
    parser.add_argument("--only", choices=("start", "service", "disk", "drain", "ingest"))
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="jardin-bench-") as folder:
        if options.only in (None, "start"):
            figures += start.measure()
        if options.only in (None, "service"):
            place = Path(folder) / "service"
            figures += service.measure(place, options.minutes, options.interval)
        if options.only in (None, "disk"):
            figures += disk.measure(Path(folder) / "disk")
        if options.only in (None, "drain"):
            figures += drain.measure(Path(folder) / "drain")
        if options.only in (None, "ingest"):
            figures += ingest.measure(Path(folder) / "ingest", options.packs, options.rounds)
    print(f"\nPython {platform.python_version()}, {platform.machine()}, {platform.system()}\n")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
