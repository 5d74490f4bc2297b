"""What a damaged outbox still holds, saved into a new one; the old one is kept beside it.

Cards die in places. A damaged file is read pack by pack, around what cannot be read; packs that
are not acknowledged and counters go into a new file, and only when that is whole is the old one
set aside, as ``outbox.sqlite.damaged-1``. A kill in between leaves one or the other.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensor_node.damage import clear_new, told, with_another_head
from sensor_node.database import open_database, transaction
from sensor_node.outbox_schema import MIGRATIONS, PAGE_BYTES, SEQ_BITS

MOST_SKIPPED = 2000
"""Entries in a row that cannot be read, before the rest of their start is given up: one inner page
of the tree leads to about 300 packs.
"""
MOST_STARTS = 20
"""Starts in a row of which nothing can be read."""
LAST_ID = 2**63 - 1

Row = tuple[Any, ...]


@dataclass(slots=True)
class Salvaged:
    """What could be read: rows of the tables of the outbox, as they were."""

    packs: list[Row] = field(default_factory=list)
    boots: list[Row] = field(default_factory=list)
    counters: list[Row] = field(default_factory=list)
    meta: list[Row] = field(default_factory=list)


def salvage(path: Path) -> Salvaged:
    """Read what can be read of the outbox at ``path``; at worst it is empty.

    Raises ``StorageError`` where there is no room to work.
    """
    found = _read(path)
    if found is None:
        with told(path), with_another_head(path, _head()) as copy:
            found = _read(copy) or Salvaged()
    known = {number for number, _ in found.boots}
    lost = {pack[0] >> SEQ_BITS for pack in found.packs} - known
    # Under a new name they are new to the gateway, which stores each (channel, time) once.
    found.boots += [(number, secrets.token_hex(8)) for number in sorted(lost)]
    return found


def write(found: Salvaged, path: Path) -> None:
    """Begin a new outbox for ``path`` with what was ``found``; ``damage.replace`` puts it there."""
    with told(path):
        new = clear_new(path)
        opened = open_database(new, MIGRATIONS, page_bytes=PAGE_BYTES, alone=True)
        with closing(opened) as db, transaction(db):
            db.executemany("INSERT OR IGNORE INTO boots VALUES (?, ?)", found.boots)
            db.executemany("INSERT OR IGNORE INTO packs VALUES (?, ?, ?, ?, ?, ?, ?)", found.packs)
            db.executemany("INSERT OR IGNORE INTO counters VALUES (?, ?, ?)", found.counters)
            db.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", found.meta)


def _read(path: Path) -> Salvaged | None:
    """What can be read; None where not even the tables are known."""
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(path)) as db:
        db.execute("SELECT 1 FROM packs LIMIT 0")
        return Salvaged(
            list(_packs(db)),
            _rows(db, "SELECT number, boot FROM boots NOT INDEXED"),
            _rows(db, "SELECT name, counted, reported FROM counters"),
            _rows(db, "SELECT key, value FROM meta"),
        )
    return None


def _packs(db: sqlite3.Connection) -> Iterator[Row]:
    """Every pack that can be read and waits, oldest first; steps over what cannot be read."""
    after, skipped, starts = 0, 0, 0
    while after < LAST_ID and starts < MOST_STARTS:
        try:
            for row in db.execute(
                "SELECT id, mono_s, at_ms, clock, records, acked, settled FROM packs NOT INDEXED"
                " WHERE id > ? ORDER BY id",
                (after,),
            ):
                if row[0] > after and not row[5]:
                    yield row
                after, skipped, starts = max(after, row[0]), 0, 0
        except sqlite3.DatabaseError:
            after, skipped = after + 1, skipped + 1
            if skipped > MOST_SKIPPED:
                after, skipped, starts = ((after >> SEQ_BITS) + 1) << SEQ_BITS, 0, starts + 1
        else:
            return


def _rows(db: sqlite3.Connection, query: str) -> list[Row]:
    rows: list[Row] = []
    with contextlib.suppress(sqlite3.Error):
        rows += db.execute(query)
    return rows


def _head() -> bytes:
    with closing(sqlite3.connect(":memory:")) as blank:
        blank.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        for script in MIGRATIONS:
            blank.executescript(script)
        return blank.serialize()[:PAGE_BYTES]
