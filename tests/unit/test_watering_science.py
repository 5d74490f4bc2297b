"""Figures that are always checked, without the file of worked examples."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.watering import frost, light, radiation, vapour, wind
from gateway.watering.beds import Bed, Part
from gateway.watering.blight import DampDay, blight_risk
from gateway.watering.crops import CROPS, Crop
from gateway.watering.degree_days import degree_days
from gateway.watering.evapotranspiration import DayWeather, Place, reference_day, reference_hour_mm
from gateway.watering.frost import EveningSample, expected_minimum_c
from gateway.watering.radiation import Sun
from gateway.watering.reservoir import Reservoir
from gateway.watering.samples import HOUR_MS, MINUTE_MS, Sample
from gateway.watering.seedbed import TopSoil
from gateway.watering.soils import SOILS, Soil
from gateway.watering.stages import coefficient
from gateway.watering.weather import AirSamples, damp_day, day_weather
from sensor_node.garden.vapour import saturation_kpa

UCCLE = Place(50.8, 100.0)
DIJON = Place(47.3, 220.0)
ZONE = "Europe/Paris"
TEMPERATURES = st.floats(-20.0, 45.0)


def every_5_minutes(value: float, hours: tuple[int, int] = (0, 24)) -> list[Sample]:
    """One day, 1 July 2026 in Dijon, from one hour to another by the wall."""
    start = round(datetime(2026, 6, 30, 22, tzinfo=UTC).timestamp() * 1000)
    times = range(start + hours[0] * HOUR_MS, start + hours[1] * HOUR_MS, 5 * MINUTE_MS)
    return [Sample(at_ms, value) for at_ms in times]


def day_between(low: float, high: float, hours: tuple[int, int] = (0, 24)) -> list[Sample]:
    flat = every_5_minutes(0.0, hours)
    swing, middle = 0.5 * (high - low), 0.5 * (high + low)
    turn = math.tau / len(flat)
    return [Sample(s.at_ms, middle - swing * math.cos(turn * n)) for n, s in enumerate(flat)]


# --- evapotranspiration ---------------------------------------------------------------------------


def test_example_18_of_fao_56_gives_3_88_mm() -> None:
    day = DayWeather(
        21.5, 12.3, humidity_max_pct=84, humidity_min_pct=63, sunshine_h=9.25,
        wind_m_s=wind.at_2_m(10 / 3.6, 10.0),
    )  # fmt: skip

    found = reference_day(UCCLE, 187, day)

    assert found.mm == pytest.approx(3.88, abs=0.01)
    assert found.fallbacks == ("solar_from_sunshine",)


def test_with_temperature_alone_each_fallback_is_named() -> None:
    found = reference_day(Place(45.72, 200.0), 196, DayWeather(26.6, 14.8))

    assert found.mm == pytest.approx(4.56, abs=0.02)  # example 20
    assert found.fallbacks == ("solar_from_temperature", "dew_point_is_minimum", "wind_assumed")
    assert not found.light_measured
    assert not found.humidity_measured


def test_a_full_station_needs_no_fallback() -> None:
    day = DayWeather(
        26.6, 14.8, humidity_max_pct=90, humidity_min_pct=45, solar_mj=22.0, wind_m_s=1.0
    )

    assert reference_day(DIJON, 196, day).fallbacks == ()


def test_a_saturated_light_sensor_is_a_fallback_of_its_own() -> None:
    day = DayWeather(26.6, 14.8, solar_mj=22.0, solar_saturated=True)

    found = reference_day(DIJON, 196, day)

    assert "solar_saturated" in found.fallbacks
    assert not found.light_measured


def test_no_radiation_passes_the_clear_sky() -> None:
    clear = radiation.clear_sky_mj(Sun.of(47.3, 196).above_the_air_mj, 220.0)

    too_much = reference_day(DIJON, 196, DayWeather(26.6, 14.8, solar_mj=60.0))

    assert too_much == reference_day(DIJON, 196, DayWeather(26.6, 14.8, solar_mj=clear))


def test_example_19_by_the_hour_is_not_the_asce_form() -> None:
    found = reference_hour_mm(
        air_c=38, humidity_pct=52, solar_mj=2.45, clear=0.922, wind_m_s=3.3, pressure_kpa=101.2
    )

    assert found == pytest.approx(0.63, abs=0.005)  # the ASCE's gives 0.656


def test_the_sun_neither_sets_nor_rises_beyond_the_polar_circles() -> None:
    assert Sun.of(80.0, 172).daylight_h == pytest.approx(24.0)
    assert Sun.of(80.0, 355).daylight_h == 0.0
    assert Sun.of(80.0, 355).above_the_air_mj == pytest.approx(0.0, abs=0.01)
    assert reference_day(Place(80.0), 355, DayWeather(-20.0, -30.0)).mm >= 0.0


def test_the_hour_angle_is_the_same_east_and_west_of_greenwich() -> None:
    west = radiation.hour_angle(187, 12.0, 0.0, 0.5)
    east = radiation.hour_angle(187, 12.0, 0.0, 359.5)

    assert east - west == pytest.approx(math.radians(1.0))


@given(TEMPERATURES, st.floats(1.0, 100.0))
def test_the_dew_point_saturates_the_air_it_was_told_of(air_c: float, humidity: float) -> None:
    dew = vapour.dew_point_of_c(air_c, humidity)

    assert dew <= air_c + 1e-9
    assert vapour.saturation_kpa(dew) == pytest.approx(
        vapour.saturation_kpa(air_c) * humidity / 100.0
    )


@given(TEMPERATURES)
def test_the_simulated_garden_and_the_advice_agree_on_vapour(air_c: float) -> None:
    assert vapour.saturation_kpa(air_c) == saturation_kpa(air_c)


@given(
    st.integers(1, 366),
    st.tuples(st.floats(5.0, 25.0), st.floats(2.0, 18.0), st.floats(0.5, 8.0)),
    st.tuples(st.floats(20.0, 80.0), st.floats(0.0, 20.0)),
)
def test_a_hotter_drier_day_never_has_less_thirst(
    day: int, warmth: tuple[float, float, float], damp: tuple[float, float]
) -> None:
    min_c, range_c, hotter = warmth
    humidity, drier = damp

    def thirst(high: float, humidity_pct: float) -> float:
        weather = DayWeather(high, min_c, humidity_mean_pct=humidity_pct, solar_mj=15.0)
        return reference_day(DIJON, day, weather).mm

    mild = thirst(min_c + range_c, humidity)
    assert thirst(min_c + range_c + hotter, humidity - min(drier, humidity - 5.0)) >= mild - 1e-9


# --- a day from its samples -----------------------------------------------------------------------


def test_a_day_has_its_extremes_from_its_samples() -> None:
    samples = AirSamples(day_between(12.0, 28.0), day_between(40.0, 95.0))

    weather = day_weather(samples, DIJON, date(2026, 7, 1), ZONE)

    assert weather is not None
    assert (weather.min_c, weather.max_c) == (12.0, pytest.approx(28.0))
    assert weather.humidity_max_pct == pytest.approx(95.0)
    assert weather.wind_m_s is None


def test_a_kit_that_is_on_from_13_to_16_h_has_no_daily_minimum() -> None:
    samples = AirSamples(day_between(20.0, 28.0, (13, 16)))

    assert day_weather(samples, DIJON, date(2026, 7, 1), ZONE) is None


def test_eighteen_hours_make_a_day_and_less_do_not() -> None:
    for hours, known in (((0, 18), True), ((0, 16), False)):
        samples = AirSamples(day_between(12.0, 28.0, hours))
        assert (day_weather(samples, DIJON, date(2026, 7, 1), ZONE) is not None) is known


def test_a_day_of_lux_becomes_radiation_and_says_when_it_was_saturated() -> None:
    noon = [20_000.0] * 144 + [0.0] * 144
    day = light.day_light(noon, 300.0, 30.0)
    assert day is not None
    assert day.solar_mj == pytest.approx(20_000 / 124.5 * 12 * 0.0036)
    assert not day.estimated

    glare = light.day_light([light.SATURATED_LX] * 30 + noon[30:], 300.0, 30.0)
    assert glare is not None
    assert glare.estimated


def test_a_day_of_lux_never_passes_the_clear_sky_and_needs_18_hours() -> None:
    day = light.day_light([50_000.0] * 288, 300.0, 30.0)
    assert day is not None
    assert day.solar_mj == 30.0
    assert light.day_light([50_000.0] * 200, 300.0, 30.0) is None


def test_a_pyranometer_is_believed_before_a_lux_meter() -> None:
    sun = [Sample(s.at_ms, 200.0) for s in every_5_minutes(0.0)]
    samples = AirSamples(day_between(12.0, 28.0), lux=every_5_minutes(100.0), sun_w_m2=sun)

    weather = day_weather(samples, DIJON, date(2026, 7, 1), ZONE)

    assert weather is not None
    assert weather.solar_mj == pytest.approx(200.0 * 24 * 0.0036)
    half_a_day = replace(samples, sun_w_m2=sun[:120])
    by_lux = day_weather(half_a_day, DIJON, date(2026, 7, 1), ZONE)
    assert by_lux is not None
    assert by_lux.solar_mj == pytest.approx(100.0 / 124.5 * 24 * 0.0036)


def test_what_a_pyranometer_gives_at_night_takes_nothing_from_the_day() -> None:
    day = light.day_sun([400.0] * 144 + [-3.0] * 144, 300.0, 30.0)

    assert day == light.DayLight(pytest.approx(400.0 * 12 * 0.0036), estimated=False)


# --- warmth, blight, frost ------------------------------------------------------------------------


def test_degree_days_stop_at_the_base_and_at_the_cap() -> None:
    assert degree_days(25.0, 15.0, 10.0) == 10.0
    assert degree_days(8.0, 2.0, 10.0) == 0.0
    assert degree_days(14.0, 2.0, 10.0) == 2.0
    assert degree_days(40.0, 35.0, 10.0) == 20.0


def test_blight_takes_two_days_running() -> None:
    damp, dry, cold = DampDay(12.0, 7.0), DampDay(12.0, 5.0), DampDay(9.9, 10.0)

    assert blight_risk([dry, damp, damp])
    assert not blight_risk([damp, damp, dry])
    assert not blight_risk([damp, cold])
    assert not blight_risk([damp, None])
    assert not blight_risk([damp])


def test_damp_hours_are_counted_from_the_samples() -> None:
    wet = every_5_minutes(95.0, (0, 7)) + every_5_minutes(60.0, (7, 24))
    day = damp_day(AirSamples(day_between(12.0, 20.0), wet), date(2026, 7, 1), ZONE)

    assert day is not None
    assert day.damp_h == pytest.approx(7.0)
    assert day.favours_blight


def evening(
    start_c: float, fall_c_h: float, dew_c: float, hours: float = 3.0
) -> list[EveningSample]:
    times = [hours * n / 12 for n in range(13)]
    return [EveningSample(18.0 + t, start_c - fall_c_h * t, dew_c) for t in times]


def test_a_clear_dry_evening_falls_below_zero() -> None:
    found = expected_minimum_c(evening(9.0, 1.5, -6.0), 9.0)

    assert found is not None
    assert -6.0 < found < 0.0


def test_a_damp_evening_is_held_up_at_its_dew_point() -> None:
    dry = expected_minimum_c(evening(9.0, 1.5, -6.0), 9.0)
    damp = expected_minimum_c(evening(9.0, 1.5, 3.5), 9.0)

    assert dry is not None
    assert damp is not None
    assert damp > dry + 2.0
    assert damp > frost.ALERT_C


def test_a_warming_evening_promises_no_fall_and_a_short_one_says_nothing() -> None:
    assert expected_minimum_c(evening(5.0, -0.5, 2.0), 9.0) == pytest.approx(6.5)
    assert expected_minimum_c(evening(9.0, 1.5, -6.0, hours=1.0), 9.0) is None


@given(st.floats(0.0, 3.0), st.floats(-10.0, 9.0), st.floats(0.0, 14.0))
def test_the_night_is_never_expected_warmer_than_the_evening(
    fall: float, dew: float, dawn: float
) -> None:
    samples = evening(9.0, fall, dew)
    found = expected_minimum_c(samples, dawn)

    assert found is not None
    assert found <= samples[-1].air_c + 1e-9


# --- crops and soils ------------------------------------------------------------------------------


def test_a_tomato_grows_thirsty_in_straight_lines_and_ages() -> None:
    tomato = CROPS["tomate"]

    found = [coefficient(tomato, age) for age in (0, 30, 50, 70, 115, 130, 145, 300)]

    assert found == pytest.approx([0.6, 0.6, 0.875, 1.15, 1.15, 0.975, 0.8, 0.8])


def test_warmth_instead_of_days_brings_a_cool_spring_back() -> None:
    tomato = CROPS["tomate"]

    assert coefficient(tomato, 60, degree_days=300.0) == coefficient(tomato, 30)
    assert coefficient(tomato, 60, degree_days=600.0) == coefficient(tomato, 60)


def test_a_crop_without_stages_is_in_its_middle_all_season() -> None:
    assert coefficient(CROPS["fraisier"], 3) == coefficient(CROPS["fraisier"], 200) == 0.85


def test_an_unknown_planting_date_takes_the_middle() -> None:
    assert coefficient(CROPS["tomate"], None) == 1.15


def test_mulch_halves_what_the_soil_evaporates() -> None:
    tomato = CROPS["tomate"]

    assert coefficient(tomato, 0, mulched=True) == pytest.approx(0.6 - 0.5 * 0.45)
    assert coefficient(tomato, 90, mulched=True) == pytest.approx(1.15 - 0.5 * 0.05)


@pytest.mark.parametrize("soil", SOILS.values(), ids=SOILS.keys())
def test_a_soil_is_drier_when_it_wilts_than_when_it_has_drained(soil: Soil) -> None:
    assert 0.0 < soil.wilting_point < soil.field_capacity < soil.saturation < 1.0
    top = TopSoil.of(soil)
    assert 0.0 < top.rew_mm < top.tew_mm


@pytest.mark.parametrize("crop", CROPS.values(), ids=CROPS.keys())
def test_a_crop_is_within_the_bounds_of_its_kind(crop: Crop) -> None:
    assert all(kcb <= kc for kc, kcb in zip(crop.kc, crop.kcb, strict=True))
    assert 0.1 <= crop.p <= 0.8
    assert 0.2 <= crop.rooting_m <= 1.5
    assert crop.fr
    assert crop.en


def test_of_several_crops_the_shortest_roots_and_the_smallest_p_count() -> None:
    radish, strawberry = CROPS["radis"], replace(CROPS["fraisier"], rooting_m=0.5)
    bed = Bed("bac-1", 2.0, SOILS["limon"], radish, others=(Part(strawberry, share=0.5),))
    reservoir = Reservoir.of(bed)
    assert reservoir.taw_mm == pytest.approx(1000 * 0.13 * radish.rooting_m)
    assert reservoir.p == strawberry.p < radish.p
    assert bed.sensitive is not None
    assert bed.sensitive.crop is radish
