"""Readings of an hour and of a day as one row each, right at every moment.

New readings are added to their hours and days in the same transaction; whatever changes old ones
has the hours that it touched, and their days, computed anew in it: there is no stale bucket for
anybody to read. An hour is one of UTC; a day is one of
the garden's time zone, so twice a year it has 23 or 25 hours.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

HOUR_MS, DAY_MS = 3_600_000, 86_400_000

FILL_HOURS = """
    INSERT INTO hourly
        SELECT series, at_ms / 3600000, count(*), total(value), min(value), max(value)
        FROM readings GROUP BY series, at_ms / 3600000
"""
MIGRATION = f"""
    CREATE TABLE hourly (                   -- hour: since 1970 UTC
        series INTEGER NOT NULL,
        hour   INTEGER NOT NULL,
        count  INTEGER NOT NULL,
        total  REAL    NOT NULL,
        least  REAL    NOT NULL,
        most   REAL    NOT NULL,
        PRIMARY KEY (series, hour)
    ) WITHOUT ROWID;
    CREATE TABLE daily (                    -- start_ms: local midnight; the zone is in meta
        series   INTEGER NOT NULL,
        start_ms INTEGER NOT NULL,
        count    INTEGER NOT NULL,
        total    REAL    NOT NULL,
        least    REAL    NOT NULL,
        most     REAL    NOT NULL,
        PRIMARY KEY (series, start_ms)
    ) WITHOUT ROWID;
    {FILL_HOURS};
"""

_HOUR = (
    "INSERT OR REPLACE INTO hourly"
    " SELECT ?1, ?2, count(*), total(value), min(value), max(value) FROM readings"
    " WHERE series = ?1 AND at_ms >= ?2 * 3600000 AND at_ms < (?2 + 1) * 3600000"
    " HAVING count(*) > 0"
)
_DAY_OF_HOURS = (
    "INSERT OR REPLACE INTO daily"
    " SELECT ?1, ?2, sum(count), total(total), min(least), max(most) FROM hourly"
    " WHERE series = ?1 AND hour >= ?2 / 3600000 AND hour < ?3 / 3600000"
    " HAVING count(*) > 0"
)
_DAY_OF_READINGS = (
    "INSERT OR REPLACE INTO daily"
    " SELECT ?1, ?2, count(*), total(value), min(value), max(value) FROM readings"
    " WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3 HAVING count(*) > 0"
)
_ADD = (
    "INSERT INTO {} VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " count = count + excluded.count, total = total + excluded.total,"
    " least = min(least, excluded.least), most = max(most, excluded.most)"
)
_ADD_TO_HOUR, _ADD_TO_DAY = _ADD.format("hourly"), _ADD.format("daily")


@dataclass(frozen=True)
class Days:
    """The days of the time zone ``name``."""

    name: str
    zone: tzinfo = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "zone", UTC if self.name == "UTC" else ZoneInfo(self.name))

    def of_hour(self, hour: int) -> tuple[int, int]:
        """The first day that meets ``hour``: its midnight and the next one, in ms UTC."""
        return _day(self.zone, hour)

    def is_midnight(self, at_ms: int) -> bool:
        """Whether a day begins at ``at_ms``; not in every zone is that a full hour of UTC."""
        return at_ms in self.of_hour(at_ms // HOUR_MS)

    def meeting(self, hour: int) -> Iterator[tuple[int, int]]:
        """The day or, where midnight is not on a full hour of UTC, the two days of ``hour``."""
        start_ms, end_ms = self.of_hour(hour)
        yield start_ms, end_ms
        if end_ms < (hour + 1) * HOUR_MS:
            yield end_ms, _day(self.zone, hour + 1)[1]


@lru_cache(maxsize=20_000)  # two years of hours
def _day(zone: tzinfo, hour: int) -> tuple[int, int]:
    try:
        date = datetime.fromtimestamp(hour * 3600, zone).date()
        midnights = [datetime.combine(date + timedelta(days=n), time(), zone) for n in (0, 1)]
        start_ms, end_ms = (round(midnight.timestamp() * 1000) for midnight in midnights)
    except (OverflowError, ValueError):  # at the ends of the calendar days are those of UTC
        start_ms = hour // 24 * DAY_MS
        end_ms = start_ms + DAY_MS
    return start_ms, end_ms


def add(db: sqlite3.Connection, days: Days, rows: Iterable[tuple[int, int, float, int]]) -> None:
    """Readings were written where there were none: series, time, value and doubt of each."""
    in_hours: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for series, at_ms, value, _ in rows:
        in_hours[series, at_ms // HOUR_MS].append(value)
    in_days: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    cut: set[tuple[int, int, int]] = set()
    for (series, hour), values in in_hours.items():
        start_ms, end_ms = days.of_hour(hour)
        if end_ms < (hour + 1) * HOUR_MS:
            cut.update((series, *day) for day in days.meeting(hour))
        else:
            in_days[series, start_ms] += values
    db.executemany(_ADD_TO_HOUR, _totals(in_hours))
    db.executemany(_ADD_TO_DAY, _totals(in_days))
    _recompute_days(db, cut)


def recompute(db: sqlite3.Connection, days: Days, hours: Iterable[tuple[int, int]]) -> None:
    """Bring the rows of ``hours``, pairs of series and hour, and their days up to date."""
    touched = sorted(set(hours))
    db.executemany(_HOUR, touched)
    _recompute_days(db, {(s, *day) for s, hour in touched for day in days.meeting(hour)})


def forget(db: sqlite3.Connection, days: Days, series: int, from_ms: int, to_ms: int) -> None:
    """Readings of ``series`` in ``[from_ms, to_ms)`` were deleted."""
    first, last = from_ms // HOUR_MS, (to_ms - 1) // HOUR_MS
    day_ms, end_ms = days.of_hour(first)[0], max(end for _, end in days.meeting(last))
    db.execute(
        "DELETE FROM hourly WHERE series = ? AND hour BETWEEN ? AND ?", (series, first, last)
    )
    db.execute(
        "DELETE FROM daily WHERE series = ? AND start_ms >= ? AND start_ms < ?",
        (series, day_ms, end_ms),
    )
    db.executemany(_HOUR, [(series, first), (series, last)])
    ends = [day for hour in (first, last) for day in days.meeting(hour)]
    _recompute_days(db, {(series, *day) for day in ends})


def rebuild_days(db: sqlite3.Connection, days: Days) -> None:
    """Lay all days anew, for another time zone."""
    db.execute("DELETE FROM daily")
    rows = db.execute("SELECT series, hour FROM hourly")
    _recompute_days(db, {(s, *day) for s, hour in rows for day in days.meeting(hour)})


def _recompute_days(db: sqlite3.Connection, days: Iterable[tuple[int, int, int]]) -> None:
    whole: list[tuple[int, int, int]] = []
    ragged: list[tuple[int, int, int]] = []
    for day in sorted(days):
        (ragged if day[1] % HOUR_MS or day[2] % HOUR_MS else whole).append(day)
    db.executemany(_DAY_OF_HOURS, whole)
    db.executemany(_DAY_OF_READINGS, ragged)


def _totals(
    values: Mapping[tuple[int, int], Sequence[float]],
) -> Iterator[tuple[int, int, int, float, float, float]]:
    for (series, begin), some in sorted(values.items()):
        yield series, begin, len(some), sum(some), min(some), max(some)
