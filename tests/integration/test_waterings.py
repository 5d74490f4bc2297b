"""The journal of waterings over HTTP: told, seen, matched, corrected, undone."""

from __future__ import annotations

from typing import Any

import pytest
from door import MINUTE_MS, NOW_MS, Door, problem

from gateway.store.base import Reading, Series
from gateway.times import to_rfc3339

SOIL = Series("potager-1", "bac-1-soil")
OF_BED = "/api/v1/beds/bac-1/waterings"
HOUR_MS = 60 * MINUTE_MS
POURED_MS = NOW_MS - 10 * HOUR_MS


@pytest.fixture
def bed(door: Door) -> Door:
    """A bed of 2 m² with a calibrated probe that nobody has watered yet."""
    catalogue = door.gateway.catalogue
    catalogue.set_about(
        "potager-1", {"channels": {"bac-1-soil": {"quantity": "soil_moisture_raw"}}}
    )
    points = [{"raw": 0.75, "value": 0}, {"raw": 0.45, "value": 45}]
    door.client.post(f"/api/v1/channels/{SOIL}/calibrations", json={"points": points})
    body = {"id": "bac-1", "area_m2": 2.0, "soil": "limon", "crop": "tomate"}
    made = door.client.post("/api/v1/beds", json=body | {"channels": [str(SOIL)]})
    assert made.status_code == 201, made.text
    return door


def pour(door: Door, at_ms: int = POURED_MS) -> None:
    """The probe sees water: dry for two days before, wetter since."""
    start_ms = at_ms - 48 * HOUR_MS
    steps = range(start_ms, NOW_MS, 5 * MINUTE_MS)
    # One count of noise, as a converter has.
    door.measure(
        *(
            Reading(SOIL, at, (0.62 if at < at_ms else 0.56) + 0.001 * (n % 2))
            for n, at in enumerate(steps)
        )
    )


def look(door: Door) -> None:
    """Some minutes later somebody asks for the advice."""
    door.clock.advance(300)
    door.json("/beds/bac-1/advice")


def tell(door: Door, **body: Any) -> dict[str, Any]:
    answer = door.client.post(OF_BED, json=body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def listed(door: Door) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = door.json("/beds/bac-1/waterings")["waterings"]
    return found


def test_two_cans_are_enough_to_tell(bed: Door) -> None:
    told = tell(bed, cans=2)
    assert told == {
        "id": 1,
        "bed": "bac-1",
        "at": "2025-11-22T04:30:00.000Z",
        "litres": 20.0,
        "cans": 2.0,
        "source": "logged",
        "by": "gardener",
        "matched": False,
        "asks": None,
    }
    assert listed(bed) == [told]


def test_litres_are_told_in_cans_of_the_bed(bed: Door) -> None:
    bed.client.put("/api/v1/beds/bac-1", json={"can_l": 5})
    told = tell(bed, litres=12.5, by="tomate", at="2025-11-21T18:00:00Z")
    assert (told["cans"], told["by"], told["at"]) == (2.5, "tomate", "2025-11-21T18:00:00.000Z")


def test_a_watering_is_corrected_and_undone(bed: Door) -> None:
    tell(bed, cans=2, by="family")
    corrected = bed.client.put(f"{OF_BED}/1", json={"cans": 3}).json()
    assert (corrected["litres"], corrected["by"]) == (30.0, "family")
    later = bed.client.put(f"{OF_BED}/1", json={"at": "2025-11-21T18:00:00Z"}).json()
    assert (later["litres"], later["cans"]) == (30.0, 3.0)
    assert bed.client.delete(f"{OF_BED}/1").status_code == 200
    assert listed(bed) == []
    problem(bed.client.delete(f"{OF_BED}/1"), 404, "UNKNOWN_WATERING")


def test_what_a_probe_saw_asks_how_many_cans_and_the_answer_is_that_watering(bed: Door) -> None:
    pour(bed)
    look(bed)
    (seen,) = listed(bed)
    assert (seen["source"], seen["litres"], seen["matched"]) == ("detected", None, False)
    assert seen["at"] == to_rfc3339(POURED_MS)
    assert seen["asks"]["code"] == "HOW_MANY_CANS"
    assert "how many cans" in seen["asks"]["text"]

    answered = bed.client.put(f"{OF_BED}/{seen['id']}", json={"cans": 2}).json()
    assert (answered["source"], answered["litres"]) == ("logged", 20.0)
    assert (answered["matched"], answered["asks"]) == (True, None)
    look(bed)
    assert listed(bed) == [answered]


def test_a_watering_told_after_the_probe_saw_it_is_one(bed: Door) -> None:
    pour(bed)
    look(bed)
    told = tell(bed, cans=2, at=to_rfc3339(POURED_MS + HOUR_MS))
    assert told["matched"]
    assert listed(bed) == [told]


def test_a_watering_told_before_the_probe_saw_it_is_one(bed: Door) -> None:
    tell(bed, cans=2, at=to_rfc3339(POURED_MS - HOUR_MS))
    pour(bed)
    look(bed)
    (only,) = listed(bed)
    assert (only["source"], only["litres"], only["matched"]) == ("logged", 20.0, True)


def test_what_somebody_says_was_no_watering_is_not_found_again(bed: Door) -> None:
    pour(bed)
    look(bed)
    (seen,) = listed(bed)
    bed.client.delete(f"{OF_BED}/{seen['id']}")
    look(bed)
    assert listed(bed) == []


def test_a_told_watering_that_is_undone_leaves_what_the_probe_saw(bed: Door) -> None:
    pour(bed)
    told = tell(bed, cans=2, at=to_rfc3339(POURED_MS))
    bed.client.delete(f"{OF_BED}/{told['id']}")
    (seen,) = listed(bed)
    assert (seen["source"], seen["litres"]) == ("detected", None)


def test_two_probes_that_see_one_watering_find_one(bed: Door) -> None:
    other = Series("potager-1", "bac-1-deep")
    bed.gateway.catalogue.set_about(
        "potager-1",
        {"channels": {c: {"quantity": "soil_moisture_raw"} for c in ("bac-1-soil", "bac-1-deep")}},
    )
    points = [{"raw": 0.75, "value": 0}, {"raw": 0.45, "value": 45}]
    bed.client.post(f"/api/v1/channels/{other}/calibrations", json={"points": points})
    pour(bed)
    late_ms = POURED_MS + 2 * HOUR_MS
    steps = range(POURED_MS - 48 * HOUR_MS, NOW_MS, 5 * MINUTE_MS)
    bed.measure(
        *(Reading(other, at, (0.6 if at < late_ms else 0.55) + 0.001 * (at % 3)) for at in steps)
    )
    bed.client.put("/api/v1/beds/bac-1", json={"channels": [str(SOIL), str(other)]})
    assert [one["source"] for one in listed(bed)] == ["detected"]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"cans": 2, "litres": 20}, "LITRES_OR_CANS", "not both"),
        ({"cans": 2, "at": "2025-11-23T06:00:00Z"}, "WATERING_TO_COME", "not happened"),
        ({"cans": 2, "at": "0001-01-01T00:00:00+14:00"}, "TIME_OUT_OF_RANGE", "after 1970"),
        ({"cans": 2, "at": "yesterday"}, "WRONG_TIME", "moment"),
        ({"cans": 2, "by": "Camille"}, "UNKNOWN_ROLE", "role or plant"),
        ({"cans": 2, "by": "gardner"}, "UNKNOWN_ROLE", "Did you mean: gardener"),
        ({"cans": 2, "source": "detected"}, "UNKNOWN_SOURCE", "logged"),
        ({"cans": -1}, "WRONG_PARAMETER", "cans"),
        ({"can": 2}, "WRONG_PARAMETER", "possible: cans"),
        ({"cans": "two"}, "WRONG_PARAMETER", "a number"),
    ],
)
def test_what_is_wrong_with_a_watering_is_told_and_nothing_is_written(
    bed: Door, body: dict[str, Any], code: str, words: str
) -> None:
    assert words in problem(bed.client.post(OF_BED, json=body), 422, code)["detail"]
    assert listed(bed) == []


