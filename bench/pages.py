"""How long the gateway takes for each page, beside an empty one, on five years of readings.

The garden is that of ``bench.lived``, the gateway a process of its own at the moment when its year
ends. Page and empty page are asked for in turn on one connection, compressed as for a browser; the
difference of each pair is judged. What the page rests on stays the same, as for a class that opens
it together; what it takes to work all of it out anew is told beside. The processor time is of all
the gateway's threads: another program that keeps the computer busy weighs less on it.
"""

from __future__ import annotations

import http.client
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlencode

from bench.figures import Figure
from bench.gateway import Served, gateway_on
from bench.lived import BED, NOW_MS, OTHER, Lived
from bench.served import EMPTY, OBLIVION
from bench.timing import ms_of, p95
from bench.usage import cpu_s, is_known
from bench.years import NODES
from gateway.broker import HOST, find_mosquitto

GOAL_MS: Final = 10
BED_PAGE: Final = f"/bacs/{BED}?duree="
COURSE: Final = urlencode([("voie", f"{node}/soil") for node in NODES[:3]])
PAGES: Final[Mapping[str, str]] = {
    "today": "/",
    "a bed, its day": f"{BED_PAGE}jour",
    "a bed, its week": f"{BED_PAGE}semaine",
    "a bed, its season": f"{BED_PAGE}saison",
    "a bed, its year": f"{BED_PAGE}annee",
    "two beds, their year": f"{BED_PAGE}annee&avec={OTHER}",
    "measures": "/mesures",
    "three curves, a week": f"/courbes?{COURSE}&duree=semaine",
    "three curves, a year": f"/courbes?{COURSE}&duree=an",
    "health": "/sante",
}


def measure(folder: Path, lived: Lived, rounds: int) -> list[Figure]:
    """Each page in turn with the empty one, ``rounds`` times."""
    if find_mosquitto() is None or not is_known():
        print("no mosquitto or no /proc: no page is timed", file=sys.stderr)
        return []
    with (
        serving(folder, lived) as served,
        closing(http.client.HTTPConnection(HOST, served.port)) as door,
    ):
        _fetch(door, EMPTY)
        _fetch(door, "/vie-privee")  # the first page of all loads what draws them
        ask = partial(_cost, served.pid, door)
        return [one for name, path in PAGES.items() for one in _page(ask, name, path, rounds)]


@contextmanager
def serving(folder: Path, lived: Lived) -> Iterator[Served]:
    """A gateway on a copy of ``lived``, whose readings stay where they are."""
    shutil.copytree(lived.folder, folder / "data", symlinks=True)
    with gateway_on(folder, ("bench.served",), str(NOW_MS)) as served:
        yield served


class Cost(NamedTuple):
    """What an answer took, and how much of the gateway's processor time."""

    ms: float
    cpu_ms: float


def _cost(pid: int, door: http.client.HTTPConnection, path: str) -> Cost:
    before_s = cpu_s(pid)
    took_ms = ms_of(lambda: _fetch(door, path))
    return Cost(took_ms, 1000 * (cpu_s(pid) - before_s))


def _page(ask: Callable[[str], Cost], name: str, path: str, rounds: int) -> Iterator[Figure]:
    ask(path)  # what draws the page is loaded with the first of its kind
    trios = []
    for _ in range(rounds):
        ask(OBLIVION)
        trios.append((ask(path), ask(path), ask(EMPTY)))
    anew, again, empty = zip(*trios, strict=True)
    yield Figure(name, "ms", [one.ms for one in again])
    yield Figure("  an empty page", "ms", [one.ms for one in empty])
    more = p95([one.ms - floor.ms for one, floor in zip(again, empty, strict=True)])
    yield Figure("  more than empty, p95", "ms", [more], most=GOAL_MS)
    yield Figure("  processor time", "ms", [one.cpu_ms for one in again])
    yield Figure("  all worked out anew", "ms", [one.ms for one in anew])
    yield Figure("  processor time of that", "ms", [one.cpu_ms for one in anew])


def _fetch(door: http.client.HTTPConnection, path: str) -> None:
    door.request("GET", path, headers={"Accept-Encoding": "gzip", "Accept-Language": "fr"})
    answer = door.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
