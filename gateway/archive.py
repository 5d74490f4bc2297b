"""The file of a backup: a zip with the databases and ``manifest.json``, which describes them."""

from __future__ import annotations

import errno
import hashlib
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.folder import DATABASES
from gateway.letters import slug
from gateway.times import to_rfc3339
from sensor_node.database import is_sound
from sensor_node.errors import GardenError, StorageError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SUFFIX: Final = ".zip"
CHUNK: Final = 1 << 20
MOST_MANIFEST_BYTES: Final = 1_000_000
# What a cut or scrambled zip makes the library raise.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    EOFError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    sqlite3.DatabaseError,
)


@dataclass(frozen=True, slots=True)
class Contents:
    """One database in a backup. ``from_`` and ``to``: the oldest and newest reading, RFC 3339."""

    bytes: int
    sha256: str
    schema: int
    counts: Mapping[str, int]
    from_: str | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``made``: RFC 3339."""

    format: int
    garden: str
    timezone: str
    made: str
    software: str
    files: Mapping[str, Contents]

    @property
    def readings(self) -> int:
        """How many readings it holds."""
        return self.files["store.sqlite"].counts.get("readings", 0)


def prefix_of(garden: str) -> str:
    """How the file names of all backups of ``garden`` begin: ``jardin-potager-``."""
    name = slug(garden, 40)
    return f"jardin-{name}-" if name and name != "jardin" else "jardin-"


def describe(name: str, db: sqlite3.Connection) -> dict[str, Any]:
    """The schema, counts and time range of the open database ``name``."""
    (schema,) = db.execute("PRAGMA user_version").fetchone()
    tables = [
        table
        for (table,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            " ORDER BY name"
        )
    ]
    counts = {
        table: int(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608
        for table in tables
    }
    described: dict[str, Any] = {"schema": schema, "counts": counts}
    if name == "store.sqlite":
        oldest, newest = _span(db)
        described |= {"from_": oldest, "to": newest}
    return described


def _span(db: sqlite3.Connection) -> tuple[str | None, str | None]:
    """Found series by series, at the ends of the index."""
    row = db.execute(
        "SELECT min((SELECT min(at_ms) FROM readings WHERE series = id)),"
        " max((SELECT max(at_ms) FROM readings WHERE series = id)) FROM series"
    ).fetchone()
    return (
        None if row[0] is None else to_rfc3339(row[0]),
        None if row[1] is None else to_rfc3339(row[1]),
    )


def read_manifest(path: Path) -> Manifest:
    """The manifest of the backup at ``path``.

    Raises ``StorageError`` for what is no backup, is damaged, or is of a newer version.
    """
    with _readable(path), zipfile.ZipFile(path) as bundle:
        if bundle.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
            raise not_a_backup(path, "manifest.json")
        table = json.loads(bundle.read(MANIFEST))
        if table["format"] > FORMAT:
            raise too_new(path)
        files = {name: Contents(**each) for name, each in table.pop("files").items()}
        manifest = Manifest(files=files, **table)
        if "store.sqlite" not in files:
            raise not_a_backup(path, "store.sqlite")
        for name, contents in manifest.files.items():
            if name not in DATABASES or contents.schema > len(DATABASES[name]):
                raise too_new(path)
            if bundle.getinfo(name).file_size != contents.bytes:
                raise not_a_backup(path, name)
    return manifest


def check(path: Path, progress: Callable[[float], None] = lambda _done: None) -> Manifest:
    """Read the whole backup at ``path`` and compare it with its manifest; raises as above."""
    manifest = read_manifest(path)
    total, done = sum(each.bytes for each in manifest.files.values()), 0
    with _readable(path), zipfile.ZipFile(path) as bundle:
        for name, contents in manifest.files.items():
            digest = hashlib.sha256()
            with bundle.open(name) as member:
                while chunk := member.read(CHUNK):
                    digest.update(chunk)
                    done += len(chunk)
                    progress(done / max(1, total))
            if digest.hexdigest() != contents.sha256:
                raise not_a_backup(path, name)
    return manifest


def unpack(path: Path, manifest: Manifest, folder: Path) -> None:
    """Write the databases of a backup into ``folder`` and look through each of them."""
    for name, contents in manifest.files.items():
        digest = hashlib.sha256()
        with (
            _readable(path),
            zipfile.ZipFile(path) as bundle,
            bundle.open(name) as member,
            (folder / name).open("wb") as file,
        ):
            while chunk := member.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
        with closing(sqlite3.connect(folder / name)) as db:
            if digest.hexdigest() != contents.sha256 or not is_sound(db):
                raise not_a_backup(path, name)
            found = describe(name, db)
        if found["schema"] > len(DATABASES[name]):
            raise too_new(path)
        if found["counts"] != contents.counts:
            raise not_a_backup(path, name)


class _readable:  # noqa: N801 - used as a function, like contextlib.suppress
    """Whatever is wrong with the file ``path`` is a ``StorageError`` about it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        if self._path.is_dir():
            raise StorageError(
                "BACKUP_IS_FOLDER",
                fr=f"{self._path} est un dossier : donnez le fichier .zip d'une sauvegarde, par "
                f"exemple {self._path / 'jardin-2026-05-01-030000.zip'}.",
                en=f"{self._path} is a folder: give the .zip file of a backup, for example "
                f"{self._path / 'jardin-2026-05-01-030000.zip'}.",
            )
        if not self._path.is_file():
            raise StorageError(
                "BACKUP_ABSENT",
                fr=f"Le fichier {self._path} n'existe pas : vérifiez son nom, et que la clé USB "
                "est branchée.",
                en=f"The file {self._path} does not exist: check its name, and that the USB "
                "stick is plugged in.",
            )

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, GardenError):
            return
        is_seek = isinstance(error, OSError) and error.errno == errno.EINVAL
        if isinstance(error, _BROKEN) or is_seek:
            raise not_a_backup(self._path, str(error)) from error


def not_a_backup(path: Path, what: str) -> StorageError:
    """The file is damaged, or something else."""
    return StorageError(
        "BACKUP_DAMAGED",
        fr=f"{path} n'est pas une sauvegarde entière du jardin ({what}) : prenez-en une autre. "
        "Rien n'a été changé.",
        en=f"{path} is no whole backup of a garden ({what}): take another one. Nothing was "
        "changed.",
    )


def too_new(path: Path) -> StorageError:
    """The backup was made by a newer version of the software."""
    return StorageError(
        "BACKUP_TOO_NEW",
        fr=f"{path} a été fait par une version plus récente de Jardin connecté : mettez le "
        "logiciel à jour, puis restaurez. Rien n'a été changé.",
        en=f"{path} was made by a newer version of Jardin connecté: update the software, then "
        "restore. Nothing was changed.",
    )
