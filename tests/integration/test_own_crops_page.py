"""The bed's page and form show a garden's own crops, and keep what else grows there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
    form = {"name": "Bac", "crop": "oca", "area_m2": "2", "can_l": "10", "exposure": "open",
            "method": "can", "was": '{"crop": "oca"}'}  # fmt: skip
    return gardener(people).post(FORM, data=form | typed).status_code


def test_all_that_grows_is_named_in_the_readers_language(people: People) -> None:
    page = gardener(people).get("/bacs/bac-1").text
    assert "oca tuber + tomato" in page
    assert '<option value="oca" selected' in gardener(people).get(FORM).text


def test_saving_the_form_leaves_what_else_grows_there(people: People) -> None:
    assert saved(people, mulched="on") == 303
    assert details(people).mulched
    assert [one.crop for one in details(people).others] == ["tomate"]


def test_another_crop_in_the_form_takes_the_place_of_all(people: People) -> None:
    assert saved(people, crop="laitue") == 303
    assert (details(people).crop, details(people).others) == ("laitue", ())
