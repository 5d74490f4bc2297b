"""What the gateway refused, with its reason and payload, until a person has looked at it.

A file of its own, committed before the sender is acknowledged. It holds ``limit_bytes`` at the
most; beyond that the oldest go and are counted.
"""

from __future__ import annotations

import hashlib
import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sensor_node.database import Database

LEAST_WEIGHT = 256
"""Bytes that an item counts for at the least: what the file needs beside a short payload."""

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('bytes', 0), ('evicted', 0);
    CREATE TABLE items (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order of arrival
        digest      BLOB    NOT NULL UNIQUE,
        weight      INTEGER NOT NULL,
        node        TEXT,
        topic       TEXT    NOT NULL,
        channel     TEXT,
        code        TEXT    NOT NULL,
        text_fr     TEXT    NOT NULL,
        text_en     TEXT    NOT NULL,
        payload     BLOB    NOT NULL,
        received_ms INTEGER NOT NULL,
        boot        TEXT,
        seq         INTEGER,
        at_ms       INTEGER,
        unit        TEXT,
        value       REAL
    );
    CREATE INDEX items_node ON items (node);
    """,
)

_COLUMNS = (
    "node, topic, channel, code, text_fr, text_en, payload, received_ms, boot, seq, at_ms, unit,"
    " value"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing that was not stored: a malformed pack, or one reading of a good one.

    ``node`` None: the topic names none. ``code`` is stable; the two texts are sentences for a
    person. ``received_ms`` and ``at_ms`` (when it claims to be from) in milliseconds UTC.
    """

    node: str | None
    topic: str
    channel: str | None
    code: str
    text_fr: str
    text_en: str
    payload: bytes
    received_ms: int
    boot: str | None = None
    seq: int | None = None
    at_ms: int | None = None
    unit: str | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class QuarantineItem(Refused):
    """``Refused`` as it is kept; a greater ``id`` came later."""

    id: int = 0


Items = list[QuarantineItem]
Nodes = list[str | None]
Ids = list[int]


