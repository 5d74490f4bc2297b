"""Times as people and files write them, and how a period is cut into buckets.

Inside, a time is a whole number of milliseconds since 1970 UTC. Outside it is RFC 3339. Days,
weeks and months are those of the garden's own time zone, so a day has 23 or 25 hours twice a year.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Literal

from sensor_node.errors import UsageError

HOUR_MS: Final = 3_600_000
AHEAD_MS: Final = 600_000
"""By the contract a time may be this far ahead of a trusted clock."""
DAY_MS: Final = 24 * HOUR_MS
MAX_BUCKETS: Final = 200_000
"""A year in 5-minute buckets is 105,120."""
LATEST_MS: Final = 221_845_392_000_000
"""The year 9000: later ones are nobody's, and some calendars end at 9999."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_MILLISECOND = timedelta(milliseconds=1)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ]"
    r"((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?)"
    r"([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)

Unit = Literal["s", "m", "h", "d", "w", "mo"]
_UNIT_MS: Final[dict[str, int]] = {
    "s": 1000,
    "m": 60_000,
    "h": HOUR_MS,
    "d": DAY_MS,
    "w": 7 * DAY_MS,
    "mo": 28 * DAY_MS,
}
_EVERY = re.compile(r"([1-9]\d{0,3})(s|m|h|d|w|mo)", re.ASCII)


def to_rfc3339(at_ms: int) -> str:
    """``at_ms`` as ``2026-05-01T06:00:00.000Z``."""
    day, rest_ms = divmod(at_ms, DAY_MS)
    minutes, rest_ms = divmod(rest_ms, 60_000)
    return (
        f"{_day(day)}T{minutes // 60:02d}:{minutes % 60:02d}"
        f":{rest_ms // 1000:02d}.{rest_ms % 1000:03d}Z"
    )


@lru_cache(maxsize=1000)
def _day(number: int) -> str:
    return date.fromordinal(_EPOCH_DAY + number).isoformat()


def from_rfc3339(text: str) -> int:
    """The milliseconds since 1970 UTC that ``text`` means, at any offset; finer digits are cut.

    Raises ``UsageError`` (a ``ValueError``) with code ``TIME_INVALID``.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise _wrong_time(text)
    day, clock, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    except ValueError:
        raise _wrong_time(text) from None
    return (moment - _EPOCH) // _MILLISECOND


def _wrong_time(text: str) -> UsageError:
    return UsageError(
        "TIME_INVALID",
        fr=f"« {text[:40]} » n'est pas un temps : écrivez par exemple 2026-05-01T06:00:00Z "
        "ou 2026-05-01T08:00:00+02:00.",
        en=f"'{text[:40]}' is no time: write for example 2026-05-01T06:00:00Z "
        "or 2026-05-01T08:00:00+02:00.",
    )


# --- buckets ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Every:
    """The length of a bucket: ``count`` times ``unit`` (s, m, h, d, w or mo for a month)."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def least_ms(self) -> int:
        """The length in milliseconds; of months the least that it can be, summer time aside."""
        return self.count * _UNIT_MS[self.unit]


def parse_every(text: str) -> Every:
    """The bucket length that ``text`` means: ``5m``, ``1h``, ``1d``, ``1w``, ``1mo``.

    Seconds, minutes and hours must fit into an hour, or whole hours into a day, without a
    remainder. Raises ``UsageError`` with code ``EVERY_INVALID``.
    """
    match = _EVERY.fullmatch(text)
    if match is not None:
        every = Every(int(match[1]), _unit(match[2]))
        if every.unit in ("d", "w", "mo") or _fits(every.least_ms):
            return every
    raise UsageError(
        "EVERY_INVALID",
        fr=f"« {text[:40]} » n'est pas une durée possible : écrivez par exemple 5m, 15m, 1h, 6h, "
        "1d (jour), 1w (semaine) ou 1mo (mois).",
        en=f"'{text[:40]}' is no possible length: write for example 5m, 15m, 1h, 6h, 1d (day), "
        "1w (week) or 1mo (month).",
    )


