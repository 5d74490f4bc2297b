"""One day of a bed's season: what was advised in the morning, and what happened until the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from gateway.beds.journal import SEEN, Entry
from gateway.beds.records import BedRecord
from gateway.seasons.past import Morning, Past
from gateway.seasons.rehearsal import Rehearsal
from gateway.watering.evapotranspiration import ReferenceEt
from gateway.watering.samples import at_local_hour_ms, local_day

A_DAY_S: Final = 24 * 3600
_BOOKS_BEGIN_H: Final = 6


@dataclass(frozen=True, slots=True)
class Happened:
    """What a day brought, by what was measured; None where nothing measured it.

    ``asked_mm``: the thirst of the air as it reaches the bed, before the crop's coefficient.
    """

    rain_mm: float | None = None
    asked_mm: float | None = None


@dataclass(frozen=True, slots=True)
class SeasonDay:
    """A day of the garden; water in mm, times 6 h to 6 h as in the books.

    ``gap``: neither the bed nor its air had said anything for a day; unless an advice was given
    all the same, there is none then. ``verdict``: None for no advice. ``later``: what it had become
    by the evening. ``missing_mm``, ``threshold_mm``, ``total_mm``: depletion in the morning, RAW
    and TAW. ``measured_mm``: a depletion that somebody measured. ``waterings``: of the journal.
    """

    on: date
    gap: bool
    as_given: bool = False
    verdict: str | None = None
    later: str | None = None
    advised_l: float | None = None
    confidence: int | None = None
    missing_mm: float | None = None
    threshold_mm: float | None = None
    total_mm: float | None = None
    etc_mm: float | None = None
    rain_mm: float | None = None
    measured_mm: float | None = None
    waterings: tuple[Entry, ...] = ()

    @property
    def ks(self) -> float | None:
        """How freely the plants drink in the morning, 0 to 1 (FAO-56 Eq. 84); None for unknown."""
        if self.missing_mm is None or self.threshold_mm is None or self.total_mm is None:
            return None
        if self.missing_mm <= self.threshold_mm or self.total_mm <= self.threshold_mm:
            return 1.0
        return max(0.0, (self.total_mm - self.missing_mm) / (self.total_mm - self.threshold_mm))

    @property
    def given_l(self) -> float | None:
        """Litres that were told; None on a day without any."""
        told = [one.litres for one in self.waterings if one.litres is not None]
        return sum(told) if told else None

    @property
    def logged(self) -> int:
        """Waterings that a person or a valve told."""
        return sum(one.source not in SEEN for one in self.waterings)

    @property
    def found(self) -> int:
        """Waterings that a probe saw, whether or not somebody told of them."""
        return sum(one.source == "detected" or one.matched for one in self.waterings)

    @property
    def matched(self) -> int:
        """Waterings that were both told and seen."""
        return sum(one.matched for one in self.waterings)


def season_days(
    rehearsal: Rehearsal,
    records: Sequence[BedRecord],
    days: Sequence[date],
    progress: Callable[[int], None] = lambda _days: None,
) -> dict[str, list[SeasonDay]]:
    """The days of each bed. ``days``: without gaps, in their order; ``progress``: told how many
    are done.
    """
    for record in records:
        rehearsal.prepare(record, days)
    mornings: dict[str, list[Morning | None]] = {record.bed: [] for record in records}
    for number, on in enumerate(days, start=1):
        for record in records:
            mornings[record.bed].append(rehearsal.morning(record, on))
        progress(number)
    for record in records:
        rehearsal.look_back(record, days[-1])
    return {
        record.bed: list(_put_together(rehearsal, record, days, mornings[record.bed]))
        for record in records
    }


def kept_days(past: Past, record: BedRecord, days: Sequence[date]) -> list[SeasonDay]:
    """The days with the advice that was given; where none was, there is none."""
    if not days:
        return []
    return list(_put_together(past, record, days, [past.kept(record, on) for on in days]))


def _put_together(
    past: Past, record: BedRecord, days: Sequence[date], mornings: Sequence[Morning | None]
) -> Iterator[SeasonDay]:
    waterings = _by_day(past, record, days)
    happened = _happened(past, record, days)
    for on, morning in zip(days, mornings, strict=True):
        yield season_day(on, morning, happened.get(on, Happened()), waterings.get(on, ()))


def season_day(
    on: date, morning: Morning | None, happened: Happened, waterings: Sequence[Entry]
) -> SeasonDay:
    """One day; a gap whose advice would be made up now has none."""
    base: dict[str, Any] = {"on": on, "rain_mm": happened.rain_mm, "waterings": tuple(waterings)}
    if morning is None:
        return SeasonDay(**base, gap=False)
    told = morning.given.told("en")
    age_s = told["data_age_s"]
    gap = age_s is None or age_s > A_DAY_S
    if gap and not morning.as_given:
        return SeasonDay(**base, gap=True)
    return SeasonDay(**base, gap=gap, **_advised(morning, told, happened))


def _advised(morning: Morning, told: Mapping[str, Any], happened: Happened) -> dict[str, Any]:
    figures = told["inputs"]
    asked_mm = happened.asked_mm
    return {
        "as_given": morning.as_given,
        "verdict": told["verdict"],
        "later": None if morning.later is None else morning.later.verdict,
        "advised_l": told["litres"],
        "confidence": told["confidence"],
        "missing_mm": figures["missing_mm"],
        "threshold_mm": figures["threshold_mm"],
        "total_mm": figures["total_mm"],
        "etc_mm": None if asked_mm is None else round(asked_mm * figures["kc"], 1),
    }


def _by_day(past: Past, record: BedRecord, days: Sequence[date]) -> dict[date, tuple[Entry, ...]]:
    zone = past.settings.timezone
    from_ms = at_local_hour_ms(days[0], _BOOKS_BEGIN_H, zone)
    to_ms = at_local_hour_ms(days[-1] + timedelta(days=1), _BOOKS_BEGIN_H, zone)
    found: dict[date, tuple[Entry, ...]] = {}
    for entry in past.entries(record, from_ms, to_ms):
        on = local_day(entry.at_ms, zone)
        found[on] = (*found.get(on, ()), entry)
    return found


def _happened(past: Past, record: BedRecord, days: Sequence[date]) -> dict[date, Happened]:
    situation = past.hindsight(record, days[0], days[-1])
    bed = situation.bed
    return {
        day.on: Happened(
            rain_mm=None if day.rain_mm is None or not bed.rained_on else round(day.rain_mm, 1),
            asked_mm=_asked_mm(day.et0, bed.demand),
        )
        for day in situation.days
    }


def _asked_mm(et0: ReferenceEt | None, demand: float) -> float | None:
    return None if et0 is None else et0.mm * demand
