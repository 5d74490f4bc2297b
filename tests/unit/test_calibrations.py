"""Calibrations are kept for ever, with who made them and when; any of them can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.calibrations import Calibrations, Wanted
from gateway.catalogue import Catalogue
from gateway.store.base import Point, Series
from sensor_node.errors import UsageError

SOIL, AIR, RAIN = (Series("potager-1", name) for name in ("bac-1-soil", "air", "pluie"))
DRY, WET = (0.75, 0.0), (0.45, 40.0)
NOON = 1_763_809_200_000


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(tmp_path / "garden.sqlite")
    quantities = {"bac-1-soil": "soil_moisture_raw", "air": "air_temperature", "pluie": "rain"}
    channels = {name: {"quantity": quantity} for name, quantity in quantities.items()}
    catalogue.set_about("potager-1", {"channels": channels})
    yield catalogue
    catalogue.close()


@pytest.fixture
def made(catalogue: Catalogue) -> Calibrations:
    return catalogue.calibrations


def water(made: Calibrations, raw: float, at_ms: int = NOON) -> float | None:
    found = made.scale(SOIL).point(Point(at_ms, raw, ""))
    return None if found is None else round(found.value, 3)


def test_the_first_calibration_holds_for_all_that_was_ever_measured(made: Calibrations) -> None:
    (one,) = made.make([Wanted(SOIL, DRY, WET)], "gardener", NOON)

    assert (one.id, one.from_ms, one.by, one.made_ms) == (1, 0, "gardener", NOON)
    assert water(made, 0.6, at_ms=1) == 20.0


def test_a_later_one_holds_from_now_on(made: Calibrations) -> None:
    made.make([Wanted(SOIL, DRY, WET)], "gardener", NOON)
    made.make([Wanted(SOIL, DRY, (0.45, 20.0))], "keeper", NOON + 1000)

    assert [water(made, 0.6, at) for at in (NOON, NOON + 999, NOON + 1000)] == [20.0, 20.0, 10.0]


def test_one_for_the_same_moment_takes_the_place_of_the_other(made: Calibrations) -> None:
    for value in (40.0, 20.0):
        made.make([Wanted(SOIL, DRY, (0.45, value), from_ms=0)], "gardener", NOON)

    assert water(made, 0.6) == 10.0


def test_undoing_brings_back_what_held_before(made: Calibrations) -> None:
    first, second = (
        made.make([Wanted(SOIL, DRY, (0.45, value), from_ms=0)], "gardener", NOON)[0]
        for value in (40.0, 20.0)
    )
    undone = made.undo(SOIL, second.id, NOON + 5)
    assert undone is not None
    assert undone.undone_ms == NOON + 5
    assert water(made, 0.6) == 20.0

    made.undo(SOIL, first.id, NOON + 6)

    assert water(made, 0.6) == 0.6
    assert [one.undone_ms for one in made.of(SOIL)] == [NOON + 5, NOON + 6]


def test_undoing_twice_is_undoing_once(made: Calibrations) -> None:
    (one,) = made.make([Wanted(SOIL, DRY, WET)], "gardener", NOON)
    made.undo(SOIL, one.id, NOON + 5)

    again = made.undo(SOIL, one.id, NOON + 9)

    assert again is not None
    assert again.undone_ms == NOON + 5


def test_only_the_channels_own_calibration_can_be_undone(made: Calibrations) -> None:
    (one,) = made.make([Wanted(SOIL, DRY, WET)], "gardener", NOON)

    assert made.undo(AIR, one.id, NOON) is None
    assert made.undo(SOIL, one.id + 1, NOON) is None
    assert water(made, 0.6) == 20.0


def test_many_are_made_at_once_or_none(made: Calibrations) -> None:
    with pytest.raises(UsageError, match="CALIBRATION_POINTS"):
        made.make([Wanted(SOIL, DRY, WET), Wanted(AIR, (1.0, 2.0), (1.0, 3.0))], "keeper", NOON)
    assert made.of(SOIL) == []

    made.make([Wanted(SOIL, DRY, WET), Wanted(AIR, (0.0, -0.5), (20.0, 19.5))], "keeper", NOON)

    assert [len(made.of(series)) for series in (SOIL, AIR)] == [1, 1]


@pytest.mark.parametrize("series", [RAIN, Series("potager-1", "unknown")])
def test_what_a_line_cannot_correct_is_refused(made: Calibrations, series: Series) -> None:
    with pytest.raises(UsageError, match="CALIBRATION_IMPOSSIBLE"):
        made.make([Wanted(series, DRY, WET)], "gardener", NOON)


@pytest.mark.parametrize("high", [(0.75, 40.0), (0.45, 0.0), (0.75 + 1e-300, 40.0)])
def test_points_that_are_no_line_are_refused(made: Calibrations, high: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="CALIBRATION_POINTS"):
        made.make([Wanted(SOIL, DRY, high)], "gardener", NOON)


@pytest.mark.parametrize(
    ("low", "high"), [((0.0, 0.0), (5e-324, 1e300)), ((-1e308, -1e308), (1e308, 1e308))]
)
def test_a_line_too_steep_for_a_number_is_refused(
    made: Calibrations, low: tuple[float, float], high: tuple[float, float]
) -> None:
    with pytest.raises(UsageError, match="CALIBRATION_POINTS") as refused:
        made.make([Wanted(SOIL, low, high)], "gardener", NOON)
    assert "doivent différer" not in refused.value.text("fr")
    assert "beyond any number" in refused.value.text("en")


def test_calibrations_outlive_the_process(catalogue: Catalogue, made: Calibrations) -> None:
    made.make([Wanted(SOIL, DRY, WET)], "gardener", NOON)
    again = Catalogue(catalogue.path)

    assert water(again.calibrations, 0.6) == 20.0
    again.close()


def test_a_channel_whose_quantity_is_learned_later_is_not_taken_for_another(
    catalogue: Catalogue, made: Calibrations
) -> None:
    later = Series("serre", "soil")
    assert catalogue.quantity(later) is None
    catalogue.see_channel(later, "Cel")
    catalogue.set_about("serre", {"channels": {"soil": {"quantity": "soil_temperature"}}})

    assert catalogue.quantity(later) == "soil_temperature"
