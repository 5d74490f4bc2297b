"""The days on which somebody comes."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.beds.presence import closed_periods, next_presence
from gateway.settings import GatewaySettings
from sensor_node.errors import ConfigError
from sensor_node.settings import build

WEDNESDAY = date(2026, 7, 15)


@pytest.mark.parametrize(
    ("words", "coming"),
    [
        ([], None),
        (["jeu"], date(2026, 7, 16)),
        (["mon", "thu"], date(2026, 7, 16)),
        (["lun"], date(2026, 7, 20)),
        (["mer"], date(2026, 7, 22)),
    ],
)
def test_the_next_presence_is_after_today(words: list[str], coming: date | None) -> None:
    assert next_presence(WEDNESDAY, words) == coming


HOLIDAYS = closed_periods(["2026-07-16/2026-08-31", "2026-09-01"])


@pytest.mark.parametrize(
    ("words", "coming"),
    [
        (["lun", "jeu"], date(2026, 9, 3)),
        (["mar"], date(2026, 9, 8)),  # the first Tuesday is a closed day of its own
        ([], date(2026, 9, 2)),
    ],
)
def test_nobody_comes_while_the_school_is_closed(words: list[str], coming: date) -> None:
    assert next_presence(WEDNESDAY, words, HOLIDAYS) == coming


def test_where_it_is_open_tomorrow_and_nobody_said_on_which_days_nothing_is_known() -> None:
    assert next_presence(date(2026, 9, 1), [], HOLIDAYS) is None


def test_a_garden_that_is_closed_for_years_has_no_next_presence() -> None:
    for_years = closed_periods(["2026-01-01/2029-12-31"])
    assert next_presence(WEDNESDAY, ["lun"], for_years) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2027-01-04/2026-12-19", "ends before it begins"),
        ("2026-12-19/2026-01-04", "ends before it begins"),
        ("2026-02-30", "neither a day nor a period"),
        ("2026-12-19/", "neither a day nor a period"),
        ("2026-12-19/2027-01-04/2027-02-01", "neither a day nor a period"),
        ("Noël", "neither a day nor a period"),
        ("20261219", "neither a day nor a period"),
        ("", "neither a day nor a period"),
    ],
)
def test_contradictory_dates_are_refused_with_what_to_write(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        build(GatewaySettings, {"data": "d", "advice": {"closed": ["2026-05-01", text]}})


def test_holidays_are_typed_in_as_periods_and_days() -> None:
    closed = ["2026-12-19/2027-01-04", "2026-05-01", "2026-07-14 / 2026-07-14"]
    settings = build(GatewaySettings, {"data": "d", "advice": {"closed": closed}})
    assert settings.advice.closed == closed
    assert closed_periods(closed)[1] == (date(2026, 5, 1), date(2026, 5, 1))


def test_a_word_that_is_no_day_is_refused_in_the_settings() -> None:
    with pytest.raises(ConfigError, match="'lundi' is no day"):
        build(GatewaySettings, {"data": "d", "advice": {"presence": ["lundi"]}})
    settings = build(GatewaySettings, {"data": "d", "advice": {"presence": ["lun", "sat"]}})
    assert settings.advice.presence == ["lun", "sat"]
