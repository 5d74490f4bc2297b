"""A backup: the three databases of a moment in one zip file, checked before it counts.

It is taken while the gateway runs. The store's moment comes first, so that the catalogue knows
every channel that the store has. The file has its final name only once it has been read back from
the disk and found to be what was written.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from gateway import archive
from gateway.archive import Contents, Manifest
from gateway.durable import free_name, sync_file
from gateway.folder import DATABASES, backing_up
from gateway.settings import GatewaySettings
from gateway.times import to_rfc3339
from sensor_node import __version__
from sensor_node.damage import sync_folder
from sensor_node.database import is_sound, storage_error
from sensor_node.errors import StorageError

PAGES_A_STEP = 2000
CHUNK = 1 << 20
PART = ".part"
Progress = Callable[[str, float], None]
"""Told the name of a step and how much of it is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made and checked."""

    path: Path
    bytes: int
    manifest: Manifest
    same_disk: bool
    """It lies on the disk of the data: a dead card takes both."""


def make_backup(
    settings: GatewaySettings,
    target: Path,
    now_ms: int,
    progress: Progress = lambda _step, _done: None,
) -> Backup:
    """Back up the data of ``settings`` into ``target``: a folder, or the file to make.

    Raises ``StorageError`` with what to do; whatever was at ``target`` before is then as it was.
    """
    folder, path = _place(settings, target, now_ms)
    _require_folder(folder)
    with backing_up(settings.data), _workshop(folder, path, settings.name) as work:
        _require_room(settings.data, folder)
        manifest = Manifest(
            format=archive.FORMAT,
            garden=settings.name,
            timezone=settings.timezone,
            made=to_rfc3339(now_ms),
            software=__version__,
            files=_copy_all(settings.data, work, progress),
        )
        part = _pack(work, path.name, manifest, progress)
        archive.check(part, lambda done: progress("check", done))
        part.replace(path)
        sync_folder(folder)
    return Backup(path, path.stat().st_size, manifest, is_same_disk(settings.data, folder))


@contextmanager
def _workshop(folder: Path, path: Path, garden: str) -> Iterator[Path]:
    """A folder to make ``path`` in, gone at the end; those that killed backups left go first."""
    work = folder / f".{path.name}{PART}"
    try:
        for left in {work, *folder.glob(f".{archive.prefix_of(garden)}*{PART}")}:
            shutil.rmtree(left, ignore_errors=True)
        work.mkdir()
        yield work
    except (OSError, sqlite3.Error) as error:
        raise error if isinstance(error, StorageError) else _backup_error(error, folder) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def is_same_disk(data: Path, folder: Path) -> bool:
    """Whether both lie on one file system; False where one of them is not there."""
    try:
        return data.stat().st_dev == folder.stat().st_dev
    except OSError:
        return False


def name_of(garden: str, now_ms: int, timezone: str) -> str:
    """The file name of a backup of ``garden`` made at ``now_ms``, in the garden's own time."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(timezone))
    return f"{archive.prefix_of(garden)}{moment:%Y-%m-%d-%H%M%S}{archive.SUFFIX}"


def _place(settings: GatewaySettings, target: Path, now_ms: int) -> tuple[Path, Path]:
    if target.suffix == archive.SUFFIX and not target.is_dir():
        return target.absolute().parent, target.absolute()
    folder = target.absolute()
    return folder, free_name(folder / name_of(settings.name, now_ms, settings.timezone))


def _require_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    raise StorageError(
        "BACKUP_FOLDER_ABSENT",
        fr=f"Le dossier de sauvegarde {folder} n'existe pas : la clé USB est-elle branchée et "
        "montée ? Sinon, créez-le (mkdir) ou donnez-en un autre (--to).",
        en=f"The backup folder {folder} does not exist: is the USB stick plugged in and mounted? "
        "Else create it (mkdir) or give another one (--to).",
    )


