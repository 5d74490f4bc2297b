"""Calibrating over HTTP: history follows everywhere at once, and back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from door import MINUTE_MS, NOW_MS, Door, problem

from gateway.events import Event, EventHub
from gateway.store.base import Reading, Series

SOIL = Series("potager-1", "bac-1-soil")
OF_SOIL = "/api/v1/channels/potager-1/bac-1-soil/calibrations"
TWO_POINTS = {"points": [{"raw": 0.75, "value": 0.0}, {"raw": 0.45, "value": 40.0}]}


def heard_since(hub: EventHub, event_id: str) -> list[Event]:
    async def hear() -> list[Event]:
        return await hub.subscribe(event_id).take(10) or []

    return asyncio.run(hear())


@pytest.fixture
def probe(door: Door) -> Door:
    """The garden's door, with a soil probe that read 0.75, 0.6 and 0.45 in the last hours."""
    about = {"channels": {name: {"quantity": "soil_moisture_raw"} for name in ("bac-1-soil", "b")}}
    door.gateway.catalogue.set_about("potager-1", about)
    door.measure(
        *(
            Reading(SOIL, NOW_MS - minutes * MINUTE_MS, raw)
            for minutes, raw in ((121, 0.75), (61, 0.6), (1, 0.45))
        )
    )
    return door


def values(door: Door, **query: Any) -> list[float]:
    answer = door.json("/readings", channel=str(SOIL), **query)
    return [round(row[1], 3) for row in answer["series"][0]["points"]]


def test_a_calibration_changes_history_the_latest_value_and_the_channels_meaning(
    probe: Door,
) -> None:
    assert values(probe) == [0.75, 0.6, 0.45]
    made = probe.client.post(OF_SOIL, json=TWO_POINTS)
    assert made.status_code == 201
    assert made.json() | {"made": ""} == {
        "id": 1,
        "channel": "potager-1/bac-1-soil",
        "points": TWO_POINTS["points"],
        "from": "1970-01-01T00:00:00.000Z",
        "by": "gardener",
        "made": "",
        "undone": None,
    }

    assert values(probe) == [0.0, 20.0, 40.0]
    assert values(probe, every="1h") == [0.0, 20.0, 40.0]
    assert values(probe, raw="true") == [0.75, 0.6, 0.45]
    assert values(probe, raw="true", every="1d") == [0.6]
    channel = probe.json("/channels/potager-1/bac-1-soil")
    assert (channel["quantity"], channel["unit"]) == ("soil_moisture", "%")
    assert channel["latest"]["value"] == pytest.approx(40.0)
    assert probe.get("/channels/potager-1/bac-1-soil/latest", format="text").text == "40"


def test_a_calibration_is_undone_in_one_call_and_stays_in_the_list(probe: Door) -> None:
    probe.client.post(OF_SOIL, json=TWO_POINTS | {"by": "keeper"})
    undone = probe.client.delete(f"{OF_SOIL}/1")
    assert undone.status_code == 200
    assert undone.json()["undone"] == "2025-11-22T04:30:00.000Z"
    assert values(probe) == [0.75, 0.6, 0.45]
    (listed,) = probe.client.get(OF_SOIL).json()["calibrations"]
    assert (listed["by"], listed["undone"]) == ("keeper", "2025-11-22T04:30:00.000Z")


def test_a_bucket_in_which_the_calibration_changes_is_put_together(probe: Door) -> None:
    probe.client.post(OF_SOIL, json=TWO_POINTS)
    probe.client.post(
        OF_SOIL,
        json={
            "points": [{"raw": 0.75, "value": 0.0}, {"raw": 0.45, "value": 20.0}],
            "from": "2025-11-22T03:00:00Z",
        },
    )
    assert values(probe) == [0.0, 10.0, 20.0]
    rows = probe.json("/readings", channel=str(SOIL), every="1d", aggregate="mean,min,max")
    assert rows["series"][0]["points"][0][1:] == [10.0, 0.0, 20.0]


def test_open_pages_are_told_that_all_of_history_has_changed(probe: Door) -> None:
    before = probe.gateway.events.last_id
    probe.client.post(OF_SOIL, json=TWO_POINTS)
    told = [json.loads(event.data) for event in heard_since(probe.gateway.events, before)]
    assert told[0] == {
        "channel": "potager-1/bac-1-soil",
        "backlog": True,
        "from_ms": 0,
        "to_ms": NOW_MS,
    }
    assert (told[1]["quantity"], told[1]["value"]) == ("soil_moisture", pytest.approx(40.0))


def test_a_class_calibrates_its_probes_at_once_or_none_of_them(probe: Door) -> None:
    both = [{"channel": f"potager-1/{name}", **TWO_POINTS} for name in ("bac-1-soil", "b")]
    wrong = {"calibrations": [both[0], both[1] | {"channel": "potager-1/c"}]}
    problem(probe.client.post("/api/v1/calibrations", json=wrong), 404, "UNKNOWN_CHANNEL")
    assert values(probe) == [0.75, 0.6, 0.45]

    made = probe.client.post("/api/v1/calibrations", json={"calibrations": both, "by": "group"})

    assert [one["by"] for one in made.json()["calibrations"]] == ["group", "group"]
    assert values(probe) == [0.0, 20.0, 40.0]


def test_points_that_are_no_line_are_a_problem_in_words(probe: Door) -> None:
    equal = {"points": [{"raw": 0.5, "value": 0.0}, {"raw": 0.5, "value": 40.0}]}
    told = problem(probe.client.post(OF_SOIL, json=equal), 422, "CALIBRATION_POINTS")
    assert "once dry and once wet" in told["detail"]
    assert probe.client.get(OF_SOIL).json() == {"calibrations": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"points": TWO_POINTS["points"][:1]},
        {"points": [*TWO_POINTS["points"], {"raw": 0.1, "value": 1}]},
        TWO_POINTS | {"by": "Camille"},
        TWO_POINTS | {"from": "yesterday"},
        TWO_POINTS | {"until": "2026-01-01T00:00:00Z"},
        {"points": [{"raw": "dry", "value": 0}, {"raw": 0.4, "value": 40}]},
    ],
)
def test_a_body_that_is_wrong_changes_nothing(probe: Door, body: dict[str, Any]) -> None:
    assert probe.client.post(OF_SOIL, json=body).status_code == 422
    assert values(probe) == [0.75, 0.6, 0.45]


def test_a_number_that_json_cannot_hold_is_refused(probe: Door) -> None:
    text = '{"points": [{"raw": 1e999, "value": 0}, {"raw": 0.4, "value": 40}]}'
    answer = probe.client.post(OF_SOIL, content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_rain_is_not_calibrated_by_two_points(probe: Door) -> None:
    answer = probe.client.post("/api/v1/channels/potager-1/pluie/calibrations", json=TWO_POINTS)
    assert answer.json()["code"] in ("CALIBRATION_IMPOSSIBLE", "UNKNOWN_CHANNEL")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_channel_is_told_with_the_nearest_names(probe: Door, method: str) -> None:
    address = "/api/v1/channels/potager-1/bac-1-soli/calibrations"
    body = TWO_POINTS if method == "POST" else None
    told = problem(probe.client.request(method, address, json=body), 404, "UNKNOWN_CHANNEL")
    assert told["near"][0] == "potager-1/bac-1-soil"


def test_a_calibration_that_is_not_there_cannot_be_undone(probe: Door) -> None:
    problem(probe.client.delete(f"{OF_SOIL}/7"), 404, "UNKNOWN_CALIBRATION")
