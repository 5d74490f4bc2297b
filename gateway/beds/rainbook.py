"""The book of rain: totals that somebody read and typed in, corrected and undone."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gateway.watering.samples import at_local_hour_ms, local_day
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE rains (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        day       TEXT,                         -- the garden's day, from 6 h to 6 h; or
        at_ms     INTEGER,                      -- the moment of a shower
        mm        REAL    NOT NULL,
        by        TEXT    NOT NULL,             -- a role or a plant, never a name
        told_ms   INTEGER NOT NULL,             -- when it was told or corrected last
        made_ms   INTEGER NOT NULL,
        undone_ms INTEGER,
        CHECK ((day IS NULL) != (at_ms IS NULL))
    );
    CREATE INDEX rains_of_day ON rains (day);
"""
MOST_MM: Final = 300.0
"""In a day: more has hardly fallen anywhere in Europe."""
_ALL: Final = "SELECT id, day, at_ms, mm, by, told_ms FROM rains WHERE undone_ms IS NULL"


@dataclass(frozen=True, slots=True)
class RainTold:
    """What somebody tells: the total of a whole day ``on``, or of a shower at ``at_ms``."""

    mm: float
    by: str
    on: date | None = None
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RainEntry:
    """A total in the book; ``told_ms``: rain that fell later is not in it."""

    id: int
    told: RainTold
    told_ms: int

    def day(self, zone: str) -> date:
        """The day of the books that it belongs to."""
        return day_of(self.told, zone)

    def moment_ms(self, zone: str) -> int:
        """When it rained: of a day's total, its middle or, told before, that moment."""
        if self.told.at_ms is not None:
            return self.told.at_ms
        return min(self.told_ms, at_local_hour_ms(self.day(zone), _MIDDLE_H, zone))


_MIDDLE_H: Final = 18
"""Between 6 h and 6 h."""


def day_of(told: RainTold, zone: str) -> date:
    """The day of the books, from 6 h to 6 h."""
    return told.on or local_day(told.at_ms or 0, zone)


class RainBook:
    """All rain that was typed in, in the catalogue's ``database``. Safe from several threads.

    What was undone stays on disk. Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[RainEntry]:
        """All of it, in the order in which it was told first."""
        with self._database.reading() as db:
            return [_entry(row) for row in db.execute(f"{_ALL} ORDER BY id").fetchall()]

    def get(self, number: int) -> RainEntry | None:
        """Entry ``number``, or None where there is no such one."""
        with self._database.reading() as db:
            row = db.execute(f"{_ALL} AND id = ?", (number,)).fetchone()
        return _entry(row) if row else None

    def tell(self, told: RainTold, now_ms: int) -> RainEntry | None:
        """Write it down; None where that day has its total already: that one is to be corrected."""
        with self._database.writing() as db:
            if _is_taken(db, told):
                return None
            (number,) = db.execute(
                "INSERT INTO rains (day, at_ms, mm, by, told_ms, made_ms)"
                " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                (*_fields(told), now_ms, now_ms),
            ).fetchone()
        return RainEntry(number, told, now_ms)

    def correct(self, entry: RainEntry, told: RainTold, now_ms: int) -> RainEntry | None:
        """Write ``told`` over ``entry``; None where another one is the total of that day."""
        with self._database.writing() as db:
            if _is_taken(db, told, entry.id):
                return None
            db.execute(
                "UPDATE rains SET day = ?, at_ms = ?, mm = ?, by = ?, told_ms = ? WHERE id = ?",
                (*_fields(told), now_ms, entry.id),
            )
        return RainEntry(entry.id, told, now_ms)

    def undo(self, entry: RainEntry, now_ms: int) -> None:
        """Nobody has measured that."""
        with self._database.writing() as db:
            db.execute("UPDATE rains SET undone_ms = ? WHERE id = ?", (now_ms, entry.id))


def _is_taken(db: sqlite3.Connection, told: RainTold, number: int = 0) -> bool:
    if told.on is None:
        return False
    found = db.execute(f"{_ALL} AND day = ? AND id != ?", (told.on.isoformat(), number))
    return found.fetchone() is not None


def _fields(told: RainTold) -> tuple[str | None, int | None, float, str]:
    return None if told.on is None else told.on.isoformat(), told.at_ms, told.mm, told.by


def _entry(row: tuple[Any, ...]) -> RainEntry:
    number, day, at_ms, mm, by, told_ms = row
    on = None if day is None else date.fromisoformat(day)
    return RainEntry(number, RainTold(mm, by, on, at_ms), told_ms)
