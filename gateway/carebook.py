"""What the gateway remembers of the care of its data: checks, damage, backups, sizes.

One small JSON file, so that it can be read when a database cannot. It holds nothing that is needed:
one that is missing or unreadable begins anew, and one that cannot be written is told in the log.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.durable import write_whole
from sensor_node.errors import StorageError

if TYPE_CHECKING:
    from gateway.backup import Backup

FILE: Final = "care.json"
DAY_MS: Final = 86_400_000
SIZES_KEPT: Final = 60
DAMAGES_KEPT: Final = 20

log = logging.getLogger("jardin.care")


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The newest backup that was made and checked."""

    at_ms: int
    path: str
    bytes: int
    same_disk: bool


@dataclass(frozen=True, slots=True)
class Damage:
    """A database that was damaged, and what became of it; the texts are for a person.

    ``at_ms`` 0: it was found before the time was known.
    """

    at_ms: int
    file: str
    aside: str
    fr: str
    en: str

    def text(self, language: str) -> str:
        """The sentence in ``language``."""
        return self.fr if language == "fr" else self.en


class Carebook:
    """The notes in the folder ``data``. Safe to use from several threads."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE
        self._lock = threading.Lock()
        self._notes = self._load()

    @property
    def checked_ms(self) -> int:
        """When all databases were last looked through; 0: never."""
        return int(self._notes.get("checked_ms", 0))

    @property
    def forgotten(self) -> str:
        """Of which moment and store the old traces of people were let go; empty: never."""
        return str(self._notes.get("forgotten", ""))

    @property
    def last_backup(self) -> LastBackup | None:
        """The newest good backup that is known here."""
        note = self._notes.get("backup")
        return LastBackup(**note) if note else None

    @property
    def backup_failure(self) -> StorageError | None:
        """Why the last attempt failed; None if it did not."""
        note = self._notes.get("backup_failure")
        return StorageError(note["code"], fr=note["fr"], en=note["en"]) if note else None

    @property
    def damages(self) -> list[Damage]:
        """Databases that were set aside, oldest first."""
        return [Damage(**note) for note in self._notes.get("damages", [])]

    def reload(self) -> None:
        """Take notice of what another command wrote down."""
        with self._lock:
            self._notes = self._load()

    def checked(self, now_ms: int) -> None:
        """All databases were looked through and are whole."""
        self._note(checked_ms=now_ms)

    def forgot(self, what: str) -> None:
        """The old traces of people were let go: ``what`` is of which moment and store."""
        self._note(forgotten=what)

    def backed_up(self, backup: Backup, now_ms: int) -> None:
        """A backup was made and checked."""
        note = {
            "at_ms": now_ms,
            "path": str(backup.path),
            "bytes": backup.bytes,
            "same_disk": backup.same_disk,
        }
        self._note(backup=note, backup_failure=None)

    def backup_failed(self, error: StorageError) -> None:
        """A backup could not be made."""
        self._note(backup_failure={"code": error.code, "fr": error.fr, "en": error.en})

    def damaged(self, damage: Damage) -> None:
        """A database was set aside."""
        note = {name: getattr(damage, name) for name in Damage.__slots__}
        self._note(damages=[*self._notes.get("damages", []), note][-DAMAGES_KEPT:])

    def date_damages(self, now_ms: int) -> None:
        """The time is known now: what has none yet was found since the last start."""
        notes = self._notes.get("damages", [])
        if any(not note["at_ms"] for note in notes):
            self._note(damages=[{**note, "at_ms": note["at_ms"] or now_ms} for note in notes])

    def sized(self, now_ms: int, size_bytes: int) -> None:
        """The databases take ``size_bytes`` at this moment; one number a day is kept."""
        sizes = self._notes.get("sizes", [])
        if not sizes or now_ms - sizes[-1][0] >= DAY_MS:
            self._note(sizes=[*sizes, [now_ms, size_bytes]][-SIZES_KEPT:])

    def growth_a_day(self, now_ms: int, size_bytes: int) -> float | None:
        """Bytes a day since the oldest number kept; None within the first day."""
        for then_ms, then_bytes in self._notes.get("sizes", []):
            if now_ms - then_ms >= DAY_MS:
                return float((size_bytes - then_bytes) * DAY_MS / (now_ms - then_ms))
        return None

    def _note(self, **notes: Any) -> None:
        with self._lock:
            self._notes = {**self._notes, **notes}
            try:
                write_whole(self._path, json.dumps(self._notes, indent=1).encode())
            except OSError as error:
                log.warning("CARE_NOT_NOTED: %s cannot be written (%s)", self._path, error)

    def _load(self) -> Mapping[str, Any]:
        try:
            notes = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return notes if isinstance(notes, dict) else {}
