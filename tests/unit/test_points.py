"""The two points of a calibration as they are typed: each field says what is wrong with it."""

from __future__ import annotations

import pytest

from gateway.pages.points import NEAR, NOT_MORE, RAW, SAME, SHARE, UPSIDE_DOWN, points_of
from gateway.store.base import Series

GOOD = {"sec": "0,75", "sec_vaut": "6", "humide": "0.47", "humide_vaut": "25 %"}


def test_a_comma_a_point_and_a_per_cent_sign_are_all_understood() -> None:
    points = points_of(GOOD)
    assert points.whole
    wanted = points.wanted(Series("serre", "sol"))
    assert (wanted.low, wanted.high) == ((0.75, 6.0), (0.47, 25.0))
    assert points.doubts == []


@pytest.mark.parametrize(
    ("field", "text", "what"),
    [
        ("sec", "beaucoup", RAW),
        ("sec", "1,2", RAW),
        ("humide", "nan", RAW),
        ("sec_vaut", "-1", SHARE),
        ("humide_vaut", "inf", SHARE),
        ("humide", "0,7500", SAME),
        ("humide_vaut", "6", NOT_MORE),
    ],
)
def test_what_is_wrong_is_said_by_its_field_and_stays_typed(
    field: str, text: str, what: str
) -> None:
    points = points_of(GOOD | {field: text})
    assert points.wrong == {field: what}
    assert points.typed[field] == text
    assert not points.whole


def test_an_empty_field_is_absent_and_not_wrong() -> None:
    points = points_of({"sec": "0,75", "sec_vaut": " "})
    assert points.wrong == {}
    assert not points.whole


def test_what_may_be_a_mistake_is_doubted_and_not_refused() -> None:
    assert points_of(GOOD | {"humide": "0,71"}).doubts == [NEAR]
    assert points_of(GOOD | {"sec": "0,40", "humide": "0,80"}).doubts == [UPSIDE_DOWN]
