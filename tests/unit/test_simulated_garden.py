"""The simulated garden obeys the laws that the pages teach."""

import itertools
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor_node.garden import demo, probe
from sensor_node.garden.crop import BROAD_BEAN, COURGETTE, Thirst
from sensor_node.garden.evapotranspiration import reference_mm_h
from sensor_node.garden.gardener import Gardener
from sensor_node.garden.model import Moment, SimulatedGarden, history_start_ms
from sensor_node.garden.probe import Place, SoilProbe
from sensor_node.garden.soil import LOAM, Bed, BedPlan, Ledger
from sensor_node.garden.sun import sine_of_height
from sensor_node.garden.weather import STEP_MS, Hour, Weather

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
STEPS_A_DAY = 288
BARE = BedPlan("nu", COURGETTE, LOAM, depth_m=0.4, area_m2=2.0)
MULCHED = BedPlan("paillis", COURGETTE, LOAM, depth_m=0.4, area_m2=2.0, mulched=True)
YOUNG_CROP = Thirst(kcb=0.5, cover=0.3)


def ms(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1000


def hours_of(weather: Weather, first: date, days: int) -> list[list[Hour]]:
    start = (first - date(1970, 1, 1)).days * 24
    return [[weather.hour(start + 24 * day + h) for h in range(24)] for day in range(days)]


def let_dry(bed: Bed, days: int, et0_mm_a_day: float = 6.0) -> None:
    bed.live(
        days * STEPS_A_DAY, et0_mm=et0_mm_a_day / STEPS_A_DAY, air_c=28.0, irradiance_w_m2=300.0
    )


def pour(bed: Bed, mm: float) -> None:
    bed.live(1, et0_mm=0.0, air_c=15.0, irradiance_w_m2=0.0, watering_mm=mm)


def answer_of_a_new_process(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return done.stdout.strip()


@dataclass
class Year:
    """A year of the demo's beds, hour by hour; the ledgers began a year before it."""

    garden: SimulatedGarden
    before: dict[str, Ledger]
    moments: list[Moment]


@pytest.fixture(scope="module")
def year() -> Year:
    start = ms(2025, 2, 1)
    garden = SimulatedGarden(demo.SEED, demo.BEDS, start)
    garden.moment(start)
    before = {plan.bed: replace(garden.ledger(plan.bed)) for plan in demo.BEDS}
    moments = list(garden.run(start + HOUR_MS, start + 365 * DAY_MS, HOUR_MS))
    return Year(garden, before, moments)


@pytest.fixture(scope="module")
def six_years() -> list[list[Hour]]:
    return hours_of(Weather(seed=5), date(2015, 1, 1), 2192)


class TestWaterIsNeitherMadeNorLost:
    @pytest.mark.parametrize("bed", ["tomates", "paillis", "nu", "fraises"])
    def test_a_year_s_books_close(self, year: Year, bed: str) -> None:
        ledger = year.garden.ledger(bed)
        assert ledger.in_mm > 300
        assert abs(ledger.gap_mm) < 1e-9 * ledger.in_mm

    def test_the_books_name_the_water_that_the_moments_showed(self, year: Year) -> None:
        before, after = year.before["nu"], year.garden.ledger("nu")
        rain = sum(moment.rain_mm for moment in year.moments)
        watering = sum(moment.beds["nu"].watered_mm for moment in year.moments)
        assert rain == pytest.approx(after.rain_mm - before.rain_mm)
        assert watering == pytest.approx(after.watering_mm - before.watering_mm)

    @given(
        rain=st.lists(st.floats(0, 30), min_size=1, max_size=60),
        et0=st.floats(0, 0.1),
        watering=st.floats(0, 200),
        kcb=st.floats(0, 1.1),
        mulched=st.booleans(),
    )
    def test_no_weather_opens_a_gap_or_leaves_the_range_of_the_soil(
        self, rain: list[float], et0: float, watering: float, kcb: float, mulched: bool
    ) -> None:
        bed = Bed(MULCHED if mulched else BARE)
        bed.grow(Thirst(kcb, 0.5))
        bed.live(
            len(rain),
            et0_mm=et0,
            air_c=20.0,
            irradiance_w_m2=100.0,
            rain_mm=tuple(rain),
            watering_mm=watering,
        )
        let_dry(bed, days=30)
        assert abs(bed.ledger.gap_mm) < 1e-6
        assert 0 < bed.water_content_pct <= 100 * LOAM.saturation

    def test_water_stays_between_dust_and_saturation_all_year(self, year: Year) -> None:
        for plan in demo.BEDS:
            contents = [m.beds[plan.bed].water_content_pct for m in year.moments]
            assert min(contents) > 100 * 0.5 * plan.ground.wilting_point
            assert max(contents) <= 100 * plan.ground.saturation


class TestSoil:
    def test_rain_wets(self) -> None:
        bed = Bed(BARE)
        let_dry(bed, days=5)
        before = bed.water_content_pct
        bed.live(12, et0_mm=0.0, air_c=15.0, irradiance_w_m2=0.0, rain_mm=(1.0,) * 12)
        assert bed.water_content_pct == pytest.approx(before + 12 / (10 * BARE.depth_m))

    def test_a_hot_dry_week_dries(self) -> None:
        bed = Bed(BARE)
        bed.grow(YOUNG_CROP)
        let_dry(bed, days=7)
        assert 15 < bed.depletion_mm < BARE.available_mm

    def test_after_a_dry_spell_mulched_soil_is_wetter_because_less_evaporated(self) -> None:
        bare, mulched = Bed(BARE), Bed(MULCHED)
        for bed in (bare, mulched):
            bed.grow(YOUNG_CROP)
            let_dry(bed, days=4, et0_mm_a_day=5.0)
        assert mulched.water_content_pct > bare.water_content_pct + 1
        assert mulched.ledger.evaporation_mm < 0.8 * bare.ledger.evaporation_mm
        assert mulched.ledger.transpiration_mm == pytest.approx(
            bare.ledger.transpiration_mm, rel=0.01
        )

    def test_mulch_saves_water_over_the_year(self, year: Year) -> None:
        mulched, bare = year.garden.ledger("paillis"), year.garden.ledger("nu")
        assert mulched.rain_mm == bare.rain_mm
        assert mulched.evaporation_mm < bare.evaporation_mm
        assert mulched.watering_mm < bare.watering_mm

    def test_two_days_after_a_flood_the_soil_is_back_at_field_capacity(self) -> None:
        bed = Bed(BARE)
        pour(bed, 300.0)
        assert bed.ledger.runoff_mm > 200
        bed.live(2 * STEPS_A_DAY, et0_mm=0.0, air_c=10.0, irradiance_w_m2=0.0)
        assert 100 * LOAM.field_capacity < bed.water_content_pct < 100 * LOAM.field_capacity + 1

    def test_thirsty_roots_take_less_and_stop_at_the_wilting_point(self) -> None:
        bed = Bed(MULCHED)
        bed.grow(Thirst(kcb=1.1, cover=0.8))
        taken = []
        for _ in range(40):
            before = bed.ledger.transpiration_mm
            let_dry(bed, days=1)
            taken.append(bed.ledger.transpiration_mm - before)
        assert taken[0] == pytest.approx(1.1 * 6.0)
        assert taken == sorted(taken, reverse=True)
        assert taken[-1] < 0.1

    def test_soil_follows_the_air_late_and_damped(self) -> None:
        bare, mulched = Bed(BARE, 10.0), Bed(MULCHED, 10.0)
        for bed in (bare, mulched):
            bed.live(12 * 6, et0_mm=0.0, air_c=25.0, irradiance_w_m2=0.0)
        assert 10 < mulched.soil_temperature_c < bare.soil_temperature_c < 17

    def test_a_bed_under_glass_gets_no_rain(self, year: Year) -> None:
        assert year.garden.ledger("tomates").rain_mm == 0
        assert year.garden.ledger("nu").rain_mm > 1000


class TestSameGardenForEveryProcess:
    def test_gardens_that_began_in_different_years_agree(self) -> None:
        asked = ms(2026, 2, 20, 9)
        early = SimulatedGarden(demo.SEED, demo.BEDS, ms(2026, 1, 20))
        late = SimulatedGarden(demo.SEED, demo.BEDS, asked - 7 * DAY_MS)
        assert history_start_ms(early.start_ms) < history_start_ms(late.start_ms)
        a, b = early.moment(asked), late.moment(asked)
        assert a.weather == b.weather
        for bed, state in a.beds.items():
            assert state.water_content_pct == pytest.approx(b.beds[bed].water_content_pct, 1e-9)
            assert state.soil_temperature_c == pytest.approx(b.beds[bed].soil_temperature_c, 1e-9)

    def test_it_does_not_matter_which_moments_were_asked_before(self) -> None:
        start = ms(2026, 6, 10)
        often = SimulatedGarden(3, [MULCHED], start)
        steps = list(often.run(start, start + 2 * DAY_MS))
        seldom = SimulatedGarden(3, [MULCHED], start)
        assert seldom.moment(start + DAY_MS + 7 * STEP_MS) == steps[STEPS_A_DAY + 7]
        assert seldom.moment(start + 2 * DAY_MS - STEP_MS) == steps[-1]

    def test_a_bed_does_not_depend_on_its_neighbours(self) -> None:
        asked = ms(2026, 7, 14)
        alone = SimulatedGarden(3, [BARE], asked).moment(asked)
        together = SimulatedGarden(3, [MULCHED, BARE], asked).moment(asked)
        assert alone.beds["nu"] == together.beds["nu"]

    def test_another_process_sees_the_same_weather(self) -> None:
        asked = ms(2026, 11, 22, 8)
        program = f"from sensor_node.garden import Weather; print(Weather(3).at({asked}))"
        assert answer_of_a_new_process(program) == str(Weather(3).at(asked))

    def test_the_weather_of_a_moment_does_not_depend_on_the_order_of_asking(self) -> None:
        moments = [ms(2026, 3, 1) + i * 7 * HOUR_MS for i in range(60)]
        forwards, backwards = Weather(8), Weather(8)
        seen = [forwards.at(at_ms) for at_ms in moments]
        assert [backwards.at(at_ms) for at_ms in reversed(moments)] == seen[::-1]

    def test_seeds_differ(self) -> None:
        assert Weather(1).at(ms(2026, 5, 1)) != Weather(2).at(ms(2026, 5, 1))

    def test_a_garden_refuses_to_go_back_and_says_what_to_do(self) -> None:
        garden = SimulatedGarden(3, [], ms(2026, 5, 1))
        garden.moment(ms(2026, 5, 2))
        with pytest.raises(ValueError, match="make a new SimulatedGarden"):
            garden.moment(ms(2026, 5, 1))

    def test_a_moment_before_the_start_is_refused(self) -> None:
        with pytest.raises(ValueError, match="cannot go back"):
            SimulatedGarden(3, [], ms(2026, 5, 1)).moment(ms(2026, 4, 30))

    def test_a_run_refuses_a_step_off_the_grid(self) -> None:
        garden = SimulatedGarden(3, [], ms(2026, 5, 1))
        with pytest.raises(ValueError, match="five minutes"):
            next(garden.run(ms(2026, 5, 1), ms(2026, 5, 2), 60_000))


class TestWeatherNearDijon:
    def test_rain_is_that_of_burgundy(self, six_years: list[list[Hour]]) -> None:
        days = [sum(sum(hour.rain_mm) for hour in day) for day in six_years]
        assert 600 < sum(days) / 6 < 900
        assert 90 < sum(day >= 1 for day in days) / 6 < 130
        assert max(days) < 110
        heaviest = max(max(hour.rain_mm) for day in six_years for hour in day)
        assert heaviest * 12 < 60

    def test_there_are_dry_spells_but_no_desert(self, six_years: list[list[Hour]]) -> None:
        wet = [sum(sum(hour.rain_mm) for hour in day) >= 1 for day in six_years]
        longest = max(len(list(days)) for rainy, days in itertools.groupby(wet) if not rainy)
        assert 12 <= longest <= 60

    def test_the_months_are_as_warm_as_they_should_be(self, six_years: list[list[Hour]]) -> None:
        months: defaultdict[int, list[float]] = defaultdict(list)
        for offset, day in enumerate(six_years):
            month = (date(2015, 1, 1) + timedelta(offset)).month
            months[month] += [hour.air_c for hour in day]
        means = {month: statistics.fmean(values) for month, values in months.items()}
        assert 0 < means[1] < 5
        assert 18 < means[7] < 24
        assert 10 < statistics.fmean(means.values()) < 13
        assert min(map(min, months.values())) > -20
        assert max(map(max, months.values())) < 44

    def test_no_january_is_free_of_frost_and_no_july_has_any(
        self, six_years: list[list[Hour]]
    ) -> None:
        for january in range(2015, 2021):
            start = (date(january, 1, 1) - date(2015, 1, 1)).days
            assert min(hour.air_c for day in six_years[start : start + 31] for hour in day) < 0
            assert (
                min(hour.air_c for day in six_years[start + 181 : start + 212] for hour in day) > 0
            )

    def test_the_air_is_dampest_before_dawn(self) -> None:
        weather = Weather(5)
        days = [ms(2026, 6, 1) + day * DAY_MS for day in range(90)]
        by_hour = [
            statistics.fmean(weather.at(d + h * HOUR_MS).relative_humidity_pct for d in days)
            for h in range(24)
        ]
        assert 3 <= by_hour.index(max(by_hour)) <= 6
        assert max(by_hour) > 80
        assert 12 <= by_hour.index(min(by_hour)) <= 17
        assert min(by_hour) < 65

    def test_the_air_is_at_its_dew_point_at_most(self, year: Year) -> None:
        for moment in year.moments:
            assert 10 < moment.weather.relative_humidity_pct <= 100
            assert 10 < moment.under_glass.relative_humidity_pct <= 100

    def test_a_rainy_hour_is_damp_and_dark(self, six_years: list[list[Hour]]) -> None:
        wet = [hour.clearness for day in six_years for hour in day if sum(hour.rain_mm) > 1]
        dry = [hour.clearness for day in six_years for hour in day if sum(hour.rain_mm) == 0]
        assert max(wet) < statistics.fmean(dry)

    def test_november_days_are_short_and_dim(self) -> None:
        weather = Weather(5)

        def light(first: int) -> list[float]:
            return [weather.at(first + step * STEP_MS).illuminance_lx for step in range(288)]

        november = [lux for day in range(10) for lux in light(ms(2026, 11, 15) + day * DAY_MS)]
        june = [lux for day in range(10) for lux in light(ms(2026, 6, 15) + day * DAY_MS)]
        assert 7.5 < sum(lux > 0 for lux in november) / 120 < 9.5
        assert 14 < sum(lux > 0 for lux in june) / 120 < 16.5
        assert max(november) < 50_000 < max(june) < 110_000

    def test_the_sun_is_highest_before_noon_by_the_clock_of_greenwich(self) -> None:
        """Dijon lies 5° east: 20 minutes. On 15 April the equation of time is nil."""
        day = ms(2026, 4, 15) / HOUR_MS
        highest = max(range(288), key=lambda step: sine_of_height(day + step / 12))
        assert highest / 12 == pytest.approx(11.66, abs=0.1)

    @settings(max_examples=30, deadline=None)
    @given(st.integers(min_value=0, max_value=4_000_000_000))
    def test_the_weather_never_jumps(self, second: int) -> None:
        weather = Weather(5)
        before, after = weather.at(1000 * second), weather.at(1000 * second + STEP_MS)
        assert abs(before.air_temperature_c - after.air_temperature_c) < 2
        assert abs(before.pressure_hpa - after.pressure_hpa) < 1
        assert 930 < after.pressure_hpa < 1050
        assert 0 <= after.wind_speed_m_s < 20

    def test_midnight_and_new_year_are_moments_like_others(self) -> None:
        weather = Weather(5)
        eve = ms(2027, 1, 1)
        temperatures = [
            weather.at(eve + step * STEP_MS).air_temperature_c for step in range(-12, 12)
        ]
        assert all(abs(b - a) < 0.3 for a, b in itertools.pairwise(temperatures))

    def test_reference_evapotranspiration_matches_fao_56_example_19(self) -> None:
        by_day = reference_mm_h(
            air_c=38,
            vapour_kpa=3.445,
            irradiance_w_m2=2.45 / 0.0036,
            clearness=2.45 / 2.658,
            wind_m_s=3.3,
            pressure_kpa=101.2,
        )
        assert by_day == pytest.approx(0.63, abs=0.005)

    def test_a_year_asks_for_as_much_water_as_in_burgundy(
        self, six_years: list[list[Hour]]
    ) -> None:
        assert 600 < sum(hour.et0_mm for day in six_years for hour in day) / 6 < 900

    def test_the_greenhouse_is_warmer_by_day_and_never_colder(self, year: Year) -> None:
        gains = [
            m.under_glass.air_temperature_c - m.weather.air_temperature_c
            for m in year.moments
            if m.weather.irradiance_w_m2 > 300
        ]
        assert statistics.fmean(gains) > 2
        assert max(m.under_glass.air_temperature_c for m in year.moments) < 50


NU = next(plan for plan in demo.BEDS if plan.bed == "nu")


class TestGardener:
    def test_waters_at_seven_in_the_evening_summer_and_winter(self) -> None:
        assert Gardener.evening_step(date(2026, 7, 1)) * STEP_MS == ms(2026, 7, 1, 17)
        assert Gardener.evening_step(date(2026, 11, 1)) * STEP_MS == ms(2026, 11, 1, 18)

    def test_waters_dry_beds_in_season_with_whole_cans(self, year: Year) -> None:
        waterings = year.garden.waterings("nu")
        assert len(waterings) > 10
        for watering in waterings:
            day = datetime.fromtimestamp(watering.at_ms / 1000, UTC).date()
            assert NU.crop_on(day).day_of_season(day) is not None
            assert watering.mm * BARE.area_m2 % 10 == pytest.approx(0)

    def test_waters_what_follows_in_winter_and_never_the_bed_that_nobody_waters(
        self, year: Year
    ) -> None:
        days = [
            datetime.fromtimestamp(one.at_ms / 1000, UTC).date()
            for one in year.garden.waterings("nu")
        ]
        assert {NU.crop_on(day).name for day in days} == {"courgette", "feve"}
        waterings = year.garden.waterings("aromatiques")
        assert {datetime.fromtimestamp(one.at_ms / 1000, UTC).month for one in waterings} == {3}

    def test_a_season_goes_over_the_new_year(self) -> None:
        assert BROAD_BEAN.day_of_season(date(2026, 11, 1)) == 0
        assert BROAD_BEAN.day_of_season(date(2027, 1, 10)) == 70
        assert BROAD_BEAN.day_of_season(date(2026, 6, 10)) is None

    def test_forgets_some_evenings_but_not_most(self) -> None:
        bed = Bed(BARE)
        bed.grow(YOUNG_CROP)
        let_dry(bed, days=20)
        gardener = Gardener(3, BARE)
        evenings = [date(2026, 6, 1) + timedelta(days) for days in range(90)]
        forgotten = sum(gardener.pours_mm(day, bed) == 0 for day in evenings)
        assert 3 < forgotten < 30

    def test_leaves_a_moist_bed_and_a_fallow_bed_alone(self) -> None:
        moist, dry = Bed(BARE), Bed(BARE)
        dry.grow(YOUNG_CROP)
        let_dry(dry, days=20)
        gardener = Gardener(3, BARE)
        assert gardener.pours_mm(date(2026, 7, 1), moist) == 0
        assert gardener.pours_mm(date(2026, 1, 10), dry) == 0

    def test_soaks_the_greenhouse_once_a_year_until_it_runs_over(self) -> None:
        garden = SimulatedGarden(demo.SEED, demo.BEDS[:1], ms(2026, 3, 1))
        moment = garden.moment(ms(2026, 3, 1, 18) + STEP_MS)
        assert moment.beds["tomates"].watered_mm > 50
        assert moment.beds["tomates"].water_content_pct > 100 * LOAM.field_capacity + 15


class TestSoilProbe:
    @given(st.floats(0, 60), st.floats(0, 60))
    def test_wetter_soil_never_counts_more(self, one: float, other: float) -> None:
        soil = SoilProbe(1, "nu")
        dry, wet = sorted((one, other))
        assert soil.counts(dry, 15.0, 0) >= soil.counts(wet, 15.0, 0)

    @given(st.floats(0, 60), st.floats(-10, 40), st.integers(0, 2**42))
    def test_air_is_drier_than_any_soil(self, water: float, warmth: float, at_ms: int) -> None:
        soil = SoilProbe(1, "nu")
        in_air = soil.fraction(water, warmth, at_ms, Place.IN_AIR)
        assert in_air > soil.fraction(water, warmth, at_ms) + 0.05
        assert in_air == pytest.approx(0.815, abs=0.02)

    @given(st.floats(0, 60))
    def test_the_inverse_finds_the_water_again(self, water: float) -> None:
        fraction = probe.ideal_fraction(water)
        assert probe.water_content_pct(fraction) == pytest.approx(water, abs=1e-9)

    def test_the_recorded_pot_is_reproduced(self) -> None:
        assert probe.ideal_fraction(0) == pytest.approx(0.75)
        assert probe.ideal_fraction(probe.WET_POT_PCT) == pytest.approx(0.444)

    def test_noise_is_a_count_or_two_and_repeats_itself(self) -> None:
        soil = SoilProbe(1, "nu")
        counts = [soil.counts(25.0, 15.0, at_ms) for at_ms in range(2000)]
        assert 1 < statistics.pstdev(counts) < 2
        assert counts == [SoilProbe(1, "nu").counts(25.0, 15.0, at_ms) for at_ms in range(2000)]
        assert counts != [SoilProbe(1, "paillis").counts(25.0, 15.0, t) for t in range(2000)]

    def test_warmth_shifts_it_by_a_few_counts(self) -> None:
        soil = SoilProbe(1, "nu")
        assert 1 < soil.counts(25.0, 30.0, 0) - soil.counts(25.0, 10.0, 0) < 15


class TestDemoGarden:
    def test_every_channel_is_fed(self, year: Year) -> None:
        for node in demo.NODES:
            for channel in node.channels:
                assert -30 < channel.value(year.moments[0]) < 110

    def test_ids_are_those_of_the_contract(self) -> None:
        ids = [node.node for node in demo.NODES] + [plan.bed for plan in demo.BEDS]
        ids += [channel.channel for node in demo.NODES for channel in node.channels]
        for name in ids:
            assert name.replace("-", "").isalnum()
            assert name == name.lower()
            assert len(name) <= 32

    def test_no_two_probes_share_an_input(self) -> None:
        for node in demo.NODES:
            inputs = [c.port for c in node.channels if c.sensor == "mcp3008"]
            assert len(inputs) == len(set(inputs))

    def test_troubles_name_real_parts_and_begin_before_now(self) -> None:
        nodes = {node.node: {c.channel for c in node.channels} for node in demo.NODES}
        now_ms = ms(2026, 11, 22, 21)
        for trouble in demo.TROUBLES:
            assert trouble.node in nodes
            assert trouble.holds(now_ms, now_ms)
            assert not trouble.holds(now_ms - DAY_MS, now_ms)
            if isinstance(trouble, demo.ProbeInAir):
                assert trouble.channel in nodes[trouble.node]

    def test_the_mulched_and_the_bare_bed_differ_by_mulch_alone(self) -> None:
        plans = {plan.bed: plan for plan in demo.BEDS}
        mulched, bare = plans["paillis"], plans["nu"]
        assert (mulched.mulched, bare.mulched) == (True, False)
        assert (mulched.crop, mulched.ground, mulched.depth_m) == (
            bare.crop,
            bare.ground,
            bare.depth_m,
        )

    def test_it_imports_no_driver(self) -> None:
        program = (
            "import sys, sensor_node.garden.demo;"
            "print(*{'gpiozero', 'adafruit_dht', 'numpy', 'board'} & set(sys.modules))"
        )
        assert answer_of_a_new_process(program) == ""
