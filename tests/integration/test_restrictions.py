"""What holds an advice back: a drought restriction, days without anybody, a tank that is low."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from door import Door, garden_door, problem
from plots import DAY_MS, MORNING_MS, commit, make_bed, probe_says, summer, warm_days

from gateway.settings import Advising
from gateway.store.base import Reading, Series

ADVICE = "/beds/bac-1/advice"
RULE = "/api/v1/restriction"
LEVEL = Series("citerne", "niveau")


def drying(at_ms: int) -> float:
    """A bed that nobody has watered for long: down to 16 % of water."""
    return 16.0 + 0.6 * (MORNING_MS - at_ms) / DAY_MS


@pytest.fixture
def july(door: Door) -> Door:
    """A garden in July whose bed is dry, at seven in the morning."""
    summer(door)
    warm_days(door, 10)
    probe_says(door, drying, 10)
    return door


@pytest.fixture
def tank(tmp_path: Path) -> Iterator[Door]:
    """The same with a tank of 100 L, and somebody who comes on Mondays and Thursdays only."""
    with garden_door(tmp_path, advice=Advising(tank_l=100.0, presence=["lun", "jeu"])) as door:
        summer(door)
        warm_days(door, 10)
        probe_says(door, drying, 10)
        yield door


def test_a_restriction_forbids_in_its_hours_and_says_until_when(july: Door) -> None:
    make_bed(july)
    assert july.json("/restriction") is None
    entered = july.client.put(RULE, json={"from_hour": 6, "to_hour": 20, "until": "2026-09-30"})
    assert entered.json() == {"from_hour": 6, "to_hour": 20, "until": "2026-09-30"}
    told = july.json(ADVICE)
    assert told["verdict"] == "forbidden"
    assert "20" in told["reasons"][0]["text"]
    assert july.client.delete(RULE).json() is None
    assert july.json(ADVICE)["verdict"] == "yes"


def test_a_restriction_ends_after_its_last_day(july: Door) -> None:
    make_bed(july)
    july.client.put(RULE, json={"until": "2026-07-14"})
    assert july.json("/restriction") is None
    assert july.json(ADVICE)["verdict"] == "yes"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"from_hour": 8, "to_hour": 8}, "RESTRICTION_EMPTY"),
        ({"from_hour": 25}, "WRONG_PARAMETER"),
        ({"from": 8}, "WRONG_PARAMETER"),
    ],
)
def test_a_restriction_that_is_none_is_refused(july: Door, body: dict[str, int], code: str) -> None:
    problem(july.client.put(RULE, json=body), 422, code)
    assert july.json("/restriction") is None


def test_the_dose_keeps_within_what_the_tank_holds(tank: Door) -> None:
    tank.gateway.catalogue.set_about(
        "citerne", {"channels": {"niveau": {"quantity": "tank_level"}}}
    )
    commit(tank, [Reading(LEVEL, MORNING_MS, 20.0)])
    make_bed(tank)
    told = tank.json(ADVICE)
    assert (told["verdict"], told["litres"], told["cans"]) == ("yes", 20.0, 2.0)
    assert "tank_short" in {reason["code"] for reason in told["reasons"]}


def test_a_level_that_is_stale_limits_nothing(tank: Door) -> None:
    tank.gateway.catalogue.set_about(
        "citerne", {"channels": {"niveau": {"quantity": "tank_level"}}}
    )
    commit(tank, [Reading(LEVEL, MORNING_MS - DAY_MS, 20.0)])
    make_bed(tank)
    assert tank.json(ADVICE)["litres"] == 40.0


def test_the_next_presence_is_among_the_inputs(tank: Door) -> None:
    make_bed(tank)
    tank.json(ADVICE)
    given = tank.gateway.catalogue.advice.last("bac-1", tank.gateway.advisor.today())
    assert given is not None
    assert '"next_presence":"2026-07-16"' in given.inputs  # a Wednesday's next Thursday
