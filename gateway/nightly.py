"""The backup of every night: when it is due, and which old ones may go.

A garden that was off at the hour makes up for it as soon as it runs again. What is deleted are only
files that bear this garden's name for backups, and only after a new one has been made and checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gateway import archive
from gateway.backup import PART, Backup, Progress, is_same_disk, make_backup
from gateway.carebook import Carebook
from gateway.settings import BackupSettings, GatewaySettings
from sensor_node.clock import SANE_SINCE_MS
from sensor_node.damage import told
from sensor_node.errors import StorageError

RETRY_MS: Final = 3_600_000
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d-\d{6})(-\d+)?" + re.escape(archive.SUFFIX))


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the folder, and the local moment in its name."""

    path: Path
    made: datetime


class Nightly:
    """The nightly backups of ``settings``; ``book`` remembers how they went."""

    def __init__(self, settings: GatewaySettings, book: Carebook) -> None:
        self._settings = settings
        self._book = book
        self._not_before_ms = 0

    def is_due(self, now_ms: int) -> bool:
        """Whether the last backup is from before the last time that the hour struck."""
        if self._settings.backup.folder is None or now_ms < max(SANE_SINCE_MS, self._not_before_ms):
            return False
        last = self._book.last_backup
        # A backup from the future was made by a clock that was wrong then.
        return last is None or not self._struck_ms(now_ms) <= last.at_ms <= now_ms

    def run(self, now_ms: int, progress: Progress = lambda _step, _done: None) -> Backup:
        """Make the backup, and let old ones go. Raises ``StorageError``; an hour later it is due
        again. What ``progress`` raises ends it without a trace.
        """
        folder = self._settings.backup.folder
        assert folder is not None, "not due"  # noqa: S101
        self._not_before_ms = now_ms + RETRY_MS
        try:
            self._require_the_disk(folder)
            backup = make_backup(self._settings, folder, now_ms, progress)
        except StorageError as error:
            self._book.backup_failed(error)
            raise
        self._book.backed_up(backup, now_ms)
        with told(folder / "x"):
            for old in superfluous(self._kept(folder, now_ms), self._settings.backup, backup.path):
                old.unlink(missing_ok=True)
        return backup

    def _require_the_disk(self, folder: Path) -> None:
        """A stick that is not mounted leaves an empty folder on the card: that is not meant."""
        last = self._book.last_backup
        if last is None or last.same_disk or Path(last.path).parent != folder.absolute():
            return
        if is_same_disk(self._settings.data, folder):
            raise StorageError(
                "BACKUP_DISK_ABSENT",
                fr=f"Le disque de sauvegarde n'est pas monté sur {folder} : rebranchez la clé USB, "
                "puis montez-la. La sauvegarde est réessayée toutes les heures.",
                en=f"The backup disk is not mounted at {folder}: plug the USB stick in again and "
                "mount it. The backup is tried again every hour.",
            )

    def _struck_ms(self, now_ms: int) -> int:
        """The last moment at which it was the hour of backups, in the garden's time."""
        zone = ZoneInfo(self._settings.timezone)
        now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
        hour = self._settings.backup.hour
        # fold=0: in autumn an hour comes twice, and the first time counts.
        struck = now.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
        if struck > now:
            struck = (struck.replace(tzinfo=None) - timedelta(days=1)).replace(tzinfo=zone)
        return round(struck.timestamp() * 1000)

    def _kept(self, folder: Path, now_ms: int) -> list[Kept]:
        """This garden's backups up to now, newest first."""
        zone, prefix = ZoneInfo(self._settings.timezone), archive.prefix_of(self._settings.name)
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        found = []
        for path in folder.glob(f"{prefix}*{archive.SUFFIX}"):
            match = _MOMENT.fullmatch(path.name.removeprefix(prefix))
            made = _moment(match.group(1), zone) if match else None
            if made is not None and made <= now:
                found.append(Kept(path, made))
        return sorted(found, key=lambda kept: (kept.made, kept.path.name), reverse=True)


def superfluous(kept: Iterable[Kept], settings: BackupSettings, newest: Path) -> list[Path]:
    """Which of the backups ``kept``, newest first, may go: neither the newest of one of the last
    days nor of one of the last weeks that are asked for, and never ``newest``.
    """
    days: set[object] = set()
    weeks: set[object] = set()
    gone = []
    for each in kept:
        day, week = each.made.date(), each.made.isocalendar()[:2]
        wanted = each.path == newest
        if day not in days and len(days) < settings.keep_daily:
            days.add(day)
            wanted = True
        if week not in weeks and len(weeks) < settings.keep_weekly:
            weeks.add(week)
            wanted = True
        if not wanted:
            gone.append(each.path)
    return gone


def is_backup(path: Path, garden: str) -> bool:
    """Whether the name is that of a backup of ``garden``, or of the folder one is made in."""
    prefix, name = archive.prefix_of(garden), path.name
    if name.startswith(f".{prefix}") and name.endswith(PART):
        return True
    return name.startswith(prefix) and bool(_MOMENT.fullmatch(name.removeprefix(prefix)))


def _moment(text: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d-%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
