"""Everything that can still be read of a damaged database, row by row, into a fresh one.

Readings and faults are read series by series, so that it is known between which times something is
lost; where the tree that leads to them is dead, page by page. What is computed from readings is
computed anew, and the store gets a new id: nodes then send again what they still have.
"""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final

from gateway import leaves
from gateway.store import rollups
from gateway.store.base import Series
from gateway.walk import MOST_PROBES, STUMBLES, Gap, Row, Walk

BATCH: Final = 5000
FINEST_MS: Final = 60_000
EVER: Final = (-(2**53), 2**53)
PLAUSIBLE: Final = (946_684_800_000, 4_102_444_800_000)  # 2000 to 2100
COMPUTED: Final = frozenset({"hourly", "daily"})
BY_SERIES: Final = ("readings", "faults")
SERIES_TRIED: Final = 200
PROBES_OF_NAMELESS: Final = 200
USUAL_STEPS: Final = 1.5
FEW: Final = 20
NAMELESS: Final = "sans-nom"
"""The node of series whose names cannot be read."""


@dataclass(slots=True)
class Found:
    """What a salvage brought. ``gaps``: by series, ranges of time that cannot be read."""

    saved: dict[str, int] = field(default_factory=dict)
    expected: int | None = None
    """Readings that there were, where that can still be read."""
    gaps: dict[Series, list[Gap]] = field(default_factory=dict)
    is_partial: bool = False
    """Something else than readings could not be read either."""

    @property
    def total(self) -> int:
        """How many rows were saved."""
        return sum(self.saved.values())


