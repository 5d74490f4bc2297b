"""``make bench``: measures, then prints one table with each goal and whether it is met."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from pathlib import Path

from bench import blank, disk, drain, fleet, history, ingest, service, start, tls, years
from bench.figures import Figure, table

PARTS = ("start", "service", "disk", "drain", "ingest", "tls", "fleet", "history", "blank")


def main() -> int:
    """Run what was asked for; the exit code says nothing of the figures."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--packs", type=int, default=20_000, help="packs of six readings")
    parser.add_argument("--rounds", type=int, default=5, help="times A and B")
    parser.add_argument("--minutes", type=float, default=3, help="for which a node is watched")
    parser.add_argument("--interval", type=int, default=60, help="seconds between its packs")
    parser.add_argument("--years", type=float, default=5, help="of fifty channels in the store")
    parser.add_argument("--lent", type=float, default=1, help="years that a kit was lent for")
    parser.add_argument("--fresh", action="store_true", help="fill that store anew, keep it not")
    parser.add_argument("--questions", type=int, default=200, help="times each is asked")
    parser.add_argument("--nodes", type=int, default=200, help="that come back at once")
    parser.add_argument("--hours", type=float, default=20, help="for which they were away")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="jardin-bench-") as folder:
        if "start" in options.only:
            figures += start.measure()
        if "service" in options.only:
            place = Path(folder) / "service"
            figures += service.measure(place, options.minutes, options.interval)
        if "disk" in options.only:
            figures += disk.measure(Path(folder) / "disk")
        if "drain" in options.only:
            figures += drain.measure(Path(folder) / "drain")
        if "ingest" in options.only:
            figures += ingest.measure(Path(folder) / "ingest", options.packs, options.rounds)
        if "tls" in options.only:
            figures += tls.measure(Path(folder) / "tls", options.packs, options.rounds)
        if "fleet" in options.only:
            figures += fleet.measure(Path(folder) / "fleet", options.nodes, options.hours)
        if "history" in options.only:
            cache = Path(folder) / "years" if options.fresh else years.CACHE
            data = years.years_of(options.years, cache=cache)
            figures += history.measure(Path(folder) / "history", data, options.questions)
        if "blank" in options.only:
            cache = Path(folder) / "years" if options.fresh else years.CACHE
            figures += blank.measure(
                Path(folder) / "blank", years.years_of(options.lent, cache=cache)
            )
    print(f"\nPython {platform.python_version()}, {platform.machine()}, {platform.system()}\n")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
