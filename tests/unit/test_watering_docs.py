"""The page about watering says what the code does, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from gateway.watering.confidence import POINTS
from gateway.watering.soils import SOILS
from gateway.watering.verdict import Verdict

PAGE = (Path(__file__).parents[2] / "docs" / "watering.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_each_verdict_is_explained(verdict: str) -> None:
    assert PAGE.count(f"| `{verdict}` |") == 2


def test_each_doubt_is_listed_with_its_points() -> None:
    for doubt, points in POINTS.items():
        assert PAGE.count(f"| `{doubt}` | {points} |") == 2, doubt


def test_each_soil_is_told_by_hand() -> None:
    for soil in SOILS.values():
        assert f"| `{soil.key}` | {soil.feel_fr} |" in PAGE
        assert f"| `{soil.key}` | {soil.feel_en} |" in PAGE
