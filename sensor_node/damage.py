"""A damaged database gives its place to a new one, and is kept beside it.

Shared by the outbox of a node and the databases of a gateway: who reads what out of a damaged file
is theirs, how the files change places is here. ``store.sqlite`` becomes ``store.sqlite.damaged-1``
only once the new file is whole. A kill in between leaves one or the other: ``finish`` before the
file is opened.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sensor_node.database import storage_error
from sensor_node.errors import StorageError

COMPANIONS = ("-wal", "-shm")


def new_path(path: Path) -> Path:
    """Where the file that is to take the place of ``path`` is made."""
    return beside(path, ".new")


def clear_new(path: Path) -> Path:
    """``new_path``, with nothing there that an earlier attempt left."""
    new = new_path(path)
    for end in ("", "-journal", *COMPANIONS):
        beside(new, end).unlink(missing_ok=True)
    return new


def replace(path: Path) -> Path:
    """Set the damaged file aside and put the new one in its place; returns where the old one is."""
    aside = next(name for n in count(1) if not (name := _aside(path, n)).exists())
    with told(path):
        path.rename(aside)
        _put_in_place(path, aside)
    return aside


def finish(path: Path) -> None:
    """Go on where a kill in the middle of ``replace`` left off."""
    if path.exists() or not new_path(path).exists():
        return
    following = next(n for n in count(1) if not _aside(path, n).exists())
    with told(path):
        _put_in_place(path, _aside(path, max(1, following - 1)))


@contextmanager
def with_another_head(path: Path, head: bytes) -> Iterator[Path]:
    """A copy of ``path`` whose first page, which says where the tables are, is ``head``."""
    copy = beside(path, ".copy")
    try:
        shutil.copyfile(path, copy)
        if beside(path, "-wal").exists():
            shutil.copyfile(beside(path, "-wal"), beside(copy, "-wal"))
        with copy.open("r+b") as file:
            file.write(without_sizes(head))
        yield copy
    finally:
        for end in ("", "-journal", *COMPANIONS):
            beside(copy, end).unlink(missing_ok=True)


def without_sizes(head: bytes) -> bytes:
    """``head`` without the number of pages and the list of free ones: SQLite then looks at the
    file instead.
    """
    return head[:28] + bytes(12) + head[40:]


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Whatever the disk refuses is a ``StorageError`` about ``path``."""
    try:
        yield
    except StorageError:
        raise
    except (OSError, sqlite3.Error) as error:
        raise storage_error(error, path) from error


def sync_folder(folder: Path) -> None:
    """Have the names in ``folder`` on disk; systems that cannot are left to themselves."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a FAT stick over FUSE has no such notion
            os.fsync(opened)
    finally:
        os.close(opened)


def beside(path: Path, end: str) -> Path:
    """The neighbour of ``path`` whose name has ``end`` behind it."""
    return path.with_name(path.name + end)


def _put_in_place(path: Path, aside: Path) -> None:
    for end in COMPANIONS:
        if beside(path, end).exists():
            beside(path, end).rename(beside(aside, end))
    new_path(path).rename(path)
    sync_folder(path.parent)


def _aside(path: Path, number: int) -> Path:
    return beside(path, f".damaged-{number}")