def test_a_watering_of_another_bed_is_not_touched(bed: Door) -> None:
    bed.client.post("/api/v1/beds", json={"id": "bac-2", "area_m2": 1})
    tell(bed, cans=2)
    answer = bed.client.put("/api/v1/beds/bac-2/waterings/1", json={"cans": 9})
    problem(answer, 404, "UNKNOWN_WATERING")
    assert listed(bed)[0]["cans"] == 2.0


def test_a_gateway_that_does_not_know_the_time_asks_when_it_was(bed: Door) -> None:
    bed.clock.keeper = None
    problem(bed.client.post(OF_BED, json={"cans": 2}), 503, "WATERING_UNDATED")
    told = tell(bed, cans=2, at="2026-05-01T18:00:00Z")  # nor can it say that this is to come
    assert told["at"] == "2026-05-01T18:00:00.000Z"


def test_a_span_of_the_journal_is_asked_for(bed: Door) -> None:
    tell(bed, cans=1, at="2025-09-01T18:00:00Z")
    tell(bed, cans=2)
    assert [one["cans"] for one in listed(bed)] == [2.0]
    all_of_it = bed.json("/beds/bac-1/waterings", **{"from": "2025-09-01"})["waterings"]
    assert [one["cans"] for one in all_of_it] == [2.0, 1.0]


def test_what_is_told_again_with_its_key_is_one_watering(bed: Door) -> None:
    first = tell(bed, cans=2, key="7c1e9a52d01b44f3")
    again = tell(bed, cans=2, key="7c1e9a52d01b44f3")
    assert again == first
    assert len(listed(bed)) == 1
    tell(bed, cans=2, key="another")
    tell(bed, cans=2)
    tell(bed, cans=2)
    assert len(listed(bed)) == 4


def test_what_was_undone_does_not_come_back_with_its_key(bed: Door) -> None:
    told = tell(bed, cans=2, key="7c1e9a52d01b44f3")
    bed.client.delete(f"{OF_BED}/{told['id']}")
    tell(bed, cans=2, key="7c1e9a52d01b44f3")
    assert listed(bed) == []


def test_a_key_that_answers_a_probe_is_told_once(bed: Door) -> None:
    pour(bed)
    look(bed)
    at = to_rfc3339(POURED_MS)
    assert tell(bed, cans=2, at=at, key="a")["matched"]
    tell(bed, cans=2, at=at, key="a")
    assert [(one["cans"], one["matched"]) for one in listed(bed)] == [(2, True)]


def test_a_key_is_neither_empty_nor_endless(bed: Door) -> None:
    for key in ("", "x" * 65):
        problem(bed.client.post(OF_BED, json={"cans": 2, "key": key}), 422, "WRONG_PARAMETER")
