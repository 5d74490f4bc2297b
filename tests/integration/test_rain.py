"""Rain that somebody typed in: told, corrected, undone, and what the advice makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from door import Door, problem
from plots import DAY_MS, HOUR_MS, MORNING_MS, RAIN, commit, make_bed, probe_says, summer, warm_days

from gateway.store.base import Reading

BOOK = "/api/v1/rain"
ADVICE = "/beds/bac-1/advice"


@pytest.fixture
def july(door: Door) -> Door:
    """A warm garden in July with a bed without a probe, at seven in the morning of the 15th."""
    summer(door)
    warm_days(door, 12)
    make_bed(door, channels=[])
    return door


def tell(door: Door, **body: Any) -> dict[str, Any]:
    answer = door.client.post(BOOK, json=body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def book(door: Door) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = door.json("/rain")["rain"]
    return found


def missing_mm(door: Door) -> float:
    """What the bed lacks, made anew some minutes later."""
    door.clock.advance(301)
    return float(door.json(ADVICE)["inputs"]["missing_mm"])


def doubts(door: Door) -> set[str]:
    return {doubt["code"] for doubt in door.json(ADVICE)["inputs"]["doubts"]}


def gauge(door: Door, mm: float = 0.0, at_ms: int | None = None) -> None:
    """A gauge that spoke each hour, dry but for ``at_ms``."""
    door.gateway.catalogue.set_about("meteo", {
        "channels": {
            "air": {"quantity": "air_temperature"},
            "humidity": {"quantity": "relative_humidity"},
            "pluie": {"quantity": "rain"},
        }
    })  # fmt: skip
    steps = range(MORNING_MS - 12 * DAY_MS, MORNING_MS, HOUR_MS)
    commit(door, [Reading(RAIN, at, mm if at == at_ms else 0.0) for at in steps])


def test_a_days_total_is_told_corrected_and_undone(july: Door) -> None:
    told = tell(july, mm=12.5, on="2026-07-13")
    assert told == {
        "id": 1,
        "on": "2026-07-13",
        "at": None,
        "mm": 12.5,
        "by": "gardener",
        "told": "2026-07-15T05:00:00.000Z",
    }
    assert book(july) == [told]
    july.clock.advance(60)
    corrected = july.client.put(f"{BOOK}/1", json={"mm": 9}).json()
    assert corrected == told | {"mm": 9.0, "told": "2026-07-15T05:01:00.000Z"}
    moved = july.client.put(f"{BOOK}/1", json={"at": "2026-07-14T16:00:00Z", "by": "family"}).json()
    assert (moved["on"], moved["at"], moved["mm"]) == (None, "2026-07-14T16:00:00.000Z", 9.0)
    assert july.client.delete(f"{BOOK}/1").json() == moved
    assert book(july) == []
    for method in ("put", "delete"):
        body = {"json": {}} if method == "put" else {}
        problem(getattr(july.client, method)(f"{BOOK}/1", **body), 404, "UNKNOWN_RAIN")


def test_a_shower_is_told_as_it_has_just_fallen(july: Door) -> None:
    assert tell(july, mm=5)["at"] == "2026-07-15T05:00:00.000Z"


def test_a_day_has_one_total(july: Door) -> None:
    tell(july, mm=5, on="2026-07-13")
    problem(july.client.post(BOOK, json={"mm": 6, "on": "2026-07-13"}), 409, "RAIN_TWICE")
    tell(july, mm=5, on="2026-07-12")
    problem(july.client.put(f"{BOOK}/2", json={"on": "2026-07-13"}), 409, "RAIN_TWICE")
    july.client.delete(f"{BOOK}/1")
    assert july.client.put(f"{BOOK}/2", json={"on": "2026-07-13"}).status_code == 200


def test_the_book_shows_a_month_or_the_span_that_is_asked_for(july: Door) -> None:
    tell(july, mm=5, on="2026-05-13")
    tell(july, mm=7, at="2026-07-13T09:00:00Z")
    tell(july, mm=6, on="2026-07-13")
    assert [one["mm"] for one in book(july)] == [7.0, 6.0]
    spring = july.json("/rain", **{"from": "2026-05-01", "to": "2026-06-01"})["rain"]
    assert [one["mm"] for one in spring] == [5.0]
    problem(july.get("/rain", since="2026-05-01"), 422, "UNKNOWN_PARAMETER")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "WRONG_PARAMETER"),
        ({"mm": -1}, "WRONG_PARAMETER"),
        ({"mm": 301}, "WRONG_PARAMETER"),
        ({"mm": "much"}, "WRONG_PARAMETER"),
        ({"mm": 5, "day": "2026-07-13"}, "WRONG_PARAMETER"),
        ({"mm": 5, "on": "1969-07-13"}, "WRONG_PARAMETER"),
        ({"mm": 5, "on": "2026-07-13", "at": "2026-07-13T09:00:00Z"}, "DAY_OR_MOMENT"),
        ({"mm": 5, "on": "2026-07-16"}, "RAIN_TO_COME"),
        ({"mm": 5, "at": "2026-07-15T06:00:00Z"}, "RAIN_TO_COME"),
        ({"mm": 5, "at": "yesterday"}, "WRONG_TIME"),
        ({"mm": 5, "by": "Camille"}, "UNKNOWN_ROLE"),
    ],
)
def test_what_cannot_be_is_refused(july: Door, body: dict[str, Any], code: str) -> None:
    problem(july.client.post(BOOK, json=body), 422, code)
    assert book(july) == []


def test_a_gateway_that_does_not_know_the_time_asks_when(july: Door) -> None:
    july.clock.keeper = None
    problem(july.client.post(BOOK, json={"mm": 5}), 503, "RAIN_UNDATED")
    assert tell(july, mm=5, on="2026-07-13")["on"] == "2026-07-13"


# --- what the advice makes of it ------------------------------------------------------------------


def test_typed_rain_is_in_the_books_once_and_lifts_a_doubt(july: Door) -> None:
    dry_mm = missing_mm(july)
    assert "no_rain_source" in doubts(july)
    texts = [reason["text"] for reason in july.json(ADVICE)["reasons"]]
    assert "the rain is not known (20 points less sure)" in " ".join(texts)
    tell(july, mm=12, on="2026-07-13")
    assert missing_mm(july) == pytest.approx(
        dry_mm - 12.0, abs=1.5
    )  # a bed that has more drinks more
    assert doubts(july) & {"no_rain_source", "rain_typed"} == {"rain_typed"}
    texts = [reason["text"] for reason in july.json(ADVICE)["reasons"]]
    assert "12 mm of rain (noted by hand)" in " ".join(texts)
    july.client.delete(f"{BOOK}/1")
    assert missing_mm(july) == pytest.approx(dry_mm, abs=0.1)


def test_a_total_corrects_a_gauge_that_a_leaf_has_blocked(july: Door) -> None:
    gauge(july)
    dry_mm = missing_mm(july)
    tell(july, mm=12, on="2026-07-13")
    assert missing_mm(july) == pytest.approx(
        dry_mm - 12.0, abs=1.5
    )  # a bed that has more drinks more
    # One shower may miss a garden; a gauge that missed two is blocked.
    assert not doubts(july) & {"no_rain_source", "rain_typed"}
    tell(july, mm=8, on="2026-07-11")
    july.clock.advance(301)
    assert "rain_typed" in doubts(july)


def test_rain_that_gauge_and_person_both_tell_of_is_counted_once(july: Door) -> None:
    gauge(july, 12.0, MORNING_MS - 2 * DAY_MS + 8 * HOUR_MS)
    wet_mm = missing_mm(july)
    tell(july, mm=12, on="2026-07-13")
    assert missing_mm(july) == pytest.approx(wet_mm, abs=0.1)
    tell(july, mm=11, at="2026-07-13T13:30:00Z")
    assert missing_mm(july) == pytest.approx(wet_mm, abs=0.1)


def test_a_probe_learns_from_typed_rain_as_from_any(july: Door) -> None:
    probe_says(july, lambda at_ms: 22.0 + 8.0 * (at_ms > MORNING_MS - 4 * DAY_MS), 12)
    july.client.put("/api/v1/beds/bac-1", json={"channels": ["potager/bac-1-soil"]})
    tell(july, mm=25, on="2026-07-11")
    assert july.json(ADVICE)["verdict"] == "no"