def _require_room(data: Path, folder: Path) -> None:
    """Twice what the databases take: their copies, and at the worst as much again zipped."""
    needed = 2 * sum((data / name).stat().st_size for name in DATABASES if (data / name).exists())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise _no_room(folder, needed, free)


def _no_room(folder: Path, needed: int, free: int) -> StorageError:
    return StorageError(
        "BACKUP_NO_ROOM",
        fr=f"Pas assez de place dans {folder} : {needed // 10**6 + 1} Mo sont nécessaires, "
        f"{free // 10**6} Mo sont libres. Videz-le ou prenez un plus grand disque ; les "
        "sauvegardes déjà faites sont intactes.",
        en=f"Not enough room in {folder}: {needed // 10**6 + 1} MB are needed, "
        f"{free // 10**6} MB are free. Make room or take a larger disk; the backups made before "
        "are untouched.",
    )


def _backup_error(error: Exception, folder: Path) -> StorageError:
    told = storage_error(error, folder / "x")
    if told.code == "DISK_FULL":
        return _no_room(folder, 0, shutil.disk_usage(folder).free)
    return StorageError(
        "BACKUP_FAILED",
        fr=f"La sauvegarde dans {folder} n'a pas pu être faite ({error}) : vérifiez le disque et "
        "ses droits. Les sauvegardes déjà faites sont intactes.",
        en=f"The backup into {folder} could not be made ({error}): check the disk and its "
        "permissions. The backups made before are untouched.",
    )


# --- copying -------------------------------------------------------------------------------------


def _copy_all(data: Path, work: Path, progress: Progress) -> dict[str, Contents]:
    contents = {}
    with ExitStack() as sources:
        opened = {
            name: sources.enter_context(_snapshot(data / name))
            for name in DATABASES
            if (data / name).exists()
        }
        if "store.sqlite" not in opened:
            raise StorageError(
                "NOTHING_TO_BACK_UP",
                fr=f"Il n'y a pas de jardin dans {data} : vérifiez le réglage « data ».",
                en=f"There is no garden in {data}: check the setting 'data'.",
            )
        for name, source in opened.items():
            contents[name] = _copy(source, work / name, progress)
    return contents


@contextmanager
def _snapshot(path: Path) -> Iterator[sqlite3.Connection]:
    """The database as it is at this moment, whatever is written to it meanwhile."""
    uri = path.resolve().as_uri() + "?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as source:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield source


def _copy(source: sqlite3.Connection, path: Path, progress: Progress) -> Contents:
    def tell(_status: int, left: int, total: int) -> None:
        progress(path.name, 1 - left / max(1, total))

    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        source.backup(copy, pages=PAGES_A_STEP, progress=tell, sleep=0)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        if not is_sound(copy):
            raise StorageError(
                "BACKUP_OF_DAMAGED",
                fr=f"La base {path.name} est abîmée : relancez la passerelle, qui la mettra de "
                "côté et sauvera ce qui se lit. Les sauvegardes déjà faites sont intactes.",
                en=f"The database {path.name} is damaged: start the gateway again, which will "
                "set it aside and save what can be read. The backups made before are untouched.",
            )
        described = archive.describe(path.name, copy)
    sync_file(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Contents(bytes=path.stat().st_size, sha256=digest, **described)


def _pack(work: Path, name: str, manifest: Manifest, progress: Progress) -> Path:
    part = work / name
    total = sum(each.bytes for each in manifest.files.values())
    done = 0
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
        bundle.writestr(archive.MANIFEST, json.dumps(asdict(manifest), indent=1))
        for member in manifest.files:
            with (
                (work / member).open("rb") as file,
                bundle.open(member, "w", force_zip64=True) as to,
            ):
                for chunk in _chunks(file):
                    to.write(chunk)
                    done += len(chunk)
                    progress("zip", done / total)
    sync_file(part)
    _forget_cached(part)
    return part


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _forget_cached(path: Path) -> None:
    """Have the next read come from the medium, where the system can be told so."""
    advise: Any = getattr(os, "posix_fadvise", None)
    if advise is None:
        return
    with path.open("rb") as file:
        advise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
