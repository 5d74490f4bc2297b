"""The advice in the simulated garden, whose soil evaporates and drains by the hour.

Its model is another one (dual coefficients, drainage over two days), so that agreement is news.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.watering.balance import Books
from gateway.watering.beds import Bed
from gateway.watering.crops import CROPS
from gateway.watering.diary import Diary
from gateway.watering.evapotranspiration import Place
from gateway.watering.learning import SOIL_ERROR, Capacity, capacity_of, lessons
from gateway.watering.listening import hear
from gateway.watering.night import Night, together
from gateway.watering.samples import HOUR_MS, Sample, at_local_hour_ms, between, morning_of
from gateway.watering.scale import from_water_content
from gateway.watering.soils import SOILS
from gateway.watering.waterings import Watering
from gateway.watering.weather import AirSamples
from sensor_node.garden import SimulatedGarden
from sensor_node.garden.crop import COURGETTE
from sensor_node.garden.soil import LOAM, BedPlan
from sensor_node.garden.sun import LATITUDE_DEG

ZONE = "Europe/Paris"
PLAN = BedPlan("nu", COURGETTE, LOAM, depth_m=0.4, area_m2=2.0)
OURS = replace(CROPS["courgette"], stages_days=COURGETTE.stages_days)
BED = Bed("nu", 2.0, SOILS["limon"], OURS, planted_on=date(2026, 5, 15), depth_m=0.4)
FIRST, LAST = date(2026, 6, 1), date(2026, 8, 31)


@dataclass
class Summer:
    """Hourly samples of a summer in the simulated garden, and the truth about its bed."""

    air: AirSamples
    rain: list[Sample]
    water_pct: list[Sample]
    depletion: dict[date, float]
    waterings: list[Watering]


@pytest.fixture(scope="module")
def summer() -> Summer:
    start = round(datetime(2026, 5, 31, tzinfo=UTC).timestamp() * 1000)
    garden = SimulatedGarden(21, [PLAN], start)
    air, humidity, rain, water, depletion = [], [], [], [], {}
    mornings = {at_local_hour_ms(on, 6, ZONE): on for on in days()}
    for moment in garden.run(start, start + 94 * 24 * HOUR_MS, HOUR_MS):
        at_ms, bed = moment.at_ms, moment.beds["nu"]
        air.append(Sample(at_ms, moment.weather.air_temperature_c))
        humidity.append(Sample(at_ms, moment.weather.relative_humidity_pct))
        rain.append(Sample(at_ms, moment.rain_mm))
        water.append(Sample(at_ms, bed.water_content_pct))
        if at_ms in mornings:
            depletion[mornings[at_ms]] = bed.depletion_mm
    # The simulated gardener spills nothing.
    poured = [
        Watering(one.at_ms, one.mm * BED.area_m2 / BED.efficiency)
        for one in garden.waterings("nu")
        if one.at_ms >= start
    ]
    return Summer(AirSamples(air, humidity), rain, water, depletion, poured)


def days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def nights(summer: Summer) -> dict[date, Night]:
    """What a volumetric probe says that knows its bed."""
    scale, found = from_water_content(BED.ground, 25.0), {}
    for on in days():
        now_ms = at_local_hour_ms(on, 8, ZONE)
        near = between(summer.water_pct, now_ms - 72 * HOUR_MS, now_ms)
        heard = hear(near, scale, BED.ground, on=on, zone=ZONE, now_ms=now_ms)
        found[on] = together([heard])
    return found


def error_mm(summer: Summer, waterings: list[Watering], heard: dict[date, Night]) -> float:
    """How far the books are from the truth each morning, root of the mean square."""
    diary = Diary(Place(LATITUDE_DEG, 220.0), ZONE, summer.air, summer.rain, waterings, heard)
    now_ms = at_local_hour_ms(LAST, 8, ZONE)
    pages = Books(BED, summer.depletion[FIRST]).run(diary.days(FIRST, LAST, now_ms)).pages
    off = [page.depletion_mm - summer.depletion[page.on] for page in pages]
    return math.sqrt(sum(one * one for one in off) / len(off))


def test_the_books_alone_follow_the_bed(summer: Summer) -> None:
    assert len(summer.waterings) >= 5
    assert error_mm(summer, summer.waterings, {}) < 8.0


def test_a_probe_brings_them_close(summer: Summer) -> None:
    assert error_mm(summer, summer.waterings, nights(summer)) < 1.5


def test_a_probe_makes_up_for_a_gardener_who_notes_nothing(summer: Summer) -> None:
    forgotten = error_mm(summer, [], {})
    heard = error_mm(summer, [], nights(summer))

    assert forgotten > 3.0 * heard
    assert heard < 4.0


@pytest.mark.parametrize("factor", [0.85, 1.15])
def test_a_probe_finds_the_field_capacity_of_a_bed_that_lives_by_another_model(
    summer: Summer, factor: float
) -> None:
    """The soil evaporates and drains by the hour there; the gardener is 15 % wrong about it."""
    believed = replace(BED.ground, field_capacity=factor * BED.ground.field_capacity)
    bed = replace(BED, soil=believed)
    diary = Diary(Place(LATITUDE_DEG, 220.0), ZONE, summer.air, summer.rain, summer.waterings)
    lived = diary.days(FIRST, LAST, at_local_hour_ms(LAST, 8, ZONE))
    heard = ((on, morning_of(summer.water_pct, on, ZONE)) for on in days())
    water = {on: one.value / 100.0 for on, one in heard if one is not None}

    taught = lessons(bed, lived, Books(bed).run(lived).pages, water)
    found = capacity_of(taught, 0.4, Capacity(believed.field_capacity, SOIL_ERROR))

    assert found.is_learned
    assert found.share == pytest.approx(0.25, abs=0.012)
