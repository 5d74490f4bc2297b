"""What the probes of a bed have learned in it so far, found anew from its history each time.

Pure functions of their arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean
from typing import Final

from gateway.beds import hearing
from gateway.beds.hearing import Ears
from gateway.beds.observed import Observed, ProbeSamples
from gateway.watering.balance import Books, Page
from gateway.watering.beds import Bed
from gateway.watering.drift import gaps
from gateway.watering.field_capacity import Plateau, Soaking, has_drifted, plateaus
from gateway.watering.learning import (
    SOIL_ERROR,
    UNKNOWN_ERROR,
    Capacity,
    as_found,
    capacity_of,
    lessons,
    of_plateau,
)
from gateway.watering.night import Drift, ProbeMorning, gap_asks_for_calibration, together
from gateway.watering.reservoir import depth_of
from gateway.watering.samples import NIGHT, Sample, at_local_hour_ms, between, middle
from gateway.watering.scale import Knowledge, ProbeScale, dry_share, from_taught
from gateway.watering.situation import GardenDay

_A_SOAKING_MM: Final = 2.0
_TAKEN_DAYS: Final = 1.5


@dataclass(frozen=True, slots=True)
class Season:
    """The days of a bed up to now, without what its probes say of them.

    rain: each the millimetres from that moment on, whoever told of them. start_mm: depletion on
    the first day, None for unknown. remembered: what the season before has taught of the bed's
    field capacity.
    """

    bed: Bed
    days: Sequence[GardenDay]
    rain: Sequence[Sample]
    zone: str
    start_mm: float | None = None
    remembered: Capacity | None = None

    @property
    def dates(self) -> list[date]:
        """The days by their dates."""
        return [day.on for day in self.days]


@dataclass(frozen=True, slots=True)
class _Taught:
    """One probe: the field capacity that it found; per_water: what it gives for water alone.

    water: what it gave each morning, in percent. drained: its plateaus.
    """

    capacity: Capacity
    per_water: float
    by_volume: bool
    known: Knowledge
    water: Mapping[date, float]
    drained: Sequence[Plateau]


@dataclass(frozen=True, slots=True)
class Learned:
    """The bed with its soil as its probes found it, the scale of each, and those that drift."""

    bed: Bed
    scales: tuple[ProbeScale, ...] = ()
    drifts: tuple[Drift, ...] = ()


def learn(observed: Observed, ears: Ears, season: Season) -> Learned:
    """What the probes of a bed have learned in it.

    A probe in water by volume finds the soil's field capacity within the range of its class, and
    with it how much the bed holds; one that knows no more than air and a glass of water does not.
    """
    if not observed.probes:
        return Learned(season.bed)
    bed = season.bed
    first = tuple(hearing.scale_of(probe, bed) for probe in observed.probes)
    heard = ears.mornings(bed, season.dates, first)
    soakings = _soakings(observed, season, heard)
    alone = Books(bed, season.start_mm).run(season.days)
    taught = []
    for number, (probe, scale) in enumerate(zip(observed.probes, first, strict=True)):
        said = [words[number] if words else None for words in heard]
        water = _water(probe, scale, said, season)
        taught.append(_taught(probe, water, season, soakings, alone))
    volumes = [one.capacity.share for one in taught if one.by_volume]
    if bed.soil is not None and volumes:
        bed = replace(bed, soil=as_found(bed.soil, fmean(volumes)))
    scales = tuple(_scale(one, bed) for one in taught)
    drifts = [
        _drift(probe, one, scale, season, alone)
        for probe, one, scale in zip(observed.probes, taught, scales, strict=True)
    ]
    return Learned(bed, scales, tuple(one for one in drifts if one is not None))


def _water(
    probe: ProbeSamples,
    scale: ProbeScale,
    said: Sequence[ProbeMorning | None],
    season: Season,
) -> dict[date, float]:
    """What a probe gave each night, in percent; where it was out of the soil, nothing."""
    found = {}
    for on, word in zip(season.dates, said, strict=True):
        if word is None:
            from_ms, to_ms = (at_local_hour_ms(on, hour, season.zone) for hour in NIGHT)
            value = middle(between(probe.hourly, from_ms, to_ms))
        elif word.missing is not None and word.usable and word.by == "night":
            value = scale.value_at(word.missing)
        else:
            value = None
        if value is not None:
            found[on] = value
    return found


def _taught(
    probe: ProbeSamples,
    water: dict[date, float],
    season: Season,
    soakings: Sequence[Soaking],
    alone: Books,
) -> _Taught:
    bed = season.bed
    per_water = hearing.wet_pct(probe, bed) / bed.ground.saturation
    by_volume = probe.wet_pct is None
    believed = Capacity(bed.ground.field_capacity, UNKNOWN_ERROR)
    if by_volume and bed.soil is not None:
        believed = season.remembered or Capacity(bed.ground.field_capacity, SOIL_ERROR)
    found = plateaus(probe.hourly, soakings)
    soaked = [of_plateau(one, per_water, alone.reservoir.taw_mm) for one in found]
    shares = {on: value / per_water for on, value in water.items()}
    drained = lessons(bed, season.days, alone.pages, shares)
    capacity = capacity_of((*soaked, *drained), depth_of(bed), believed)
    known: Knowledge = "learned" if soaked or capacity.is_learned else "two_points"
    return _Taught(capacity, per_water, by_volume, known, water, found)


def _scale(taught: _Taught, bed: Bed) -> ProbeScale:
    share = taught.capacity.share
    by_soil = taught.by_volume and bed.soil is not None
    available = bed.ground.available if by_soil else dry_share(bed.soil) * share
    return from_taught(share, available, taught.per_water, taught.known)


# --- drift ------------------------------------------------------------------------------------


def _drift(
    probe: ProbeSamples, taught: _Taught, scale: ProbeScale, season: Season, alone: Books
) -> Drift | None:
    """By what it shows that a probe drifts, since it stands here and was calibrated last.

    What it gave before somebody calibrated it is not held against it; one that has left has gone.
    """
    if probe.to_ms is not None:
        return None
    since_ms = max(probe.from_ms, probe.calibrated_ms)
    drained = [one for one in taught.drained if one.at_ms >= since_ms]
    if has_drifted(drained, hearing.wet_pct(probe, season.bed)):
        return Drift(str(probe.series), "plateaus")
    missing = {
        on: scale.missing(value)
        for on, value in taught.water.items()
        if at_local_hour_ms(on, NIGHT[0], season.zone) >= since_ms
    }
    apart = gaps(season.bed, season.days, alone.pages, missing, alone.reservoir.taw_mm)
    if gap_asks_for_calibration(apart):
        return Drift(str(probe.series), "balance")
    return None


# --- water that came --------------------------------------------------------------------------


def _soakings(
    observed: Observed, season: Season, heard: Sequence[Sequence[ProbeMorning]]
) -> list[Soaking]:
    """Each day on which water came, with what the books say was missing before it.

    The books are those of a probe that knows only its two points.
    """
    known = [
        replace(day, night=together(words)) for day, words in zip(season.days, heard, strict=True)
    ]
    books = Books(season.bed, season.start_mm).run(known)
    taw_mm = books.reservoir.taw_mm
    found = (_soaking(page, observed, season, taw_mm) for page in books.pages)
    return [one for one in found if one is not None]


def _soaking(page: Page, observed: Observed, season: Season, taw_mm: float) -> Soaking | None:
    """The water of a day as one soaking at its last moment; None for a sprinkle."""
    from_ms = at_local_hour_ms(page.on, NIGHT[1], season.zone)
    to_ms = at_local_hour_ms(page.on + timedelta(days=1), NIGHT[1], season.zone)
    rain = between(season.rain, from_ms, to_ms) if season.bed.rained_on else ()
    times = [one.at_ms for one in rain if one.value > 0.0]
    times += [one.at_ms for one in observed.entries if from_ms <= one.at_ms < to_ms]
    mm = page.rain_mm + page.watering_mm
    if not times or (mm < _A_SOAKING_MM and not page.watered):
        return None
    return Soaking(max(times), mm, page.depletion_mm, taw_mm, _TAKEN_DAYS * page.used_mm)
