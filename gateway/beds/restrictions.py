"""The drought restriction that the gardener entered, and those that were before it."""

from __future__ import annotations

from datetime import date
from typing import Final

from gateway.watering.situation import Restriction
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE restrictions (                 -- the newest one holds
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        from_hour INTEGER NOT NULL,
        to_hour   INTEGER NOT NULL,
        until     TEXT,
        made_ms   INTEGER NOT NULL,
        ended_ms  INTEGER
    );
"""


class Restrictions:
    """In the catalogue's ``database``. Every method raises ``StorageError`` when the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> Restriction | None:
        """What holds, also where its last day has passed; None where nothing does."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT from_hour, to_hour, until FROM restrictions WHERE ended_ms IS NULL"
                " ORDER BY id DESC LIMIT 1"
            ).fetchone()
        if row is None:
            return None
        from_hour, to_hour, until = row
        return Restriction(from_hour, to_hour, None if until is None else date.fromisoformat(until))

    def put(self, rule: Restriction, now_ms: int) -> None:
        """``rule`` holds from now on, in place of the one before."""
        until = None if rule.until is None else rule.until.isoformat()
        with self._database.writing() as db:
            db.execute("UPDATE restrictions SET ended_ms = ? WHERE ended_ms IS NULL", (now_ms,))
            db.execute(
                "INSERT INTO restrictions (from_hour, to_hour, until, made_ms) VALUES (?, ?, ?, ?)",
                (rule.from_hour, rule.to_hour, until, now_ms),
            )

    def end(self, now_ms: int) -> None:
        """Nothing is forbidden any more."""
        with self._database.writing() as db:
            db.execute("UPDATE restrictions SET ended_ms = ? WHERE ended_ms IS NULL", (now_ms,))
