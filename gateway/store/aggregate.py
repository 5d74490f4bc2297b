"""Many readings as few: count, mean, least, most and total of each bucket of time.

Two ways, each the quicker at its place: a range query for each bucket (a year of days: 20 ms),
or one pass over all readings (a year of 5-minute buckets).
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import pairwise

from gateway.store.base import Bucket

QUERY_FROM_MS = 3_600_000
"""Shorter buckets hold so few readings that a query for each is slower than one pass."""

NO_DIRECTION = 1e-9
"""A mean vector shorter than this points nowhere."""

_PLAIN = "0, 0"
_VECTOR = "total(sin(radians(value))), total(cos(radians(value)))"


def add_math(connection: sqlite3.Connection) -> None:
    """Give ``connection`` sin, cos and radians where its SQLite was built without them."""
    try:
        connection.execute("SELECT sin(0), cos(0), radians(0)")
    except sqlite3.OperationalError:
        for function in (math.sin, math.cos, math.radians):
            connection.create_function(function.__name__, 1, function, deterministic=True)


def buckets(
    db: sqlite3.Connection, series: int, edges: Sequence[int], *, vector: bool
) -> list[Bucket]:
    """The buckets between ``edges`` that hold readings of the series numbered ``series``.

    They are of one moment if the caller has begun a transaction.
    """
    if len(edges) < 2:
        return []
    mean_length_ms = (edges[-1] - edges[0]) / (len(edges) - 1)
    compute = buckets_by_query if mean_length_ms >= QUERY_FROM_MS else buckets_by_fold
    return compute(db, series, edges, vector=vector)


def buckets_by_query(
    db: sqlite3.Connection, series: int, edges: Sequence[int], *, vector: bool
) -> list[Bucket]:
    """``buckets`` by one range query each."""
    query = (
        "SELECT count(*), min(value), max(value), total(value), "  # noqa: S608 - our own words
        f"{_VECTOR if vector else _PLAIN} FROM readings"
        " WHERE series = ? AND at_ms >= ? AND at_ms < ?"
    )
    found: list[Bucket] = []
    for start_ms, end_ms in pairwise(edges):
        row = db.execute(query, (series, start_ms, end_ms)).fetchone()
        if row[0]:
            _append(found, start_ms, row, vector=vector)
    return found


def buckets_by_fold(
    db: sqlite3.Connection, series: int, edges: Sequence[int], *, vector: bool
) -> list[Bucket]:
    """``buckets`` by one pass over all readings between the first and the last edge."""
    rows = db.execute(
        "SELECT at_ms, value FROM readings"
        " WHERE series = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms",
        (series, edges[0], edges[-1]),
    )
    found: list[Bucket] = []
    values: list[float] = []
    place = 0
    for at_ms, value in rows:
        if at_ms >= edges[place + 1]:
            _close(found, edges[place], values, vector=vector)
            values = []
            while at_ms >= edges[place + 1]:
                place += 1
        values.append(value)
    _close(found, edges[place], values, vector=vector)
    return found


def _close(found: list[Bucket], start_ms: int, values: Sequence[float], *, vector: bool) -> None:
    if values:
        north_east = _vector_sum(values) if vector else (0.0, 0.0)
        row = (len(values), min(values), max(values), sum(values), *north_east)
        _append(found, start_ms, row, vector=vector)


def _vector_sum(degrees: Iterable[float]) -> tuple[float, float]:
    radians = [math.radians(d) for d in degrees]
    return sum(map(math.sin, radians)), sum(map(math.cos, radians))


def _append(
    found: list[Bucket],
    start_ms: int,
    row: tuple[int, float, float, float, float, float],
    *,
    vector: bool,
) -> None:
    """Directions that cancel out have no mean, so such a bucket is left out."""
    count, least, most, total, sines, cosines = row
    mean = total / count
    if vector:
        if math.hypot(sines, cosines) < NO_DIRECTION * count:
            return
        # The second modulo: a tiny negative angle % 360.0 is 360.0 exactly.
        mean = math.degrees(math.atan2(sines, cosines)) % 360.0 % 360.0
    found.append(Bucket(start_ms, count, mean, least, most, total))
