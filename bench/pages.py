"""How long the gateway takes for each page, beside an empty one, on five years of readings.

The garden is that of ``bench.lived``, the gateway a process of its own at the moment when its year
ends. Page and empty page are asked for in turn on one connection, compressed as for a browser; the
difference of each pair is judged.
"""

from __future__ import annotations

import http.client
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bench.figures import Figure
from bench.ingest import CONFIG, get, running
from bench.lived import BED, NOW_MS, OTHER, Lived
from bench.served import EMPTY
from bench.timing import in_turn, p95
from bench.years import NODES
from gateway.broker import HOST, find_mosquitto, free_port, own_broker

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
    if find_mosquitto() is None:
        print("mosquitto is not installed: no page is served", file=sys.stderr)
        return []
    with (
        serving(folder, lived) as port,
        closing(http.client.HTTPConnection(HOST, port)) as door,
    ):
        return [one for name, path in PAGES.items() for one in _page(door, name, path, rounds)]


@contextmanager
def serving(folder: Path, lived: Lived) -> Iterator[int]:
    """The port of a gateway on a copy of ``lived``, whose readings stay where they are."""
    shutil.copytree(lived.folder, folder / "data", symlinks=True)
    broker = own_broker(folder / "broker")
    broker.start()
    port, config = free_port(), folder / "gateway.toml"
    config.write_text(CONFIG.format(folder=folder / "data", host=HOST, port=broker.port, http=port))
    try:
        with running([sys.executable, "-m", "bench.served", str(config), str(NOW_MS)]):
            get(f"http://{HOST}:{port}/healthz").close()
            yield port
    finally:
        broker.stop()


def _page(door: http.client.HTTPConnection, name: str, path: str, rounds: int) -> Iterator[Figure]:
    pairs = in_turn(partial(_fetch, door, path), partial(_fetch, door, EMPTY), rounds)
    yield Figure(name, "ms", [page for page, _ in pairs])
    yield Figure("  an empty page", "ms", [empty for _, empty in pairs])
    more = p95([page - empty for page, empty in pairs])
    yield Figure("  more than empty, p95", "ms", [more], most=GOAL_MS)


def _fetch(door: http.client.HTTPConnection, path: str) -> None:
    door.request("GET", path, headers={"Accept-Encoding": "gzip", "Accept-Language": "fr"})
    answer = door.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
