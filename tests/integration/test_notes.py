"""Notes on a bed over HTTP: told, listed, taken back, and harmless whatever is in them."""

from __future__ import annotations

from typing import Any

import pytest
from door import NOW_MS, Door, problem

from gateway.beds.notes import MOST_A_DAY

OF_BED = "/api/v1/beds/bac-1/notes"


@pytest.fixture
def bed(door: Door) -> Door:
    """A bed that nobody has written about."""
    made = door.client.post("/api/v1/beds", json={"id": "bac-1", "area_m2": 2.0})
    assert made.status_code == 201, made.text
    return door


def tell(door: Door, text: str, **more: Any) -> dict[str, Any]:
    answer = door.client.post(OF_BED, json={"text": text, **more})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def texts(door: Door, **query: str) -> list[str]:
    return [one["text"] for one in door.json("/beds/bac-1/notes", **query)["notes"]]


def test_a_line_is_enough(bed: Door) -> None:
    assert tell(bed, "Pucerons sous les feuilles") == {
        "id": 1,
        "bed": "bac-1",
        "at": "2025-11-22T04:30:00.000Z",
        "text": "Pucerons sous les feuilles",
        "by": "gardener",
    }


def test_the_newest_stands_first_and_a_period_can_be_asked_for(bed: Door) -> None:
    tell(bed, "hier", at="2025-11-21T08:00:00Z")
    tell(bed, "maintenant")
    assert texts(bed) == ["maintenant", "hier"]
    assert texts(bed, **{"from": "2025-11-21", "to": "2025-11-22"}) == ["hier"]


def test_what_is_taken_back_is_shown_no_more(bed: Door) -> None:
    number = tell(bed, "une erreur")["id"]
    assert bed.client.delete(f"{OF_BED}/{number}").status_code == 200
    assert texts(bed) == []
    problem(bed.client.delete(f"{OF_BED}/{number}"), 404, "UNKNOWN_NOTE")


def test_only_letters_are_kept_on_one_line(bed: Door) -> None:
    assert tell(bed, " \u202eun\x00 \u200bdeux\n\ttrois <b> ")["text"] == "un deux trois <b>"
    problem(bed.client.post(OF_BED, json={"text": "\u202e\n"}), 422, "NOTE_EMPTY")
    assert bed.client.post(OF_BED, json={"text": "x" * 281}).status_code == 422


def test_a_note_is_by_a_role_and_never_by_a_name(bed: Door) -> None:
    wrong = bed.client.post(OF_BED, json={"text": "vu", "by": "Camille"})
    problem(wrong, 422, "UNKNOWN_ROLE")
    assert tell(bed, "vu", by="tomate")["by"] == "tomate"


def test_a_day_takes_so_many_and_no_more(bed: Door) -> None:
    notes = bed.gateway.catalogue.notes
    for _ in range(MOST_A_DAY):
        assert notes.tell("bac-1", "encore", "gardener", NOW_MS, NOW_MS)
    problem(bed.client.post(OF_BED, json={"text": "trop"}), 429, "NOTES_FULL")
    bed.clock.advance(24 * 3600)
    tell(bed, "le lendemain")


def test_what_is_to_come_is_no_note_yet(bed: Door) -> None:
    wrong = bed.client.post(OF_BED, json={"text": "demain", "at": "2025-11-23T08:00:00Z"})
    problem(wrong, 422, "NOTE_TO_COME")
