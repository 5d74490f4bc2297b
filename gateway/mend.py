"""At the start: are the databases whole? A damaged one is set aside and salvaged, and it is told.

Looking through everything takes 0.7 s for 5 million readings (155 MB) on a PC and some ten times
that on a Pi. So it is done after an end that was not clean, once a week, and always where the
databases are small; otherwise only their first page is looked at.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gateway import salvage
from gateway.carebook import Carebook, Damage
from gateway.durable import belong
from gateway.folder import DATABASES
from gateway.rescue import PLAUSIBLE, Found
from sensor_node import damage
from sensor_node.damage import beside
from sensor_node.database import is_sound

SMALL_BYTES: Final = 64_000_000
CHECK_EVERY_MS: Final = 7 * 86_400_000
LOOK_CACHE_KIB: Final = 100
"""A look goes through each page once. SQLite's 2 MB would make it no faster, and would stay with
the process: what is loaded afterwards needs smaller pieces.
"""
OF_THE_SYSTEM: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    }
)
RUNNING: Final = "running"
"""A file that is there while a gateway runs: found at the start, its end was not clean."""

log = logging.getLogger("jardin.care")


def look_over(
    data: Path,
    book: Carebook,
    now_ms: int,
    timezone: str,
    *,
    fully: bool = False,
    is_dated: bool = True,
) -> None:
    """Make sure that every database in ``data`` is whole, or mend it. Call it with nobody else in
    the folder. ``fully``: look through everything. ``is_dated``: ``now_ms`` can be believed.

    Raises ``StorageError`` where a salvage has no room to work.
    """
    for name in DATABASES:
        damage.finish(data / name)
    fully = fully or _is_due(data, book, now_ms)
    whole = True
    if fully and _bytes_of(data) > SMALL_BYTES:
        log.info("LOOKING_OVER: the databases are looked through from end to end")
    for name, migrations in DATABASES.items():
        path = data / name
        if path.exists() and not _is_whole(path, fully=fully):
            whole = False
            found, aside = salvage.salvage(path, migrations)
            _tell(Loss(path, aside, found, now_ms, timezone), book, is_dated=is_dated)
    for name in DATABASES:
        salvage.keep_head(data / name)
    if fully and whole:
        book.checked(now_ms)


def begin(data: Path) -> None:
    """A gateway is at work here from now on."""
    with damage.told(data / RUNNING):
        (data / RUNNING).touch()
    belong(data / RUNNING)


def end(data: Path) -> None:
    """It has ended, and closed its databases."""
    for name in DATABASES:
        salvage.keep_head(data / name)
    (data / RUNNING).unlink(missing_ok=True)


def _is_due(data: Path, book: Carebook, now_ms: int) -> bool:
    if (data / RUNNING).exists() or now_ms - book.checked_ms >= CHECK_EVERY_MS:
        return True
    return _bytes_of(data) <= SMALL_BYTES


def _bytes_of(data: Path) -> int:
    return sum((data / name).stat().st_size for name in DATABASES if (data / name).exists())


def _is_whole(path: Path, *, fully: bool) -> bool:
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute(f"PRAGMA cache_size = -{LOOK_CACHE_KIB}")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            whole = is_sound(db) if fully else True
            # A first page that forbids writing is damage too, where the system allows it.
            (version,) = db.execute("PRAGMA user_version").fetchone()
            db.execute("BEGIN IMMEDIATE")
            db.execute(f"PRAGMA user_version = {version:d}")
            db.execute("ROLLBACK")
        return whole and salvage.has_its_schema(path)
    except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
        return _is_of_the_system(error, path)  # what else is wrong is told by who opens it


def _is_of_the_system(error: Exception, path: Path) -> bool:
    """Whether the disk, its permissions or another program refuses, and not the file itself."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code == sqlite3.SQLITE_READONLY:
        return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    return code in OF_THE_SYSTEM


def _tell(loss: Loss, book: Carebook, *, is_dated: bool) -> None:
    fr, en = loss.sentence("fr"), loss.sentence("en")
    log.error("DATABASE_SALVAGED: %s", en)
    at_ms = loss.at_ms if is_dated else 0
    book.damaged(Damage(at_ms, loss.path.name, loss.aside.name, fr, en))
    report = beside(loss.aside, ".txt")
    report.write_text(f"{loss.report('fr')}\n\n{loss.report('en')}\n", encoding="utf-8")
    belong(report)


