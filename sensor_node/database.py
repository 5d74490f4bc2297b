"""Opening a SQLite file so that what was committed is still there after a power cut.

WAL with ``synchronous=FULL``: measured over simulated power cuts, it kept every committed row,
where ``NORMAL`` lost everything since the last checkpoint. Migrations are a list of scripts; a
file remembers in ``user_version`` how many it has had, and each runs in a transaction of its own
with that number, so that a kill in the middle leaves the file as it was.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sensor_node.errors import StorageError

BUSY_TIMEOUT_MS = 2000
PAGE_BYTES = 4096
LEAST_FREE_BYTES = 65_536


def open_database(
    path: Path,
    migrations: Sequence[str],
    *,
    page_bytes: int = PAGE_BYTES,
    alone: bool = False,
    look_through: bool = False,
    secure_delete: bool = False,
) -> sqlite3.Connection:
    """The database at ``path`` with all ``migrations`` applied, created where it is absent.

    ``page_bytes``: the size of a page of a file that is created here; an old one keeps its own.
    ``alone``: no other connection is let in. SQLite then needs no ``-shm`` file, of which every
    commit writes three pages. ``look_through``: read the whole file and refuse a damaged one (30 ms
    for 50,000 packs on a PC). ``secure_delete``: what is deleted is written over with zeros.

    The connection is in autocommit mode: use ``transaction``. It may be used from any thread,
    one at a time. Raises ``StorageError`` with what to do.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_TIMEOUT_MS / 1000,
        )
    except (OSError, sqlite3.Error) as error:
        raise storage_error(error, path) from error
    try:
        connection.execute(f"PRAGMA page_size = {page_bytes}")
        connection.execute(f"PRAGMA secure_delete = {'ON' if secure_delete else 'OFF'}")
        connection.execute(f"PRAGMA locking_mode = {'EXCLUSIVE' if alone else 'NORMAL'}")
        _prepare(connection, path, migrations)
        if look_through:
            look_through_file(connection)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        connection.close()
        raise storage_error(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        raise StorageError(
            "SCHEMA_TOO_NEW",
            fr=f"{path} a été écrit par une version plus récente de Jardin connecté : "
            "mettez le logiciel à jour.",
            en=f"{path} was written by a newer version of Jardin connecté: update the software.",
        )
    for number, script in enumerate(migrations[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number};")
        connection.execute("COMMIT")


def look_through_file(connection: sqlite3.Connection) -> None:
    """Read the whole file (0.7 s for 5 million readings on a PC); ``sqlite3.DatabaseError`` that
    ``is_damage`` knows if it is not whole.
    """
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        damage = sqlite3.DatabaseError(found)
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing: commits at the end, rolls back on any exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


class Database:
    """The file ``path`` with all ``migrations``: one connection, behind a lock, for all threads.

    Whatever SQLite raises inside ``reading`` and ``writing`` comes out as a ``StorageError``.
    ``mend`` is called with the path when the file is found to be damaged, also here at the start;
    it leaves another file in its place. Without it a damaged file is an error like any other.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[str],
        *,
        page_bytes: int = PAGE_BYTES,
        alone: bool = False,
        secure_delete: bool = False,
        mend: Callable[[Path], None] | None = None,
    ) -> None:
        self.path = path
        self._open = partial(
            open_database,
            path,
            migrations,
            page_bytes=page_bytes,
            alone=alone,
            look_through=mend is not None,
            secure_delete=secure_delete,
        )
        self._mend = mend
        self._lock = threading.Lock()
        self.is_damaged = False
        self._written = 0
        self._connection = self._open_or_mend()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, alone, in autocommit mode."""
        with self._lock:
            if self.is_damaged and self._mend is not None:
                self._connection.close()
                self._connection = self._mended(self._mend)
                self.is_damaged = False
            try:
                yield self._connection
            except sqlite3.Error as error:
                self.is_damaged = is_damage(error)
                raise storage_error(error, self.path) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection, alone, in a transaction: all that happens inside, or nothing."""
        with self.reading() as db, transaction(db):
            before = db.total_changes
            yield db
            self._written += db.total_changes != before

    def version(self) -> tuple[int, int]:
        """Something that is another one as soon as ``writing`` has changed a row, or another
        program has written.
        """
        with self.reading() as db:
            (others,) = db.execute("PRAGMA data_version").fetchone()
            return others, self._written

    def scrub(self) -> None:
        """Lay the file anew: nothing that was deleted is left in it, nor in its log."""
        with self.reading() as db:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the file; what was committed is on disk already."""
        with self._lock:
            self._connection.close()

    def _open_or_mend(self) -> sqlite3.Connection:
        try:
            return self._open()
        except StorageError as error:
            if self._mend is None or not is_damage(error.__cause__):
                raise
            return self._mended(self._mend)

    def _mended(self, mend: Callable[[Path], None]) -> sqlite3.Connection:
        mend(self.path)
        return self._open()


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether the file is whole. Raises ``sqlite3.Error`` where that cannot be known."""
    try:
        look_through_file(connection)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not is_damage(error):
            raise
        return False
    return True


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite said that a file is no database, or no longer a whole one."""
    if isinstance(error, UnicodeDecodeError):  # of a schema whose letters are gone
        return True
    code = int(getattr(error, "sqlite_errorcode", 0) or 0)
    if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return True
    said = ("Could not decode", "unsupported file format")
    return isinstance(error, sqlite3.OperationalError) and any(w in str(error) for w in said)


def storage_error(error: Exception, path: Path) -> StorageError:
    """What a failed read or write of ``path`` means, in words."""
    if _is_full(error, path):
        return StorageError(
            "DISK_FULL",
            fr=f"Le disque de {path.parent} est plein : libérez de la place. "
            "Rien de ce qui était enregistré n'est perdu.",
            en=f"The disk of {path.parent} is full: make room. Nothing that was recorded is lost.",
        )
    if _is_forbidden(error):
        return StorageError(
            "FOLDER_NOT_WRITABLE",
            fr=f"Le dossier {path.parent} n'est pas accessible en écriture : changez le réglage "
            "« data » ou les droits du dossier.",
            en=f"The folder {path.parent} is not writable: change the setting 'data' or the "
            "folder's permissions.",
        )
    if is_damage(error):
        return StorageError(
            "DATABASE_DAMAGED",
            fr=f"La base {path} est abîmée ({error}). Relancez le programme : il la mettra de côté "
            "et sauvera tout ce qui se lit encore.",
            en=f"The database {path} is damaged ({error}). Start the program again: it will set "
            "it aside and save all that can still be read.",
        )
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return StorageError(
            "DATABASE_LOCKED",
            fr=f"{path} est tenu par un autre programme : fermez-le.",
            en=f"{path} is held by another program: close it.",
        )
    return StorageError(
        "STORAGE_FAILED",
        fr=f"La base {path} ne répond pas ({error}).",
        en=f"The database {path} does not answer ({error}).",
    )


def _is_full(error: Exception, path: Path) -> bool:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        # A WAL that cannot grow its index says "disk I/O error" where it means a full disk.
        is_io = code is not None and code & 0xFF == sqlite3.SQLITE_IOERR
        return code == sqlite3.SQLITE_FULL or (is_io and _free_bytes(path) < LEAST_FREE_BYTES)
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _free_bytes(path: Path) -> int:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return LEAST_FREE_BYTES


def _is_forbidden(error: Exception) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        text = str(error)
        return "unable to open database file" in text or "readonly" in text
    return isinstance(error, OSError) and error.errno in (
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOTDIR,
        errno.EEXIST,
        errno.ENOENT,
    )
