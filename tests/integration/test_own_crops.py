"""A garden adds crops of its own: they grow in beds, and change from now on."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from door import Door, problem
from plots import make_bed, probe_says, summer, warm_days

from gateway.beds.given import Given
from gateway.seasons.rehearsal import rehearsal_of
from gateway.seasons.season import Season
from gateway.seasons.table import about
from gateway.security.roles import Role
from gateway.watering.crops import CROPS

CROPS_AT = "/api/v1/crops"
OCA = {
    "id": "oca", "fr": "oca du Pérou", "en": "oca", "kc_mid": 1.05, "rooting_m": 0.3, "p": 0.35,
}  # fmt: skip
STAGED = {"kc_start": 0.5, "kc_end": 0.8, "stages_days": [30, 40, 60, 30]}
TODAY = date(2026, 7, 15)


@pytest.fixture
def july(door: Door) -> Door:
    summer(door)
    warm_days(door, 10)
    probe_says(door, lambda _at: 16.0, 10)
    return door


def add(door: Door, **more: Any) -> dict[str, Any]:
    answer = door.client.post(CROPS_AT, json=OCA | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def given(door: Door) -> list[Given]:
    return door.gateway.catalogue.advice.all("bac-1", TODAY)


def test_the_table_and_the_gardens_own_are_listed_together(july: Door) -> None:
    made = add(july, **STAGED)
    assert made == OCA | STAGED | {"base_c": 5.0, "own": True, "beds": []}
    make_bed(july, crop="oca")
    told = {one["id"]: one for one in july.json("/crops")["crops"]}
    assert set(told) == {*CROPS, "oca"}
    assert (told["oca"]["beds"], told["tomate"]["own"]) == (["bac-1"], False)
    assert july.json("/crops/oca") == told["oca"]


def test_a_bed_of_ones_own_crop_is_advised_by_its_figures(july: Door) -> None:
    add(july, **STAGED)
    make_bed(july, crop="oca", planted_on="2026-04-15")
    inputs = july.json("/beds/bac-1/advice")["inputs"]
    assert inputs["total_mm"] == pytest.approx(1000 * 0.3 * 0.13, abs=8)
    assert inputs["kc"] == 1.05
    assert "no_stages" not in [one["code"] for one in inputs["doubts"]]


def test_a_crop_of_which_only_the_middle_is_known_is_ten_points_less_sure(july: Door) -> None:
    add(july, **STAGED)
    add(july, id="ulluco")
    make_bed(july, crop="oca", planted_on="2026-04-15")
    sure = july.json("/beds/bac-1/advice")
    july.client.put("/api/v1/beds/bac-1", json={"crop": "ulluco"})
    july.clock.advance(600)
    unsure = july.json("/beds/bac-1/advice")
    assert ("no_stages", 10) in [(one["code"], one["points"]) for one in unsure["inputs"]["doubts"]]
    assert unsure["confidence"] == sure["confidence"] - 10
    assert unsure["inputs"]["kc"] == 1.05


def test_a_change_counts_from_now_on_and_what_was_advised_keeps_its_figures(july: Door) -> None:
    add(july)
    make_bed(july, crop="oca")
    july.json("/beds/bac-1/advice")
    (before,) = given(july)
    told = july.client.put(f"{CROPS_AT}/oca", json={"rooting_m": 0.1, "kc_mid": 1.2}).json()
    assert (told["rooting_m"], told["kc_mid"], told["fr"]) == (0.1, 1.2, "oca du Pérou")
    july.clock.advance(600)
    assert july.json("/beds/bac-1/advice")["inputs"]["kc"] == 1.2
    first, last = given(july)[0], given(july)[-1]
    assert first == before
    assert json.loads(first.inputs)["bed"]["crop"]["rooting_m"] == 0.3
    assert json.loads(last.inputs)["bed"]["crop"]["rooting_m"] == 0.1
    for one in (first, last):
        assert (one.again("fr"), one.again("en")) == (one.fr, one.en), "byte for byte"


def test_what_grows_is_not_removed_and_what_grew_can_be(july: Door) -> None:
    add(july)
    make_bed(july, crop="oca")
    told = problem(july.client.delete(f"{CROPS_AT}/oca"), 409, "CROP_IN_USE")
    assert told["beds"] == ["bac-1"]
    july.json("/beds/bac-1/advice")
    july.client.put("/api/v1/beds/bac-1", json={"crop": "laitue"})
    assert july.client.delete(f"{CROPS_AT}/oca").status_code == 200
    problem(july.client.get(f"{CROPS_AT}/oca"), 404, "UNKNOWN_CROP")
    first = given(july)[0]
    assert first.again("fr") == first.fr, "what was advised stays"


def test_past_mornings_are_lived_again_by_ones_own_crop(july: Door) -> None:
    add(july)
    make_bed(july, crop="oca", planted_on="2026-07-01")
    record = july.gateway.catalogue.beds.get("bac-1")
    assert record is not None
    with rehearsal_of(july.gateway) as rehearsal:
        morning = rehearsal.morning(record, date(2026, 7, 14))
    assert json.loads(morning.given.inputs)["bed"]["crop"]["fr"] == "oca du Pérou"
    assert morning.given.told("fr")["inputs"]["kc"] == 1.05
    assert "oca du Pérou" in about(Season(record, []), "fr")


@pytest.mark.parametrize(
    ("change", "status", "code", "words"),
    [
        ({"id": "tomate"}, 409, "CROP_EXISTS", "another id"),
        ({"id": "Oca !"}, 422, "ID_INVALID", "lower-case"),
        ({"kc_mid": 9}, 422, "WRONG_PARAMETER", "1.5"),
        ({"p": 0.95}, 422, "WRONG_PARAMETER", "0.8"),
        ({"rooting_m": 0}, 422, "WRONG_PARAMETER", "0.05"),
        ({"base_c": 40}, 422, "WRONG_PARAMETER", "20"),
        ({"fr": ""}, 422, "WRONG_PARAMETER", "fr"),
        ({"stages_days": [30, 40]}, 422, "WRONG_PARAMETER", "stages_days"),
        ({"stages_days": [30, 40, 60, 30]}, 422, "CROP_STAGES", "go together"),
        ({"kc_start": 0.5}, 422, "CROP_STAGES", "or 'kc_mid' alone"),
        ({"kc_middle": 1}, 422, "WRONG_PARAMETER", "kc_mid"),
    ],
)
def test_what_is_wrong_with_a_crop_is_told(
    july: Door, change: dict[str, Any], status: int, code: str, words: str
) -> None:
    told = problem(july.client.post(CROPS_AT, json=OCA | change), status, code)
    assert words in told["detail"]
    assert july.gateway.catalogue.crops.all() == {}


def test_the_tables_crops_do_not_change(july: Door) -> None:
    problem(july.client.put(f"{CROPS_AT}/tomate", json={"p": 0.5}), 409, "CROP_OF_TABLE")
    problem(july.client.delete(f"{CROPS_AT}/tomate"), 409, "CROP_OF_TABLE")


def test_a_wrong_name_is_told_with_the_gardens_own(july: Door) -> None:
    add(july)
    make_bed(july)
    told = july.client.put("/api/v1/beds/bac-1", json={"crop": "ocas"})
    assert problem(told, 422, "UNKNOWN_CROP")["near"] == ["oca"]


def test_everybody_reads_and_the_gardener_writes(july: Door) -> None:
    july.role = Role.GARDENER
    add(july)
    july.role = None
    assert july.json("/crops/oca")["en"] == "oca"
    assert july.client.post(CROPS_AT, json=OCA | {"id": "yacon"}).status_code in (401, 403)
    assert july.client.delete(f"{CROPS_AT}/oca").status_code in (401, 403)
