"""A copy of a garden's catalogue, in which past mornings are lived without changing the garden."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

from gateway.beds.restrictions import Restrictions
from gateway.catalogue import Catalogue
from gateway.watering.situation import Restriction
from sensor_node.clock import Clock
from sensor_node.database import Database, storage_error

FILE: Final = "garden.sqlite"


class Scratch(Catalogue):
    """The catalogue of ``path``, copied into ``folder``; its drought rules are those of ``clock``.

    Nothing of it need outlive a power cut: commits do not wait for the disk.
    """

    def __init__(self, path: Path, folder: Path, clock: Clock) -> None:
        copy = folder / FILE
        try:
            _copy(path, copy)
        except sqlite3.Error as error:
            raise storage_error(error, path) from error
        super().__init__(copy)
        with self._database.reading() as db:
            db.execute("PRAGMA synchronous = OFF")
        self.restrictions = _RestrictionsThen(self._database, clock)

    def unsee(self, bed: str, spans: Iterable[tuple[int, int]]) -> None:
        """Forget what probes saw in ``spans``: it will be seen again. What was dismissed stays."""
        with self._database.writing() as db:
            db.executemany(
                "DELETE FROM waterings WHERE bed = ? AND at_ms >= ? AND at_ms < ?"
                " AND source IN ('detected', 'rain_probable') AND undone_ms IS NULL",
                [(bed, *span) for span in spans],
            )


class _RestrictionsThen(Restrictions):
    """What held at the time of ``clock``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        self._rows = database
        self._clock = clock

    def now(self) -> Restriction | None:
        at_ms = self._clock.wall_ms()
        with self._rows.reading() as db:
            row = db.execute(
                "SELECT from_hour, to_hour, until FROM restrictions WHERE made_ms <= ?"
                " AND (ended_ms IS NULL OR ended_ms > ?) ORDER BY id DESC LIMIT 1",
                (at_ms, at_ms),
            ).fetchone()
        if row is None:
            return None
        from_hour, to_hour, until = row
        return Restriction(from_hour, to_hour, None if until is None else date.fromisoformat(until))


def _copy(path: Path, copy: Path) -> None:
    uri = path.resolve().as_uri() + "?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as source,
        closing(sqlite3.connect(copy, isolation_level=None)) as target,
    ):
        source.backup(target)
