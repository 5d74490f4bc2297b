"""A channel's week: seven local days, hour by hour, today being the last.

Days are the garden's own, so a day of the curve is a row of the table beneath it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from gateway.measured import Measured
from gateway.store.base import Bucket, Series

DAYS: Final = 7
HOUR_MS: Final = 3_600_000
Aggregate = Literal["mean", "sum", "vector"]


@dataclass(frozen=True, slots=True)
class Span:
    """The week of the page. ``days_ms``: eight midnights; ``hours_ms``: every hour's start."""

    days_ms: tuple[int, ...]
    hours_ms: tuple[int, ...]

    @property
    def from_ms(self) -> int:
        return self.days_ms[0]

    @property
    def to_ms(self) -> int:
        return self.days_ms[-1]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a channel; ``bucket`` is None where nothing was measured."""

    start_ms: int
    bucket: Bucket | None


@dataclass(frozen=True, slots=True)
class Week:
    """What a channel measured in ``span``. ``hours`` and ``days`` are in order of time."""

    span: Span
    hours: Sequence[Bucket]
    days: Sequence[Day]

    @property
    def least(self) -> float:
        """The least value of the week; ``ValueError`` when it is empty."""
        return min(b.least for b in self.hours)

    @property
    def most(self) -> float:
        """The greatest value of the week; ``ValueError`` when it is empty."""
        return max(b.most for b in self.hours)

    @property
    def total(self) -> float:
        """The sum of the week."""
        return sum(b.total for b in self.hours)


def week_until(now_ms: int, zone: ZoneInfo) -> Span:
    """The seven local days whose last one holds ``now_ms``."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()
    midnights = tuple(
        _ms(datetime.combine(today + timedelta(days=n), time(), zone)) for n in range(1 - DAYS, 2)
    )
    # Steps of elapsed time from the first midnight: a day of 23 or 25 hours has as many.
    hours = tuple(range(midnights[0], midnights[-1], HOUR_MS))
    return Span(midnights, hours)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def week_of(store: Measured, series: Series, span: Span, aggregate: Aggregate) -> Week:
    """Read the week of ``series``. Raises ``StorageError``."""
    vector = aggregate == "vector"
    hours = store.buckets(series, [*span.hours_ms, span.to_ms], vector=vector)
    # A mean of directions cannot be had from the hours' means.
    by_day = store.buckets(series, span.days_ms, vector=True) if vector else _days(hours, span)
    found = {b.start_ms: b for b in by_day}
    days = [Day(start, found.get(start)) for start in span.days_ms[:-1]]
    return Week(span, hours, days)


def _days(hours: Sequence[Bucket], span: Span) -> list[Bucket]:
    """The days' buckets out of the hours'."""
    days = []
    for start, end in zip(span.days_ms, span.days_ms[1:], strict=False):
        inside = [b for b in hours if start <= b.start_ms < end]
        if inside:
            days.append(_joined(start, inside))
    return days


def _joined(start_ms: int, parts: Sequence[Bucket]) -> Bucket:
    count = sum(b.count for b in parts)
    total = sum(b.total for b in parts)
    return Bucket(
        start_ms,
        count,
        sum(b.mean * b.count for b in parts) / count,
        min(b.least for b in parts),
        max(b.most for b in parts),
        total,
    )
