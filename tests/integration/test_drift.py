"""A probe that drifts is found by the advice, told in it, and an alert until it is calibrated."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from door import Door
from plots import (
    DAY_MS,
    HOUR_MS,
    MORNING_MS,
    POINTS,
    RAIN,
    SOIL,
    commit,
    make_bed,
    probe_says,
    summer,
    warm_days,
)

from gateway.store.base import Reading

DAYS = 48
EVERY = 6
"""The bed is filled by 30 mm of rain each so many days."""
BEGIN_MS = MORNING_MS - DAYS * DAY_MS
DRAWN_PCT = 0.6
"""What the tomatoes take of the soil's water in a day, in points of volume."""


def true_pct(at_ms: int) -> float:
    """The water of a bed that drains in hours to 25 % after each rain, and is drawn from."""
    since = (at_ms - BEGIN_MS) % (EVERY * DAY_MS) / DAY_MS
    return 25.0 + 8.0 * math.exp(-since * 6) - DRAWN_PCT * since


def lived(door: Door, error: Callable[[float], float], points: list[Any] = POINTS) -> None:
    """Weeks of a well-known bed; error: of its probe, in points, by how many days ago it is."""
    summer(door, BEGIN_MS - DAY_MS)
    make_bed(door, planted_on="2026-05-01")
    door.clock.set_wall(MORNING_MS)
    door.gateway.catalogue.set_about(
        "meteo",
        {
            "channels": {
                "air": {"quantity": "air_temperature"},
                "humidity": {"quantity": "relative_humidity"},
                "pluie": {"quantity": "rain"},
            }
        },
    )
    warm_days(door, DAYS)
    hours = range(BEGIN_MS, MORNING_MS, HOUR_MS)
    rain = {at for at in hours if (at - BEGIN_MS) % (EVERY * DAY_MS) == 0}
    commit(door, [Reading(RAIN, at, 30.0 if at in rain else 0.0) for at in hours])
    probe_says(door, lambda at: true_pct(at) + error((MORNING_MS - at) / DAY_MS), DAYS)


def drifting(ago: float) -> float:
    """A quarter of a point more each day."""
    return 0.25 * (DAYS - ago)


def told(door: Door) -> tuple[list[str], list[str], list[str]]:
    """The codes of the reasons and of the doubts, and the probes to calibrate."""
    advice = door.json("/beds/bac-1/advice")
    return (
        [one["code"] for one in advice["reasons"]],
        [one["code"] for one in advice["inputs"]["doubts"]],
        advice["inputs"].get("drifted", []),
    )


def days_pass(door: Door, days: float) -> None:
    """Time in which the gateway looks five times a day, and the probe goes on."""
    for _ in range(round(days * 5)):
        door.clock.advance(17_280)
        door.gateway.advisor.look()
        now_ms = door.clock.wall_ms()
        commit(door, [Reading(SOIL, now_ms, 0.6)])
        door.gateway.alarms.look()


def open_codes(door: Door) -> list[str]:
    return [one.key.code for one in door.gateway.alarms.open() if one.key.code == "calibrate"]


def test_a_probe_whose_plateaus_have_moved_asks_for_a_calibration(door: Door) -> None:
    lived(door, drifting)
    reasons, doubts, drifted = told(door)
    assert "probe_drifts" in reasons
    assert "probe_drifts" in doubts
    assert drifted == [str(SOIL)]
    given = door.gateway.catalogue.advice.last("bac-1", door.gateway.advisor.today())
    assert given is not None
    assert given.again("fr") == given.fr


def test_a_probe_that_left_the_balance_for_two_weeks_asks_for_a_calibration(door: Door) -> None:
    lived(door, lambda ago: -5.5 if ago < 14 else 0.0)
    reasons, doubts, drifted = told(door)
    assert "probe_off_balance" in reasons
    assert "probe_drifts" in doubts
    assert drifted == [str(SOIL)]


@pytest.mark.parametrize("off", [0.0, 3.0, -3.0])
def test_a_probe_that_is_off_by_the_same_all_season_has_not_drifted(door: Door, off: float) -> None:
    lived(door, lambda _ago: off)
    reasons, doubts, drifted = told(door)
    assert not {"probe_drifts", "probe_off_balance"} & {*reasons, *doubts}
    assert drifted == []


def test_what_a_probe_gave_before_it_was_calibrated_is_not_held_against_it(door: Door) -> None:
    lived(door, drifting)
    assert told(door)[2] == [str(SOIL)]
    made = door.client.post(f"/api/v1/channels/{SOIL}/calibrations", json={"points": POINTS})
    assert made.status_code == 201
    door.clock.advance(600)
    assert told(door)[2] == []


def test_drift_is_an_alert_after_a_day_and_over_a_day_after_the_calibration(door: Door) -> None:
    lived(door, drifting)
    assert told(door)[2] == [str(SOIL)]
    days_pass(door, 0.5)
    assert open_codes(door) == []
    days_pass(door, 0.8)
    assert open_codes(door) == ["calibrate"]
    (alert,) = [one for one in door.gateway.alarms.open() if one.key.code == "calibrate"]
    assert (alert.key.subject, alert.bed) == (str(SOIL), "bac-1")
    door.client.post(f"/api/v1/channels/{SOIL}/calibrations", json={"points": POINTS})
    days_pass(door, 1.4)
    assert open_codes(door) == []
