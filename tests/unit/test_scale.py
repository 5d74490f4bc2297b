"""Raw in, calibrated out: what a line does to readings and to their buckets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.scale import IDENTITY, Line, Scale, line_through
from gateway.store.base import Bucket, Point

WET_AND_DRY = line_through((0.75, 0.0), (0.45, 40.0))


def raw_buckets(points: Sequence[Point], edges: Sequence[int]) -> list[Bucket]:
    found = []
    for start, end in pairwise(edges):
        values = [point.value for point in points if start <= point.at_ms < end]
        if values:
            total = math.fsum(values)
            mean = total / len(values)
            found.append(Bucket(start, len(values), mean, min(values), max(values), total))
    return found


def test_a_line_goes_through_its_two_points() -> None:
    assert WET_AND_DRY.of(0.75) == pytest.approx(0.0)
    assert WET_AND_DRY.of(0.45) == pytest.approx(40.0)
    assert WET_AND_DRY.of(0.6) == pytest.approx(20.0)


@pytest.mark.parametrize("points", [((0.5, 0.0), (0.5, 40.0)), ((0.4, 20.0), (0.7, 20.0))])
def test_two_points_that_are_equal_in_a_number_make_no_line(
    points: tuple[tuple[float, float], tuple[float, float]],
) -> None:
    with pytest.raises(ValueError, match="different"):
        line_through(*points)


def test_without_a_calibration_everything_leaves_as_it_was_measured() -> None:
    scale = Scale("soil_moisture_raw")
    point = Point(5, 0.6, "stuck")

    assert scale.point(point) is point
    assert (scale.quantity, scale.is_identity) == ("soil_moisture_raw", True)


def test_a_calibrated_probe_gives_a_share_of_water() -> None:
    scale = Scale("soil_moisture_raw", [(0, WET_AND_DRY)])

    assert scale.quantity == "soil_moisture"
    assert scale.point(Point(5, 0.6, "")) == Point(5, pytest.approx(20.0), "")


def test_a_corrected_thermometer_stays_one() -> None:
    scale = Scale("air_temperature", [(10, Line(1.0, -0.5))])

    assert scale.quantity == "air_temperature"
    assert scale.point(Point(9, 20.0, "")) == Point(9, 20.0, "")
    assert scale.point(Point(10, 20.0, "")) == Point(10, 19.5, "")


@pytest.mark.parametrize(("raw", "value"), [(0.8, -6.667), (-0.1, 113.333)])
def test_a_share_of_water_beyond_nothing_and_everything_is_shown_and_doubted(
    raw: float, value: float
) -> None:
    found = Scale("soil_moisture_raw", [(0, WET_AND_DRY)]).point(Point(5, raw, ""))

    assert found == Point(5, pytest.approx(value, abs=0.001), "out of range")


def test_the_doubt_of_a_driver_comes_before_that_of_the_range() -> None:
    found = Scale("soil_moisture_raw", [(0, WET_AND_DRY)]).point(Point(5, 0.8, "stuck"))

    assert found is not None
    assert found.suspect == "stuck"


def test_a_raw_quantity_has_no_value_before_its_first_calibration() -> None:
    scale = Scale("soil_moisture_raw", [(100, WET_AND_DRY)])

    assert scale.point(Point(99, 0.6, "")) is None
    assert scale.begins_ms == 100
    points = [Point(at_ms, 0.6, "") for at_ms in range(0, 200, 20)]
    (found,) = scale.buckets([0, 200], lambda edges: raw_buckets(points, edges))
    assert (found.start_ms, found.count) == (0, 5)


def test_with_a_negative_slope_least_and_most_change_places() -> None:
    scale = Scale("soil_moisture_raw", [(0, WET_AND_DRY)])
    points = [Point(1, 0.45, ""), Point(2, 0.75, ""), Point(3, 0.6, "")]
    (found,) = scale.buckets([0, 10], lambda edges: raw_buckets(points, edges))

    assert (found.least, found.most) == (pytest.approx(0.0), pytest.approx(40.0))
    assert (found.mean, found.total) == (pytest.approx(20.0), pytest.approx(60.0))


slopes = st.floats(-200, 200).filter(lambda s: abs(s) > 1e-3)
lines = st.builds(Line, slopes, st.floats(-100, 100))


@given(
    values=st.dictionaries(st.integers(0, 999), st.floats(0, 1), max_size=60),
    changes=st.dictionaries(st.integers(0, 999), lines, max_size=5),
    edges=st.lists(st.integers(0, 1000), min_size=2, max_size=8, unique=True).map(sorted),
    quantity=st.sampled_from(["soil_moisture_raw", "air_temperature"]),
)
def test_buckets_are_those_that_the_calibrated_readings_would_make(
    values: dict[int, float], changes: dict[int, Line], edges: list[int], quantity: str
) -> None:
    scale = Scale(quantity, sorted(changes.items()))
    points = [Point(at_ms, value, "") for at_ms, value in sorted(values.items())]
    calibrated = [found for point in points if (found := scale.point(point)) is not None]

    found = scale.buckets(edges, lambda bounds: raw_buckets(points, bounds))

    expected = raw_buckets(calibrated, edges)
    assert [(b.start_ms, b.count) for b in found] == [(b.start_ms, b.count) for b in expected]
    for one, other in zip(found, expected, strict=True):
        for name in ("mean", "least", "most", "total"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9, abs=1e-4)


def test_the_line_of_a_moment_is_that_of_the_last_change_before_it() -> None:
    scale = Scale("air_temperature", [(10, Line(2.0, 0.0)), (20, Line(3.0, 0.0))])

    assert [scale.line_at(at_ms) for at_ms in (9, 10, 19, 20, 10**15)] == [
        IDENTITY,
        Line(2.0, 0.0),
        Line(2.0, 0.0),
        Line(3.0, 0.0),
        Line(3.0, 0.0),
    ]
