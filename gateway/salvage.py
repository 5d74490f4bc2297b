"""A damaged database of the gateway gives its place to one with all that can still be read of it.

The damaged file keeps its place until the new one is whole (``sensor_node.damage``); what is read
out of it, and how, is in ``gateway.rescue``. The first page of every sound database is kept beside
it: it is written the most, and says where everything else is.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from gateway.durable import sync_file, write_whole
from gateway.rescue import Found, Rescue
from gateway.walk import STUMBLES
from sensor_node.damage import beside, clear_new, new_path, replace, told, with_another_head
from sensor_node.database import PAGE_BYTES, open_database, transaction

USER_VERSION_AT: Final = 60
MOST_MIGRATIONS: Final = 50
"""Between two looks at a file."""


def salvage(path: Path, migrations: Sequence[str]) -> tuple[Found, Path]:
    """Put a new file with all that can be read in the place of the damaged one at ``path``.

    Returns what was found and where the damaged file is now. Raises ``StorageError`` where there
    is no room; the damaged file is then still in its place.
    """
    with told(path):
        found = _rescue(path, path, migrations) if has_its_schema(path) else None
        if found is None:
            with with_another_head(path, _head(path, migrations)) as copy:
                found = _rescue(copy, path, migrations)
        if found is None:
            found = Found(is_partial=True)
            open_database(clear_new(path), migrations).close()
    return found, replace(path)


def keep_head(path: Path) -> None:
    """Remember the first page of the sound database ``path``, which says where its tables are.

    It is the page that is written the most, and without it nothing of a file is known. Call it only
    while this process has no connection to the file: closing a file takes away all locks that the
    process has on it, and another program would then throw away the log under a running gateway.
    """
    if not path.exists():
        return
    with contextlib.suppress(sqlite3.Error, OSError):
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # stumbles over a bad page
            (size,) = db.execute("PRAGMA page_size").fetchone()
        with path.open("rb") as file:
            head = file.read(size)
        kept = head_path(path)
        if len(head) < size or (kept.exists() and _lasting(kept.read_bytes()) == _lasting(head)):
            return
        write_whole(kept, head)


def has_its_schema(path: Path) -> bool:
    """Whether the database can have had as many migrations as it says: since its first page was
    kept there may have been some more, never fewer, and not a thousand.
    """
    with contextlib.suppress(*STUMBLES, OSError, struct.error):
        (kept,) = struct.unpack_from(">I", head_path(path).read_bytes(), USER_VERSION_AT)
        with closing(sqlite3.connect(path)) as db:
            (told,) = db.execute("PRAGMA user_version").fetchone()
        return bool(kept <= told <= kept + MOST_MIGRATIONS)
    return True


def head_path(path: Path) -> Path:
    """Where the first page of ``path`` is kept."""
    return beside(path, ".head")


def _lasting(head: bytes) -> bytes:
    """``head`` without the counters that change with every commit."""
    return head[:24] + head[40:92] + head[100:]


def _head(path: Path, migrations: Sequence[str]) -> bytes:
    with contextlib.suppress(OSError):
        kept = head_path(path).read_bytes()
        if kept[:16] == b"SQLite format 3\0":
            return kept
    with closing(sqlite3.connect(":memory:")) as blank:
        blank.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        for script in migrations:
            blank.executescript(script)
        blank.execute(f"PRAGMA user_version = {len(migrations)}")
        return blank.serialize()[:PAGE_BYTES]


def _rescue(damaged: Path, path: Path, migrations: Sequence[str]) -> Found | None:
    """Lay what can be read of ``damaged`` into a new file for ``path``; None where not even the
    tables are known.
    """
    uri = damaged.resolve().as_uri() + "?mode=ro"
    try:
        old = sqlite3.connect(uri, uri=True, isolation_level=None)
    except sqlite3.Error:
        return None
    with closing(old):
        version = _schema_of(old)
        if not 1 <= version <= len(migrations):
            return None
        with closing(open_database(clear_new(path), migrations[:version])) as new:
            # Nobody relies on the new file before it is whole: it needs no log of its own.
            new.execute("PRAGMA journal_mode = MEMORY")
            new.execute("PRAGMA synchronous = OFF")
            new.execute("PRAGMA foreign_keys = OFF")
            with transaction(new):
                found = Rescue(old, new, damaged).run()
    sync_file(new_path(path))
    return found


def _schema_of(db: sqlite3.Connection) -> int:
    """The number of migrations the file has had; 0 where its tables cannot be known."""
    try:
        tables = db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
    except STUMBLES:
        return 0
    return int(version) if tables[0] else 0