def _unit(text: str) -> Unit:
    units: tuple[Unit, ...] = ("s", "m", "h", "d", "w", "mo")
    return next(unit for unit in units if unit == text)


def _fits(length_ms: int) -> bool:
    return HOUR_MS % length_ms == 0 or (length_ms % HOUR_MS == 0 and DAY_MS % length_ms == 0)


def check_in_calendar(from_ms: int, to_ms: int) -> None:
    """Raises ``UsageError`` for a period that begins before 1970 or ends after any calendar."""
    if from_ms < 0 or to_ms > LATEST_MS:
        raise UsageError(
            "TIME_OUT_OF_RANGE",
            fr="Cette période est hors du calendrier : choisissez des dates après 1970 et avant "
            "l'an 9000.",
            en="This period is outside the calendar: choose dates after 1970 and before the year "
            "9000.",
        )


def edges(from_ms: int, to_ms: int, every: Every, tz: tzinfo) -> list[int]:
    """The bounds of the whole buckets that cover ``[from_ms, to_ms)``, ascending, in ms UTC.

    The first is at or before ``from_ms``, the last at or after ``to_ms``; empty for an empty
    period. Buckets begin at local midnight in ``tz`` and its fractions, weeks on Monday.
    Raises ``UsageError``: ``TOO_MANY_BUCKETS`` or ``TIME_OUT_OF_RANGE``.
    """
    if to_ms <= from_ms:
        return []
    check_in_calendar(from_ms, to_ms)
    if (to_ms - from_ms) // every.least_ms > MAX_BUCKETS:
        raise UsageError(
            "TOO_MANY_BUCKETS",
            fr=f"Trop de valeurs à la fois avec « {every} » : choisissez une période plus courte "
            "ou une durée plus longue.",
            en=f"Too many values at once with '{every}': choose a shorter period or a longer "
            "length.",
        )
    found: list[int] = []
    for edge in _all_edges(from_ms, every, tz):
        if edge <= from_ms:
            found = [edge]
        elif edge > found[-1]:  # a wall time that summer time skips falls on the next one
            found.append(edge)
        if edge >= to_ms:
            break
    return found


def _all_edges(from_ms: int, every: Every, tz: tzinfo) -> Iterator[int]:
    """Edges without end, the first at or before ``from_ms``."""
    day = datetime.fromtimestamp(from_ms / 1000, tz).date()
    if every.unit in ("d", "w", "mo"):
        number, start_of = _calendar(day, every)
        while True:
            yield _at_midnight(start_of(number), tz)
            number += every.count
    while True:
        yield from _edges_of_day(day, every.least_ms, tz)
        day += timedelta(days=1)


def _calendar(day: date, every: Every) -> tuple[int, Callable[[int], date]]:
    """Which day, week or month begins the bucket of ``day``, and how to find a later one's day.

    They are numbered from the year 1, so that buckets of several always begin at the same ones.
    """
    if every.unit == "mo":
        month = day.year * 12 + day.month - 1
        return month - month % every.count, lambda n: date(n // 12, n % 12 + 1, 1)
    if every.unit == "w":
        week = (day.toordinal() - 1) // 7  # 0001-01-01 was a Monday
        return week - week % every.count, lambda n: date.fromordinal(n * 7 + 1)
    number = day.toordinal()
    return max(number - number % every.count, 1), date.fromordinal


def _edges_of_day(day: date, length_ms: int, tz: tzinfo) -> Iterator[int]:
    """Within an hour by time elapsed, of several hours by the clock on the wall."""
    if length_ms <= HOUR_MS:
        yield from range(
            _at_midnight(day, tz), _at_midnight(day + timedelta(days=1), tz), length_ms
        )
        return
    for hour in range(0, 24, length_ms // HOUR_MS):
        yield _at_wall_time(datetime(day.year, day.month, day.day, hour, tzinfo=tz))


def _at_midnight(day: date, tz: tzinfo) -> int:
    return _at_wall_time(datetime(day.year, day.month, day.day, tzinfo=tz))


def _at_wall_time(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
