"""Soil probes: healthy or not, what they mean, and how far they lead."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.watering.field_capacity import Plateau, Soaking, has_drifted, plateaus
from gateway.watering.gauge import RainDay, is_blocked
from gateway.watering.listening import hear, waterlogged_h
from gateway.watering.night import ProbeMorning, gap_asks_for_calibration, together
from gateway.watering.probe import ProbeHistory, ProbeState, state_of
from gateway.watering.samples import (
    HOUR_MS,
    MINUTE_MS,
    Sample,
    at_local_hour_ms,
    extremes_of,
    local_day,
    morning_of,
    spread,
    tidy,
)
from gateway.watering.scale import dry_share, from_taught, from_two_points, from_water_content
from gateway.watering.soils import SOILS

ZONE = "Europe/Paris"
NOW = 1_800_000_000_000
AIR, WATER = 834.0, 434.0
LOAM = SOILS["limon"]


def counts(*values: float, every_min: int = 5) -> list[Sample]:
    """Samples whose last is now."""
    first = NOW - (len(values) - 1) * every_min * MINUTE_MS
    return [Sample(first + n * every_min * MINUTE_MS, value) for n, value in enumerate(values)]


def noisy(value: float, hours: float, deviation: float = 1.0, seed: int = 1) -> list[Sample]:
    chance = random.Random(seed)
    return counts(*(value + chance.gauss(0.0, deviation) for _ in range(round(hours * 12) + 1)))


def state(samples: list[Sample], **more: object) -> ProbeState:
    return state_of(ProbeHistory(samples, AIR, WATER, **more), NOW)  # type: ignore[arg-type]


# --- states ---------------------------------------------------------------------------------------


def test_a_probe_in_moist_soil_is_good() -> None:
    assert state(noisy(600.0, 48)) == "good"


@pytest.mark.parametrize("end", [0.0, 15.0, 1010.0, 1023.0])
def test_a_disconnected_probe_is_a_fault_after_three_bursts(end: float) -> None:
    assert state([*noisy(600.0, 2)[:-3], *counts(end, end, end)]) == "fault"
    assert state([*noisy(600.0, 2)[:-2], *counts(end, end)]) != "fault"


def test_all_inputs_at_an_end_are_a_fault_of_the_bus() -> None:
    assert state(counts(0.0, 0.0, 0.0), neighbours=(counts(0.0), counts(1023.0))) == "bus_fault"
    assert state(counts(0.0, 0.0, 0.0), neighbours=(counts(500.0),)) == "fault"


def test_an_input_that_has_said_nothing_for_long_does_not_judge_the_bus() -> None:
    long_ago = [Sample(one.at_ms - 7 * HOUR_MS, one.value) for one in counts(0.0)]
    to_come = [Sample(NOW + HOUR_MS, 500.0)]

    assert state(counts(0.0, 0.0, 0.0), neighbours=(long_ago,)) == "fault"
    ended = [*counts(0.0), *to_come]
    assert state(counts(0.0, 0.0, 0.0), neighbours=(ended,)) == "bus_fault"


def test_a_probe_in_the_air_is_told_after_half_an_hour() -> None:
    assert state([*noisy(600.0, 5)[:-7], *counts(*[830.0] * 7)]) == "in_air"
    assert state([*noisy(600.0, 5)[:-4], *counts(*[830.0] * 4)]) != "in_air"


@pytest.mark.parametrize("every_min", [10, 15, 30, 60])
def test_a_node_that_measures_seldom_tells_of_the_air_all_the_same(every_min: int) -> None:
    needed = 30 // every_min + 1 if every_min <= 30 else 2
    late_ms = 7 * MINUTE_MS  # since its last word

    def pulled(times: int) -> ProbeState:
        earlier = [600.0 + n % 3 for n in range(20)]
        samples = counts(*earlier, *[830.0] * times, every_min=every_min)
        return state([Sample(one.at_ms - late_ms, one.value) for one in samples])

    assert pulled(needed) == "in_air"
    assert pulled(needed - 1) != "in_air"


def test_a_flooded_probe_is_told_after_half_a_day() -> None:
    assert state(noisy(440.0, 13)) == "flooded"
    assert state([*noisy(600.0, 20)[: -10 * 12], *noisy(440.0, 9.9)]) == "good"


def test_an_open_input_is_noisy() -> None:
    assert state(noisy(600.0, 5, deviation=60.0)) == "floating"


def test_an_open_input_follows_its_neighbour() -> None:
    chance = random.Random(3)
    neighbour = counts(*(600.0 + 30.0 * math.sin(n) + chance.gauss(0, 1) for n in range(60)))
    follower = [Sample(s.at_ms, 100.0 + 0.5 * s.value) for s in neighbour]

    assert state(follower, neighbours=(neighbour,)) == "floating"
    assert state(noisy(600.0, 5), neighbours=(neighbour,)) == "good"


def test_a_stuck_probe_stands_still_while_its_soil_warms() -> None:
    still = counts(*[600.0] * (48 * 12 + 1))
    swinging = [Sample(s.at_ms, 15.0 + 2.0 * math.sin(n / 45)) for n, s in enumerate(still)]
    even = [Sample(s.at_ms, 15.0) for s in still]

    assert state(still, soil_c=swinging) == "stuck"
    assert state(still, soil_c=even) == "good"
    assert state(still) == "good"


def test_a_probe_that_loses_a_tenth_of_its_span_in_ten_minutes_was_moved() -> None:
    assert state([*noisy(600.0, 6)[:-13], *noisy(660.0, 1)]) == "moved"
    assert state([*noisy(600.0, 6)[:-13], *noisy(540.0, 1)]) == "good"  # that is water


def test_a_probe_of_which_nothing_is_heard_is_silent() -> None:
    old = [Sample(s.at_ms - 7 * HOUR_MS, s.value) for s in noisy(600.0, 2)]
    assert state(old) == "silent"
    assert state([]) == "silent"


# --- its mornings ---------------------------------------------------------------------------------


def local(day: int, hour: int, minute: int = 0, month: int = 7) -> int:
    moment = datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(ZONE))
    return round(moment.timestamp() * 1000)


def test_the_night_speaks_before_the_sun_misleads() -> None:
    night = [Sample(local(15, 2, 10 * n), 20.0) for n in range(5)]
    noon = [Sample(local(15, 12, 10 * n), 30.0) for n in range(5)]

    assert morning_of([*night, *noon], date(2026, 7, 15), ZONE) == (20.0, "night")


def test_a_kit_that_is_on_from_13_to_16_h_speaks_for_its_last_hour() -> None:
    samples = [Sample(local(15, 13) + n * 5 * MINUTE_MS, float(n)) for n in range(36)]

    morning = morning_of(samples, date(2026, 7, 15), ZONE)

    assert morning is not None
    assert morning.by == "last_hour"
    assert morning.value == 29.5  # the median of the last twelve
    assert extremes_of(samples, date(2026, 7, 15), ZONE) is None


def test_when_summer_time_comes_the_night_is_three_hours_and_when_it_goes_four() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)

    hours = [
        (at_local_hour_ms(day, 6, ZONE) - at_local_hour_ms(day, 2, ZONE)) / HOUR_MS
        for day in (spring, date(2026, 7, 15), autumn)
    ]

    assert hours == [3.0, 4.0, 5.0]
    for day, count in ((spring, 23), (autumn, 25)):
        start = at_local_hour_ms(day, 0, ZONE)
        samples = [Sample(start + n * HOUR_MS, float(n)) for n in range(count)]
        assert extremes_of(samples, day, ZONE) == (0.0, count - 1.0)


def test_the_books_day_begins_at_six() -> None:
    assert local_day(local(15, 5, 59), ZONE) == date(2026, 7, 14)
    assert local_day(local(15, 6), ZONE) == date(2026, 7, 15)


def test_double_times_and_times_to_come_are_put_in_order() -> None:
    jumped = [Sample(30, 3.0), Sample(10, 1.0), Sample(10, 1.5), Sample(99, 9.0), Sample(20, 2.0)]

    assert tidy(jumped, now_ms=50) == (Sample(10, 1.5), Sample(20, 2.0), Sample(30, 3.0))


def test_a_clock_that_jumped_changes_nothing_that_is_heard() -> None:
    night = [Sample(local(15, 2) + n * 5 * MINUTE_MS, 22.0) for n in range(48)]
    jumped = [*night, *night[:10], Sample(local(16, 3), 99.0)]
    scale = from_water_content(LOAM, 27.0)
    now_ms, on = local(15, 8), date(2026, 7, 15)

    assert hear(jumped, scale, LOAM, on=on, zone=ZONE, now_ms=now_ms) == hear(
        night, scale, LOAM, on=on, zone=ZONE, now_ms=now_ms
    )


def test_a_probe_tells_what_it_lost_in_two_days() -> None:
    samples = [
        Sample(local(13 + day, 2) + n * 5 * MINUTE_MS, 24.0 - 1.3 * day)
        for day in range(3)
        for n in range(48)
    ]

    heard = hear(
        samples, from_water_content(LOAM, 27.0), LOAM,
        on=date(2026, 7, 15), zone=ZONE, now_ms=local(15, 8),
    )  # fmt: skip

    assert heard.missing == pytest.approx((27.0 - 21.4) / 13.0)
    assert heard.fell_pct == pytest.approx(20.0)
    assert heard.by == "night"


def test_a_silent_probe_has_no_morning() -> None:
    heard = hear([], from_water_content(LOAM), LOAM, on=date(2026, 7, 15), zone=ZONE, now_ms=NOW)

    assert heard.missing is None
    assert not heard.usable


def test_a_saturated_bed_is_counted_in_hours_without_a_break() -> None:
    scale = from_water_content(LOAM, 27.0)
    limit = 27.0 + 100.0 * 0.3 * (LOAM.saturation - LOAM.field_capacity)
    wet = [Sample(NOW - n * HOUR_MS, limit + 0.5) for n in range(30, -1, -1)]
    broken = [*wet[:20], Sample(wet[20].at_ms, limit - 0.5), *wet[21:]]

    assert waterlogged_h(wet, scale, LOAM, NOW) == 30.0
    assert waterlogged_h(broken, scale, LOAM, NOW) == 9.0
    assert waterlogged_h([Sample(NOW, 20.0)], scale, LOAM, NOW) == 0.0


# --- what a value means ---------------------------------------------------------------------------


def test_air_and_water_give_a_range_of_health() -> None:
    scale = from_two_points(AIR, WATER, LOAM)

    assert scale.known_by == "two_points"
    assert scale.field_capacity == pytest.approx(AIR - 400.0 * 0.25 / 0.45)
    assert scale.missing(AIR) > 1.0
    assert scale.missing(WATER) < 0.0
    assert scale.wetter == -1


def test_a_taught_field_capacity_is_the_zero_of_its_scale() -> None:
    scale = from_taught(0.28, LOAM.available, 100.0, "learned")

    assert scale.missing(28.0) == pytest.approx(0.0)
    assert scale.dry == pytest.approx(15.0)
    assert scale.known_by == "learned"


def test_a_soil_places_the_dry_point_of_a_mere_range_in_proportion() -> None:
    assert dry_share(SOILS["argile"]) == pytest.approx(0.14 / 0.36)
    assert dry_share(None) == 0.6


@given(st.floats(450.0, 800.0), st.sampled_from(sorted(SOILS)))
def test_a_scale_can_be_turned_round(value: float, soil: str) -> None:
    for scale in (
        from_two_points(AIR, WATER, SOILS[soil]),
        from_taught(0.3, 0.12, 100.0, "learned"),
    ):
        assert scale.value_at(scale.missing(value)) == pytest.approx(value)
        assert scale.wetter * scale.missing(value + 1.0) < scale.wetter * scale.missing(value)


# --- field capacity, learned ----------------------------------------------------------------------


def drying(levels: list[float], start_ms: int = 0) -> list[Sample]:
    """One level a day, every hour."""
    return [
        Sample(start_ms + (24 * day + hour) * HOUR_MS, level)
        for day, level in enumerate(levels)
        for hour in range(24)
    ]


def test_field_capacity_is_the_median_of_the_second_day_after_a_soaking() -> None:
    samples = drying([33.0, 27.0, 25.0])

    assert plateaus(samples, [Soaking(0, 12.0)]) == (Plateau(0, 27.0),)
    assert plateaus(samples, [Soaking(0, 9.9)]) == ()


def test_a_soaking_that_did_not_fill_the_bed_teaches_nothing() -> None:
    samples = drying([20.0, 19.0])

    assert plateaus(samples, [Soaking(0, 12.0, before_mm=45.0, taw_mm=90.0)]) == ()
    assert len(plateaus(samples, [Soaking(0, 12.0, before_mm=18.0, taw_mm=90.0)])) == 1


def test_a_plateau_ends_where_the_next_water_comes() -> None:
    samples = drying([33.0, 27.0, 31.0])

    shortened = plateaus(samples, [Soaking(0, 12.0), Soaking(36 * HOUR_MS, 3.0)])
    too_short = plateaus(samples, [Soaking(0, 12.0), Soaking(26 * HOUR_MS, 3.0)])

    assert shortened == (Plateau(0, 27.0),)
    assert too_short == ()


def test_drift_shows_in_the_last_three_plateaus_against_the_first_three() -> None:
    steady = [Plateau(n, 27.0 + 0.1 * n) for n in range(8)]
    drifting = [Plateau(n, 27.0 + 1.5 * n) for n in range(8)]

    assert not has_drifted(steady, 45.0)
    assert has_drifted(drifting, 45.0)
    assert not has_drifted(drifting[:5], 45.0)


def test_drift_shows_in_the_gap_to_the_balance_over_two_weeks() -> None:
    assert gap_asks_for_calibration([0.3] * 14)
    assert not gap_asks_for_calibration([0.3, -0.3] * 7)
    assert not gap_asks_for_calibration([0.3] * 6)
    assert gap_asks_for_calibration([None, 0.3] * 7)


# --- together -------------------------------------------------------------------------------------


def test_a_probe_leads_by_how_well_it_is_known() -> None:
    known, ranged = ProbeMorning(0.4), ProbeMorning(0.4, known_by="two_points")

    assert together([]).gain == 0.0
    assert together([ranged]).gain == 0.3
    assert together([known]).gain == 0.6
    assert together([known, replace(known, missing=0.5)]).gain == 0.7
    assert together([known, ranged]).gain == 0.3


def test_two_probes_that_disagree_lead_no_further_than_one_with_two_points() -> None:
    night = together([ProbeMorning(0.2), ProbeMorning(0.6)])

    assert night.disagree
    assert night.gain == 0.3
    assert night.missing == pytest.approx(0.4)


@pytest.mark.parametrize("out", ["fault", "bus_fault", "in_air", "floating", "stuck", "silent"])
def test_a_probe_that_is_out_is_not_heard(out: ProbeState) -> None:
    night = together([ProbeMorning(0.9, out)])

    assert night.missing is None
    assert night.gain == 0.0
    assert together([ProbeMorning(0.9, out), ProbeMorning(0.2)]).missing == 0.2


@pytest.mark.parametrize("doubtful", ["flooded", "moved"])
def test_a_suspect_probe_is_heard_with_doubt(doubtful: ProbeState) -> None:
    night = together([ProbeMorning(0.3, doubtful)])

    assert night.suspect
    assert night.gain == 0.3


def test_a_bed_is_waterlogged_only_when_all_its_probes_say_so() -> None:
    assert together([ProbeMorning(-0.5, wet_h=30.0), ProbeMorning(-0.4, wet_h=2.0)]).wet_h == 2.0


# --- the gauge ------------------------------------------------------------------------------------


def test_a_blocked_gauge_is_given_away_by_its_witnesses() -> None:
    fine, rained = RainDay(0.0, 0.0), RainDay(6.0, 7.0)
    by_probes, by_forecast = RainDay(0.0, None, probes_together=True), RainDay(0.0, 8.0)

    assert is_blocked([fine, by_probes, fine, by_forecast])
    assert not is_blocked([fine, by_forecast])  # one shower may miss a garden
    assert not is_blocked([by_probes, by_forecast, rained])
    assert not is_blocked([RainDay(None, 8.0)] * 5)


def test_a_robust_deviation_forgives_an_outlier() -> None:
    assert spread([1.0, 2.0, 3.0, 4.0, 500.0]) == pytest.approx(1.4826)
    assert spread([]) == 0.0
