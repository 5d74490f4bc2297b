"""What a bed needs is told by a picture and a word, never by colour alone."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from gateway.assets import DASHBOARDS
from gateway.pages.verdicts import PLAIN, SIGNS, WHENS, sign_of
from gateway.watering.reasons import TEXTS, WHEN
from gateway.watering.verdict import Verdict


def test_each_verdict_has_a_sign() -> None:
    assert set(get_args(Verdict)) <= set(SIGNS)


def test_no_two_signs_share_a_picture_or_a_word() -> None:
    assert len({sign.icon for sign in SIGNS.values()}) == len(SIGNS)
    assert len({sign.word for sign in SIGNS.values()}) == len(SIGNS)


def test_each_picture_is_drawn_and_once() -> None:
    drawn = re.findall(
        r'<symbol id="([\w-]+)"', (DASHBOARDS / "static/icons.svg").read_text(encoding="utf-8")
    )
    assert {sign.icon for sign in SIGNS.values()} <= set(drawn)
    assert len(drawn) == len(set(drawn))


def test_each_reason_is_also_told_in_a_few_words() -> None:
    assert set(PLAIN) == set(TEXTS)


def test_times_without_a_date_are_those_of_the_advice() -> None:
    assert set(WHENS) == {texts["fr"] for texts in WHEN.values() if "{" not in texts["fr"]}


@pytest.mark.parametrize(
    ("verdict", "dose", "reasons", "state"),
    [
        ("no", None, ["empty"], "empty"),
        ("seedbed", 10.0, ["seed_dry"], "seed_dry"),
        ("seedbed", None, ["seed_moist"], "seedbed"),
        ("a verdict of tomorrow", None, [], "unknown"),
    ],
)
def test_what_an_advice_says_chooses_its_sign(
    verdict: str, dose: float | None, reasons: list[str], state: str
) -> None:
    assert sign_of(verdict, dose, reasons) == state
