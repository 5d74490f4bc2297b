"""The databases as they were before an update, in case its version cannot stay.

A newer version may lay them out anew, and the older one then refuses to read them. Only in that
case does what was kept come back: what the newer one wrote is set aside, never deleted, and the
store has a new id, so that the nodes send again all that they have measured since.

Call all of it while neither gateway nor node runs.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from gateway import archive, folder, restore
from gateway.backup import make_backup
from gateway.durable import belong, sync_file
from gateway.settings import GatewaySettings
from sensor_node import damage
from sensor_node.damage import COMPANIONS, beside, sync_folder, told

PLACE: Final = "before-update"
ZIP: Final = "garden.zip"
NOT_OURS: Final = ("before-", "restoring", "requests")
"""Folders of the data that hold copies, and none of the garden's databases."""


class GardenKept:
    """The gateway's three databases, together: channels of the store are in the catalogue."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._zip = settings.data / PLACE / ZIP

    def keep(self, now_ms: int) -> None:
        """Make the copy, checked; the one before goes. Raises ``StorageError``."""
        place = _fresh(self._zip.parent)
        if (self._settings.data / "store.sqlite").exists():
            make_backup(self._settings, place / ZIP, now_ms)
            belong(place / ZIP)

    def put_back(self, now_ms: int) -> Path | None:
        """Where one of them is newer than its copy, all three come back; the folder in which those
        of the newer version are then.
        """
        data = self._settings.data
        with folder.alone(data):
            if not self._zip.exists():
                return None
            files = archive.read_manifest(self._zip).files
            if not any(schema_of(data / name) > kept.schema for name, kept in files.items()):
                return None
            with restore.prepared(self._zip, data, now_ms) as preparation:
                return preparation.apply()


class FilesKept:
    """Each other database below ``data``: a node's outbox, the keys, the workshops' own."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._place = data / f"{PLACE}-files"

    def keep(self) -> None:
        """Copy each; the copies of before go. Raises ``StorageError``."""
        _fresh(self._place)
        for path in self._databases():
            copy = self._place / path.relative_to(self._data)
            with told(copy):
                _make_folders(copy.parent, self._place)
                _copy(path, copy)
        with told(self._place):
            sync_folder(self._place)

    def put_back(self) -> list[Path]:
        """Those that are newer than their copies come back; what took their place is beside them,
        as a damaged file would be. Can be repeated.
        """
        put = []
        for copy in _databases_in(self._place):
            path = self._data / copy.relative_to(self._place)
            with told(path):
                damage.finish(path)
                if _is_plain(path) and schema_of(path) > schema_of(copy):
                    new = damage.clear_new(path)
                    shutil.copyfile(copy, new)
                    shutil.copymode(path, new)
                    belong(new)
                    sync_file(new)
                    damage.replace(path)
                    put.append(path)
        return put

    def _databases(self) -> Iterator[Path]:
        for path in _databases_in(self._data):
            parts = path.relative_to(self._data).parts
            of_the_garden = len(parts) == 1 and parts[0] in folder.DATABASES
            if not of_the_garden and not parts[0].startswith(NOT_OURS):
                yield path


def schema_of(path: Path) -> int:
    """How many migrations the database at ``path`` has had; 0 where there is none."""
    if not path.exists():
        return 0
    with told(path), closing(sqlite3.connect(path)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        # What is read by root must not leave a log behind that the service cannot write.
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for end in COMPANIONS:
        if beside(path, end).exists():
            belong(beside(path, end))
    return int(version)


def _databases_in(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*.sqlite") if _is_plain(path))


def _is_plain(path: Path) -> bool:
    """A file, and no link to another's."""
    return path.is_file() and not path.is_symlink()


def _fresh(place: Path) -> Path:
    with told(place):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700)
        belong(place)
    return place


def _make_folders(folder: Path, top: Path) -> None:
    if folder == top or folder.exists():
        return
    _make_folders(folder.parent, top)
    folder.mkdir(mode=0o700)
    belong(folder)


def _copy(path: Path, copy: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
    shutil.copymode(path, copy)
    belong(copy)
    sync_file(copy)
    for end in COMPANIONS:
        if beside(path, end).exists():
            belong(beside(path, end))
