"""The messages that were made, and to which addresses they have gone.

An address stands here as a short hash: what it holds is often a password.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, cast

from gateway.alarms.records import mark_told
from gateway.alerts.message import Kind, Message
from gateway.times import DAY_MS
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE notices (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        day     TEXT    NOT NULL,               -- the garden's own date
        made_ms INTEGER NOT NULL,
        kind    TEXT    NOT NULL,
        title   TEXT    NOT NULL,
        lines   TEXT    NOT NULL                -- JSON; none: a morning without anything to tell
    );
    CREATE INDEX notices_of_day ON notices (day);
    CREATE TABLE deliveries (
        notice  INTEGER NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
        address TEXT    NOT NULL,
        day     TEXT,                           -- the garden's own date when it went
        sent_ms INTEGER,                        -- NULL: it waits
        PRIMARY KEY (notice, address)
    ) WITHOUT ROWID;
    CREATE INDEX deliveries_that_wait ON deliveries (address) WHERE sent_ms IS NULL;
"""
WAITS_MS: Final = 7 * DAY_MS
"""What has found no way for a week is no news any more."""


def hash_of(url: str) -> str:
    """What stands for an address."""
    return sha256(url.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages that wait for one address, oldest first."""

    address: str
    notices: tuple[int, ...]
    messages: tuple[Message, ...]
    since_ms: int


class Outbox:
    """In the catalogue's ``database``. Safe to use from several threads.

    Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, message: Message, addresses: Iterable[str], day: str, at_ms: int) -> None:
        """A message was made for ``addresses``; what it tells is told, in the same transaction."""
        with self._database.writing() as db:
            number = db.execute(
                "INSERT INTO notices (day, made_ms, kind, title, lines) VALUES (?, ?, ?, ?, ?)",
                (day, at_ms, message.kind, message.title, json.dumps(message.lines)),
            ).lastrowid
            if message.lines:
                db.executemany(
                    "INSERT INTO deliveries (notice, address) VALUES (?, ?)",
                    [(number, address) for address in addresses],
                )
            mark_told(db, message.tells, at_ms)

    def cover(self, alerts: Sequence[int], at_ms: int) -> None:
        """What was told already says as much as these."""
        with self._database.writing() as db:
            mark_told(db, alerts, at_ms)

    def waiting(self, addresses: Iterable[str]) -> list[Waiting]:
        """What has not gone yet, by address."""
        found = (self._waiting(address) for address in addresses)
        return [one for one in found if one is not None]

    def sent(self, waiting: Waiting, day: str, at_ms: int) -> None:
        """It has gone."""
        with self._database.writing() as db:
            db.executemany(
                "UPDATE deliveries SET day = ?, sent_ms = ? WHERE notice = ? AND address = ?",
                [(day, at_ms, number, waiting.address) for number in waiting.notices],
            )

    def forget(self, addresses: Sequence[str], now_ms: int) -> int:
        """Give up what waits for an address that is no more, or has waited too long; how many."""
        with self._database.writing() as db:
            return int(
                db.execute(
                    "DELETE FROM deliveries WHERE sent_ms IS NULL AND"
                    " (address NOT IN (SELECT value FROM json_each(?)) OR notice IN"
                    " (SELECT id FROM notices WHERE made_ms < ?))",
                    (json.dumps(addresses), now_ms - WAITS_MS),
                ).rowcount
            )

    def had_morning(self, day: str) -> bool:
        """Whether the day has had its morning's message, or had nothing to tell."""
        with self._database.reading() as db:
            row = db.execute("SELECT 1 FROM notices WHERE day = ? AND kind = 'morning'", (day,))
            return row.fetchone() is not None

    def count(self, day: str, addresses: Sequence[str]) -> int:
        """How many messages the day has had: those made, or, if that is more, those that went to
        one address, late ones too, with one that still waits there.
        """
        with self._database.reading() as db:
            (made,) = db.execute(
                "SELECT count(*) FROM notices WHERE day = ? AND lines != '[]'", (day,)
            ).fetchone()
            rows = db.execute(
                "SELECT address, count(DISTINCT CASE WHEN day = ? THEN sent_ms END)"
                " + max(sent_ms IS NULL) FROM deliveries WHERE day = ? OR sent_ms IS NULL"
                " GROUP BY address",
                (day, day),
            ).fetchall()
        return max([int(made), *(int(sent) for address, sent in rows if address in addresses)])

    def _waiting(self, address: str) -> Waiting | None:
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT id, made_ms, kind, title, lines FROM notices JOIN deliveries ON id = notice"
                " WHERE address = ? AND sent_ms IS NULL ORDER BY id",
                (address,),
            ).fetchall()
        if not rows:
            return None
        messages = tuple(
            Message(cast(Kind, kind), title, tuple(json.loads(lines)))
            for _, _, kind, title, lines in rows
        )
        return Waiting(address, tuple(row[0] for row in rows), messages, rows[0][1])
