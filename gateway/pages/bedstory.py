"""What happened in a bed, on one line of time: its water, and all that was done and advised.

Water is a share of what the bed's own soil holds for roots, so that two beds can be compared: 100
is full, 0 is where plants wilt. It comes from the probes where they speak, and from the books of
the advice as it was given. No advice is made here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean
from typing import Any, Final, Literal, NamedTuple

from gateway.beds.fallen import fallen
from gateway.beds.hearing import scale_of
from gateway.beds.journal import Entry
from gateway.beds.notes import Note
from gateway.beds.observed import ProbeSamples
from gateway.beds.records import BedRecord
from gateway.beds.situations import local
from gateway.pages.standing import spoken_in
from gateway.pages.verdicts import EMPTY, sign_of_told
from gateway.service import Gateway
from gateway.times import DAY_MS, HOUR_MS
from gateway.watering.beds import Bed
from gateway.watering.learning import as_found
from gateway.watering.samples import Sample, at_local_hour_ms

Name = Literal["jour", "semaine", "saison", "annee"]
Zone = Literal["dry", "good", "wet"]
SPANS: Final[tuple[Name, ...]] = ("jour", "semaine", "saison", "annee")
WEEK_DAYS: Final = 7
YEAR_DAYS: Final = 365
SEASON_DAYS: Final = 90
"""Where nobody said when the crop was planted."""
LEAST_SEASON_DAYS: Final = 14
DRY_SHARE: Final = 0.4
"""What of the reserve a plant takes freely, where no advice has said it of this one."""
AHEAD_MS: Final = 600_000
_LAST_DAYS: Final = 10
_MORNING_H: Final = 6


@dataclass(frozen=True, slots=True)
class Period:
    """What is looked at. ``steps_ms``: where its rows begin, and its end."""

    name: Name
    steps_ms: tuple[int, ...]
    hourly: bool

    @property
    def from_ms(self) -> int:
        return self.steps_ms[0]

    @property
    def to_ms(self) -> int:
        return self.steps_ms[-1]

    @property
    def ends(self) -> tuple[int, int]:
        """Both: of a name, they tell one period from another."""
        return self.from_ms, self.to_ms


@dataclass(frozen=True, slots=True)
class Limits:
    """Between what a bed is well, in percent of its reserve."""

    dry_pct: float
    wet_pct: float

    def zone(self, pct: float) -> Zone:
        """Which of the three ``pct`` lies in."""
        return "dry" if pct < self.dry_pct else "wet" if pct > self.wet_pct else "good"


class Point(NamedTuple):
    """Water at a moment, in percent of the reserve."""

    at_ms: int
    pct: float


@dataclass(frozen=True, slots=True)
class Story:
    """One bed in one period; all in order of time.

    probe: by its probes. books: each morning, by the advice. rain_mm: by step, None where nothing
    tells. advice: what stood each day, as it was told.
    """

    record: BedRecord
    period: Period
    limits: Limits
    probe: Sequence[Point]
    books: Sequence[Point]
    rain: Sequence[Sample] | None
    waterings: Sequence[Entry]
    advice: Mapping[date, Mapping[str, Any]]
    notes: Sequence[Note]

    @property
    def water(self) -> Sequence[Point]:
        """What tells of the water best: the probes, else the books."""
        return self.probe or self.books


def period_of(name: Name, record: BedRecord, now_ms: int, zone: str) -> Period:
    """The period ``name`` up to now; a season begins at planting."""
    today = local(now_ms, zone).date()
    if name == "jour":
        begun_ms = now_ms - now_ms % HOUR_MS + HOUR_MS
        return Period(name, tuple(range(begun_ms - DAY_MS, begun_ms + 1, HOUR_MS)), hourly=True)
    days = {"semaine": WEEK_DAYS, "annee": YEAR_DAYS}.get(name) or _season_days(record, today)
    first = today - timedelta(days=days - 1)
    midnights = [at_local_hour_ms(first + timedelta(days=n), 0, zone) for n in range(days + 1)]
    return Period(name, tuple(midnights), hourly=name == "semaine")


def _season_days(record: BedRecord, today: date) -> int:
    planted_on = record.details.planted_on
    days = SEASON_DAYS if planted_on is None else (today - planted_on).days + 1
    return min(YEAR_DAYS, max(LEAST_SEASON_DAYS, days)) if days > 0 else SEASON_DAYS


def story_of(gateway: Gateway, record: BedRecord, period: Period, language: str) -> Story:
    """Read the story of a bed. Raises ``StorageError``.

    What people and the advice said is read again only where they have said something since; new
    readings come more often.
    """
    speaks = spoken_in(language)
    said = gateway.stories.get(
        ("what was said", record.bed, period.name, speaks),
        (gateway.catalogue.version(), record, *period.ends),
        lambda: _said(gateway, record, period, speaks),
    )
    return Story(
        record,
        period,
        said.limits,
        probe=_by_probes(gateway, record, said.bed, period),
        books=said.books,
        rain=_rain(gateway, record, period),
        waterings=said.waterings,
        advice=said.advice,
        notes=said.notes,
    )


class _Said(NamedTuple):
    """What stands in the catalogue of a bed and a period; ``bed``: with what its probes learned."""

    bed: Bed
    limits: Limits
    books: Sequence[Point]
    waterings: Sequence[Entry]
    advice: Mapping[date, Mapping[str, Any]]
    notes: Sequence[Note]


def _said(gateway: Gateway, record: BedRecord, period: Period, speaks: str) -> _Said:
    catalogue, zone = gateway.catalogue, gateway.settings.timezone
    from_ms, to_ms = period.ends
    first, last = (local(at_ms, zone).date() for at_ms in (from_ms, to_ms - 1))
    advice = catalogue.advice.days(record.bed, first, last, speaks)
    bed = _as_learned(gateway, record)
    return _Said(
        bed,
        _limits(bed, advice),
        books=[one for one in _by_books(advice, zone) if from_ms <= one.at_ms < to_ms],
        waterings=catalogue.journal.of(record.bed, from_ms, to_ms + AHEAD_MS),
        advice=_in_short(advice, each_day=period.hourly),
        notes=catalogue.notes.of(record.bed, from_ms, to_ms + AHEAD_MS),
    )


def _in_short(
    advice: Mapping[date, Mapping[str, Any]], *, each_day: bool
) -> dict[date, Mapping[str, Any]]:
    """What a page says of each day's advice: its reasons where it says something else than before.

    Of the others a year is kept in a tenth of the memory.
    """
    found: dict[date, Mapping[str, Any]] = {}
    before = ""
    for on, told in advice.items():
        short = {name: told[name] for name in ("verdict", "litres", "cans", "reasons")}
        key = sign_of_told(short)
        if key == before and not each_day:
            short["reasons"] = [one for one in told["reasons"] if one["code"] == EMPTY]
        found[on], before = short, key
    return found


def _as_learned(gateway: Gateway, record: BedRecord) -> Bed:
    """The bed, with the soil that its newest advice went by: probes find out what it holds."""
    bed, today = record.as_bed(), gateway.advisor.today()
    for days in range(_LAST_DAYS):
        given = gateway.catalogue.advice.last(record.bed, today - timedelta(days=days))
        if given is not None and bed.soil is not None:
            taught = given.taught(record.details.soil)
            return bed if taught is None else replace(bed, soil=as_found(bed.soil, taught.share))
    return bed


def _limits(bed: Bed, advice: Mapping[date, Mapping[str, Any]]) -> Limits:
    """By the newest advice, for the plant of now."""
    wet_pct = 100.0 * (1.0 + bed.ground.waterlogged_share)
    for told in reversed(list(advice.values())):
        figures = told["inputs"]
        if figures.get("total_mm"):
            share = figures["threshold_mm"] / figures["total_mm"]
            return Limits(100.0 * (1.0 - share), wet_pct)
    return Limits(100.0 * (1.0 - DRY_SHARE), wet_pct)


def _by_books(advice: Mapping[date, Mapping[str, Any]], zone: str) -> Iterable[Point]:
    for on, told in advice.items():
        figures = told["inputs"]
        if figures.get("missing_mm") is not None and figures.get("total_mm"):
            share = 1.0 - figures["missing_mm"] / figures["total_mm"]
            yield Point(at_local_hour_ms(on, _MORNING_H, zone), round(100.0 * share, 1))


def _by_probes(gateway: Gateway, record: BedRecord, bed: Bed, period: Period) -> list[Point]:
    """The mean of the bed's probes, by the hour or by the day."""
    found: dict[int, list[float]] = defaultdict(list)
    for one in gateway.observer.water_of(record.bed, _edges(period)):
        for at_ms, pct in _shares(one, bed):
            found[at_ms].append(pct)
    return [Point(at_ms, round(fmean(found[at_ms]), 1)) for at_ms in sorted(found)]


def _shares(probe: ProbeSamples, bed: Bed) -> Iterable[tuple[int, float]]:
    scale = scale_of(probe, bed)
    return ((one.at_ms, 100.0 * (1.0 - scale.missing(one.value))) for one in probe.hourly)


def _edges(period: Period) -> Sequence[int]:
    if period.name != "semaine":
        return period.steps_ms
    return range(period.from_ms, period.to_ms + 1, HOUR_MS)


def _rain(gateway: Gateway, record: BedRecord, period: Period) -> Sequence[Sample] | None:
    """Rain on the bed by step; None under glass, and where nothing tells of it."""
    if record.details.exposure == "greenhouse":
        return None
    zone = gateway.settings.timezone
    known = fallen(gateway.observer.rained(record.bed, _rain_edges(period, zone)), zone)
    found = [one for one in known.mm if period.from_ms <= one.at_ms < period.to_ms]
    return found if known.source != "none" or known.mm else None


def _rain_edges(period: Period, zone: str) -> Sequence[int]:
    """Hours, or the days of the books, which begin at six."""
    if period.hourly:
        return _edges(period)
    days = (local(at_ms, zone).date() for at_ms in period.steps_ms)
    return [at_local_hour_ms(on, _MORNING_H, zone) for on in days]
