"""A bed of several crops: they drink together, and the most sensitive one decides."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from door import Door, problem
from plots import make_bed, probe_says, summer, warm_days

from gateway.beds.given import Given
from gateway.watering.advice import Figures, advise
from gateway.watering.crops import CROPS
from gateway.watering.record import loads
from gateway.watering.situation import Situation

TOMATO = {"crop": "tomate", "planted_on": "2026-04-15"}
SALAD = {"crop": "laitue", "planted_on": "2026-06-01"}
TODAY = date(2026, 7, 15)
BED = "/api/v1/beds/bac-1"


@pytest.fixture
def july(door: Door) -> Door:
    summer(door)
    warm_days(door, 10)
    probe_says(door, lambda _at: 16.0, 10)
    return door


def mixed(door: Door, *crops: dict[str, Any]) -> dict[str, Any]:
    """A bed of ``crops``, told without the single one."""
    make_bed(door, crop=None, planted_on=None)
    answer = door.client.put(BED, json={"crops": list(crops)})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def inputs(door: Door) -> dict[str, Any]:
    door.clock.advance(600)
    told: dict[str, Any] = door.json("/beds/bac-1/advice")
    return told["inputs"] | {"verdict": told["verdict"], "reasons": told["reasons"]}


def given(door: Door) -> Given:
    return door.gateway.catalogue.advice.all("bac-1", TODAY)[-1]


def alone(door: Door, number: int) -> Figures:
    """The figures of the day with one of the bed's crops all over it."""
    situation = loads(Situation, given(door).inputs)
    part = situation.bed.parts[number]
    bed = replace(situation.bed, crop=part.crop, planted_on=part.planted_on, others=())
    return advise(replace(situation, bed=bed)).figures


def test_several_crops_drink_by_their_share_and_the_shallowest_decides(july: Door) -> None:
    told = mixed(july, TOMATO | {"share": 0.75}, SALAD)
    assert (told["crop"], told["planted_on"]) == ("tomate", "2026-04-15")
    assert [(one["crop"], one["share"]) for one in told["crops"]] == [
        ("tomate", 0.75),
        ("laitue", 0.25),
    ]
    both = inputs(july)
    assert both["decides"] == "laitue"
    reason = next(one for one in both["reasons"] if one["code"] == "missing_mixed")
    assert "lettuce has the shortest roots and decides" in reason["text"]
    assert (given(july).again("fr"), given(july).again("en")) == (given(july).fr, given(july).en)
    tomato, salad = (alone(july, number) for number in (0, 1))
    assert both["kc"] == pytest.approx(0.75 * tomato.kc + 0.25 * salad.kc, abs=0.011)
    assert abs(both["kc"] - tomato.kc) > 0.02
    assert both["total_mm"] == salad.total_mm < 0.6 * tomato.total_mm


def test_a_bed_of_which_a_part_is_newly_sown_is_a_seedbed(july: Door) -> None:
    mixed(july, TOMATO, {"crop": "radis", "planted_on": "2026-07-12", "sown": True})
    told = inputs(july)
    assert (told["verdict"], told["decides"]) == ("seedbed", "radis")
    july.client.put(BED, json={"crops": [TOMATO, {"crop": "radis", "planted_on": "2026-07-12"}]})
    assert inputs(july)["verdict"] != "seedbed", "planted, not sown"


def test_what_a_mixed_bed_says_can_be_sent_back_and_one_crop_takes_its_place(july: Door) -> None:
    told = mixed(july, TOMATO, SALAD, {"crop": "radis"})
    body = {name: value for name, value in told.items() if name not in ("id", "removed")}
    assert july.client.put(BED, json=body).json() == told
    assert july.client.put(BED, json={"mulched": True}).json()["crops"] == told["crops"]
    assert july.client.put(BED, json={"crop": "tomate"}).json()["crops"] == told["crops"]
    single = july.client.put(BED, json={"crop": "laitue"}).json()
    assert (single["crop"], single["crops"]) == ("laitue", [])
    assert july.client.put(BED, json={"crops": [TOMATO, SALAD]}).json()["crops"] != []
    assert july.client.put(BED, json={"crops": []}).json()["crop"] == "tomate"
    assert july.json("/beds/bac-1")["crops"] == []


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"crops": [TOMATO | {"share": 0.8}, SALAD | {"share": 0.8}]}, "CROP_SHARES", "make 1.6"),
        ({"crops": [TOMATO | {"share": 0.3}, SALAD | {"share": 0.3}]}, "CROP_SHARES", "make 0.6"),
        ({"crops": [TOMATO | {"share": 1.0}, SALAD]}, "CROP_SHARES", "together they make 1"),
        ({"crops": [TOMATO | {"share": 0}, SALAD]}, "WRONG_PARAMETER", "share"),
        ({"crop": "laitue", "crops": [TOMATO, SALAD]}, "BED_CROPS_CONTRADICT", "not the first"),
        ({"crops": [TOMATO, {"crop": "latue"}]}, "UNKNOWN_CROP", "laitue"),
        (
            {"crops": [TOMATO, SALAD | {"emerged_on": "2026-05-01"}]},
            "BED_DATES_CONTRADICT",
            "before it is sown",
        ),
    ],
)
def test_contradictory_crops_are_refused(
    july: Door, body: dict[str, Any], code: str, words: str
) -> None:
    make_bed(july)
    before = july.json("/beds/bac-1")
    assert words in problem(july.client.put(BED, json=body), 422, code)["detail"]
    assert july.json("/beds/bac-1") == before


def test_ones_own_crop_beside_another_is_not_removed(july: Door) -> None:
    own = {"id": "basilic", "fr": "basilic", "en": "basil", "kc_mid": 1.0, "rooting_m": 0.25,
           "p": 0.3}  # fmt: skip
    assert july.client.post("/api/v1/crops", json=own).status_code == 201
    mixed(july, TOMATO, {"crop": "basilic", "planted_on": "2026-06-01"})
    assert inputs(july)["decides"] == "basilic"
    bed = json.loads(given(july).inputs)["bed"]
    assert (bed["crop"]["p"], bed["others"][0]["crop"]["p"]) == (CROPS["tomate"].p, 0.3)
    told = problem(july.client.delete("/api/v1/crops/basilic"), 409, "CROP_IN_USE")
    assert told["beds"] == ["bac-1"]
