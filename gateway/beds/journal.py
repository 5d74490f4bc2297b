"""The journal of waterings: told by people and valves, seen by probes, none counted twice."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.watering.rises import Rise
from gateway.watering.waterings import Source, Watering, reconcile
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE waterings (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        bed       TEXT    NOT NULL,
        at_ms     INTEGER NOT NULL,
        litres    REAL,                         -- NULL: nobody has told how many
        cans      REAL,                         -- as told, or by the bed's can
        source    TEXT    NOT NULL,             -- logged, detected, valve, rain_probable
        by        TEXT,                         -- a role or a plant, never a name
        matched   INTEGER NOT NULL DEFAULT 0,   -- both a person and a probe say so
        made_ms   INTEGER NOT NULL,
        undone_ms INTEGER
    );
    CREATE INDEX waterings_of_bed ON waterings (bed, at_ms);
"""
KEYS: Final = """
    ALTER TABLE waterings ADD COLUMN key TEXT;  -- made by who told it: told twice is told once
    CREATE UNIQUE INDEX waterings_by_key ON waterings (bed, key) WHERE key IS NOT NULL;
"""
SEEN: Final = frozenset({"detected", "rain_probable"})
_ALL = "SELECT id, bed, at_ms, litres, cans, source, by, matched, made_ms FROM waterings"


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells of a watering; ``litres`` None: they do not know how many.

    ``key``: made by who tells, None for none; what is told again with the same key is one watering.
    """

    at_ms: int
    litres: float | None
    cans: float | None
    source: Source
    by: str | None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A watering in the journal; ``made_ms``: when it was written down."""

    id: int
    bed: str
    at_ms: int
    litres: float | None
    cans: float | None
    source: Source
    by: str | None
    matched: bool
    made_ms: int = 0

    @property
    def asks_how_many(self) -> bool:
        """Whether only a person can say how much it was, and nobody has."""
        return self.litres is None and self.source != "rain_probable"


