"""``make bench``: measures, then prints one table with each goal and whether it is met."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bench import (
    blank,
    disk,
    drain,
    fleet,
    history,
    ingest,
    lived,
    pages,
    service,
    start,
    streams,
    tls,
    view,
    workshop,
    years,
)
from bench.figures import Figure, table


def _years(options: argparse.Namespace, folder: Path) -> years.Years:
    cache = folder / "years" if options.fresh else years.CACHE
    return years.years_of(options.years, cache=cache)


def _history(options: argparse.Namespace, folder: Path) -> list[Figure]:
    return history.measure(folder / "history", _years(options, folder), options.questions)


def _blank(options: argparse.Namespace, folder: Path) -> list[Figure]:
    cache = folder / "years" if options.fresh else years.CACHE
    return blank.measure(folder / "blank", years.years_of(options.lent, cache=cache))


def _pages(options: argparse.Namespace, folder: Path) -> list[Figure]:
    garden = lived.lived_on(_years(options, folder))
    return pages.measure(folder / "pages", garden, options.questions)


def _view(options: argparse.Namespace, folder: Path) -> list[Figure]:
    garden = lived.lived_on(_years(options, folder))
    return view.measure(folder / "view", garden, options.views)


PARTS: Final[Mapping[str, Callable[[argparse.Namespace, Path], list[Figure]]]] = {
    "start": lambda o, at: start.measure(),
    "service": lambda o, at: service.measure(at / "service", o.minutes or 3, o.interval),
    "disk": lambda o, at: disk.measure(at / "disk"),
    "drain": lambda o, at: drain.measure(at / "drain"),
    "ingest": lambda o, at: ingest.measure(at / "ingest", o.packs, o.rounds),
    "tls": lambda o, at: tls.measure(at / "tls", o.packs, o.rounds),
    "fleet": lambda o, at: fleet.measure(at / "fleet", o.nodes, o.hours),
    "workshop": lambda o, at: workshop.measure(at / "workshop", o.seconds),
    "history": _history,
    "blank": _blank,
    "pages": _pages,
    "view": _view,
    "streams": lambda o, at: streams.measure(at / "streams", o.minutes or 10),
}


def main() -> int:
    """Run what was asked for; the exit code says nothing of the figures."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--packs", type=int, default=20_000, help="packs of six readings")
    parser.add_argument("--rounds", type=int, default=5, help="times A and B")
    parser.add_argument("--minutes", type=float, help="of watching a node (3), streams (10)")
    parser.add_argument("--interval", type=int, default=60, help="seconds between its packs")
    parser.add_argument("--years", type=float, default=5, help="of fifty channels in the store")
    parser.add_argument("--lent", type=float, default=1, help="years that a kit was lent for")
    parser.add_argument("--fresh", action="store_true", help="fill that store anew, keep it not")
    parser.add_argument("--questions", type=int, default=200, help="times each is asked")
    parser.add_argument("--views", type=int, default=9, help="times a phone opens Today")
    parser.add_argument("--nodes", type=int, default=200, help="that come back at once")
    parser.add_argument("--hours", type=float, default=20, help="for which they were away")
    parser.add_argument("--seconds", type=float, default=60, help="for which a class works")
    parser.add_argument("--only", nargs="+", choices=tuple(PARTS), default=tuple(PARTS))
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="jardin-bench-") as folder:
        for name, part in PARTS.items():
            if name in options.only:
                figures += part(options, Path(folder))
    print(f"\nPython {platform.python_version()}, {platform.machine()}, {platform.system()}\n")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
