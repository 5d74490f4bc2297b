"""The page of health tells a teacher how the kit's cable and Wi-Fi stand."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from door import Door, garden_door

from gateway.kit.network_state import CABLE_STATES, NetworkState, Radio, write
from gateway.kit.settings import KitSettings


def page_of(door: Door, state: NetworkState, language: str = "fr") -> str:
    write(door.gateway.settings.kit.network, state)
    answer = door.client.get("/sante", headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 200
    return html.unescape(answer.text).replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_says_where_the_cable_leads_and_how_many_are_on_the_wifi(tmp_path: Path) -> None:
    kit = KitSettings(network=tmp_path / "network.json")
    with garden_door(tmp_path, pages=True, kit=kit) as door:
        at_s = door.clock.monotonic_s()
        own = Radio(7, same_channel=1, name="jardin.local")
        school = NetworkState(at_s, cable="guest", other="10.21.0.1", radio=own)
        french, english = page_of(door, school), page_of(door, school, "en")
        assert "le câble mène au réseau de l’école : le kit n’y distribue rien" in french
        assert "the cable leads to the school’s network: the kit gives nothing there" in english
        assert "appareils : 7 sur 7 au plus" in french
        assert "point d'accès ou un switch" in french
        assert "Un autre kit de cette salle émet sur le même canal" in french
        health = {one["name"]: one for one in door.json("/health")["checks"]}
        assert (health["cable"]["state"], health["wifi"]["code"]) == ("good", "WIFI_FULL")


@pytest.mark.parametrize("cable", CABLE_STATES)
def test_the_page_has_words_for_each_standing_and_for_a_guard_that_is_gone(
    tmp_path: Path, cable: str
) -> None:
    kit = KitSettings(network=tmp_path / "network.json")
    with garden_door(tmp_path, pages=True, kit=kit) as door:
        at_s = door.clock.monotonic_s()
        state = NetworkState(at_s, cable=cable, other="10.42.1.1", other_is_kit=True)
        assert 'id="check-cable"' in page_of(door, state)
        door.clock.advance(200)
        assert "personne ne surveille le câble" in page_of(door, state)
