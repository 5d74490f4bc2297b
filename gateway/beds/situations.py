"""From what was observed of a bed to the situation that the rule answers.

Pure functions of their arguments: the days run from 6 h to 6 h by the garden's own clock, what
was not measured stays unknown, and what the probes have learned of the bed is found anew each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.beds.evening import night_minimum_c
from gateway.beds.fallen import Fallen, fallen
from gateway.beds.hearing import Ears
from gateway.beds.journal import Entry
from gateway.beds.lessons import Season, learn
from gateway.beds.observed import Observed
from gateway.beds.records import BedRecord
from gateway.watering.beds import Bed
from gateway.watering.diary import Diary
from gateway.watering.evapotranspiration import Place
from gateway.watering.learning import Capacity
from gateway.watering.night import together
from gateway.watering.samples import HOUR_MS
from gateway.watering.situation import (
    Forecast,
    GardenDay,
    Restriction,
    Situation,
)
from gateway.watering.waterings import Watering, unseen
from gateway.watering.weather import AirSamples, day_weather

LEAST_DAYS: Final = 60
MOST_DAYS: Final = 240
_LAST_DAYS: Final = 3
_SOIL_LASTS_MS: Final = 3 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Around:
    """What a situation holds beside the readings: the garden's place and rules, and yesterday.

    longitude_deg: None for unknown. start_mm: depletion on the first day by the advice that was
    given then, None for unknown.
    waited: whether yesterday's advice was to wait for rain.
    remembered: what the season before has taught of the bed's field capacity.
    """

    zone: str
    place: Place
    longitude_deg: float | None = None
    start_mm: float | None = None
    waited: bool = False
    remembered: Capacity | None = None
    restriction: Restriction | None = None
    next_presence: date | None = None
    tank_l: float | None = None
    forecast: Forecast | None = None


def local(now_ms: int, zone: str) -> datetime:
    """The clock on the garden's wall."""
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone))


def first_day(bed: BedRecord, on: date) -> date:
    """Where the books begin: at planting, but neither yesterday nor in another year."""
    planted_on = bed.details.first_planted_on
    days = LEAST_DAYS if planted_on is None else (on - planted_on).days
    return on - timedelta(days=min(MOST_DAYS, max(LEAST_DAYS, days)))


def situation_of(record: BedRecord, observed: Observed, around: Around) -> Situation:
    """What is known of a bed at ``observed.now_ms``; the same inputs give the same situation."""
    now, zone = local(observed.now_ms, around.zone), around.zone
    on = now.date()
    first = local(observed.from_ms, zone).date()
    days = [first + timedelta(days=n) for n in range((on - first).days + 1)]
    stations, inside = _stations(observed, around, on)
    bed = record.as_bed(weather_inside=inside)
    rain = fallen(observed, zone)
    quiet = _days(observed, days, stations, rain, around)
    ears = Ears(observed, zone)
    season = Season(bed, quiet, rain.mm, zone, around.start_mm, around.remembered)
    learned = learn(observed, ears, season)
    bed = learned.bed
    heard = ears.mornings(bed, days, learned.scales)
    since_ms = ears.good_since_ms(days)
    return Situation(
        bed=bed,
        on=on,
        hour=now.hour,
        days=tuple(
            replace(day, night=together(words)) for day, words in zip(quiet, heard, strict=True)
        ),
        start_mm=around.start_mm,
        rain_source=rain.source,
        forecast=around.forecast,
        soil_c=_soil_c(observed),
        evening_min_c=night_minimum_c(
            stations, observed.now_ms, around.place.latitude_deg, around.longitude_deg
        ),
        restriction=around.restriction,
        next_presence=around.next_presence,
        tank_l=around.tank_l,
        waited=around.waited,
        unseen=0 if since_ms is None else _unseen(observed, bed, since_ms),
        temperature_age_h=_temperature_age_h(stations, observed.now_ms),
        data_age_s=_age_s(observed),
        drifts=learned.drifts,
    )


# --- the days ---------------------------------------------------------------------------------


def _days(
    observed: Observed,
    days: Sequence[date],
    stations: Sequence[AirSamples],
    rain: Fallen,
    around: Around,
) -> list[GardenDay]:
    """The days without their probes, each by the first station that has enough of it."""
    told = [_watering(one) for one in observed.entries]
    by_station = [
        Diary(around.place, around.zone, station, rain.mm, told).days(
            days[0], days[-1], observed.now_ms
        )
        for station in stations or (AirSamples(),)
    ]
    best = [
        next((day for day in same if day.et0 is not None), same[0])
        for same in zip(*by_station, strict=True)
    ]
    return [replace(day, rain_by=rain.by.get(day.on, "none")) for day in best]


def _watering(entry: Entry) -> Watering:
    """An entry as the rule takes it: what somebody noted without an amount was seen to happen."""
    source = "detected" if entry.asks_how_many else entry.source
    return Watering(entry.at_ms, entry.litres, source, entry.matched)


def _stations(observed: Observed, around: Around, on: date) -> tuple[tuple[AirSamples, ...], bool]:
    """The stations to believe, and whether they are inside: those outside where these are dumb."""
    last = [on - timedelta(days=n) for n in range(1, _LAST_DAYS + 1)]
    heard = any(
        day_weather(station, around.place, day, around.zone) is not None
        for station in observed.inside
        for day in last
    )
    return (observed.inside, True) if heard else (observed.outside, False)


# --- the present ------------------------------------------------------------------------------


def _soil_c(observed: Observed) -> float | None:
    last = observed.soil_c[-1] if observed.soil_c else None
    if last is None or last.at_ms < observed.now_ms - _SOIL_LASTS_MS:
        return None
    return round(last.value, 1)


def _temperature_age_h(stations: Sequence[AirSamples], now_ms: int) -> float | None:
    """The age of the newest temperature in hours; None where there has been none."""
    newest_ms = max((one.air_c[-1].at_ms for one in stations if one.air_c), default=None)
    return None if newest_ms is None else max(0, now_ms - newest_ms) / HOUR_MS


def _unseen(observed: Observed, bed: Bed, since_ms: int) -> int:
    told = [_watering(one) for one in observed.entries]
    recent_ms = max(since_ms, observed.now_ms - _LAST_DAYS * 24 * HOUR_MS)
    return len(unseen(told, bed.area_m2, recent_ms, observed.now_ms))


def _age_s(observed: Observed) -> int | None:
    if observed.newest_ms is None:
        return None
    return max(0, (observed.now_ms - observed.newest_ms) // 1000)
