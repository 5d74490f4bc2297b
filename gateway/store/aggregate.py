"""Many readings as few: count, mean, least, most and total of each bucket of time.

Each run of buckets of one length is one statement, on the coarsest rows that fit: days where all
bounds are the garden's midnights, hours where they are full hours, else the readings themselves.
Directions are averaged as vectors, which no rollup holds: always from the readings.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.store.base import Bucket, Point
from gateway.store.rollups import HOUR_MS, Days

NO_DIRECTION = 1e-9
"""A mean vector shorter than this points nowhere."""

Totals = tuple[int, float, float, float, float, float]
"""Count, least, most, total, and the sums of sines and cosines of directions."""
Row = tuple[int, int, float, float, float, float, float]
"""Where a bucket begins, and its totals."""

_RAW = "count(*), min(value), max(value), total(value), 0, 0 FROM readings"
_VECTORS = (
    "count(*), min(value), max(value), total(value),"
    " total(sin(radians(value))), total(cos(radians(value))) FROM readings"
)
_ROLLED = "sum(count), min(least), max(most), total(total), 0, 0 FROM"


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to aggregate: ``select`` from them, and their column of time in units of ``unit_ms``.

    ``longest_ms``: a bucket that is no longer has one row at most, and nothing to be put together.
    """

    select: str
    at: str
    unit_ms: int = 1
    longest_ms: int = 0


READINGS, VECTORS = Source(_RAW, "at_ms"), Source(_VECTORS, "at_ms")
HOURS = Source(f"{_ROLLED} hourly", "hour", HOUR_MS, HOUR_MS)
DAYS = Source(f"{_ROLLED} daily", "start_ms", 1, 25 * HOUR_MS)
_ONE = "count, least, most, total, 0, 0 FROM"


@dataclass(frozen=True, slots=True)
class Run:
    """``count`` buckets of ``length_ms`` each, from ``start_ms`` on."""

    start_ms: int
    length_ms: int
    count: int

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.count * self.length_ms


def add_math(connection: sqlite3.Connection) -> None:
    """Give ``connection`` sin, cos and radians where its SQLite was built without them."""
    try:
        connection.execute("SELECT sin(0), cos(0), radians(0)")
    except sqlite3.OperationalError:
        for function in (math.sin, math.cos, math.radians):
            connection.create_function(function.__name__, 1, function, deterministic=True)


def buckets(
    db: sqlite3.Connection, series: int, edges: Sequence[int], days: Days, *, vector: bool
) -> list[Bucket]:
    """The buckets between ``edges`` that hold readings of the series numbered ``series``.

    They are of one moment if the caller has begun a transaction.
    """
    found: list[Bucket] = []
    for run in runs(edges):
        rows = _rows(db, series, run, days, vector=vector)
        if vector:
            made = (bucket(row[0], row[1:], vector=True) for row in rows)
            found += [one for one in made if one is not None]
        else:
            found += [
                Bucket(at, n, sum_ / n, low, high, sum_) for at, n, low, high, sum_, _, _ in rows
            ]
    return found


def runs(edges: Sequence[int]) -> Iterator[Run]:
    """``edges`` as runs of buckets of one length: a year of days is three, by summer time."""
    place = 0
    while place < len(edges) - 1:
        start_ms, length_ms = edges[place], edges[place + 1] - edges[place]
        count = 1
        while place + count < len(edges) - 1 and (
            edges[place + count + 1] - edges[place + count] == length_ms
        ):
            count += 1
        yield Run(start_ms, length_ms, count)
        place += count


def _rows(db: sqlite3.Connection, series: int, run: Run, days: Days, *, vector: bool) -> list[Row]:
    if vector:
        return _query(db, series, run, VECTORS)
    if _are_days(run, days):
        return _query(db, series, run, DAYS)
    if run.start_ms % HOUR_MS == 0 and run.length_ms % HOUR_MS == 0:
        return _query(db, series, run, HOURS)
    if run.count == 1 and run.length_ms > 2 * HOUR_MS:
        return _ragged(db, series, run)
    return _query(db, series, run, READINGS)


