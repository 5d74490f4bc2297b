"""Field capacity, learned from a season's mornings: sooner than by soakings, never from rubbish."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watered_beds import TOMATOES

from gateway.watering.balance import Books
from gateway.watering.beds import Bed
from gateway.watering.evapotranspiration import ReferenceEt
from gateway.watering.field_capacity import Plateau
from gateway.watering.learning import (
    SOIL_ERROR,
    Capacity,
    Lesson,
    as_found,
    capacity_of,
    lessons,
    of_plateau,
)
from gateway.watering.situation import GardenDay
from gateway.watering.soils import SOILS

LOAM = SOILS["limon"]
FIRST = date(2026, 7, 1)
BELIEVED = Capacity(0.25, SOIL_ERROR)
DEPTH_M = 0.7


def season(rain: list[float | None], **more: object) -> list[GardenDay]:
    """A day of 4 mm of thirst for each of the rains."""
    return [
        replace(
            GardenDay(FIRST + timedelta(days=n), et0=ReferenceEt(4.0), rain_mm=mm),
            **more,  # type: ignore[arg-type]
        )
        for n, mm in enumerate(rain)
    ]


def taught(days: list[GardenDay], capacity: float = 0.30, bed: Bed = TOMATOES) -> list[Lesson]:
    """What a probe without any error teaches in a bed of that field capacity."""
    pages = Books(bed, 20.0).run(days).pages
    water = {page.on: capacity - page.depletion_mm / 700.0 for page in pages}
    return list(lessons(bed, days, pages, water))


SOAKED = [0.0, 0.0, 45.0, 0.0, 0.0, 0.0, 0.0]


def test_the_mornings_after_a_soaking_teach_the_field_capacity() -> None:
    found = capacity_of(taught(season(SOAKED)), DEPTH_M, BELIEVED)

    assert len(taught(season(SOAKED))) == 3  # not the morning after: the bed still drains
    assert found.share == pytest.approx(0.30, abs=0.015)
    assert found.is_learned


def test_who_has_seen_nothing_believes_what_the_soils_name_says() -> None:
    found = capacity_of((), DEPTH_M, BELIEVED)

    assert found == Capacity(pytest.approx(0.25), pytest.approx(SOIL_ERROR))
    assert not found.is_learned


@pytest.mark.parametrize(
    "days",
    [
        season([0.0] * 7),  # nobody knows since when
        season([0.0, 0.0, 20.0, 0.0, 0.0, 0.0]),  # rain that did not fill it
        season([None, *SOAKED[1:3], None, None, None]),  # no gauge: it may have rained
        season(SOAKED, et0=None),  # no temperature: nobody knows what was drawn
        season(SOAKED, seen=True),  # watered, and nobody told how much
        season(SOAKED, rain_by="online"),  # who knows how much of it fell here
    ],
    ids=["no water", "too little", "no gauge", "no air", "untold", "online"],
)
def test_books_that_do_not_know_teach_nothing(days: list[GardenDay]) -> None:
    assert taught(days) == []


def test_under_glass_no_gauge_is_needed() -> None:
    days = season([None] * 7)
    days[2] = replace(days[2], litres=(130.0,))

    assert taught(days, bed=replace(TOMATOES, exposure="greenhouse"))


def test_what_was_drawn_long_since_teaches_little_of_the_field_capacity() -> None:
    """The crop drinks 15 % more than the books know: 60 mm later they are 9 mm off."""
    fresh = [Lesson(0.30 - n * 4.0 / 700.0, n * 4.0 / 1.15, n * 4.0 / 1.15) for n in range(3)]
    late = [Lesson(0.30 - n * 4.0 / 700.0, n * 4.0 / 1.15, n * 4.0 / 1.15) for n in range(14, 17)]

    by_fresh = capacity_of(fresh, DEPTH_M, BELIEVED)
    by_late = capacity_of(late, DEPTH_M, BELIEVED)

    assert by_fresh.error < by_late.error
    assert abs(by_fresh.share - 0.30) < abs(by_late.share - 0.30)


def test_noise_is_weighed_against_what_was_believed() -> None:
    chance = random.Random(5)
    mornings = [Lesson(0.30 + chance.gauss(0.0, 0.02), 2.0, 2.0) for _ in range(30)]

    one = capacity_of(mornings[:1], DEPTH_M, BELIEVED)
    all_of_them = capacity_of(mornings, DEPTH_M, BELIEVED)

    assert all_of_them.error < one.error < SOIL_ERROR
    assert all_of_them.share == pytest.approx(0.303, abs=0.006)


def test_a_probe_in_the_air_teaches_nothing() -> None:
    days = season(SOAKED)
    pages = Books(TOMATOES, 20.0).run(days).pages

    assert lessons(TOMATOES, days, pages, {page.on: 0.0 for page in pages}) == ()


def test_one_night_gone_mad_is_left_out() -> None:
    good = [Lesson(0.30, 0.0, 0.0)] * 5

    assert capacity_of([*good, Lesson(0.95, 0.0, 0.0)], DEPTH_M, BELIEVED) == capacity_of(
        good, DEPTH_M, BELIEVED
    )


def test_a_plateau_teaches_with_what_the_crop_took_meanwhile_put_back() -> None:
    lesson = of_plateau(Plateau(0, 28.0, missing=0.1), 100.0, 91.0)

    assert lesson == Lesson(0.28, pytest.approx(9.1), pytest.approx(9.1))
    found = capacity_of([lesson] * 9, DEPTH_M, BELIEVED)
    assert found.share == pytest.approx(0.28 + 9.1 / 700.0, abs=0.004)


def test_a_soil_is_found_within_what_its_class_allows() -> None:
    assert as_found(LOAM, 0.28).field_capacity == pytest.approx(0.28)
    assert as_found(LOAM, 0.28).wilting_point == LOAM.wilting_point
    assert as_found(LOAM, 0.60).field_capacity == pytest.approx(1.25 * 0.25)
    assert as_found(LOAM, 0.01).field_capacity == pytest.approx(0.75 * 0.25)


@given(
    st.lists(
        st.builds(Lesson, st.floats(-1.0, 2.0), st.floats(0.0, 300.0), st.floats(0.0, 900.0)),
        max_size=40,
    ),
    st.floats(0.1, 1.5),
)
def test_whatever_is_taught_is_a_number_and_never_less_sure_than_before(
    rubbish: list[Lesson], depth_m: float
) -> None:
    found = capacity_of(rubbish, depth_m, BELIEVED)

    assert -2.0 < found.share < 6.0
    assert 0.0 < found.error <= SOIL_ERROR + 1e-9


@pytest.mark.parametrize("soil", SOILS.values(), ids=SOILS.keys())
def test_each_soil_as_found_still_holds_water_for_a_plant(soil: object) -> None:
    for share in (-1.0, 0.0, 0.9):
        assert as_found(soil, share).available > 0.0  # type: ignore[arg-type]
