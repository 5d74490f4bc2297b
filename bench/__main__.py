"""``make bench``: measures, then prints one table with each goal and whether it is met."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from pathlib import Path

from bench import disk, drain, fleet, history, ingest, service, start, years
from bench.figures import Figure, table

PARTS = ("start", "service", "disk", "drain", "ingest", "fleet", "history")


def main() -> int:
    """Run what was asked for; the exit code says nothing of the figures."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--packs", type=int, default=20_000, help="packs of six readings")
    parser.add_argument("--rounds", type=int, default=5, help="times A and B")
    parser.add_argument("--minutes", type=float, default=3, help="for which a node is watched")
    parser.add_argument("--interval", type=int, default=60, help="seconds between its packs")
    parser.add_argument("--years", type=float, default=5, help="of fifty channels in the store")
    parser.add_argument("--fresh", action="store_true", help="fill that store anew, keep it not")
    parser.add_argument("--questions", type=int, default=200, help="times each is asked")
    parser.add_argument("--nodes", type=int, default=200, help="that come back at once")
    parser.add_argument("--hours", type=float, default=20, help="for which they were away")
    parser.add_argument("--only", choices=PARTS)
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
        if options.only in (None, "fleet"):
            figures += fleet.measure(Path(folder) / "fleet", options.nodes, options.hours)
        if options.only in (None, "history"):
            cache = Path(folder) / "years" if options.fresh else years.CACHE
            data = years.years_of(options.years, cache=cache)
            figures += history.measure(Path(folder) / "history", data, options.questions)
    print(f"\nPython {platform.python_version()}, {platform.machine()}, {platform.system()}\n")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