def _are_days(run: Run, days: Days) -> bool:
    """Whether every bound of ``run`` is a midnight of the garden."""
    if run.length_ms < 23 * HOUR_MS:
        return False
    bounds = range(run.start_ms, run.end_ms + 1, run.length_ms)
    return all(days.is_midnight(at_ms) for at_ms in bounds)


def _query(db: sqlite3.Connection, series: int, run: Run, source: Source) -> list[Row]:
    first, length = run.start_ms // source.unit_ms, run.length_ms // source.unit_ms
    end = run.end_ms // source.unit_ms
    inside = f"WHERE series = ?1 AND {source.at} >= ?2 AND {source.at} < ?3"
    if run.length_ms <= source.longest_ms:
        select = source.select.replace(_ROLLED, _ONE)
        return db.execute(
            f"SELECT {source.at} * {source.unit_ms}, {select} {inside} ORDER BY {source.at}",
            (series, first, end),
        ).fetchall()
    return db.execute(
        f"SELECT ?4 + ({source.at} - ?2) / ?5 * ?6 AS start_of_bucket, {source.select}"
        f" {inside} GROUP BY start_of_bucket ORDER BY start_of_bucket",
        (series, first, end, run.start_ms, length, run.length_ms),
    ).fetchall()


def _ragged(db: sqlite3.Connection, series: int, run: Run) -> list[Row]:
    """One long bucket whose ends are no full hours: its whole hours, and the readings beside."""
    first_ms = -(-run.start_ms // HOUR_MS) * HOUR_MS
    last_ms = run.end_ms // HOUR_MS * HOUR_MS
    parts = (
        (READINGS, run.start_ms, first_ms),
        (HOURS, first_ms, last_ms),
        (READINGS, last_ms, run.end_ms),
    )
    found = [
        row
        for source, from_ms, to_ms in parts
        if to_ms > from_ms
        for row in _query(db, series, Run(from_ms, to_ms - from_ms, 1), source)
    ]
    if not found:
        return []
    _, counts, leasts, mosts, sums, *_ = zip(*found, strict=True)
    return [(run.start_ms, sum(counts), min(leasts), max(mosts), math.fsum(sums), 0.0, 0.0)]


def buckets_of_points(
    points: Iterable[Point], edges: Sequence[int], *, vector: bool
) -> Iterator[Bucket]:
    """The buckets between ``edges`` of ``points``, which come in the order of time."""
    inside: list[float] = []
    place = 0
    for point in points:
        while point.at_ms >= edges[place + 1]:
            yield from _bucket_of(edges[place], inside, vector=vector)
            inside, place = [], place + 1
        inside.append(point.value)
    yield from _bucket_of(edges[place], inside, vector=vector)


def _bucket_of(start_ms: int, values: Sequence[float], *, vector: bool) -> Iterator[Bucket]:
    if values:
        arrows = [math.radians(value) for value in values] if vector else []
        sines, cosines = math.fsum(map(math.sin, arrows)), math.fsum(map(math.cos, arrows))
        totals = (len(values), min(values), max(values), math.fsum(values), sines, cosines)
        made = bucket(start_ms, totals, vector=vector)
        if made is not None:
            yield made


def bucket(start_ms: int, totals: Totals, *, vector: bool) -> Bucket | None:
    """A bucket from its ``totals``.

    Directions that cancel out have no mean, so such a bucket is left out.
    """
    count, least, most, total, sines, cosines = totals
    if not vector:
        return Bucket(start_ms, count, total / count, least, most, total)
    if math.hypot(sines, cosines) < NO_DIRECTION * count:
        return None
    # The second modulo: a tiny negative angle % 360.0 is 360.0 exactly.
    mean = math.degrees(math.atan2(sines, cosines)) % 360.0 % 360.0
    return Bucket(start_ms, count, mean, least, most, total)
