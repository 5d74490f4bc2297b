"""What a damaged outbox still holds, saved into a new one; the old one is kept beside it.

Cards die in places. A damaged file is read pack by pack, around what cannot be read; packs that
are not acknowledged and counters go into a new file, and only when that is whole is the old one
set aside, as ``outbox.sqlite.damaged-1``. A kill in between leaves one or the other.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sensor_node.database import open_database, storage_error, transaction
from sensor_node.errors import StorageError

MOST_SKIPPED = 2000
"""Entries in a row that cannot be read, before the rest of their start is given up: one inner page
of the tree leads to about 300 packs.
"""
MOST_STARTS = 20
"""Starts in a row of which nothing can be read."""
LAST_ID = 2**63 - 1

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How an outbox is laid out: its ``migrations``, its pages, and how many bits of an entry's id
    are not the number of its start.
    """

    migrations: tuple[str, ...]
    page_bytes: int
    seq_bits: int


@dataclass(slots=True)
class Salvaged:
    """What could be read: rows of the tables of the outbox, as they were."""

    packs: list[Row] = field(default_factory=list)
    boots: list[Row] = field(default_factory=list)
    counters: list[Row] = field(default_factory=list)
    meta: list[Row] = field(default_factory=list)


def salvage(path: Path, shape: Shape) -> Salvaged:
    """Read what can be read of the outbox at ``path``; at worst it is empty.

    Raises ``StorageError`` where there is no room to work.
    """
    found = _read(path, shape.seq_bits)
    if found is None:
        with _told(path), _with_another_head(path, shape) as copy:
            found = _read(copy, shape.seq_bits) or Salvaged()
    known = {number for number, _ in found.boots}
    lost = {pack[0] >> shape.seq_bits for pack in found.packs} - known
    # Under a new name they are new to the gateway, which stores each (channel, time) once.
    found.boots += [(number, secrets.token_hex(8)) for number in sorted(lost)]
    return found


def write(found: Salvaged, path: Path, shape: Shape) -> None:
    """Begin a new outbox for ``path`` with what was ``found``; ``replace`` puts it in its place."""
    new = _new(path)
    with _told(path):
        for leftover in (new, _beside(new, "-wal")):
            leftover.unlink(missing_ok=True)
        opened = open_database(new, shape.migrations, page_bytes=shape.page_bytes, alone=True)
        with closing(opened) as db, transaction(db):
            db.executemany("INSERT OR IGNORE INTO boots VALUES (?, ?)", found.boots)
            db.executemany("INSERT OR IGNORE INTO packs VALUES (?, ?, ?, ?, ?, ?, ?)", found.packs)
            db.executemany("INSERT OR IGNORE INTO counters VALUES (?, ?, ?)", found.counters)
            db.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", found.meta)


def replace(path: Path) -> Path:
    """Set the damaged file aside and put the new one in its place; returns where the old one is."""
    aside = next(name for n in count(1) if not (name := _aside(path, n)).exists())
    with _told(path):
        path.rename(aside)
        _put_in_place(path, aside)
    return aside


def finish(path: Path) -> None:
    """Go on where a kill in the middle of ``replace`` left off."""
    if path.exists() or not _new(path).exists():
        return
    following = next(n for n in count(1) if not _aside(path, n).exists())
    with _told(path):
        _put_in_place(path, _aside(path, max(1, following - 1)))


def _put_in_place(path: Path, aside: Path) -> None:
    for end in ("-wal", "-shm"):
        if _beside(path, end).exists():
            _beside(path, end).rename(_beside(aside, end))
    _new(path).rename(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _read(path: Path, seq_bits: int) -> Salvaged | None:
    """What can be read; None where not even the tables are known."""
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(path)) as db:
        db.execute("SELECT 1 FROM packs LIMIT 0")
        return Salvaged(
            list(_packs(db, seq_bits)),
            _rows(db, "SELECT number, boot FROM boots NOT INDEXED"),
            _rows(db, "SELECT name, counted, reported FROM counters"),
            _rows(db, "SELECT key, value FROM meta"),
        )
    return None


def _packs(db: sqlite3.Connection, seq_bits: int) -> Iterator[Row]:
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
                after, skipped, starts = ((after >> seq_bits) + 1) << seq_bits, 0, starts + 1
        else:
            return


def _rows(db: sqlite3.Connection, query: str) -> list[Row]:
    rows: list[Row] = []
    with contextlib.suppress(sqlite3.Error):
        rows += db.execute(query)
    return rows


@contextmanager
def _with_another_head(path: Path, shape: Shape) -> Iterator[Path]:
    """A copy whose first page, which says where the tables are, is that of an empty outbox."""
    copy = _beside(path, ".copy")
    try:
        shutil.copyfile(path, copy)
        with copy.open("r+b") as file:
            file.write(_head(shape))
        yield copy
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            _beside(copy, end).unlink(missing_ok=True)


def _head(shape: Shape) -> bytes:
    with closing(sqlite3.connect(":memory:")) as blank:
        blank.execute(f"PRAGMA page_size = {shape.page_bytes}")
        for script in shape.migrations:
            blank.executescript(script)
        head = bytearray(blank.serialize()[: shape.page_bytes])
    # How many pages there are, and the list of the free ones: SQLite looks at the file instead.
    head[28:40] = bytes(12)
    return bytes(head)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever the disk refuses is a ``StorageError`` about ``path``."""
    try:
        yield
    except StorageError:
        raise
    except (OSError, sqlite3.Error) as error:
        raise storage_error(error, path) from error


def _aside(path: Path, number: int) -> Path:
    return _beside(path, f".damaged-{number}")


def _new(path: Path) -> Path:
    return _beside(path, ".new")


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)
