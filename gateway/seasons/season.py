"""A season of one bed: its days, its weeks, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import sqrt
from statistics import fmean

from gateway.beds.records import BedRecord
from gateway.seasons.days import SeasonDay


@dataclass(frozen=True, slots=True)
class Season:
    """The days of ``record``, without gaps and in their order."""

    record: BedRecord
    days: tuple[SeasonDay, ...]

    @property
    def name(self) -> str:
        """What people call the bed."""
        return self.record.details.name or self.record.bed

    def weeks(self) -> Iterator[tuple[SeasonDay, ...]]:
        """The days by calendar weeks; the first and the last may be cut."""
        for _week, days in groupby(self.days, key=lambda day: monday(day.on)):
            yield tuple(days)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a computed depletion lies to a measured one, in mm; bias above 0: computed too dry."""

    days: int
    rmse_mm: float
    bias_mm: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a season comes to.

    ``verdicts``: on how many mornings each was given. ``advised_l``: each thirst counted once,
    with its last dose. ``thirsty_days``: on which Ks is below 1; ``known_days``: on which it is
    known. ``confidence``: the mean of those with a verdict, None without any.
    """

    days: int
    gaps: int
    as_given: int
    recomputed: int
    verdicts: dict[str, int]
    advised_l: float
    given_l: float
    found: int
    logged: int
    matched: int
    without_amount: int
    rain_mm: float | None
    etc_mm: float | None
    thirsty_days: int
    known_days: int
    confidence: float | None
    likeness: Likeness | None


def monday(on: date) -> date:
    """The first day of the week of ``on``."""
    return on - timedelta(days=on.weekday())


def summary_of(days: Sequence[SeasonDay]) -> Summary:
    """What ``days`` come to."""
    advised = [day for day in days if day.verdict is not None]
    known = [day.ks for day in days if day.ks is not None]
    sure = [
        day.confidence for day in advised if day.confidence is not None and day.verdict != "unknown"
    ]
    entries = [one for day in days for one in day.waterings]
    return Summary(
        days=len(days),
        gaps=sum(day.gap for day in days),
        as_given=sum(day.as_given for day in advised),
        recomputed=sum(not day.as_given for day in advised),
        verdicts=dict(Counter(day.verdict for day in advised if day.verdict is not None)),
        advised_l=sum(doses(days)),
        given_l=sum(day.given_l or 0.0 for day in days),
        found=sum(day.found for day in days),
        logged=sum(day.logged for day in days),
        matched=sum(day.matched for day in days),
        without_amount=sum(one.asks_how_many for one in entries),
        rain_mm=total(day.rain_mm for day in days),
        etc_mm=total(day.etc_mm for day in days),
        thirsty_days=sum(ks < 1.0 for ks in known),
        known_days=len(known),
        confidence=fmean(sure) if sure else None,
        likeness=likeness_of(days),
    )


def doses(days: Iterable[SeasonDay]) -> Iterator[float]:
    """Each dose that was advised: one for a thirst, however many mornings it was said again.

    An advice that nobody follows comes back the next morning; those litres do not add up.
    """
    pending: float | None = None
    for day in days:
        if day.advised_l:
            pending = day.advised_l
        relieved = day.waterings or not (day.advised_l or day.gap or day.verdict is None)
        if pending is not None and relieved:
            yield pending
            pending = None
    if pending is not None:
        yield pending


def total(values: Iterable[float | None]) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def likeness_of(days: Iterable[SeasonDay]) -> Likeness | None:
    """How the morning's depletion lies to what was measured; None without a day that has both."""
    gaps = [
        day.missing_mm - day.measured_mm
        for day in days
        if day.missing_mm is not None and day.measured_mm is not None
    ]
    if not gaps:
        return None
    return Likeness(len(gaps), sqrt(fmean(gap * gap for gap in gaps)), fmean(gaps))
