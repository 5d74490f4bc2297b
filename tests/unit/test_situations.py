"""From what was observed of a bed to the situation that the rule answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.beds.evening import NightTime
from gateway.beds.given import Given
from gateway.beds.journal import Entry
from gateway.beds.observed import Observed, ProbeSamples
from gateway.beds.records import BedDetails, BedRecord
from gateway.beds.situations import Around, first_day, situation_of
from gateway.store.base import Series
from gateway.watering.advice import advise
from gateway.watering.evapotranspiration import Place
from gateway.watering.learning import Capacity
from gateway.watering.samples import Sample
from gateway.watering.situation import GardenDay, Situation
from gateway.watering.soils import SOILS
from gateway.watering.waterings import Source
from gateway.watering.weather import AirSamples

ZONE = "Europe/Paris"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DAYS = 12
AROUND = Around(ZONE, Place(47.3))
DETAILS = BedDetails(area_m2=2.0, soil="limon", crop="tomate", planted_on=date(2026, 5, 15))
BED = BedRecord("bac-1", DETAILS, 0)


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


NOW_MS = at("2026-07-15T08:30")


def every(step_ms: int, value: Callable[[int], float], days: float = DAYS) -> tuple[Sample, ...]:
    start_ms = NOW_MS - round(days * DAY_MS)
    return tuple(Sample(one, value(one)) for one in range(start_ms, NOW_MS, step_ms))


def warmth(at_ms: int) -> float:
    return 21.0 + 7.0 * math.sin((at_ms % DAY_MS / DAY_MS - 0.33) * 2 * math.pi)


def probe(percent: Callable[[int], float]) -> ProbeSamples:
    samples = every(HOUR_MS // 6, percent)
    return ProbeSamples(Series("potager", "bac-1-soil"), samples, every(HOUR_MS, percent))


def watering(text: str, litres: float | None, source: Source = "logged") -> Entry:
    return Entry(1, "bac-1", at(text), litres, None, source, "gardener", matched=False)


STATION = AirSamples(air_c=every(HOUR_MS, warmth))
SEEN = Observed(NOW_MS - DAYS * DAY_MS, NOW_MS, outside=(STATION,), newest_ms=NOW_MS - 300_000)


def situation(observed: Observed, around: Around = AROUND, bed: BedRecord = BED) -> Situation:
    return situation_of(bed, observed, around)


def day(found: Situation, on: str) -> GardenDay:
    return next(one for one in found.days if one.on == date.fromisoformat(on))


def without(samples: Sequence[Sample], from_ms: int, to_ms: int) -> tuple[Sample, ...]:
    return tuple(one for one in samples if not from_ms <= one.at_ms < to_ms)


# --- the days -----------------------------------------------------------------------------------


def test_the_days_are_without_gaps_up_to_today_by_the_gardens_clock() -> None:
    found = situation(SEEN)
    assert (found.on, found.hour) == (date(2026, 7, 15), 8)
    assert found.days[-1].on == found.on
    assert len(found.days) == DAYS + 1


def test_the_books_begin_at_planting_but_not_yesterday_and_not_last_year() -> None:
    on = date(2026, 7, 15)
    starts = {
        planted: first_day(replace(BED, details=replace(DETAILS, planted_on=planted)), on)
        for planted in (None, on - timedelta(days=3), on - timedelta(days=99), date(2024, 3, 1))
    }
    ages = [(on - first).days for first in starts.values()]
    assert ages == [60, 60, 99, 240]


def test_the_air_of_today_is_not_known_yet_and_that_of_each_whole_day_is() -> None:
    found = situation(SEEN)
    assert found.days[-1].et0 is None
    assert all(one.et0 is not None for one in found.days[1:-1])


def test_a_day_of_less_than_eighteen_hours_has_no_et0() -> None:
    cut = without(STATION.air_c, at("2026-07-10T08:00"), at("2026-07-10T20:00"))
    found = situation(replace(SEEN, outside=(AirSamples(air_c=cut),)))
    assert day(found, "2026-07-10").et0 is None
    assert day(found, "2026-07-10").max_c is None
    assert day(found, "2026-07-11").et0 is not None


def test_another_station_gives_the_day_that_one_has_missed() -> None:
    cut = without(STATION.air_c, at("2026-07-10T08:00"), at("2026-07-10T20:00"))
    cooler = AirSamples(air_c=tuple(Sample(one.at_ms, one.value - 5) for one in STATION.air_c))
    found = situation(replace(SEEN, outside=(AirSamples(air_c=cut), cooler)))
    missed, other = (day(found, on).max_c for on in ("2026-07-10", "2026-07-11"))
    assert missed is not None
    assert other is not None
    assert missed == pytest.approx(other - 5, abs=0.1)


@pytest.mark.parametrize("inside", [True, False])
def test_a_greenhouse_is_advised_by_its_own_air_where_it_has_any(inside: bool) -> None:
    hot = AirSamples(air_c=tuple(Sample(one.at_ms, one.value + 9) for one in STATION.air_c))
    bed = replace(BED, details=replace(DETAILS, exposure="greenhouse"))
    found = situation(replace(SEEN, inside=(hot,) if inside else ()), bed=bed)
    assert found.bed.weather_inside is inside
    warmest = day(found, "2026-07-11").max_c
    assert warmest is not None
    assert (warmest > 35) is inside


# --- water that comes ---------------------------------------------------------------------------


def test_a_day_of_rain_runs_from_six_to_six() -> None:
    rain = (
        Sample(at("2026-07-10T05:00"), 1.0),
        Sample(at("2026-07-10T06:00"), 2.0),
        Sample(at("2026-07-11T05:00"), 4.0),
        Sample(at("2026-07-11T06:00"), 0.0),
        Sample(at("2026-07-15T08:00"), 0.0),
    )
    found = situation(replace(SEEN, rain_mm=rain))
    sums = [day(found, f"2026-07-{n:02d}").rain_mm for n in (8, 9, 10, 11)]
    assert sums == [None, 1.0, 6.0, 0.0]  # a day without any sample is not a dry one
    assert found.rain_source == "gauge"


@pytest.mark.parametrize("rain", [None, (), (Sample(at("2026-07-13T06:00"), 3.0),)])
def test_a_gauge_that_says_nothing_is_no_source_of_rain(
    rain: tuple[Sample, ...] | None,
) -> None:
    assert situation(replace(SEEN, rain_mm=rain)).rain_source == "none"


def test_waterings_fall_on_the_day_of_the_books() -> None:
    entries = (
        watering("2026-07-12T19:00", 20.0),
        watering("2026-07-13T05:00", 10.0),
        watering("2026-07-13T08:00", None, "detected"),
        watering("2026-07-14T08:00", None, "rain_probable"),
    )
    found = situation(replace(SEEN, entries=entries))
    assert day(found, "2026-07-12").litres == (20.0, 10.0)
    assert [day(found, f"2026-07-{n}").seen for n in (12, 13, 14)] == [False, True, False]


@pytest.mark.parametrize(
    ("now", "shown"), [("2026-03-29T12:00", "2026-03-29"), ("2026-10-25T12:00", "2026-10-25")]
)
def test_days_of_23_and_25_hours_are_days_like_others(now: str, shown: str) -> None:
    now_ms = at(now) + DAY_MS
    start_ms = now_ms - 4 * DAY_MS
    hours = range(start_ms - start_ms % HOUR_MS, now_ms, HOUR_MS)
    air = AirSamples(air_c=tuple(Sample(one, 8 + warmth(one) / 3) for one in hours))
    rain = tuple(Sample(one, 0.1) for one in hours)
    found = situation(Observed(start_ms, now_ms, outside=(air,), rain_mm=rain))
    fell = day(found, str(date.fromisoformat(shown) - timedelta(days=1))).rain_mm
    assert fell == pytest.approx(2.3 if shown.startswith("2026-03") else 2.5)
    assert day(found, shown).et0 is not None


# --- the probe ----------------------------------------------------------------------------------


def test_a_probe_gives_each_morning_and_leads_by_its_two_points() -> None:
    found = situation(replace(SEEN, probes=(probe(lambda _at: 18.5),)))
    nights = [one.night for one in found.days[1:]]
    assert all(night.missing == pytest.approx(0.5) for night in nights)
    assert {night.gain for night in nights} == {0.3}
    assert not any(night.learned for night in nights)


def test_field_capacity_is_learned_from_what_filled_the_bed() -> None:
    """60 L on 2 m², then the probe stays at 30 %, where the table says 25 for loam."""
    poured_ms = at("2026-07-08T19:00")

    def percent(at_ms: int) -> float:
        if at_ms < poured_ms:
            return 24.0
        return 30.0 - 0.8 * max(0.0, (at_ms - poured_ms) / DAY_MS - 2.0)

    entries = (watering("2026-07-08T19:00", 60.0),)
    found = situation(replace(SEEN, probes=(probe(percent),), entries=entries))
    night = found.days[-1].night
    assert night.learned
    assert night.gain == 0.6
    assert night.missing is not None
    assert 0.05 < night.missing < 0.35


def test_a_soil_is_found_wetter_than_its_name_says_and_the_bed_holds_more() -> None:
    def percent(at_ms: int) -> float:
        return 28.0 - 0.5 * max(0.0, (at_ms - at("2026-07-08T19:00")) / DAY_MS)

    days = range(DAYS)
    rain = tuple(Sample(NOW_MS - day * DAY_MS, 60.0 if day == 7 else 0.0) for day in reversed(days))
    found = situation(replace(SEEN, probes=(probe(percent),), rain_mm=rain))
    soil = found.bed.soil
    assert soil is not None
    assert 0.26 < soil.field_capacity < 0.30
    assert advise(found).figures.total_mm > 95.0
    # A mere range, from the air to a glass of water, says nothing of how much a soil holds.
    glass = replace(probe(percent), wet_pct=100.0)
    assert situation(replace(SEEN, probes=(glass,), rain_mm=rain)).bed.soil == SOILS["limon"]


def test_what_the_season_before_has_taught_is_believed_until_this_one_teaches() -> None:
    remembered = replace(AROUND, remembered=Capacity(0.28, 0.015))
    found = situation(replace(SEEN, probes=(probe(lambda _at: 28.0),)), remembered)
    assert found.bed.ground.field_capacity == pytest.approx(0.28)
    night = found.days[-1].night
    assert night.learned
    assert night.missing == pytest.approx(0.0, abs=1e-9)


def test_an_advice_remembers_what_its_probes_had_learned_for_the_season_after() -> None:
    around = replace(AROUND, remembered=Capacity(0.28, 0.015))
    seen = replace(SEEN, probes=(probe(lambda _at: 28.0),))
    given = Given.of(situation(seen, around), NOW_MS)
    assert given.taught("limon") == Capacity(pytest.approx(0.28), 0.015)
    assert given.taught("argile") is None  # another soil was filled in
    unlearned = Given.of(situation(seen), NOW_MS)
    assert unlearned.taught("limon") is None


def test_a_sprinkle_teaches_nothing() -> None:
    entries = (watering("2026-07-08T19:00", 6.0),)
    found = situation(replace(SEEN, probes=(probe(lambda _at: 20.0),), entries=entries))
    assert not found.days[-1].night.learned


def test_a_probe_in_the_air_says_nothing_from_then_on_and_its_past_stays() -> None:
    pulled_ms = at("2026-07-14T14:00")

    def counts(at_ms: int) -> float:
        return 640.0 + at_ms // HOUR_MS % 2 if at_ms < pulled_ms else 834.0

    seen = probe(lambda at_ms: 18.0 if at_ms < pulled_ms else -9.0)
    wired = replace(seen, counts=every(HOUR_MS // 6, counts), air=767.0, water=454.0)
    found = situation(replace(SEEN, probes=(wired,)))
    assert found.days[-1].night.missing is None
    assert found.days[-2].night.missing is not None
    told = [reason["text"] for reason in advise(found).told("en")["reasons"]]
    assert "the probe has been out of the soil since today: put it back" in told


def test_a_probe_that_went_to_another_bed_is_not_missed() -> None:
    left_ms = at("2026-07-13T12:00")
    seen = probe(lambda _at: 18.0)
    gone = replace(seen, percent=without(seen.percent, left_ms, NOW_MS), to_ms=left_ms)
    found = situation(replace(SEEN, probes=(gone,)))
    assert found.days[-1].night.state == "good"
    assert found.days[-1].night.missing is None
    assert found.days[-4].night.missing is not None


def test_a_probe_that_is_silent_since_yesterday_says_nothing_today() -> None:
    seen = probe(lambda _at: 18.0)
    cut = replace(seen, percent=without(seen.percent, at("2026-07-14T20:00"), NOW_MS))
    found = situation(replace(SEEN, probes=(cut,)))
    assert found.days[-1].night.missing is None
    assert found.days[-2].night.missing is not None


def test_a_watering_that_the_probe_should_have_seen_and_did_not_is_told() -> None:
    entries = (watering("2026-07-13T19:00", 30.0),)
    unseen = situation(replace(SEEN, probes=(probe(lambda _at: 18.0),), entries=entries))
    assert unseen.unseen == 1
    without_probe = situation(replace(SEEN, entries=entries))
    assert without_probe.unseen == 0


# --- the present --------------------------------------------------------------------------------


def test_the_soils_warmth_is_that_of_now_or_unknown() -> None:
    fresh = replace(SEEN, soil_c=(Sample(NOW_MS - HOUR_MS, 1.44),))
    assert situation(fresh).soil_c == 1.4
    old = replace(SEEN, soil_c=(Sample(NOW_MS - 4 * HOUR_MS, 1.4),))
    assert situation(old).soil_c is None


def test_the_age_of_the_data_is_that_of_the_newest_value() -> None:
    assert situation(SEEN).data_age_s == 300
    assert situation(replace(SEEN, newest_ms=None)).data_age_s is None


def test_a_crop_that_is_ahead_of_its_age_is_so_and_was_planted_when_it_was() -> None:
    bed = replace(BED, details=replace(DETAILS, stage_days=10))
    found = situation(SEEN, bed=bed).bed
    assert (found.planted_on, found.stage_days) == (date(2026, 5, 15), 10)


def test_a_crop_or_soil_that_is_no_longer_in_the_table_is_not_known() -> None:
    found = situation(SEEN, bed=replace(BED, details=replace(DETAILS, crop="oca", soil="lune")))
    assert (found.bed.crop, found.bed.soil) == (None, None)


# --- the night that comes -----------------------------------------------------------------------


def test_the_night_runs_from_sunset_to_sunrise_at_the_gardens_place() -> None:
    night = NightTime.at(at("2026-04-20T23:00"), 47.3, 5.0)
    assert night is not None
    sunset, sunrise = at("2026-04-20T20:34"), at("2026-04-21T06:44")  # by the almanac of Dijon
    assert night.sunset_ms == pytest.approx(sunset, abs=HOUR_MS / 4)
    assert night.sunrise_ms == pytest.approx(sunrise, abs=HOUR_MS / 4)
    assert NightTime.at(at("2026-04-21T05:00"), 47.3, 5.0) == night
    assert NightTime.at(at("2026-04-20T15:00"), 47.3, 5.0) is None
    assert NightTime.at(at("2026-06-21T23:59"), 80.0, 5.0) is None  # the sun does not set


def spring_night(now: str, *, damp: bool = True) -> Observed:
    """A clear evening: 6 degrees at sunset, 1.2 less each hour."""
    now_ms, sunset_ms = at(now), at("2026-04-20T20:34")
    hours = range(sunset_ms - 96 * HOUR_MS, now_ms, HOUR_MS // 2)
    air = tuple(Sample(one, min(16.0, 6.0 - 1.2 * (one - sunset_ms) / HOUR_MS)) for one in hours)
    humid = tuple(Sample(one, 60.0) for one in hours) if damp else ()
    station = AirSamples(air_c=air, humidity_pct=humid)
    return Observed(now_ms - 3 * DAY_MS, now_ms, outside=(station,))


def test_a_frost_is_told_from_the_evening_without_a_forecast() -> None:
    around = replace(AROUND, longitude_deg=5.0)
    found = situation(spring_night("2026-04-21T01:00"), around)
    assert found.evening_min_c is not None
    assert found.evening_min_c < 0.0
    assert advise(found).verdict == "frost"


@pytest.mark.parametrize(
    ("now", "damp", "longitude"),
    [
        ("2026-04-20T17:00", True, 5.0),
        ("2026-04-20T21:30", True, 5.0),
        ("2026-04-21T01:00", False, 5.0),
        ("2026-04-21T01:00", True, None),
    ],
    ids=["by day", "early in the evening", "without humidity", "without a place"],
)
def test_what_does_not_tell_of_the_night_says_nothing_of_it(
    now: str, damp: bool, longitude: float | None
) -> None:
    around = replace(AROUND, longitude_deg=longitude)
    assert situation(spring_night(now, damp=damp), around).evening_min_c is None
