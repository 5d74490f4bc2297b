"""Beds over HTTP: what people tell of them, and which channels watch them since when."""

from __future__ import annotations

from typing import Any

import pytest
from door import AIR, MINUTE_MS, NOW_MS, Door, problem

from gateway.store.base import Reading, Series

SOIL = Series("potager-1", "bac-1-soil")
BEDS = "/api/v1/beds"
BED = {"id": "bac-1", "area_m2": 2.0, "soil": "limon", "crop": "tomate", "planted_on": "2025-05-15"}
HOUR_MS = 60 * MINUTE_MS


@pytest.fixture
def garden(door: Door) -> Door:
    """The garden's door, with a calibrated soil probe."""
    door.gateway.catalogue.set_about(
        "potager-1",
        {
            "channels": {
                "air": {"quantity": "air_temperature"},
                "bac-1-soil": {"quantity": "soil_moisture_raw"},
            }
        },
    )
    return door


def make(door: Door, **more: Any) -> dict[str, Any]:
    answer = door.client.post(BEDS, json=BED | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_bed_is_made_read_changed_and_removed(garden: Door) -> None:
    made = make(garden, name="Bac des tomates", mulched=True)
    assert (made["soil"], made["crop"], made["planted_on"]) == ("limon", "tomate", "2025-05-15")
    assert (made["exposure"], made["method"], made["can_l"]) == ("open", "can", 10.0)
    assert garden.json("/beds/bac-1") == made
    assert garden.json("/beds") == {"beds": [made]}

    changed = garden.client.put(f"{BEDS}/bac-1", json={"crop": None, "can_l": 5}).json()
    assert changed == made | {"crop": None, "can_l": 5.0}

    assert garden.client.delete(f"{BEDS}/bac-1").json()["removed"] == "2025-11-22T04:30:00.000Z"
    assert garden.json("/beds") == {"beds": []}
    problem(garden.get("/beds/bac-1"), 404, "UNKNOWN_BED")


def test_who_writes_second_sees_both_values(garden: Door) -> None:
    make(garden)
    read = garden.get("/beds/bac-1").headers["etag"]
    mine = {"can_l": 8, "crop": "laitue"}
    first = garden.client.put(f"{BEDS}/bac-1", json={"can_l": 5}, headers={"If-Match": read})
    refused = garden.client.put(f"{BEDS}/bac-1", json=mine, headers={"If-Match": read})
    told = problem(refused, 412, "BED_CHANGED")
    assert (told["yours"], told["now"]) == (mine, first.json())
    assert told["etag"] == first.headers["etag"] != read
    assert garden.json("/beds/bac-1")["can_l"] == 5.0
    for tags in (f'W/"old", {told["etag"]}', "*"):
        again = garden.client.put(f"{BEDS}/bac-1", json=mine, headers={"If-Match": tags})
        assert again.json()["can_l"] == 8.0
    garden.client.put(f"{BEDS}/bac-1", json={"can_l": 9}).raise_for_status()  # asks for no check


def test_a_bed_that_was_removed_is_taken_up_again_with_its_history(garden: Door) -> None:
    make(garden, channels=[str(SOIL)])
    garden.client.delete(f"{BEDS}/bac-1")
    garden.clock.advance(86_400)
    again = make(garden, crop="laitue")
    assert (again["crop"], again["removed"]) == ("laitue", None)
    (past,) = again["channels"]
    assert past == {
        "channel": "potager-1/bac-1-soil",
        "from": "1970-01-01T00:00:00.000Z",
        "to": "2025-11-22T04:30:00.000Z",
    }


def test_the_channels_of_a_bed_are_those_of_now(garden: Door) -> None:
    make(garden, channels=[str(SOIL), str(AIR)])
    listed = garden.json("/channels", bed="bac-1")["channels"]
    assert [one["name"] for one in listed] == ["air", "bac-1-soil"]
    garden.client.put(f"{BEDS}/bac-1", json={"channels": [str(AIR)]})
    assert [one["name"] for one in garden.json("/channels", bed="bac-1")["channels"]] == ["air"]


def test_a_probe_that_moves_leaves_its_past_where_it_was(garden: Door) -> None:
    make(garden, channels=[str(SOIL)])
    make(garden, id="bac-2")
    garden.clock.advance(7200)
    moved = garden.client.put(f"{BEDS}/bac-2", json={"channels": [str(SOIL)]}).json()

    (here,) = moved["channels"]
    assert (here["from"], here["to"]) == ("2025-11-22T06:30:00.000Z", None)
    (there,) = garden.json("/beds/bac-1")["channels"]
    assert (there["from"], there["to"]) == ("1970-01-01T00:00:00.000Z", "2025-11-22T06:30:00.000Z")
    assert garden.json("/channels", bed="bac-1") == {"channels": []}


def test_the_readings_of_a_bed_are_those_of_what_watched_it_then(garden: Door) -> None:
    points = [{"raw": 0.75, "value": 0}, {"raw": 0.45, "value": 40}]
    garden.client.post(f"/api/v1/channels/{SOIL}/calibrations", json={"points": points})
    make(garden, channels=[str(SOIL)])
    make(garden, id="bac-2")
    garden.measure(Reading(SOIL, NOW_MS - HOUR_MS, 0.45))
    garden.clock.advance(7200)
    garden.client.put(f"{BEDS}/bac-2", json={"channels": [str(SOIL)]})
    garden.measure(Reading(SOIL, NOW_MS + 3 * HOUR_MS, 0.6))

    catalogue, observer = garden.gateway.catalogue, garden.gateway.observer
    seen = {}
    for bed in ("bac-1", "bac-2"):
        record = catalogue.beds.get(bed)
        assert record is not None
        observed = observer.observe(record, NOW_MS - 5 * HOUR_MS, NOW_MS + 5 * HOUR_MS)
        seen[bed] = [one.value for probe in observed.probes for one in probe.percent]
    assert seen == {"bac-1": [40.0], "bac-2": [20.0]}


def test_a_station_may_serve_two_beds(garden: Door) -> None:
    make(garden, channels=[str(AIR)])
    make(garden, id="bac-2", channels=[str(AIR)])
    for bed in ("bac-1", "bac-2"):
        assert [one["name"] for one in garden.json("/channels", bed=bed)["channels"]] == ["air"]


def test_what_a_bed_says_can_be_sent_back(garden: Door) -> None:
    make(garden, channels=[str(SOIL)])
    make(garden, id="bac-2", channels=[{"channel": str(SOIL), "from": "2025-11-20T00:00:00Z"}])
    for bed in ("bac-1", "bac-2"):
        told = garden.json(f"/beds/{bed}")
        body = {name: value for name, value in told.items() if name not in ("id", "removed")}
        assert garden.client.put(f"{BEDS}/{bed}", json=body).json() == told
    assert garden.json("/beds/bac-1")["channels"][0]["to"] == "2025-11-20T00:00:00.000Z"


@pytest.mark.parametrize(
    ("change", "status", "code", "words"),
    [
        ({"id": "gateway"}, 422, "ID_RESERVED", "another name"),
        ({"id": "Bac 1"}, 422, "ID_INVALID", "lower-case"),
        ({"crop": "tomatoe"}, 422, "UNKNOWN_CROP", "Did you mean: tomate?"),
        ({"crop": "lettuce"}, 422, "UNKNOWN_CROP", "Did you mean: laitue?"),
        ({"soil": "clay"}, 422, "UNKNOWN_SOIL", "argile"),
        ({"soil": "xyz"}, 422, "UNKNOWN_SOIL", "There is: argile, limon"),
        ({"corp": "tomate"}, 422, "WRONG_PARAMETER", "possible: crop"),
        ({"area_m2": 0}, 422, "WRONG_PARAMETER", "area_m2"),
        ({"planted_on": "in May"}, 422, "WRONG_PARAMETER", "a date like 2026-05-01"),
        ({"planted_on": "0001-01-01"}, 422, "WRONG_PARAMETER", "at least 1970-01-01"),
        (
            {"channels": [{"channel": str(SOIL), "from": "1960-01-01"}]},
            422,
            "TIME_OUT_OF_RANGE",
            "after 1970",
        ),
        (
            {"planted_on": "2026-05-10", "emerged_on": "2026-05-02"},
            422,
            "BED_DATES_CONTRADICT",
            "before it is sown",
        ),
        ({"exposure": "sunny"}, 422, "WRONG_PARAMETER", "half_shade"),
        ({"channels": ["potager-1/bac-1-sol"]}, 404, "UNKNOWN_CHANNEL", "potager-1/bac-1-soil"),
        ({"channels": [{"channel": str(SOIL), "from": "May"}]}, 422, "WRONG_TIME", "from"),
    ],
)
def test_what_is_wrong_with_a_bed_is_told_with_the_nearest_right_word(
    garden: Door, change: dict[str, Any], status: int, code: str, words: str
) -> None:
    told = problem(garden.client.post(BEDS, json=BED | change), status, code)
    assert words in told["detail"]
    assert garden.json("/beds") == {"beds": []}


def test_seedlings_that_showed_before_the_sowing_on_record_are_refused(garden: Door) -> None:
    make(garden, planted_on="2026-05-10", sown=True)
    before = garden.json("/beds/bac-1")
    body = {"emerged_on": "2026-05-02"}
    problem(garden.client.put(f"{BEDS}/bac-1", json=body), 422, "BED_DATES_CONTRADICT")
    assert garden.json("/beds/bac-1") == before


def test_a_bed_that_is_sown_anew_forgets_the_seedlings_of_the_season_before(garden: Door) -> None:
    make(garden, planted_on="2025-05-10", emerged_on="2025-05-20", sown=True)
    anew = garden.client.put(f"{BEDS}/bac-1", json={"planted_on": "2026-04-20"}).json()
    assert (anew["planted_on"], anew["emerged_on"]) == ("2026-04-20", None)


def test_a_bed_is_made_once(garden: Door) -> None:
    make(garden)
    problem(garden.client.post(BEDS, json=BED), 409, "BED_EXISTS")


def test_an_unknown_bed_is_told_with_the_nearest(garden: Door) -> None:
    make(garden)
    for method in ("GET", "PUT", "DELETE"):
        body = {} if method == "PUT" else None
        told = problem(
            garden.client.request(method, f"{BEDS}/bac-11", json=body), 404, "UNKNOWN_BED"
        )
        assert told["near"] == ["bac-1"]
    assert problem(garden.get("/channels", bed="bac-2"), 404, "UNKNOWN_BED")["near"] == ["bac-1"]


def test_the_bed_s_own_station_is_asked_first_and_one_in_the_hall_last(garden: Door) -> None:
    catalogue, observer = garden.gateway.catalogue, garden.gateway.observer
    stations = {"a-hall": 21.0, "b-meteo": 10.0, "c-verger": 11.0}
    for node in stations:
        catalogue.set_about(node, {"channels": {"air": {"quantity": "air_temperature"}}})
    catalogue.set_about("atelier.tomate", {"channels": {"air": {"quantity": "air_temperature"}}})
    for node, value in {**stations, "atelier.tomate": 30.0}.items():
        garden.measure(Reading(Series(node, "air"), NOW_MS - HOUR_MS, value))
    make(garden, channels=["c-verger/air"])
    make(garden, id="bac-2", channels=["b-meteo/air"])
    make(garden, id="serre", exposure="greenhouse", channels=["potager-1/air"])
    heard = {}
    for bed in ("bac-1", "bac-2"):
        record = catalogue.beds.get(bed)
        assert record is not None
        seen = observer.observe(record, NOW_MS - 5 * HOUR_MS, NOW_MS)
        heard[bed] = [one.air_c[0].value for one in seen.outside]
    assert heard == {"bac-1": [11.0, 10.0, 21.0], "bac-2": [10.0, 11.0, 21.0]}


@pytest.mark.parametrize(
    "field", ['"name": "\\ud800"', '"crop": "\\ud800"', '"\\ud800": 1', '"id": 5']
)
def test_what_no_page_could_show_is_refused_in_words(garden: Door, field: str) -> None:
    text = '{"id": "bac-1", "area_m2": 2, ' + field + "}"
    answer = garden.client.post(BEDS, content=text, headers={"Content-Type": "application/json"})
    problem(answer, 422, "WRONG_PARAMETER")
