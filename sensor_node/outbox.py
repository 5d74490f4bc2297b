"""The outbox: every pack is on disk here before it is sent, and stays until it is acknowledged.

Deliberately small: append, date, what waits, mark. The gateway of a regional hub uses the same
outbox towards its hub, so nothing here knows of sensors.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sensor_node import wire
from sensor_node.database import Database, transaction

DAY_MS = 86_400_000
KEEP_ACKNOWLEDGED_MS = 30 * DAY_MS
DEFAULT_CAPACITY = 50_000
"""Packs: 30 days at one a minute are 43,200."""

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE packs (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order of sampling
        boot    TEXT    NOT NULL,
        seq     INTEGER NOT NULL,
        mono_s  REAL    NOT NULL,                   -- seconds since the start of this boot
        at_ms   INTEGER,                            -- NULL: not dated yet, cannot be sent
        clock   TEXT,
        records TEXT    NOT NULL,                   -- the inside of the SenML array
        acked   INTEGER NOT NULL DEFAULT 0,         -- 1: committed by the store in meta
        UNIQUE (boot, seq)
    );
    CREATE INDEX packs_waiting ON packs (id) WHERE acked = 0;
    """,
    """
    CREATE TABLE counters (
        name     TEXT PRIMARY KEY,
        counted  INTEGER NOT NULL,  -- pulses there ever were, as of the last save
        reported INTEGER NOT NULL   -- those of them that are in packs
    ) WITHOUT ROWID;
    """,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A pack as the outbox keeps it; ``at_ms`` None means that its time is not known yet.

    ``mono_s``: seconds on the monotonic clock since the start of ``boot``.
    """

    boot: str
    seq: int
    mono_s: float
    at_ms: int | None
    clock: wire.Clock | None
    records: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """A counter of pulses: how many were ``counted``, and how many of them packs report."""

    name: str
    counted: int
    reported: int


class Outbox:
    """The packs of one node on disk. Safe to use from several threads.

    ``capacity``: packs kept at the most; above it acknowledged ones go first, then the oldest
    unacknowledged ones, which are counted in ``dropped``. ``generation`` grows whenever there is
    more to send. Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, path: Path, capacity: int = DEFAULT_CAPACITY) -> None:
        self.path = path
        self._capacity = capacity
        self._database = Database(path, MIGRATIONS)
        self.generation = 0
        with self._database.reading() as db:
            (self._count,) = db.execute("SELECT count(*) FROM packs").fetchone()

    def append(self, entries: Sequence[Entry], counts: Sequence[Count] = ()) -> None:
        """Write ``entries``, in one commit: when this returns, they are on disk.

        ``counts``: all that was counted, and how much of it these entries report.
        """
        with self._database.reading() as db:
            with transaction(db):
                db.executemany(
                    "INSERT INTO packs (boot, seq, mono_s, at_ms, clock, records)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [(e.boot, e.seq, e.mono_s, e.at_ms, e.clock, e.records) for e in entries],
                )
                db.executemany(
                    "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                    " counted = max(counted, excluded.counted),"
                    " reported = reported + excluded.reported",
                    [(c.name, c.counted, c.reported) for c in counts],
                )
                count = self._count + len(entries)
                if count > self._capacity:
                    count -= self._make_room(db, count - self._capacity)
            self._count = count
        self.generation += 1

    def save_counts(self, counted: Mapping[str, int]) -> None:
        """Write how many pulses were ``counted`` by each counter; a count never goes back."""
        with self._database.writing() as db:
            db.executemany(
                "INSERT INTO counters VALUES (?, ?, 0) ON CONFLICT (name) DO UPDATE SET"
                " counted = max(counted, excluded.counted)",
                counted.items(),
            )

    def counts(self) -> list[Count]:
        """Each counter as it was last written."""
        with self._database.reading() as db:
            rows = db.execute("SELECT name, counted, reported FROM counters").fetchall()
        return [Count(*row) for row in rows]

    def date(self, boot: str, wall_ms_at_boot: int, clock: wire.Clock) -> int:
        """Settle the time of this boot's undated packs; returns how many were dated."""
        with self._database.writing() as db:
            dated = db.execute(
                "UPDATE packs SET at_ms = ? + CAST(round(mono_s * 1000) AS INTEGER), clock = ?"
                " WHERE boot = ? AND at_ms IS NULL",
                (wall_ms_at_boot, clock, boot),
            ).rowcount
        self.generation += 1
        return dated

    def undated_boots(self) -> list[tuple[str, float]]:
        """Each boot with undated packs and its last ``mono_s``, oldest first."""
        with self._database.reading() as db:
            return db.execute(
                "SELECT boot, max(mono_s) FROM packs WHERE at_ms IS NULL"
                " GROUP BY boot ORDER BY min(id)"
            ).fetchall()

    def waiting(self, limit: int, *, after: int = 0) -> list[Entry]:
        """The oldest dated packs that are not acknowledged and come after entry ``after``."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT boot, seq, mono_s, at_ms, clock, records, id FROM packs"
                " WHERE acked = 0 AND at_ms IS NOT NULL AND id > ? ORDER BY id LIMIT ?",
                (after, limit),
            ).fetchall()
        return [Entry(*row) for row in rows]

    def newest(self) -> Entry | None:
        """The newest pack if it is dated and not acknowledged, else None."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT boot, seq, mono_s, at_ms, clock, records, id FROM packs"
                " WHERE id = (SELECT max(id) FROM packs) AND acked = 0 AND at_ms IS NOT NULL"
            ).fetchone()
        return Entry(*row) if row else None

    def mark(self, ack: wire.Ack) -> int:
        """Mark what ``ack`` says is committed; returns how many packs that newly are.

        An ack of another store than the one known changes nothing: call ``adopt`` first.
        """
        with self._database.writing() as db:
            if self._meta(db, "store") != ack.store:
                return 0
            return sum(
                db.execute(
                    "UPDATE packs SET acked = 1"
                    " WHERE boot = ? AND seq BETWEEN ? AND ? AND acked = 0",
                    (ack.boot, first, last),
                ).rowcount
                for first, last in ack.ranges
            )

    def adopt(self, store: str) -> int:
        """Take ``store`` as the one to deliver to. If it is a new one, all packs still here wait
        again; returns how many that are.
        """
        with self._database.writing() as db:
            if self._meta(db, "store") == store:
                return 0
            db.execute("INSERT OR REPLACE INTO meta VALUES ('store', ?)", (store,))
            return db.execute("UPDATE packs SET acked = 0 WHERE acked = 1").rowcount

    def expire(self, now_ms: int) -> int:
        """Delete acknowledged packs older than 30 days; returns how many."""
        with self._database.reading() as db:
            with transaction(db):
                gone = db.execute(
                    "DELETE FROM packs WHERE acked = 1 AND at_ms < ?",
                    (now_ms - KEEP_ACKNOWLEDGED_MS,),
                ).rowcount
            self._count -= gone
        return gone

    def newest_ms(self) -> int:
        """The time of the newest dated pack here, or 0."""
        with self._database.reading() as db:
            (newest,) = db.execute("SELECT max(at_ms) FROM packs").fetchone()
        return int(newest or 0)

    def waiting_count(self) -> int:
        """How many packs are not acknowledged."""
        with self._database.reading() as db:
            (count,) = db.execute("SELECT count(*) FROM packs WHERE acked = 0").fetchone()
        return int(count)

    def dropped(self) -> int:
        """How many unacknowledged packs were lost for want of room, ever."""
        with self._database.reading() as db:
            return int(self._meta(db, "dropped") or 0)

    def entries(self) -> list[tuple[Entry, bool]]:
        """Everything here with whether it is acknowledged, for tests and ``doctor``."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT boot, seq, mono_s, at_ms, clock, records, id, acked FROM packs ORDER BY id"
            ).fetchall()
        return [(Entry(*row[:-1]), bool(row[-1])) for row in rows]

    def close(self) -> None:
        """Close the file; whatever was committed is on disk already."""
        self._database.close()

    def _make_room(self, db: sqlite3.Connection, excess: int) -> int:
        gone = db.execute(
            "DELETE FROM packs WHERE id IN"
            " (SELECT id FROM packs WHERE acked = 1 ORDER BY id LIMIT ?)",
            (excess,),
        ).rowcount
        if gone < excess:
            lost = db.execute(
                "DELETE FROM packs WHERE id IN (SELECT id FROM packs ORDER BY id LIMIT ?)",
                (excess - gone,),
            ).rowcount
            dropped = int(self._meta(db, "dropped") or 0) + lost
            db.execute("INSERT OR REPLACE INTO meta VALUES ('dropped', ?)", (dropped,))
            gone += lost
        return gone

    @staticmethod
    def _meta(db: sqlite3.Connection, key: str) -> str | int | None:
        row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None
