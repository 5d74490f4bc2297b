"""A garden's data folder with something in each database, for the tests of its care."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from gateway import leaves
from gateway.catalogue import Catalogue
from gateway.quarantine import Quarantine, Refused
from gateway.settings import BackupSettings, GatewaySettings
from gateway.store.base import Fault, Reading, Series
from gateway.store.sqlite import SqliteStore

NOON_MS = 1_763_809_200_000  # 2025-11-22T11:00:00Z
STEP_MS = 300_000
SERIES = tuple(Series("potager-1", f"c{number}") for number in range(8))
READINGS = 1500
"""Of each series: some ten pages of the file."""
PAGE = 4096


def settings_of(data: Path, backups: Path | None = None, **more: object) -> GatewaySettings:
    """The settings of a garden in ``data``; ``more`` goes into the table of backups."""
    backup = BackupSettings(folder=backups, **more)  # type: ignore[arg-type]
    return GatewaySettings(data=data, name="Potager d’été", backup=backup)


def at_ms(number: int) -> int:
    """When reading ``number`` of every series was taken."""
    return NOON_MS + number * STEP_MS


def fill(data: Path, readings: int = READINGS) -> str:
    """Make a garden in ``data``; returns the id of its store."""
    data.mkdir(parents=True, exist_ok=True)
    with closing(SqliteStore(data / "store.sqlite", timezone="Europe/Paris")) as store:
        for first in range(0, readings, 1000):
            numbers = range(first, min(first + 1000, readings))
            store.commit([Reading(s, at_ms(n), n / 7) for n in numbers for s in SERIES], [])
        store.commit([], [Fault(SERIES[0], at_ms(0) - 1, "checksum")])
        store_id = store.id
    with closing(Catalogue(data / "garden.sqlite")) as catalogue:
        for series in SERIES:
            catalogue.see_channel(series, "Cel")
        catalogue.record_packs({("potager-1", "7c1e9a52d01b44f3"): range(1, 50)}, {}, {})
    with closing(Quarantine(data / "quarantine.sqlite")) as quarantine:
        quarantine.add([refused(number) for number in range(20)])
    return store_id


def refused(number: int) -> Refused:
    return Refused("potager-1", "t", None, "NOT_JSON", "non", "no", b"%d" % number * 500, NOON_MS)


def dump(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the databases in ``data`` hold, by table; the id of the store is left out."""
    held: dict[str, list[tuple[object, ...]]] = {}
    for path in sorted(data.glob("*.sqlite")):
        with closing(sqlite3.connect(path)) as db:
            tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                rows = db.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608
                held[f"{path.stem}.{table}"] = sorted(r for r in rows if r[0] != "store")
    return held


def store_id(data: Path) -> str:
    with closing(sqlite3.connect(data / "store.sqlite")) as db:
        return str(db.execute("SELECT value FROM meta WHERE key = 'store'").fetchone()[0])


def leaves_of(path: Path) -> list[int]:
    """The places in the file of the pages that hold readings and nothing else."""
    content = path.read_bytes()
    return [
        at
        for at in range(0, len(content), PAGE)
        if content[at] == leaves.INDEX_LEAF
        and len(list(leaves.readings_in(content[at : at + PAGE]))) > 10
    ]


def root_of(path: Path, table: str) -> int:
    """The place of the page at which SQLite begins to look for ``table``."""
    with closing(sqlite3.connect(path)) as db:
        (number,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
    return (int(number) - 1) * PAGE


def kill_pages(path: Path, places: Iterable[int]) -> None:
    """Fill the pages at ``places`` with what was never written there."""
    noise = random.Random(7)
    with path.open("r+b") as file:
        for place in places:
            file.seek(place)
            file.write(noise.randbytes(PAGE))
