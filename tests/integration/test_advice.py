"""Water today? From stored readings to an answer over HTTP, kept as it was given."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any

import pytest
from door import Door, problem
from plots import (
    DAY_MS,
    HOUR_MS,
    MORNING_MS,
    SOIL,
    STEP_MS,
    commit,
    make_bed,
    probe_says,
    summer,
    warm_days,
)

from gateway.beds.given import Given
from gateway.beds.journal import Told
from gateway.store.base import Reading, Series
from gateway.times import to_rfc3339

ADVICE = "/beds/bac-1/advice"
TODAY = date(2026, 7, 15)


def drying(at_ms: int) -> float:
    """A bed that nobody has watered for long: down to 16 % of water."""
    return 16.0 + 0.6 * (MORNING_MS - at_ms) / DAY_MS


@pytest.fixture
def july(door: Door) -> Door:
    """A garden in July whose bed is dry."""
    summer(door)
    warm_days(door, 10)
    probe_says(door, drying, 10)
    return door


def given(door: Door, bed: str = "bac-1") -> list[Given]:
    return door.gateway.catalogue.advice.all(bed, TODAY)


def events(door: Door, since: str) -> list[tuple[str, dict[str, Any]]]:
    async def hear() -> list[Any]:
        return await door.gateway.events.subscribe(since).take(0.1) or []

    return [(event.kind, json.loads(event.data)) for event in asyncio.run(hear())]


# --- the answer ---------------------------------------------------------------------------------


def test_without_data_there_is_no_advice(door: Door) -> None:
    summer(door)
    make_bed(door)
    told = door.json(ADVICE)
    assert (told["verdict"], told["mm"], told["data_age_s"]) == ("unknown", None, None)
    assert "check with your finger" in told["reasons"][0]["text"]


def test_a_dry_bed_is_to_be_watered_so_many_cans_and_why(july: Door) -> None:
    make_bed(july)
    told = july.json(ADVICE)
    assert set(told) == {
        "bed", "on", "verdict", "mm", "litres", "cans", "when", "reasons", "confidence",
        "inputs", "data_age_s", "made",
    }  # fmt: skip
    assert (told["bed"], told["on"], told["verdict"]) == ("bac-1", "2026-07-15", "yes")
    assert told["litres"] == pytest.approx(told["mm"] * 2.0)
    assert told["cans"] == 4.0
    assert told["when"] == "this morning, before 10:00"
    assert told["reasons"][0]["code"] == "missing"
    assert told["data_age_s"] == 0
    assert told["made"] == to_rfc3339(MORNING_MS)


@pytest.mark.parametrize(
    ("quantity", "value"), [("irradiance", 200.0), ("illuminance", 200.0 * 124.5)]
)
def test_measured_light_gives_each_day_its_radiation(
    july: Door, quantity: str, value: float
) -> None:
    light = Series("ciel", "light")
    july.gateway.catalogue.set_about("ciel", {"channels": {"light": {"quantity": quantity}}})
    times = range(MORNING_MS - 10 * DAY_MS, MORNING_MS, STEP_MS)
    commit(july, [Reading(light, at_ms, value) for at_ms in times])
    make_bed(july)
    july.json(ADVICE)
    days = json.loads(given(july)[-1].inputs)["days"]
    found = [day["et0"]["fallbacks"] for day in days if day["et0"] is not None]
    assert len(found) == 9  # by the hour and by five minutes alike
    assert found == [["wind_assumed"]] * 9


def test_each_reader_has_the_same_numbers_in_their_own_words(july: Door) -> None:
    make_bed(july)
    french, english = (july.json(ADVICE, lang=language) for language in ("fr", "en"))
    assert french["reasons"][0]["text"].startswith("il manque")
    assert "missing" in english["reasons"][0]["text"]
    for told in (french, english):
        told.pop("reasons"), told.pop("when"), told["inputs"].pop("doubts")
    assert french == english


def test_a_told_watering_changes_the_advice_of_today_and_open_pages_hear_it(july: Door) -> None:
    make_bed(july)
    assert july.json(ADVICE)["verdict"] == "yes"
    july.clock.advance(600)
    before = july.gateway.events.last_id
    july.client.post("/api/v1/beds/bac-1/waterings", json={"cans": 8})
    told = july.json(ADVICE)
    assert told["verdict"] == "no"
    ((kind, data),) = events(july, before)
    assert (kind, data["bed"], data["verdict"]) == ("advice", "bac-1", "no")
    assert [one.verdict for one in given(july)] == ["yes", "no"]


def test_an_empty_bed_is_never_watered(july: Door) -> None:
    make_bed(july)
    july.client.put("/api/v1/beds/bac-1", json={"crop": None})
    told = july.json(ADVICE)
    assert (told["verdict"], told["reasons"][0]["code"]) == ("no", "empty")


def test_a_probe_moved_to_another_bed_speaks_for_that_one_from_then_on(july: Door) -> None:
    make_bed(july)
    make_bed(july, "bac-2", channels=[str(SOIL)])
    july.clock.advance(3600)
    mornings = {}
    for bed in ("bac-1", "bac-2"):
        july.json(f"/beds/{bed}/advice")
        days = json.loads(given(july, bed)[-1].inputs)["days"]
        mornings[bed] = [day["night"]["missing"] is not None for day in days[-3:]]
    assert mornings == {"bac-1": [True, True, True], "bac-2": [False, False, True]}


# --- kept ---------------------------------------------------------------------------------------


def test_a_past_day_stays_as_it_was_given(july: Door) -> None:
    make_bed(july)
    told = july.json(ADVICE)
    july.clock.advance(86_400)
    july.client.put("/api/v1/beds/bac-1", json={"crop": "laitue", "soil": "sable"})
    july.client.post(
        "/api/v1/beds/bac-1/waterings", json={"cans": 9, "at": to_rfc3339(MORNING_MS - HOUR_MS)}
    )
    assert july.json(ADVICE, on="2026-07-15") == told
    assert july.json(ADVICE)["on"] == "2026-07-16"


def test_the_stored_inputs_of_an_advice_give_the_same_bytes_again(july: Door) -> None:
    make_bed(july)
    july.json(ADVICE)
    (one,) = given(july)
    assert one.again("fr") == one.fr
    assert one.again("en") == one.en


def test_late_readings_and_new_calibrations_are_heard_within_a_minute_or_two(july: Door) -> None:
    make_bed(july)
    advisor = july.gateway.advisor
    assert july.json(ADVICE)["verdict"] == "yes"
    july.clock.advance(90)
    advisor.look()
    assert len(given(july)) == 1
    wet = [{"raw": 0.75, "value": 0}, {"raw": 0.62, "value": 45}]
    july.client.post(
        f"/api/v1/channels/{SOIL}/calibrations",
        json={"points": wet, "from": "2026-01-01T00:00:00Z"},
    )
    july.clock.advance(90)
    advisor.look()
    assert [one.told("en")["inputs"]["missing_mm"] for one in given(july)][1] < 30


def test_an_advice_that_says_the_same_is_not_given_twice(july: Door) -> None:
    make_bed(july)
    first = july.json(ADVICE)
    july.clock.advance(600)
    assert july.json(ADVICE) == first
    assert len(given(july)) == 1


def test_a_removed_bed_has_its_past_advice_and_none_of_today(july: Door) -> None:
    make_bed(july)
    told = july.json(ADVICE)
    july.clock.advance(86_400)
    july.client.delete("/api/v1/beds/bac-1")
    assert july.json(ADVICE, on="2026-07-15") == told
    problem(july.get(ADVICE), 404, "UNKNOWN_BED")


@pytest.mark.parametrize("on", ["2026-07-14", "2026-07-16"])
def test_a_day_on_which_nothing_was_advised_has_no_advice(july: Door, on: str) -> None:
    make_bed(july)
    assert on in problem(july.get(ADVICE, on=on), 404, "NO_ADVICE")["detail"]


def test_a_day_that_is_none_is_told(july: Door) -> None:
    make_bed(july)
    told = problem(july.get(ADVICE, on="yesterday"), 422, "WRONG_PARAMETER")
    assert "a date like 2026-05-01" in told["detail"]


def test_without_a_trusted_clock_there_is_no_today(july: Door) -> None:
    make_bed(july)
    told = july.json(ADVICE)
    july.clock.keeper = None
    problem(july.get(ADVICE), 503, "CLOCK_UNTRUSTED")
    july.clock.keeper = "ntp"
    assert july.json(ADVICE) == told


# --- each morning -------------------------------------------------------------------------------


def test_each_bed_is_given_its_advice_at_the_set_hour(july: Door) -> None:
    july.clock.set_wall(MORNING_MS - DAY_MS)
    make_bed(july)
    make_bed(july, "bac-2", channels=[])
    advisor, archive = july.gateway.advisor, july.gateway.catalogue.advice
    july.clock.set_wall(MORNING_MS - 2 * HOUR_MS)  # five in the morning
    advisor.look()
    assert archive.last("bac-1", TODAY) is None
    july.clock.set_wall(MORNING_MS - HOUR_MS)
    advisor.look()
    for bed in ("bac-1", "bac-2"):
        one = archive.last(bed, TODAY)
        assert one is not None
        assert one.made_ms == MORNING_MS - HOUR_MS


def test_a_gateway_without_a_trusted_clock_lets_the_morning_wait(july: Door) -> None:
    make_bed(july)
    july.clock.advance(86_400)
    july.clock.keeper = None
    july.gateway.advisor.look()
    assert july.gateway.catalogue.advice.last("bac-1", date(2026, 7, 16)) is None
    july.clock.keeper = "ntp"
    july.gateway.advisor.look()
    assert july.gateway.catalogue.advice.last("bac-1", date(2026, 7, 16)) is not None


def test_the_garden_looks_again_each_hour(july: Door) -> None:
    make_bed(july)
    july.gateway.advisor.look()
    july.clock.advance(3600)
    poured = Told(MORNING_MS + HOUR_MS // 2, 80.0, 8.0, "logged", "gardener")
    july.gateway.catalogue.journal.tell("bac-1", poured, july.clock.wall_ms())
    july.gateway.advisor.look()
    assert [one.verdict for one in given(july)] == ["yes", "no"]
