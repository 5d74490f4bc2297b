"""The bed's page and form show a garden's own crops, and keep what else grows there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from people import HERE, NOW_MS, Client, People, people_of

from gateway.beds.own_crops import CropTold, crop_of
from gateway.beds.records import BedDetails, OtherCrop
from gateway.security.roles import Role

OCA = crop_of(CropTold("oca", "oca du Pérou", "oca tuber", 1.05, 0.3, 0.35, 5.0))
FORM = "/bacs/bac-1/modifier"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with people_of(tmp_path) as found:
        found.gateway.events.close()
        catalogue = found.gateway.catalogue
        catalogue.crops.put(OCA, NOW_MS)
        details = BedDetails(2.0, "Bac", crop="oca", others=(OtherCrop("tomate", 0.4),))
        catalogue.beds.put("bac-1", details, NOW_MS)
        yield found


def gardener(people: People) -> Client:
    return people.client(HERE, Role.GARDENER, Accept="text/html")


def details(people: People) -> BedDetails:
    record = people.gateway.catalogue.beds.get("bac-1")
    assert record is not None
    return record.details


def saved(people: People, **typed: str) -> int:
    return sent(people, **typed).status_code


def sent(people: People, **typed: str) -> httpx.Response:
    form = {"name": "Bac", "crop": "oca", "area_m2": "2", "can_l": "10", "exposure": "open",
            "method": "can", "was": '{"crop": "oca"}'}  # fmt: skip
    return gardener(people).post(FORM, data=form | typed)


def test_all_that_grows_is_named_in_the_readers_language(people: People) -> None:
    page = gardener(people).get("/bacs/bac-1").text
    assert "oca tuber + tomato" in page
    assert '<option value="oca" selected' in gardener(people).get(FORM).text


def test_saving_the_form_leaves_what_else_grows_there(people: People) -> None:
    assert saved(people, mulched="on") == 303
    assert details(people).mulched
    assert [one.crop for one in details(people).others] == ["tomate"]


def was_of(page: str) -> str:
    found = re.search(r'name="was" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_a_crop_that_came_meanwhile_is_shown_to_who_saves_second(people: People) -> None:
    went_out = was_of(gardener(people).get(FORM).text)
    mine = {"was": went_out, "crop-2": "tomate", "share-2": "60"}
    others = (OtherCrop("tomate", 0.4), OtherCrop("laitue", 0.2))
    people.gateway.catalogue.beds.put(
        "bac-1", BedDetails(2.0, "Bac", crop="oca", others=others), NOW_MS
    )
    refused = sent(people, **mine)
    assert refused.status_code == 409
    assert "tomato (40 %), lettuce (20 %)" in refused.text
    assert len(details(people).others) == 2
    assert saved(people, **{**mine, "was": was_of(refused.text)}) == 303
    assert [(one.crop, one.share) for one in details(people).others] == [("tomate", 0.6)]


def test_a_form_that_somebody_made_up_is_answered_in_words(people: People) -> None:
    for was in ("5", "[]", '{"rows": 5}', '{"rows": [7], "channels": 3}', "{", "null"):
        assert saved(people, was=was) in (303, 409)


@pytest.mark.parametrize("was", ["{{", "[1]", "[]", "", '{"rows": [7]}', "[" * 50_000])
def test_a_form_that_cannot_tell_how_it_went_out_writes_over_nobody(
    people: People, was: str
) -> None:
    refused = sent(people, was=was, planted_on="2026-05-01", **{"crop-2": "laitue"})
    assert refused.status_code == 409
    assert 'value="2026-05-01"' in refused.text
    assert re.search(r'<option value="laitue" selected', refused.text)
    assert details(people).planted_on is None
    assert [one.crop for one in details(people).others] == ["tomate"]
    mine = {"planted_on": "2026-05-01", "crop-2": "laitue", "was": was_of(refused.text)}
    assert saved(people, **mine) == 303
    assert [one.crop for one in details(people).others] == ["laitue"]


def test_another_crop_in_the_form_takes_the_place_of_all(people: People) -> None:
    assert saved(people, crop="laitue") == 303
    assert (details(people).crop, details(people).others) == ("laitue", ())
