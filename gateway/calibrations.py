"""The calibrations that people made: kept for ever, also those that were undone."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.scale import Line, Scale, line_through
from gateway.store.base import Series
from sensor_node.database import Database
from sensor_node.errors import UsageError
from sensor_node.wire import QUANTITIES

MIGRATION: Final = """
    CREATE TABLE calibrations (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        node       TEXT    NOT NULL,
        channel    TEXT    NOT NULL,
        raw_low    REAL    NOT NULL,            -- two points: what the sensor gave, what it meant
        value_low  REAL    NOT NULL,
        raw_high   REAL    NOT NULL,
        value_high REAL    NOT NULL,
        from_ms    INTEGER NOT NULL,            -- holds from then until the next one
        by         TEXT    NOT NULL,            -- a role, never a name
        made_ms    INTEGER NOT NULL,
        undone_ms  INTEGER
    );
    CREATE INDEX calibrations_of ON calibrations (node, channel);
"""
NOT_A_LINE: Final = frozenset(
    {"wind_direction", "tank_empty", "undervoltage", "rain", "water_volume"}
)
"""A direction turns, a yes or no is neither, and a sum is corrected at its sensor."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A calibration to make: two points of (raw, value), and from when it holds.

    ``from_ms`` None: from the first reading on, or from now where another one holds already.
    """

    series: Series
    low: tuple[float, float]
    high: tuple[float, float]
    from_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """One that was made; ``undone_ms`` None: it holds."""

    id: int
    series: Series
    low: tuple[float, float]
    high: tuple[float, float]
    from_ms: int
    by: str
    made_ms: int
    undone_ms: int | None

    @property
    def line(self) -> Line:
        """The line through its points."""
        return line_through(self.low, self.high)


_ALL = (
    "SELECT id, node, channel, raw_low, value_low, raw_high, value_high, from_ms, by, made_ms,"
    " undone_ms FROM calibrations"
)


class Calibrations:
    """All of a garden, in the catalogue's ``database``. Safe to use from several threads.

    ``quantity_of``: what a channel measures, None where nobody has said. Every method raises
    ``StorageError`` when the disk fails.
    """

    def __init__(self, database: Database, quantity_of: Callable[[Series], str | None]) -> None:
        self._database = database
        self._quantity_of = quantity_of
        self._lock = threading.Lock()
        self._lines: dict[Series, list[tuple[int, Line]]] | None = None

    def scale(self, series: Series) -> Scale:
        """How the readings of ``series`` leave."""
        lines = self._in_force().get(series)
        return Scale(self._quantity_of(series), lines) if lines else Scale(None)

    def of(self, series: Series) -> list[Calibration]:
        """All that were ever made for ``series``, newest first."""
        with self._database.reading() as db:
            rows = db.execute(
                f"{_ALL} WHERE node = ? AND channel = ? ORDER BY id DESC", series
            ).fetchall()
        return [_calibration(row) for row in rows]

    def all(self) -> list[Calibration]:
        """All that were ever made, oldest first."""
        with self._database.reading() as db:
            return [_calibration(row) for row in db.execute(f"{_ALL} ORDER BY id").fetchall()]

    def bring(self, one: Calibration) -> None:
        """Take in a calibration that was made elsewhere, unless this very one is here already."""
        self._check(Wanted(one.series, one.low, one.high))
        facts = (*one.series, *one.low, *one.high, one.from_ms, one.by, one.made_ms, one.undone_ms)
        if any(replace(known, id=one.id) == one for known in self.of(one.series)):
            return
        with self._lock, self._database.writing() as db:
            db.execute(
                "INSERT INTO calibrations (node, channel, raw_low, value_low, raw_high,"
                " value_high, from_ms, by, made_ms, undone_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,"
                " ?)",
                facts,
            )
        self._lines = None

    def make(self, wanted: Sequence[Wanted], by: str, now_ms: int) -> list[Calibration]:
        """Make all of ``wanted``, or none. History follows at once.

        ``by``: the role of whoever made them. Raises ``UsageError``: ``CALIBRATION_POINTS`` where
        two points make no line, ``CALIBRATION_IMPOSSIBLE`` for what a line cannot correct.
        """
        for one in wanted:
            self._check(one)
        held, made = self._in_force(), []
        with self._lock, self._database.writing() as db:
            for one in wanted:
                from_ms = one.from_ms
                if from_ms is None:
                    from_ms = now_ms if one.series in held else 0
                (number,) = db.execute(
                    "INSERT INTO calibrations (node, channel, raw_low, value_low, raw_high,"
                    " value_high, from_ms, by, made_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    " RETURNING id",
                    (*one.series, *one.low, *one.high, from_ms, by, now_ms),
                ).fetchone()
                made.append(number)
        self._lines = None
        return [self._one(number) for number in made]

    def undo(self, series: Series, number: int, now_ms: int) -> Calibration | None:
        """Take back calibration ``number`` of ``series``; None where there is no such one.

        What held before holds again. One that was undone already stays so.
        """
        with self._lock, self._database.writing() as db:
            changed = db.execute(
                "UPDATE calibrations SET undone_ms = coalesce(undone_ms, ?)"
                " WHERE id = ? AND node = ? AND channel = ?",
                (now_ms, number, *series),
            ).rowcount
        self._lines = None
        return self._one(number) if changed else None

    def _in_force(self) -> dict[Series, list[tuple[int, Line]]]:
        """The lines of each series in the order of time; asked for at every reading."""
        lines = self._lines
        if lines is None:
            with self._lock, self._database.reading() as db:
                rows = db.execute(f"{_ALL} WHERE undone_ms IS NULL ORDER BY id").fetchall()
                latest: dict[Series, dict[int, Line]] = {}
                for one in map(_calibration, rows):
                    latest.setdefault(one.series, {})[one.from_ms] = one.line
                lines = {series: sorted(of.items()) for series, of in latest.items()}
                self._lines = lines
        return lines

    def _one(self, number: int) -> Calibration:
        with self._database.reading() as db:
            return _calibration(db.execute(f"{_ALL} WHERE id = ?", (number,)).fetchone())

    def _check(self, wanted: Wanted) -> None:
        quantity = self._quantity_of(wanted.series)
        if quantity in NOT_A_LINE or quantity not in QUANTITIES:
            raise _impossible(wanted.series, quantity)
        try:
            line = line_through(wanted.low, wanted.high)
        except ValueError:
            raise _no_line(wanted.series) from None
        if not (math.isfinite(line.slope) and math.isfinite(line.offset)):
            raise _no_number(wanted.series)


def _calibration(row: tuple[Any, ...]) -> Calibration:
    number, node, channel, raw_low, value_low, raw_high, value_high, *rest = row
    low, high = (raw_low, value_low), (raw_high, value_high)
    return Calibration(number, Series(node, channel), low, high, *rest)


def _no_line(series: Series) -> UsageError:
    return UsageError(
        "CALIBRATION_POINTS",
        fr=f"Les deux points de « {series} » doivent différer, par ce que donne le capteur et par "
        "ce que cela vaut : mesurez une fois sec et une fois humide.",
        en=f"The two points of '{series}' must differ, in what the sensor gives and in what it "
        "means: measure once dry and once wet.",
    )


def _no_number(series: Series) -> UsageError:
    return UsageError(
        "CALIBRATION_POINTS",
        fr=f"La droite par les deux points de « {series} » dépasse ce qu'un nombre peut dire : "
        "vérifiez-les, ils sont démesurés, ou trop près l'un de l'autre.",
        en=f"The line through the two points of '{series}' is beyond any number: check them, they "
        "are out of all measure, or too near each other.",
    )


def _impossible(series: Series, quantity: str | None) -> UsageError:
    what = quantity or "?"
    return UsageError(
        "CALIBRATION_IMPOSSIBLE",
        fr=f"« {series} » ({what}) ne s'étalonne pas par deux points : corrigez le réglage de son "
        "capteur.",
        en=f"'{series}' ({what}) cannot be calibrated by two points: correct the setting of its "
        "sensor.",
    )