class Journal:
    """All waterings of a garden, in the catalogue's ``database``. Safe from several threads.

    What was undone stays on disk: a probe's rise that somebody dismissed is not found again.
    Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()

    def of(self, bed: str, from_ms: int, to_ms: int) -> list[Entry]:
        """The waterings of ``bed`` in ``[from_ms, to_ms)``, in order of time."""
        with self._database.reading() as db:
            return _entries(db, bed, from_ms, to_ms)

    def get(self, bed: str, number: int) -> Entry | None:
        """Watering ``number`` of ``bed``, or None where there is no such one."""
        with self._database.reading() as db:
            row = db.execute(
                f"{_ALL} WHERE id = ? AND bed = ? AND undone_ms IS NULL", (number, bed)
            ).fetchone()
        return _entry(row) if row else None

    def tell(self, bed: str, told: Told, now_ms: int) -> Entry:
        """Write down what somebody tells.

        Where a probe saw it and nobody had told of it yet, that entry becomes this one. What was
        told with the same key before stays as it is now.
        """
        with self._lock, self._database.writing() as db:
            if (known := _told_before(db, bed, told.key)) is not None:
                return known
            answered = _answered(db, bed, told)
            if answered is None:
                (number,) = db.execute(
                    "INSERT INTO waterings (bed, at_ms, litres, cans, source, by, key, made_ms)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                    (bed, *_fields(told), told.key, now_ms),
                ).fetchone()
            else:
                number = answered
                db.execute(
                    "UPDATE waterings SET at_ms = ?, litres = ?, cans = ?, source = ?, by = ?,"
                    " key = ?, made_ms = ?, matched = 1 WHERE id = ?",
                    (*_fields(told), told.key, now_ms, number),
                )
            return _one(db, number)

    def correct(self, entry: Entry, told: Told) -> Entry:
        """Write ``told`` over ``entry``; an answer to what a probe saw is told and seen."""
        seen = entry.matched or entry.source in SEEN
        with self._lock, self._database.writing() as db:
            db.execute(
                "UPDATE waterings SET at_ms = ?, litres = ?, cans = ?, source = ?, by = ?,"
                " matched = ? WHERE id = ?",
                (*_fields(told), seen, entry.id),
            )
            return _one(db, entry.id)

    def undo(self, entry: Entry, now_ms: int) -> None:
        """``entry`` did not happen."""
        with self._lock, self._database.writing() as db:
            db.execute("UPDATE waterings SET undone_ms = ? WHERE id = ?", (now_ms, entry.id))

    def see(self, bed: str, seen: Sequence[Rise], now_ms: int) -> None:
        """Take in what the bed's probes saw: what was told is matched, the rest is written down.

        ``seen``: named rises, the same ones as often as you like.
        """
        if not seen:
            return
        from_ms, to_ms = (at(rise.at_ms for rise in seen) for at in (min, max))
        with self._lock, self._database.writing() as db:
            known = _entries(db, bed, from_ms - _A_DAY_MS, to_ms + _A_DAY_MS, undone=True)
            dismissed = {entry.id for entry in known} - {
                entry.id for entry in _entries(db, bed, from_ms - _A_DAY_MS, to_ms + _A_DAY_MS)
            }
            told = [e for e in known if e.source not in SEEN and e.id not in dismissed]
            merged = reconcile([_watering(entry) for entry in told], _explained(told, seen))
            of_people = (one for one in merged if one.source not in SEEN)
            for entry, one in zip(told, of_people, strict=True):
                if one.matched and not entry.matched:
                    db.execute("UPDATE waterings SET matched = 1 WHERE id = ?", (entry.id,))
            before = [_as_rise(entry) for entry in known if entry.source in SEEN]
            for one in merged:
                if one.source in SEEN and not _is_among(one, before):
                    _write_seen(db, bed, one, now_ms)
                    before.append(Rise(one.at_ms, 0.0, 0.0))


_A_DAY_MS: Final = 24 * 3_600_000


def _told_before(db: sqlite3.Connection, bed: str, key: str | None) -> Entry | None:
    row = db.execute(f"{_ALL} WHERE bed = ? AND key = ?", (bed, key)).fetchone()
    return _entry(row) if row else None


def _answered(db: sqlite3.Connection, bed: str, told: Told) -> int | None:
    """The entry of a probe that ``told`` answers, if any."""
    around = _entries(db, bed, told.at_ms - _A_DAY_MS, told.at_ms + _A_DAY_MS)
    one = Watering(told.at_ms, told.litres, told.source)
    for entry in around:
        if entry.source == "detected" and reconcile([one], [_as_rise(entry)])[0].matched:
            return entry.id
    return None


def _explained(told: Sequence[Entry], seen: Sequence[Rise]) -> list[Rise]:
    """``seen``, where what looked like rain is a watering because somebody told of one."""
    by_people = [_as_rise(entry) for entry in told]
    return [
        replace(rise, name="watering")
        if rise.name == "rain_probable" and _is_among(Watering(rise.at_ms, None), by_people)
        else rise
        for rise in seen
    ]


def _is_among(one: Watering, before: Sequence[Rise]) -> bool:
    """Whether a rise was written down before: the rule that matches people's tells that too."""
    as_told = Watering(one.at_ms, None)
    return any(reconcile([as_told], [rise])[0].matched for rise in before)


def _as_rise(entry: Entry) -> Rise:
    return Rise(entry.at_ms, 0.0, 0.0)


def _watering(entry: Entry) -> Watering:
    return Watering(entry.at_ms, entry.litres, entry.source, entry.matched)


def _write_seen(db: sqlite3.Connection, bed: str, one: Watering, now_ms: int) -> None:
    db.execute(
        "INSERT INTO waterings (bed, at_ms, source, made_ms) VALUES (?, ?, ?, ?)",
        (bed, one.at_ms, one.source, now_ms),
    )


def _fields(told: Told) -> tuple[int, float | None, float | None, str, str | None]:
    return told.at_ms, told.litres, told.cans, told.source, told.by


def _entries(
    db: sqlite3.Connection, bed: str, from_ms: int, to_ms: int, *, undone: bool = False
) -> list[Entry]:
    rows = db.execute(
        f"{_ALL} WHERE bed = ? AND at_ms >= ? AND at_ms < ? AND (undone_ms IS NULL OR ?)"
        " ORDER BY at_ms, id",
        (bed, from_ms, to_ms, undone),
    ).fetchall()
    return [_entry(row) for row in rows]


def _one(db: sqlite3.Connection, number: int) -> Entry:
    return _entry(db.execute(f"{_ALL} WHERE id = ?", (number,)).fetchone())


def _entry(row: tuple[Any, ...]) -> Entry:
    number, bed, at_ms, litres, cans, source, by, matched, made_ms = row
    return Entry(number, bed, at_ms, litres, cans, source, by, bool(matched), made_ms)
