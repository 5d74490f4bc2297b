"""What stays of a workshop: a count, kept at its end and still there when it is erased."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Final

from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE workshops (
        id       TEXT PRIMARY KEY,
        begun_ms INTEGER NOT NULL,
        ended_ms INTEGER NOT NULL,
        groups   INTEGER NOT NULL,
        readings INTEGER NOT NULL,
        notes    INTEGER NOT NULL
    ) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Count:
    """One workshop in numbers. ``id``: drawn by lot, so that it is counted once."""

    id: str
    begun_ms: int
    ended_ms: int
    groups: int
    readings: int
    notes: int


class Tally:
    """In the catalogue's ``database``; ``StorageError`` when the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, count: Count) -> None:
        """Keep a count; twice is once."""
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO workshops VALUES (?, ?, ?, ?, ?, ?)", astuple(count))

    def all(self) -> list[Count]:
        """All counts, oldest first."""
        with self._database.reading() as db:
            rows = db.execute("SELECT * FROM workshops ORDER BY begun_ms").fetchall()
        return [Count(*row) for row in rows]
