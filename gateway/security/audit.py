"""The log of what was changed about settings and keys: which role, when, what; never who."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sensor_node.database import Database

KEPT: Final = 10_000
CONSOLE: Final = "console"
"""Whoever changed something from the garden's own command line."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``by``: a role or ``console``; ``about``: which one, where there are several."""

    id: int
    at_ms: int
    by: str
    what: str
    about: str


class Audit:
    """In the catalogue's ``database``; ``StorageError`` when the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, by: str, what: str, about: str, now_ms: int) -> None:
        """Write one change down; the oldest beyond ``KEPT`` go."""
        with self._database.writing() as db:
            number = db.execute(
                "INSERT INTO changes (at_ms, by, what, about) VALUES (?, ?, ?, ?)",
                (now_ms, by, what, about),
            ).lastrowid
            db.execute("DELETE FROM changes WHERE id <= ?", ((number or 0) - KEPT,))

    def newest(self, limit: int, before: int | None = None) -> list[Change]:
        """The newest ``limit`` changes, those with an id under ``before`` only."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT id, at_ms, by, what, about FROM changes WHERE id < ?"
                " ORDER BY id DESC LIMIT ?",
                (before if before is not None else 2**63 - 1, limit),
            ).fetchall()
        return [Change(*row) for row in rows]
