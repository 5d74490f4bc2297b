"""What people note about a bed: a few words, by a role or a plant, never by a name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from gateway.times import DAY_MS
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE notes (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        bed       TEXT    NOT NULL,
        at_ms     INTEGER NOT NULL,
        text      TEXT    NOT NULL,
        by        TEXT    NOT NULL,             -- a role or a plant, never a name
        made_ms   INTEGER NOT NULL
    );
    CREATE INDEX notes_of_bed ON notes (bed, at_ms);
"""
MOST_CHARACTERS: Final = 280
MOST_A_DAY: Final = 50
"""For one bed: more is a program gone wild, not a gardener."""
_ALL: Final = "SELECT id, bed, at_ms, text, by FROM notes"


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a bed; ``at_ms``: what it is about, not when it was typed."""

    id: int
    bed: str
    at_ms: int
    text: str
    by: str


class Notes:
    """All notes of a garden, in the catalogue's ``database``. Safe to use from several threads.

    Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, bed: str, from_ms: int, to_ms: int) -> list[Note]:
        """The notes on ``bed`` in ``[from_ms, to_ms)``, in order of time."""
        with self._database.reading() as db:
            rows = db.execute(
                f"{_ALL} WHERE bed = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms, id",
                (bed, from_ms, to_ms),
            ).fetchall()
        return [_note(row) for row in rows]

    def get(self, bed: str, number: int) -> Note | None:
        """Note ``number`` on ``bed``, or None where there is no such one."""
        with self._database.reading() as db:
            row = db.execute(f"{_ALL} WHERE id = ? AND bed = ?", (number, bed)).fetchone()
        return _note(row) if row else None

    def tell(self, bed: str, text: str, by: str, at_ms: int, now_ms: int) -> Note | None:
        """Write ``text`` down; None where the bed has had all notes that a day takes.

        ``text``: as ``plain`` gives it.
        """
        with self._database.writing() as db:
            (made,) = db.execute(
                "SELECT COUNT(*) FROM notes WHERE bed = ? AND made_ms > ?", (bed, now_ms - DAY_MS)
            ).fetchone()
            if made >= MOST_A_DAY:
                return None
            (number,) = db.execute(
                "INSERT INTO notes (bed, at_ms, text, by, made_ms) VALUES (?, ?, ?, ?, ?)"
                " RETURNING id",
                (bed, at_ms, text, by, now_ms),
            ).fetchone()
        return Note(number, bed, at_ms, text, by)

    def remove(self, note: Note) -> None:
        """Its words are gone for good: somebody may have written what was not theirs to tell."""
        with self._database.writing() as db:
            db.execute("DELETE FROM notes WHERE id = ?", (note.id,))


def plain(text: str) -> str:
    """``text`` on one line, without what a page could take for anything but letters.

    Control characters and those that turn the direction of writing go; lines become spaces.
    """
    shown = "".join(
        " " if one.isspace() else one
        for one in unicodedata.normalize("NFC", text)
        if one.isspace() or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join(shown.split())


def _note(row: tuple[Any, ...]) -> Note:
    return Note(*row)