class Quarantine:
    """The refused things in the file ``path``. Safe to use from several threads.

    ``limit_bytes``: of payload; each item counts for 256 bytes at the least. Every method raises
    ``StorageError`` when the disk fails.
    """

    def __init__(self, path: Path, limit_bytes: int = 100_000_000) -> None:
        self.path = path
        self._limit_bytes = limit_bytes
        self._database = Database(path, MIGRATIONS, secure_delete=True)
        # Asked for by every page and every look at the health: counted once, then kept.
        self._by_node = self._count_all()

    def add(self, items: Sequence[Refused]) -> None:
        """Keep ``items``, on disk when this returns; what is here already stays as it is."""
        if not items:
            return
        with self._database.writing() as db:
            came = [_text(item.node) for item in items if _insert(db, item)]
            gone = self._make_room(db)
        self._counted(came, gone)

    def list(self, limit: int, before_id: int | None = None) -> Items:
        """The newest ``limit`` items, newest first, of those that came before ``before_id``."""
        with self._database.reading() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS}, id FROM items"  # noqa: S608 - our own column names
                " WHERE id < ? ORDER BY id DESC LIMIT ?",
                (2**62 if before_id is None else before_id, limit),
            ).fetchall()
        return [QuarantineItem(*row) for row in rows]

    def take(self, ids: Iterable[int] | None = None) -> Items:
        """The items ``ids`` that are here, or all, oldest first; they stay until ``remove``."""
        with self._database.reading() as db:
            if ids is None:
                ids = [row[0] for row in db.execute("SELECT id FROM items")]
            rows = [
                db.execute(
                    f"SELECT {_COLUMNS}, id FROM items WHERE id = ?",  # noqa: S608 - as above
                    (number,),
                ).fetchone()
                for number in sorted(set(ids))
            ]
        return [QuarantineItem(*row) for row in rows if row]

    def remove(self, ids: Iterable[int]) -> int:
        """Let go of the items ``ids``; returns how many were here."""
        with self._database.writing() as db:
            gone = [node for number in set(ids) for node in _delete(db, number)]
        self._counted([], gone)
        return len(gone)

    def older_than(self, before_ms: int) -> Ids:
        """The ids of what came before ``before_ms``."""
        with self._database.reading() as db:
            rows = db.execute("SELECT id FROM items WHERE received_ms < ?", (before_ms,))
            return [number for (number,) in rows]

    def scrub(self) -> None:
        """Leave nothing of what was let go in the file."""
        self._database.scrub()

    def count(self) -> int:
        """How many items are here."""
        return self._by_node.total()

    def by_node(self) -> dict[str, int]:
        """How many items are here of each node; those of no node are left out."""
        return {node: count for node, count in self._by_node.items() if node is not None}

    def evicted(self) -> int:
        """How many were dropped for want of room, ever."""
        with self._database.reading() as db:
            return _meta(db, "evicted")

    def close(self) -> None:
        """Close the file; whatever was added is on disk already."""
        self._database.close()

    def _make_room(self, db: sqlite3.Connection) -> Nodes:
        gone: Nodes = []
        while _meta(db, "bytes") > self._limit_bytes:
            (oldest,) = db.execute("SELECT min(id) FROM items").fetchone()
            gone += _delete(db, oldest)
            _add_meta(db, "evicted", 1)
        return gone

    def _count_all(self) -> Counter[str | None]:
        with self._database.reading() as db:
            rows = db.execute("SELECT node, count(*) FROM items GROUP BY node").fetchall()
        return Counter(dict(rows))

    def _counted(self, came: Nodes, gone: Nodes) -> None:
        """Committed: another counter takes the place of the old one, which may be being read."""
        counts = self._by_node.copy()
        counts.update(came)
        counts.subtract(gone)
        self._by_node = +counts


def _insert(db: sqlite3.Connection, item: Refused) -> bool:
    """Whether it is new."""
    weight = max(len(item.payload), LEAST_WEIGHT)
    new = db.execute(
        f"INSERT INTO items (digest, weight, {_COLUMNS})"  # noqa: S608 - our own column names
        f" VALUES (?, ?{', ?' * 13}) ON CONFLICT (digest) DO NOTHING",
        (
            _digest(item),
            weight,
            _text(item.node),
            _text(item.topic),
            _text(item.channel),
            _text(item.code),
            _text(item.text_fr),
            _text(item.text_en),
            item.payload,
            item.received_ms,
            _text(item.boot),
            item.seq,
            item.at_ms,
            _text(item.unit),
            item.value if item.value is not None and math.isfinite(item.value) else None,
        ),
    ).rowcount
    if new:
        _add_meta(db, "bytes", weight)
    return new > 0


def _delete(db: sqlite3.Connection, number: int) -> Nodes:
    """The node of the item, if it was here."""
    row = db.execute("SELECT weight, node FROM items WHERE id = ?", (number,)).fetchone()
    if row is None:
        return []
    db.execute("DELETE FROM items WHERE id = ?", (number,))
    _add_meta(db, "bytes", -row[0])
    return [row[1]]


def _digest(item: Refused) -> bytes:
    digest = hashlib.sha256()
    for part in (item.topic, item.channel or "", item.code):
        digest.update(part.encode(errors="replace") + b"\0")
    digest.update(item.payload)
    return digest.digest()


def _text(text: str | None) -> str | None:
    """``text`` without the lone surrogates that JSON can carry and SQLite cannot."""
    return None if text is None else text.encode(errors="replace").decode()


def _meta(db: sqlite3.Connection, key: str) -> int:
    (value,) = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return int(value)


def _add_meta(db: sqlite3.Connection, key: str, change: int) -> None:
    db.execute("UPDATE meta SET value = value + ? WHERE key = ?", (change, key))