class Loss:
    """What became of one damaged database, in words."""

    def __init__(self, path: Path, aside: Path, found: Found, at_ms: int, timezone: str) -> None:
        self.path = path
        self.aside = aside
        self.at_ms = at_ms
        self._found = found
        self._zone = ZoneInfo(timezone)
        self.spans = {
            str(series): [(self._believable(low), self._believable(high)) for low, high in gaps]
            for series, gaps in found.gaps.items()
        }

    def sentence(self, language: str) -> str:
        """What was lost between which times, and what to do."""
        say = _chooser(language)
        name, aside = self.path.name, self.aside.name
        kept = say(
            f"{name} était abîmée : {self._found.total} lignes sont sauvées dans une nouvelle "
            f"base, l'ancienne est à côté ({aside}).",
            f"{name} was damaged: {self._found.total} rows were saved into a new database, the "
            f"old one is beside it ({aside}).",
        )
        todo = say(
            "Changez bientôt la carte ou le disque.",
            "Replace the card or disk soon.",
        )
        return f"{kept} {self._lost(say)} {todo}"

    def report(self, language: str) -> str:
        """The sentence, and each channel with the times between which readings are lost."""
        say = _chooser(language)
        lines = [self.sentence(language)]
        for series, spans in sorted(self.spans.items()):
            for low, high in spans:
                first, last = self._beginning(low, say), self._time(high)
                lines.append(
                    say(
                        f"  {series} : entre {first} et {last}",
                        f"  {series}: between {first} and {last}",
                    )
                )
        return "\n".join(lines)

    def _lost(self, say: Callable[[str, str], str]) -> str:
        found = self._found
        if not self.spans and not found.is_partial and self._missing() <= 0:
            return say("Rien n'est perdu.", "Nothing is lost.")
        if not self.spans:
            return self._lost_elsewhere(say)
        first = self._beginning(min(low for each in self.spans.values() for low, _ in each), say)
        last = self._time(max(high for each in self.spans.values() for _, high in each))
        many = f" ({self._missing()})" if self._missing() > 0 else ""
        return say(
            f"Perdu : des mesures{many} entre {first} et {last} ; voies touchées : "
            f"{len(self.spans)}. Les nœuds renvoient d'eux-mêmes celles des 30 derniers jours ; "
            "une sauvegarde a les autres.",
            f"Lost: readings{many} between {first} and {last}; channels concerned: "
            f"{len(self.spans)}. The nodes send those of the last 30 days again by "
            "themselves; a backup has the rest.",
        )

    def _lost_elsewhere(self, say: Callable[[str, str], str]) -> str:
        if self.path.name == "store.sqlite":
            return say(
                "Ce qui manque ne peut pas être daté : tout ce qui a été mesuré avant peut être "
                "touché. Les nœuds renvoient d'eux-mêmes leurs 30 derniers jours ; une sauvegarde "
                "a le reste.",
                "What is missing cannot be dated: anything measured before may be concerned. The "
                "nodes send their last 30 days again by themselves; a backup has the rest.",
            )
        return say(
            "Une partie ne se lit plus : vérifiez les réglages du jardin sur la page ; une "
            "sauvegarde a le reste.",
            "A part can no longer be read: check the garden's settings on the page; a backup has "
            "the rest.",
        )

    def _missing(self) -> int:
        found = self._found
        return 0 if found.expected is None else found.expected - found.saved.get("readings", 0)

    def _believable(self, at_ms: int) -> int:
        """``at_ms`` between 2000 and now: beside a hole a key may be damaged too, and name a year
        that no calendar has.
        """
        return min(max(at_ms, PLAUSIBLE[0]), self.at_ms)

    def _beginning(self, low: int, say: Callable[[str, str], str]) -> str:
        if low <= PLAUSIBLE[0]:
            return say("le début", "the beginning")
        return self._time(low)

    def _time(self, at_ms: int) -> str:
        moment = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self._zone)
        return f"{moment:%Y-%m-%d %H:%M}"


def _chooser(language: str) -> Callable[[str, str], str]:
    return lambda fr, en: fr if language == "fr" else en
