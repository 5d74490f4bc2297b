"""Samples of one channel in time: put in order, cut to a window, and summed up robustly."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from itertools import pairwise
from operator import lt
from statistics import median
from typing import Final, Literal, NamedTuple, overload
from zoneinfo import ZoneInfo

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
NIGHT: Final = (2, 6)
"""Local hours between which a probe is not misled by the sun; a day of the books begins after."""
_A_DAY_NEEDS_H: Final = 18.0
_LONGEST_GAP_H: Final = 1.5


class Sample(NamedTuple):
    """A value, in its channel's unit, at a time in milliseconds since 1970 UTC."""

    at_ms: int
    value: float


class Samples(Sequence[Sample]):
    """Samples of one channel in order of time, in 16 bytes each where tuples take 130.

    A season of them held as tuples is 11 MB, which Python keeps from the system for ever after.
    """

    __slots__ = ("_times", "_values")

    def __init__(self, given: Iterable[tuple[int, float]] = ()) -> None:
        self._times, self._values = array("q"), array("d")
        for one in given:
            self.append(one)

    def append(self, one: tuple[int, float]) -> None:
        """Add a sample; ``between`` asks that none is earlier than the one before."""
        self._times.append(one[0])
        self._values.append(one[1])

    def __len__(self) -> int:
        return len(self._times)

    @overload
    def __getitem__(self, place: int) -> Sample: ...
    @overload
    def __getitem__(self, place: slice) -> Samples: ...
    def __getitem__(self, place: int | slice) -> Sample | Samples:
        if isinstance(place, int):
            return Sample(self._times[place], self._values[place])
        part = Samples.__new__(Samples)
        part._times, part._values = self._times[place], self._values[place]
        return part

    def __iter__(self) -> Iterator[Sample]:
        return map(Sample, self._times, self._values)

    def __reversed__(self) -> Iterator[Sample]:
        return map(Sample, reversed(self._times), reversed(self._values))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    @property
    def ascend(self) -> bool:
        """Whether each is later than the one before."""
        return all(map(lt, self._times, self._times[1:]))

    def between(self, from_ms: int, to_ms: int) -> Samples:
        """Those of ``from_ms`` up to but not including ``to_ms``."""
        return self[bisect_left(self._times, from_ms) : bisect_left(self._times, to_ms)]


def tidy(samples: Iterable[Sample], now_ms: int) -> Sequence[Sample]:
    """Put samples in order of time; of two at one time the later given; none from the future.

    A clock that jumped leaves doubles and times to come behind it.
    """
    given = samples if isinstance(samples, Samples) else Samples(samples)
    # A store gives them in order: that is soon seen.
    if given.ascend and (not given or given[-1].at_ms <= now_ms):
        return given
    latest = {sample.at_ms: sample for sample in given if sample.at_ms <= now_ms}
    return Samples(latest[at_ms] for at_ms in sorted(latest))


def between(samples: Sequence[Sample], from_ms: int, to_ms: int) -> Sequence[Sample]:
    """Give the samples of `from_ms` up to but not including `to_ms`; they must be in order."""
    if isinstance(samples, Samples):
        return samples.between(from_ms, to_ms)
    return samples[
        bisect_left(samples, (from_ms, -float("inf"))) : bisect_left(
            samples, (to_ms, -float("inf"))
        )
    ]


def middle(samples: Sequence[Sample]) -> float | None:
    """Give the median value, None without samples."""
    return median([sample.value for sample in samples]) if samples else None


def spread(values: Sequence[float]) -> float:
    """Give a robust standard deviation: 1.4826 times the median distance from the median."""
    if not values:
        return 0.0
    centre = median(values)
    return 1.4826 * median(abs(value - centre) for value in values)


@lru_cache(maxsize=4096)
def at_local_hour_ms(on: date, hour: int, zone: str) -> int:
    """Give the time of an hour by the clock on the wall, also when summer time comes or goes."""
    return round(datetime.combine(on, time(hour), tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def local_day(at_ms: int, zone: str) -> date:
    """Give the day of the books that a moment belongs to: they run from 6 h to 6 h, local time.

    What fell or was poured before the end of the night is already in the probe's night median.
    """
    local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
    return local.date() if local.hour >= NIGHT[1] else date.fromordinal(local.toordinal() - 1)


class Morning(NamedTuple):
    """What a probe says at the beginning of a day, and whether it was the night that said it."""

    value: float
    by: Literal["night", "last_hour"]


def morning_of(samples: Sequence[Sample], on: date, zone: str) -> Morning | None:
    """Give the median of 02 to 06 h, or else that of the last hour before the end of the day.

    A kit that is switched on in the afternoon only has no night.
    """
    night = between(
        samples, at_local_hour_ms(on, NIGHT[0], zone), at_local_hour_ms(on, NIGHT[1], zone)
    )
    by_night = middle(night)
    if by_night is not None and len(night) >= 3:
        return Morning(by_night, "night")
    start_ms = at_local_hour_ms(on, 0, zone)
    end_ms = at_local_hour_ms(date.fromordinal(on.toordinal() + 1), 0, zone)
    today = between(samples, start_ms, end_ms)
    if not today:
        return None
    last_hour = [one.value for one in today if one.at_ms > today[-1].at_ms - HOUR_MS]
    return Morning(median(last_hour), "last_hour")


def extremes_of(samples: Sequence[Sample], on: date, zone: str) -> tuple[float, float] | None:
    """Give the minimum and maximum of a calendar day; None from less than 18 h of data.

    Each sample stands for the time until the next one, 1.5 h at most.
    """
    start_ms = at_local_hour_ms(on, 0, zone)
    end_ms = at_local_hour_ms(date.fromordinal(on.toordinal() + 1), 0, zone)
    day = between(samples, start_ms, end_ms)
    if _hours_covered(day, end_ms) < _A_DAY_NEEDS_H:
        return None
    values = [one.value for one in day]
    return min(values), max(values)


def _hours_covered(day: Sequence[Sample], end_ms: int) -> float:
    covered_ms, longest_ms = 0, round(_LONGEST_GAP_H * HOUR_MS)
    for one, after in pairwise(day):
        covered_ms += min(after.at_ms - one.at_ms, longest_ms)
    if day:
        covered_ms += min(end_ms - day[-1].at_ms, longest_ms)
    return covered_ms / HOUR_MS