class Rescue:
    """From the damaged database ``old``, the file ``path``, into the fresh one ``new``."""

    def __init__(self, old: sqlite3.Connection, new: sqlite3.Connection, path: Path) -> None:
        self._old = old
        self._new = new
        self._path = path
        self._found = Found()

    def run(self) -> Found:
        """Copy all that can be read. Raises ``sqlite3.Error`` where ``new`` cannot be written."""
        tables = [
            name
            for (name,) in self._new.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
            )
        ]
        is_store = "readings" in tables
        by_series = BY_SERIES if is_store else ()
        for table in tables:
            if table not in COMPUTED and table not in by_series:
                self._copy(table)
        if is_store:
            self._copy_by_series()
            self._settle_store("hourly" in tables)
        if "items" in tables:
            self._new.execute(
                "UPDATE meta SET value = (SELECT total(weight) FROM items) WHERE key = 'bytes'"
            )
        return self._found

    # --- any table ----------------------------------------------------------------------------

    def _copy(self, table: str) -> None:
        columns = [row[1] for row in self._new.execute(f'PRAGMA table_info("{table}")')]
        names = ", ".join(f'"{name}"' for name in columns)
        put = (
            f'INSERT OR REPLACE INTO "{table}" ({names})'  # noqa: S608 - our own schema
            f" VALUES ({', '.join('?' * len(columns))})"
        )
        if self._has_rowid(table):
            with _Batch(self._new, put) as batch:
                walk = Walk(
                    self._reader(
                        f'SELECT rowid, {names} FROM "{table}" NOT INDEXED',  # noqa: S608
                        "rowid",
                    ),
                    lambda row: batch.put(row[1:]),
                    lambda _row: True,
                )
                walk.between(*EVER)
            whole = not walk.gaps
        else:
            whole = self._copy_both_ways(table, names, put)
        self._found.is_partial |= not whole
        (count,) = self._new.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
        if table != "meta":
            self._found.saved[table] = count

    def _has_rowid(self, table: str) -> bool:
        row = self._new.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
        ).fetchone()
        return "WITHOUT ROWID" not in row[0].upper()

    def _copy_both_ways(self, table: str, names: str, put: str) -> bool:
        """A table without a number for a key: from its beginning, and from its end."""
        keys = [row for row in self._new.execute(f'PRAGMA table_info("{table}")') if row[5]]
        keys.sort(key=lambda row: row[5])
        for order in ("", " DESC"):
            by = ", ".join(f'"{key[1]}"{order}' for key in keys)
            try:
                for row in self._old.execute(
                    f'SELECT {names} FROM "{table}" NOT INDEXED ORDER BY {by}'  # noqa: S608
                ):
                    with contextlib.suppress(sqlite3.IntegrityError):
                        self._new.execute(put, row)
            except STUMBLES:
                continue
            return True
        return False

    def _reader(self, select: str, key: str, *fixed: Any) -> Callable[..., Iterator[Row]]:
        where = " AND " if fixed else " WHERE "

        def read(low: int, high: int, newest_first: bool) -> Iterator[Row]:
            order = "DESC" if newest_first else "ASC"
            return self._old.execute(
                f"{select}{where}{key} >= ? AND {key} < ? ORDER BY {key} {order}",
                (*fixed, low, high),
            )

        return read

    # --- the store ----------------------------------------------------------------------------

    def _copy_by_series(self) -> None:
        self._names_from_index()
        names = {
            number: Series(node, channel)
            for number, node, channel in self._new.execute("SELECT id, node, channel FROM series")
        }
        gaps: dict[int, list[Gap]] = {}
        for number in sorted({*names, *self._numbers()}):
            probes = MOST_PROBES if number in names else PROBES_OF_NAMELESS
            gaps[number] = self._copy_one("readings", number, probes)
            self._found.is_partial |= bool(self._copy_one("faults", number, probes))
        if any(gaps.values()):
            self._fill(gaps)
        for number in gaps.keys() - names.keys():
            self._name(number, names)
        self._found.gaps = {names[n]: gaps[n] for n in gaps if gaps[n] and n in names}

    def _fill(self, gaps: dict[int, list[Gap]]) -> None:
        """Look for what is missing page by page, and leave in ``gaps`` what is not found."""
        (page_bytes,) = self._new.execute("PRAGMA page_size").fetchone()
        with _Batch(self._new, "INSERT OR IGNORE INTO readings VALUES (?, ?, ?, ?)") as batch:
            for page in leaves.pages(self._path, page_bytes):
                for row in leaves.readings_in(page):
                    if any(low <= row[1] < high for low, high in gaps.get(row[0], ())):
                        batch.put(row)
        newest_ms = self._newest_ms()
        for number, holes in gaps.items():
            gaps[number] = [
                left for hole in holes for left in self._left_of(number, hole, newest_ms)
            ]

    def _left_of(self, number: int, hole: Gap, newest_ms: int) -> list[Gap]:
        """The parts of ``hole`` in which the filling left more room than between readings.

        Before the first reading there need not have been any, and after the last only as long as
        other channels have some.
        """
        times = [
            at_ms
            for (at_ms,) in self._new.execute(
                "SELECT at_ms FROM readings WHERE series = ? AND at_ms >= ? AND at_ms < ?"
                " ORDER BY at_ms",
                (number, *hole),
            )
        ]
        if len(times) < FEW:
            return [hole]
        usual = median(b - a for a, b in pairwise(times))
        before, after = self._around(number, times)
        first = times[0] if before is None else before
        last = max(times[-1], newest_ms) if after is None else after
        edges = pairwise([first, *times, last])
        return [(a + 1, b) for a, b in edges if b - a > USUAL_STEPS * usual]

    def _around(self, number: int, times: list[int]) -> tuple[int | None, int | None]:
        """The readings next to those at ``times``."""
        before, after = self._new.execute(
            "SELECT (SELECT max(at_ms) FROM readings WHERE series = ?1 AND at_ms < ?2),"
            " (SELECT min(at_ms) FROM readings WHERE series = ?1 AND at_ms > ?3)",
            (number, times[0], times[-1]),
        ).fetchone()
        return before, after

    def _name(self, number: int, names: dict[int, Series]) -> None:
        """A series whose name cannot be read gets one, if anything of it was found."""
        known = self._new.execute(
            "SELECT 1 FROM readings WHERE series = ?1 UNION ALL"
            " SELECT 1 FROM faults WHERE series = ?1 LIMIT 1",
            (number,),
        ).fetchone()
        if known:
            names[number] = Series(NAMELESS, f"serie-{number}")
            self._new.execute("INSERT INTO series VALUES (?, ?, ?)", (number, *names[number]))

    def _names_from_index(self) -> None:
        """The names stand a second time in the index that keeps them unique."""
        try:
            for row in self._old.execute(
                "SELECT id, node, channel FROM series INDEXED BY sqlite_autoindex_series_1"
                " ORDER BY node, channel"
            ):
                with contextlib.suppress(sqlite3.IntegrityError):
                    self._new.execute("INSERT OR IGNORE INTO series VALUES (?, ?, ?)", row)
        except STUMBLES:
            return

    def _numbers(self) -> Iterator[int]:
        """The numbers of series that have readings or faults, also of those without a name."""
        for table in BY_SERIES:
            after, tried = 0, 0
            while tried < SERIES_TRIED:
                try:
                    row = self._old.execute(
                        f"SELECT series FROM {table} WHERE series > ? ORDER BY series LIMIT 1",  # noqa: S608
                        (after,),
                    ).fetchone()
                except STUMBLES:
                    after, tried = after + 1, tried + 1
                    yield after
                    continue
                if row is None or not isinstance(row[0], int) or row[0] <= after:
                    break
                after = row[0]
                yield after

    def _copy_one(self, table: str, number: int, probes: int) -> list[Gap]:
        columns = "at_ms, value, suspect" if table == "readings" else "at_ms, reason"
        put = f"INSERT OR REPLACE INTO {table} (series, {columns})"
        put += f" VALUES ({number:d}{', ?' * (columns.count(',') + 1)})"
        with _Batch(self._new, put) as batch:
            walk = Walk(
                self._reader(
                    f"SELECT {columns} FROM {table} WHERE series = ?",  # noqa: S608
                    "at_ms",
                    number,
                ),
                batch.put,
                _is_reading if table == "readings" else _is_fault,
                FINEST_MS,
                PLAUSIBLE,
                probes,
            )
            walk.between(*EVER)
        return walk.gaps

    def _settle_store(self, has_rollups: bool) -> None:
        new, found = self._new, self._found
        with contextlib.suppress(*STUMBLES, TypeError):
            (told,) = self._old.execute("SELECT value FROM meta WHERE key = 'readings'").fetchone()
            found.expected = int(told)
        for table in BY_SERIES:
            (found.saved[table],) = new.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        new.execute(
            "INSERT OR REPLACE INTO meta VALUES ('readings', ?)", (found.saved["readings"],)
        )
        # Without them the store takes a new id and lays its days anew when it is opened.
        new.execute("DELETE FROM meta WHERE key IN ('store', 'timezone')")
        if has_rollups:
            new.execute(rollups.FILL_HOURS)

    def _newest_ms(self) -> int:
        (newest_ms,) = self._new.execute(
            "SELECT max((SELECT max(at_ms) FROM readings WHERE series = id)) FROM series"
        ).fetchone()
        return int(newest_ms or 0)


class _Batch:
    """Rows on their way into the new file, many at a time."""

    def __init__(self, db: sqlite3.Connection, put: str) -> None:
        self._db = db
        self._put = put
        self._rows: list[Row] = []

    def __enter__(self) -> _Batch:
        return self

    def put(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self._flush()

    def __exit__(self, *_: object) -> None:
        self._flush()

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        try:
            self._db.executemany(self._put, rows)
        except sqlite3.IntegrityError:  # some of them cannot stand in a table of ours
            for row in rows:
                with contextlib.suppress(sqlite3.IntegrityError):
                    self._db.execute(self._put, row)


def _is_reading(row: Row) -> bool:
    _, value, suspect = row
    return isinstance(value, float | int) and math.isfinite(value) and isinstance(suspect, int)


def _is_fault(row: Row) -> bool:
    return isinstance(row[1], str)
