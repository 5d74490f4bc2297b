"""The cases that a garden brings sooner or later, each a named test, and rubbish of all kinds."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.beds import hearing
from gateway.beds.advisor import place_of
from gateway.beds.journal import Entry
from gateway.beds.observed import Observed, ProbeSamples
from gateway.beds.records import BedDetails, BedRecord
from gateway.beds.situations import Around, situation_of
from gateway.settings import GatewaySettings
from gateway.store.base import Series
from gateway.watering.advice import Advice, advise
from gateway.watering.beds import Exposure
from gateway.watering.crops import CROPS
from gateway.watering.dose import SEEDBED_MM
from gateway.watering.evapotranspiration import Place
from gateway.watering.learning import Capacity
from gateway.watering.reasons import Language
from gateway.watering.record import dumps, loads
from gateway.watering.samples import HOUR_MS, MINUTE_MS, Sample, at_local_hour_ms
from gateway.watering.situation import Forecast, Restriction, Situation
from gateway.watering.soils import SOILS
from gateway.watering.verdict import Verdict
from gateway.watering.waterings import Source
from gateway.watering.weather import AirSamples

CASES = {
    "frost forecast": ["test_frost_forecast_forbids_water"],
    "frozen soil and thaw": [
        "test_a_frozen_soil_is_not_watered",
        "test_frozen_soil_that_thaws_is_not_watered",
    ],
    "saturated": ["test_a_saturated_bed_is_waterlogged_after_a_day"],
    "newly sown": ["test_a_newly_sown_bed_is_watered_finely_when_its_top_dries"],
    "empty bed": ["test_an_empty_bed_is_never_watered"],
    "probe disconnected": ["test_a_disconnected_probe_is_a_fault_after_three_bursts"],
    "probe in air": [
        "test_a_probe_in_the_air_is_told_after_half_an_hour",
        "test_a_node_that_measures_seldom_tells_of_the_air_all_the_same",
    ],
    "probe flooded": ["test_a_flooded_probe_is_told_after_half_a_day"],
    "probe stuck": ["test_a_stuck_probe_stands_still_while_its_soil_warms"],
    "probe pulled out and put back": [
        "test_a_probe_pulled_out_and_put_back_gives_one_reinsertion_and_no_watering",
        "test_a_damp_or_dirty_probe_put_back_is_not_watered_either",
    ],
    "drift": [
        "test_drift_shows_in_the_last_three_plateaus_against_the_first_three",
        "test_drift_shows_in_the_gap_to_the_balance_over_two_weeks",
        "test_a_probe_whose_plateaus_have_moved_asks_for_a_calibration",
        "test_a_probe_that_left_the_balance_for_two_weeks_asks_for_a_calibration",
    ],
    "two probes that disagree": [
        "test_two_probes_that_disagree_lead_no_further_than_one_with_two_points"
    ],
    "a kit switched on from 13 to 16 h only": [
        "test_a_kit_that_is_on_from_13_to_16_h_has_no_daily_minimum",
        "test_a_kit_that_is_on_from_13_to_16_h_speaks_for_its_last_hour",
        "test_a_kit_that_is_on_from_13_to_16_h_is_advised_and_says_so",
    ],
    "mulch": ["test_mulch_halves_what_the_soil_evaporates"],
    "blocked gauge": ["test_a_gauge_that_missed_two_rains_is_no_longer_believed"],
    "drizzle under 0.2 ET0": ["test_drizzle_under_a_fifth_of_the_thirst_does_not_count"],
    "greenhouse (no rain)": ["test_rain_stays_outside_a_greenhouse"],
    "harvest and replanting": [
        "test_harvest_and_replanting_start_a_new_season_in_the_same_soil",
        "test_a_bed_that_is_sown_anew_forgets_the_seedlings_of_the_season_before",
    ],
    "clock jump": ["test_a_clock_that_jumped_changes_nothing_that_is_heard"],
    "summer time": [
        "test_when_summer_time_comes_the_night_is_three_hours_and_when_it_goes_four",
        "test_days_of_23_and_25_hours_are_days_like_others",
    ],
    "duplicate times": ["test_double_times_and_times_to_come_are_put_in_order"],
    "stale forecast": ["test_a_stale_forecast_is_not_believed"],
    "node three days down and back": [
        "test_a_node_that_was_three_days_down_and_is_back_is_believed_again"
    ],
    "cans logged that the probe did not see": [
        "test_cans_that_the_probe_did_not_see_are_told",
        "test_cans_that_the_probe_did_not_see_are_found_after_half_a_day",
    ],
    "rain never dries a bed": ["test_rain_never_dries_a_bed", "test_rain_never_asks_for_water"],
    "a hot dry day never wets it": [
        "test_a_hotter_drier_day_never_wets_a_bed",
        "test_a_hotter_drier_day_never_spares_water",
    ],
    "no coordinates": ["test_a_garden_that_has_not_said_where_it_is_is_advised"],
    "a bed without a probe": ["test_a_bed_without_a_probe_is_advised_by_its_books"],
    "contradictory dates": [
        "test_contradictory_dates_are_refused_with_what_to_write",
        "test_seedlings_that_showed_before_the_sowing_on_record_are_refused",
    ],
    "a probe gone mad in the night": ["test_a_probe_gone_mad_in_the_night_is_told_and_not_heard"],
    "a season of gaps": ["test_a_season_of_gaps_is_answered_or_honestly_not_known"],
}
TESTS = Path(__file__).parents[1]

ZONE = "Europe/Paris"
DAY_MS = 24 * HOUR_MS
NOW_MS = round(datetime(2026, 7, 15, 14, 30, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)
TODAY = date(2026, 7, 15)
DETAILS = BedDetails(area_m2=2.0, soil="limon", crop="tomate", planted_on=date(2026, 5, 15))
BED = BedRecord("bac-1", DETAILS, 0)
AROUND = Around(ZONE, Place(47.3))


@pytest.mark.parametrize("case", CASES)
def test_each_case_is_a_test(case: str) -> None:
    written = "".join(file.read_text(encoding="utf-8") for file in TESTS.rglob("test_*.py"))
    for name in CASES[case]:
        assert f"def {name}(" in written


def samples(
    value: float, days: float, step_ms: int = HOUR_MS, hours: tuple[int, int] = (0, 24)
) -> tuple[Sample, ...]:
    """A value that swings a little, in some hours of the day by the wall."""
    start_ms = NOW_MS - round(days * DAY_MS)
    found = []
    for number, at_ms in enumerate(range(start_ms, NOW_MS, step_ms)):
        hour = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(ZONE)).hour
        if hours[0] <= hour < hours[1]:
            found.append(Sample(at_ms, value + 0.1 * (number % 3)))
    return tuple(found)


def a_probe(percent: tuple[Sample, ...], **more: object) -> ProbeSamples:
    return ProbeSamples(Series("potager", "bac-1-soil"), percent, percent, **more)  # type: ignore[arg-type]


def observed(days: float = 12.0, **more: object) -> Observed:
    return Observed(NOW_MS - round(days * DAY_MS), NOW_MS, **more)  # type: ignore[arg-type]


def codes(advice: Advice) -> list[str]:
    return [reason.code for reason in advice.reasons]


# --- one case, one test ---------------------------------------------------------------------------


def test_a_kit_that_is_on_from_13_to_16_h_is_advised_and_says_so() -> None:
    on = (13, 16)
    station = AirSamples(air_c=samples(24.0, 12, 10 * MINUTE_MS, on))
    warming_ms = NOW_MS - HOUR_MS  # the hour before the last one does not count
    heard = tuple(
        one if one.at_ms > warming_ms or one.at_ms < warming_ms - HOUR_MS else one._replace(value=9)
        for one in samples(18.0, 12, 5 * MINUTE_MS, on)
    )
    seen = observed(
        outside=(station,), probes=(a_probe(heard),), rain_mm=samples(0.0, 12), newest_ms=NOW_MS
    )

    found = situation_of(BED, seen, AROUND)
    advice = advise(found)

    assert all(day.et0 is None and day.min_c is None for day in found.days)
    assert found.today.night.missing == pytest.approx((25.0 - 18.1) / 13.0)
    assert "afternoon_only" in codes(advice)
    assert "afternoon_only" in advice.confidence.doubts
    assert "temperature_old" not in advice.confidence.doubts
    assert advice.verdict != "unknown"


def by_day_and_night(low: float, high: float) -> tuple[Sample, ...]:
    """Each hour of the last days, coldest at night."""
    return tuple(
        one._replace(value=low + (high - low) * abs(12 - (one.at_ms // HOUR_MS + 10) % 24) / 12)
        for one in samples(0.0, 12)
    )


MEASURED = observed(
    outside=(AirSamples(by_day_and_night(13.0, 27.0), by_day_and_night(90.0, 45.0)),),
    rain_mm=samples(0.0, 12),
)


def test_a_garden_that_has_not_said_where_it_is_is_advised() -> None:
    nowhere = GatewaySettings(data=Path("data"))
    place = place_of(nowhere)

    advice = advise(situation_of(BED, MEASURED, Around(nowhere.timezone, place)))

    assert place == Place(47.0)
    assert place_of(replace(nowhere, latitude=45.1, altitude=1800.0)) == Place(45.1, 1800.0)
    assert advice.verdict != "unknown"
    assert 3.0 < advice.figures.today_mm < 7.0


def test_a_bed_without_a_probe_is_advised_by_its_books() -> None:
    advice = advise(situation_of(BED, MEASURED, AROUND))

    assert advice.verdict in ("no", "soon", "yes")
    assert "no_probe" in advice.confidence.doubts


def test_a_probe_gone_mad_in_the_night_is_told_and_not_heard() -> None:
    """From 1 h in the morning its open input jumps about."""
    mad_ms = at_local_hour_ms(TODAY, 1, ZONE)
    chance = random.Random(4)
    wild = [
        one._replace(value=chance.uniform(0.0, 90.0)) if one.at_ms >= mad_ms else one
        for one in samples(18.0, 12, 5 * MINUTE_MS)
    ]
    counts = [one._replace(value=834.0 - 4.0 * one.value) for one in wild]
    wired = a_probe(tuple(wild), counts=tuple(counts), air=834.0, water=434.0)
    station = AirSamples(air_c=samples(20.0, 12))

    found = situation_of(BED, observed(outside=(station,), probes=(wired,)), AROUND)

    assert found.today.night.missing is None
    assert found.days[-2].night.missing is not None
    assert "probe_floating" in codes(advise(found))


# --- rubbish --------------------------------------------------------------------------------------

LAST_DAYS = 6
FROM_MS = NOW_MS - LAST_DAYS * DAY_MS


class Rubbish:
    """All that may be said of a bed, by chance: gaps, jumps, doubles, times to come, nonsense."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def maybe(self, low: float, high: float) -> float | None:
        """A value, a very round one, or none."""
        return self.chance.choice([None, low, 0.0, high, self.chance.uniform(low, high)])

    def day(self) -> date | None:
        return self.chance.choice([None, TODAY + timedelta(days=self.chance.randint(-200, 100))])

    def samples(self, low: float, high: float) -> tuple[Sample, ...]:
        chance = self.chance
        if chance.random() < 0.2:
            return ()
        first_ms = chance.randrange(FROM_MS, NOW_MS)
        step_ms = chance.choice([5 * MINUTE_MS, 20 * MINUTE_MS, HOUR_MS])
        level, wild = chance.uniform(low, high), chance.choice([0.0, 0.1, 1.0])
        kept = chance.choice([1.0, 0.9, 0.3, 0.02])
        times = [one for one in range(first_ms, NOW_MS, step_ms) if chance.random() < kept]
        times += [chance.randrange(FROM_MS, NOW_MS + 3 * DAY_MS) for _ in range(4)]
        return tuple(
            Sample(at_ms, level if chance.random() > wild else chance.uniform(low, high))
            for at_ms in sorted(set(times))
        )

    def probe(self) -> ProbeSamples:
        counts = self.chance.choice([(), self.samples(-50.0, 1100.0)])
        percent = self.samples(-500.0, 500.0)
        air, water = self.maybe(-2000.0, 2000.0), self.maybe(-2000.0, 2000.0)
        return a_probe(
            percent, counts=counts, air=air, water=water, wet_pct=self.chance.choice([None, 100.0]),
            neighbours=(self.samples(0.0, 1023.0),),
        )  # fmt: skip

    def station(self) -> AirSamples:
        return AirSamples(
            self.samples(-90.0, 90.0), self.samples(-50.0, 300.0), self.samples(-1e4, 1e5),
            self.samples(-10.0, 100.0), self.samples(-100.0, 2000.0),
        )  # fmt: skip

    def entry(self) -> Entry:
        at_ms = self.chance.randrange(FROM_MS, NOW_MS)
        source: Source = self.chance.choice(get_args(Source))
        return Entry(1, "bac-1", at_ms, self.maybe(0.0, 1e5), None, source, None, matched=False)

    def seen(self) -> Observed:
        chance = self.chance
        return Observed(
            FROM_MS,
            NOW_MS,
            probes=tuple(self.probe() for _ in range(chance.randint(0, 3))),
            inside=tuple(self.station() for _ in range(chance.randint(0, 1))),
            outside=tuple(self.station() for _ in range(chance.randint(0, 2))),
            rain_mm=chance.choice([None, (), self.samples(-20.0, 300.0)]),
            soil_c=self.samples(-60.0, 90.0),
            entries=[self.entry() for _ in range(chance.randint(0, 3))],
            newest_ms=chance.choice([None, NOW_MS + HOUR_MS, NOW_MS - HOUR_MS]),
        )

    def bed(self) -> BedRecord:
        chance = self.chance
        details = BedDetails(
            area_m2=chance.choice([0.01, 2.0, 1e4]),
            soil=chance.choice([None, "moon", *SOILS]),
            crop=chance.choice([None, "oca", *CROPS]),
            planted_on=self.day(),
            sown=chance.random() < 0.5,
            emerged_on=self.day(),
            stage_days=chance.randint(-90, 90),
            depth_m=chance.choice([None, 0.01, 3.0]),
            exposure=chance.choice(get_args(Exposure)),
            mulched=chance.random() < 0.5,
            can_l=chance.choice([0.1, 10.0, 100.0]),
        )
        return replace(BED, details=details)

    def around(self) -> Around:
        chance = self.chance
        place = Place(chance.uniform(-90.0, 90.0), chance.uniform(-450.0, 5000.0))
        rule = Restriction(chance.randint(0, 23), chance.randint(1, 24), self.day())
        forecast = Forecast(
            chance.uniform(-1.0, 30.0), self.maybe(-300.0, 300.0), self.maybe(-300.0, 300.0),
            self.maybe(-50.0, 1e3),
        )  # fmt: skip
        return Around(
            chance.choice(["Europe/Paris", "Pacific/Kiritimati", "Etc/UTC"]),
            place,
            longitude_deg=self.maybe(-180.0, 180.0),
            start_mm=self.maybe(-1e3, 1e3),
            waited=chance.random() < 0.5,
            remembered=chance.choice([None, Capacity(chance.uniform(0.0, 1.0), 0.015)]),
            restriction=chance.choice([None, rule]),
            next_presence=self.day(),
            tank_l=self.maybe(0.0, 1e4),
            forecast=chance.choice([None, forecast]),
        )


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_a_season_of_gaps_is_answered_or_honestly_not_known(seed: int) -> None:
    rubbish = Rubbish(seed)
    record, seen, around = rubbish.bed(), rubbish.seen(), rubbish.around()

    hearing.rises_seen(seen, record.as_bed())
    found = situation_of(record, seen, around)
    advice = advise(found)

    assert advice.verdict in get_args(Verdict)
    assert 0 <= advice.confidence.score <= 100
    for language in get_args(Language):
        told = json.loads(dumps(advice.told(language)))  # no NaN, no infinity
        assert all(reason["text"] for reason in told["reasons"])
        assert told["reasons"]
    assert loads(Situation, dumps(found)) == found
    if advice.mm is not None:
        most_mm = max(found.bed.ground.most_mm, SEEDBED_MM[1])
        assert 0.0 <= advice.mm <= most_mm
        assert advice.litres is not None
        assert 0.0 <= advice.litres <= most_mm * found.bed.area_m2 + 0.05
    if found.today.night.missing is None and all(day.et0 is None for day in found.days[-4:-1]):
        assert advice.verdict == "unknown"
        assert advice.told("fr")["inputs"]["missing_mm"] is None  # no silent last value
