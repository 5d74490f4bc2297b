"""The store in one SQLite file, about 26 bytes a reading.

One connection writes, behind a lock; pages read through a small pool of their own. In WAL mode
neither waits for the other.
"""

from __future__ import annotations

import math
import secrets
import sqlite3
import threading
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path

from gateway.store import aggregate, rollups
from gateway.store.base import Bucket, Committed, Fault, Point, Reading, Series
from sensor_node.database import BUSY_TIMEOUT_MS, open_database, storage_error, transaction

IDLE_READERS = 8
READER_CACHE_KIB = 64
"""Of SQLite's own for each reader, which keeps it: the system holds the file's pages anyway."""

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    INSERT INTO meta VALUES ('readings', 0);
    CREATE TABLE series (
        id      INTEGER PRIMARY KEY,
        node    TEXT NOT NULL,
        channel TEXT NOT NULL,
        UNIQUE (node, channel)
    );
    CREATE TABLE readings (
        series  INTEGER NOT NULL,
        at_ms   INTEGER NOT NULL,
        value   REAL    NOT NULL,
        suspect INTEGER NOT NULL,
        PRIMARY KEY (series, at_ms)
    ) WITHOUT ROWID;
    CREATE TABLE faults (
        series  INTEGER NOT NULL,
        at_ms   INTEGER NOT NULL,
        reason  TEXT    NOT NULL,
        PRIMARY KEY (series, at_ms)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE doubts (                   -- what readings.suspect stands for; 0: no doubt
        id     INTEGER PRIMARY KEY,
        reason TEXT NOT NULL UNIQUE
    );
    INSERT INTO doubts VALUES (1, 'estimated time');
    """,
    rollups.MIGRATION,
)
MOST_DOUBTS = 200
"""Reasons that are told apart; drivers use some ten words."""
OTHER_DOUBT = "other"

Row = tuple[int, int, float, int]


class SqliteStore:
    """``Store`` in the file ``path``, created with a new id where it is absent.

    ``timezone``: whose days the daily rollups are; another one than before lays them anew.
    ``busy_timeout_ms``: how long a commit waits for another program that holds the file before
    it raises ``StorageError``; nothing is written then and the same commit may be tried again.
    """

    def __init__(
        self, path: Path, *, timezone: str = "UTC", busy_timeout_ms: int = BUSY_TIMEOUT_MS
    ) -> None:
        self.path = path
        self._days = rollups.Days(timezone)
        self._busy_timeout_ms = busy_timeout_ms
        self._writer = open_database(path, MIGRATIONS, secure_delete=True)
        self._writer.execute(f"PRAGMA busy_timeout = {busy_timeout_ms:d}")
        self._lock = threading.Lock()
        self._readers: list[sqlite3.Connection] | None = []
        self._readers_lock = threading.Lock()
        self._ids: dict[Series, int] = {}
        self._changes: Counter[Series] = Counter()
        try:
            self._id = self._load_id()
            self._lay_days()
        except BaseException:
            self._writer.close()
            raise

    @property
    def id(self) -> str:
        return self._id

    def commit(self, readings: Sequence[Reading], faults: Sequence[Fault]) -> Committed:
        if not readings and not faults:
            return Committed()
        series, _, values, doubts = zip(*readings, strict=True) if readings else ((),) * 4
        if not all(map(math.isfinite, values)):
            raise ValueError("a reading that is not finite belongs in the quarantine")
        with self._writing() as db:
            with transaction(db):
                ids = self._identify(db, {*series, *(f.series for f in faults)})
                reasons = _identify_doubts(db, set(doubts))
                rows = [
                    (ids[one], at_ms, value, reasons[doubt])
                    for one, at_ms, value, doubt in readings
                ]
                done = _write_readings(db, rows)
                self._roll_up(db, rows, done)
                _write_faults(db, [(ids[f.series], f.at_ms, f.reason) for f in faults])
            self._ids = ids
            self._changes.update(set(series).union(f.series for f in faults))
        return done

    def newest(self) -> dict[Series, Reading | Fault]:
        with self._reading() as db:
            db.execute("BEGIN")
            # CROSS JOIN: SQLite's word for looking up each series, not scanning all readings.
            readings = db.execute(
                "SELECT node, channel, at_ms, value, coalesce(reason, '')"
                " FROM series CROSS JOIN readings"
                " ON readings.series = series.id AND at_ms ="
                " (SELECT max(at_ms) FROM readings WHERE series = series.id)"
                " LEFT JOIN doubts ON doubts.id = suspect"
            ).fetchall()
            faults = db.execute(
                "SELECT node, channel, at_ms, reason FROM series CROSS JOIN faults"
                " ON faults.series = series.id AND at_ms ="
                " (SELECT max(at_ms) FROM faults WHERE series = series.id)"
            ).fetchall()
        found: dict[Series, Reading | Fault] = {}
        for node, channel, at_ms, value, suspect in readings:
            series = Series(node, channel)
            found[series] = Reading(series, at_ms, value, suspect)
        for node, channel, at_ms, reason in faults:
            series = Series(node, channel)
            if series not in found or found[series].at_ms < at_ms:
                found[series] = Fault(series, at_ms, reason)
        return found

    def points(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Point]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT at_ms, value, coalesce(reason, '') FROM readings"
                " LEFT JOIN doubts ON doubts.id = suspect"
                " WHERE series = (SELECT id FROM series WHERE node = ? AND channel = ?)"
                " AND at_ms >= ? AND at_ms < ? ORDER BY at_ms LIMIT ?",
                (*series, from_ms, to_ms, limit),
            ).fetchall()
        return [Point(*row) for row in rows]

    def faults(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Fault]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT at_ms, reason FROM faults"
                " WHERE series = (SELECT id FROM series WHERE node = ? AND channel = ?)"
                " AND at_ms >= ? AND at_ms < ? ORDER BY at_ms LIMIT ?",
                (*series, from_ms, to_ms, limit),
            ).fetchall()
        return [Fault(series, at_ms, reason) for at_ms, reason in rows]

    def buckets(self, series: Series, edges: Sequence[int], *, vector: bool) -> list[Bucket]:
        with self._reading() as db:
            db.execute("BEGIN")
            row = db.execute(
                "SELECT id FROM series WHERE node = ? AND channel = ?", series
            ).fetchone()
            return aggregate.buckets(db, row[0], edges, self._days, vector=vector) if row else []

    def delete(self, series: Series, from_ms: int, to_ms: int) -> int:
        with self._writing() as db:
            gone = self._delete(db, series, from_ms, to_ms)
            self._changes[series] += 1
            # Nothing of it is left in the log either, as soon as no page is being read.
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return gone

    def _delete(self, db: sqlite3.Connection, series: Series, from_ms: int, to_ms: int) -> int:
        with transaction(db):
            row = db.execute(
                "SELECT id FROM series WHERE node = ? AND channel = ?", series
            ).fetchone()
            if row is None or to_ms <= from_ms:
                return 0
            inside = (row[0], from_ms, to_ms)
            gone = db.execute(
                "DELETE FROM readings WHERE series = ? AND at_ms >= ? AND at_ms < ?", inside
            ).rowcount
            db.execute("DELETE FROM faults WHERE series = ? AND at_ms >= ? AND at_ms < ?", inside)
            db.execute("UPDATE meta SET value = value - ? WHERE key = 'readings'", (gone,))
            rollups.forget(db, self._days, *inside)
        return gone

    def count(self) -> int:
        with self._reading() as db:
            (count,) = db.execute("SELECT value FROM meta WHERE key = 'readings'").fetchone()
        return int(count)

    def version(self, series: Iterable[Series]) -> Hashable | None:
        if not self._lock.acquire(blocking=False):
            return None  # a page does not wait for a commit
        try:
            # This connection's own commits do not change the number, those of others do.
            (others,) = self._writer.execute("PRAGMA data_version").fetchone()
            return (others, *(self._changes[one] for one in series))
        except sqlite3.Error as error:
            raise storage_error(error, self.path) from error
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close every connection; a page that is just reading closes its own."""
        with self._readers_lock:
            idle, self._readers = self._readers or [], None
        for connection in idle:
            connection.close()
        with self._lock:
            self._writer.close()

    def _roll_up(self, db: sqlite3.Connection, rows: Sequence[Row], done: Committed) -> None:
        """Bring the rollups up to date with ``rows``, of which so many were new."""
        if done.new == len(rows):
            rollups.add(db, self._days, rows)
        else:
            touched = {(series, at_ms // rollups.HOUR_MS) for series, at_ms, *_ in rows}
            rollups.recompute(db, self._days, touched)

    def _load_id(self) -> str:
        with self._writing() as db, transaction(db):
            db.execute("INSERT OR IGNORE INTO meta VALUES ('store', ?)", (secrets.token_hex(8),))
            (store,) = db.execute("SELECT value FROM meta WHERE key = 'store'").fetchone()
        return str(store)

    def _lay_days(self) -> None:
        """Lay the days anew if those that are there are another time zone's."""
        with self._writing() as db, transaction(db):
            row = db.execute("SELECT value FROM meta WHERE key = 'timezone'").fetchone()
            if row != (self._days.name,):
                rollups.rebuild_days(db, self._days)
                db.execute("INSERT OR REPLACE INTO meta VALUES ('timezone', ?)", (self._days.name,))

    def _identify(self, db: sqlite3.Connection, named: Set[Series]) -> dict[Series, int]:
        """The numbers of all series known so far and of those in ``named``.

        New ones are kept by the caller once they are committed, never before.
        """
        missing = named - self._ids.keys()
        if not missing:
            return self._ids
        ids = dict(self._ids)
        for series in sorted(missing):
            db.execute("INSERT OR IGNORE INTO series (node, channel) VALUES (?, ?)", series)
            (ids[series],) = db.execute(
                "SELECT id FROM series WHERE node = ? AND channel = ?", series
            ).fetchone()
        return ids

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._writer
            except sqlite3.Error as error:
                raise storage_error(error, self.path) from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own for one reader; a transaction that it began is ended."""
        try:
            db = self._borrow()
            try:
                yield db
                if db.in_transaction:
                    db.execute("COMMIT")
            except BaseException:
                db.close()
                raise
        except sqlite3.Error as error:
            raise storage_error(error, self.path) from error
        self._give_back(db)

    def _borrow(self) -> sqlite3.Connection:
        with self._readers_lock:
            if self._readers is None:
                raise sqlite3.ProgrammingError("the store is closed")
            if self._readers:
                return self._readers.pop()
        connection = sqlite3.connect(
            self.path.resolve().as_uri() + "?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=self._busy_timeout_ms / 1000,
        )
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
            aggregate.add_math(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._readers_lock:
            if self._readers is not None and len(self._readers) < IDLE_READERS:
                self._readers.append(connection)
                return
        connection.close()


def _identify_doubts(db: sqlite3.Connection, reasons: Iterable[str]) -> dict[str, int]:
    """The number of each reason; a node that makes up ever new words gets one for all of them."""
    ids = {"": 0}
    for reason in filter(None, reasons):
        text = _text(reason)
        row = db.execute("SELECT id FROM doubts WHERE reason = ?", (text,)).fetchone()
        if row is None:
            (known,) = db.execute("SELECT count(*) FROM doubts").fetchone()
            text = text if known < MOST_DOUBTS else OTHER_DOUBT
            db.execute("INSERT OR IGNORE INTO doubts (reason) VALUES (?)", (text,))
            row = db.execute("SELECT id FROM doubts WHERE reason = ?", (text,)).fetchone()
        ids[reason] = row[0]
    return ids


def _text(reason: str) -> str:
    """A lone surrogate, which JSON can carry, is no text for SQLite."""
    return reason.encode(errors="replace").decode()


def _write_readings(db: sqlite3.Connection, rows: Sequence[Row]) -> Committed:
    if not rows:
        return Committed()
    # Not INSERT OR IGNORE, which would also pass over a value that may not be stored.
    new = db.executemany(
        "INSERT INTO readings VALUES (?, ?, ?, ?) ON CONFLICT (series, at_ms) DO NOTHING", rows
    ).rowcount
    replaced = 0
    if new < len(rows):
        replaced = db.executemany(
            "UPDATE readings SET value = ?, suspect = ? WHERE series = ? AND at_ms = ?"
            " AND (value != ? OR suspect != ?)",
            [(value, doubt, sid, at_ms, value, doubt) for sid, at_ms, value, doubt in rows],
        ).rowcount
    if new:
        db.execute("UPDATE meta SET value = value + ? WHERE key = 'readings'", (new,))
    _clear_faults(db, rows)
    return Committed(new, len(rows) - new - replaced, replaced)


def _clear_faults(db: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Remove the faults at whose place there is a reading now; few series ever have any."""
    times = [row[1] for row in rows]
    first, last = min(times), max(times)
    faulty: set[tuple[int, int]] = set()
    for series in {row[0] for row in rows}:
        faulty.update(
            db.execute(
                "SELECT series, at_ms FROM faults WHERE series = ? AND at_ms BETWEEN ? AND ?",
                (series, first, last),
            )
        )
    if faulty:
        faulty &= {(row[0], row[1]) for row in rows}
        db.executemany("DELETE FROM faults WHERE series = ? AND at_ms = ?", sorted(faulty))


def _write_faults(db: sqlite3.Connection, rows: Sequence[tuple[int, int, str]]) -> None:
    db.executemany(
        "INSERT INTO faults SELECT ?, ?, ?"
        " WHERE NOT EXISTS (SELECT 1 FROM readings WHERE series = ? AND at_ms = ?)"
        " ON CONFLICT (series, at_ms) DO UPDATE SET reason = excluded.reason"
        " WHERE reason != excluded.reason",
        [(*key, _text(reason), *key) for *key, reason in rows],
    )
