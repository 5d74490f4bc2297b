"""The plants of groups: each has a word, a drawing of its own and a name that fits into a topic."""

from __future__ import annotations

from xml.etree import ElementTree

from gateway import assets
from gateway.pages.plants import PLANT_WORDS
from gateway.workshop.plants import PLANTS
from sensor_node import wire

SVG = "{http://www.w3.org/2000/svg}"


def test_there_are_enough_plants_for_a_holiday_course_each_once() -> None:
    assert len(set(PLANTS)) == len(PLANTS) >= 40
    assert all(map(wire.is_id, PLANTS))
    assert set(PLANT_WORDS) == set(PLANTS)
    assert len(set(PLANT_WORDS.values())) == len(PLANTS)


def test_each_plant_has_a_drawing_of_its_own() -> None:
    sprite = ElementTree.parse(assets.DASHBOARDS / "static/plants.svg")  # noqa: S314 - ours
    drawn = {one.attrib["id"]: ElementTree.tostring(one) for one in sprite.iter(f"{SVG}symbol")}
    assert list(drawn) == list(PLANTS)
    pictures = {text.partition(b">")[2] for text in drawn.values()}
    assert len(pictures) == len(PLANTS)
