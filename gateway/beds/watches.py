"""Which channels watch which bed, and from when to when: a moved probe leaves its past behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.store.base import Series
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE watches (                      -- a channel watches a bed in [from_ms, to_ms)
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        node    TEXT    NOT NULL,
        channel TEXT    NOT NULL,
        bed     TEXT    NOT NULL,
        from_ms INTEGER NOT NULL,
        to_ms   INTEGER                         -- NULL: it still does
    );
    CREATE INDEX watches_of_bed ON watches (bed, from_ms);
    CREATE INDEX watches_of_channel ON watches (node, channel);
"""
IN_THE_SOIL: Final = frozenset({"soil_moisture_raw", "soil_moisture", "soil_temperature"})
"""What stands in one bed at a time; a station's air, light and rain may serve several."""

_ALL = "SELECT id, node, channel, bed, from_ms, to_ms FROM watches"


@dataclass(frozen=True, slots=True)
class Watch:
    """``series`` watched ``bed`` from ``from_ms`` until ``to_ms``, None for still."""

    id: int
    series: Series
    bed: str
    from_ms: int
    to_ms: int | None

    def cut(self, from_ms: int, to_ms: int) -> tuple[int, int]:
        """The part of ``[from_ms, to_ms)`` in which it did; empty where the first is not less."""
        ends_ms = to_ms if self.to_ms is None else min(to_ms, self.to_ms)
        return max(from_ms, self.from_ms), ends_ms


@dataclass(frozen=True, slots=True)
class Wish:
    """A channel that is to watch a bed; ``from_ms`` None: see ``Watches.wish``."""

    series: Series
    from_ms: int | None = None


class Watches:
    """All of a garden, in the catalogue's ``database``. Safe to use from several threads.

    ``quantity_of``: what a channel measures. Every method raises ``StorageError`` when the disk
    fails.
    """

    def __init__(self, database: Database, quantity_of: Callable[[Series], str | None]) -> None:
        self._database = database
        self._quantity_of = quantity_of

    def of(self, bed: str) -> list[Watch]:
        """All that ever watched ``bed``, in order of time."""
        with self._database.reading() as db:
            rows = db.execute(f"{_ALL} WHERE bed = ? ORDER BY from_ms, id", (bed,)).fetchall()
        return [_watch(row) for row in rows]

    def now(self) -> list[Watch]:
        """All that watch a bed now."""
        with self._database.reading() as db:
            rows = db.execute(f"{_ALL} WHERE to_ms IS NULL ORDER BY bed, id").fetchall()
        return [_watch(row) for row in rows]

    def wish(self, bed: str, wishes: Sequence[Wish], now_ms: int) -> None:
        """From now on ``wishes`` watch ``bed``, and nothing else does.

        Without a moment of its own a channel's first watch holds for all of its history, a later
        one from now on. What is in the soil leaves the bed where it was at that moment.
        """
        wanted = {wish.series: wish for wish in wishes}
        # Asked for before the lock: the answer may need the database too.
        exclusive = {series: self._quantity_of(series) in IN_THE_SOIL for series in wanted}
        with self._database.writing() as db:
            rows = db.execute(f"{_ALL} WHERE bed = ? AND to_ms IS NULL", (bed,)).fetchall()
            held = {watch.series: watch for watch in map(_watch, rows)}
            for series in held.keys() - wanted.keys():
                _end(db, held[series], now_ms)
            for series, wish in wanted.items():
                from_ms = wish.from_ms
                if series in held and from_ms in (None, held[series].from_ms):
                    continue
                if series in held:
                    db.execute("DELETE FROM watches WHERE id = ?", (held[series].id,))
                if from_ms is None:
                    from_ms = now_ms if _is_known(db, series) else 0
                _begin(db, series, bed, from_ms, alone=exclusive[series])

    def end(self, bed: str, now_ms: int) -> None:
        """Nothing watches ``bed`` any more."""
        self.wish(bed, (), now_ms)


def _begin(db: sqlite3.Connection, series: Series, bed: str, from_ms: int, *, alone: bool) -> None:
    """``series`` watches ``bed``; ``alone``: and no other from then on."""
    for row in db.execute(f"{_ALL} WHERE node = ? AND channel = ?", series).fetchall():
        other = _watch(row)
        ends_later = other.to_ms is None or other.to_ms > from_ms
        if ends_later and (alone or other.bed == bed):
            _end(db, other, from_ms)
    db.execute(
        "INSERT INTO watches (node, channel, bed, from_ms) VALUES (?, ?, ?, ?)",
        (*series, bed, from_ms),
    )


def _end(db: sqlite3.Connection, watch: Watch, at_ms: int) -> None:
    """End ``watch`` at ``at_ms``; one that had not begun by then never was."""
    if watch.from_ms >= at_ms:
        db.execute("DELETE FROM watches WHERE id = ?", (watch.id,))
    else:
        db.execute("UPDATE watches SET to_ms = ? WHERE id = ?", (at_ms, watch.id))


def _is_known(db: sqlite3.Connection, series: Series) -> bool:
    found = db.execute("SELECT 1 FROM watches WHERE node = ? AND channel = ?", series)
    return found.fetchone() is not None


def _watch(row: tuple[Any, ...]) -> Watch:
    number, node, channel, bed, from_ms, to_ms = row
    return Watch(number, Series(node, channel), bed, from_ms, to_ms)
