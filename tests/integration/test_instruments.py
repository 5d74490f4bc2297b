"""The pages of curves, probes and health, asked for as a browser without scripts asks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from people import FAR, NOW_MS, Client, People, people_of

from gateway.calibrations import Calibration
from gateway.quarantine import Refused
from gateway.security.roles import Role
from gateway.store.base import Fault, Reading, Series
from sensor_node import wire
from sensor_node.errors import StorageError

MINUTE_MS = 60_000
DRY, WET, AIR = Series("serre", "sec"), Series("serre", "pot-2"), Series("serre", "air")
TWO = {"sec": "0,75", "sec_vaut": "6", "humide": "0,47", "humide_vaut": "25"}


@pytest.fixture
def people(tmp_path: Path, built_assets: None) -> Iterator[People]:
    """A greenhouse with two probes, one calm and one that moves, and a thermometer."""
    with people_of(tmp_path) as found:
        catalogue = found.gateway.catalogue
        for series in (DRY, WET):
            catalogue.see_channel(series, "/", "soil_moisture_raw")
        catalogue.see_channel(AIR, "Cel", "air_temperature")
        tell(found, DRY, [0.740, 0.741, 0.742, 0.741])
        tell(found, WET, [0.30, 0.38, 0.47])
        tell(found, AIR, [20.0, 21.0, 22.0])
        yield found


def tell(people: People, series: Series, values: list[float]) -> None:
    """One reading every five minutes, the last one now."""
    first_ms = NOW_MS - 5 * MINUTE_MS * (len(values) - 1)
    readings = [
        Reading(series, first_ms + 5 * MINUTE_MS * n, value) for n, value in enumerate(values)
    ]
    people.gateway.store.commit(readings, [])
    people.gateway.present.load(people.gateway.store.newest())


def gardener(people: People) -> Client:
    return people.client(FAR, Role.GARDENER, **{"Accept": "text/html", "Accept-Language": "fr"})


def seen(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return plain(answer.text)


def plain(text: str) -> str:
    """What a person reads of a page."""
    text = re.sub(r"<(script|svg|style)\b.*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(text))


def held(people: People, series: Series) -> list[Calibration]:
    every = people.gateway.catalogue.calibrations.of(series)
    return [one for one in every if one.undone_ms is None]


# --- curves ---------------------------------------------------------------------------------------


def test_a_curve_is_told_in_words_in_figures_and_as_files(people: People) -> None:
    page = gardener(people).get("/courbes?voie=serre/air&duree=jour").text
    assert "Entre 20,0 et 22,0 °C" in plain(page)
    assert "samedi" in plain(page) or "sam." in plain(page)
    for form in ("csv-fr", "csv", "senml"):
        (link,) = re.findall(rf'href="(/api/v1/readings\?[^"]*format={form})"', page)
        answer = gardener(people).get(html.unescape(link))
        assert answer.status_code == 200
        assert "serre" in answer.text
    assert "Licence Ouverte" in page


def test_a_fourth_curve_an_unknown_one_and_a_wrong_date_are_told(people: People) -> None:
    four = "&".join(f"voie={one}" for one in (DRY, WET, AIR, "potager-1/sol"))
    assert "Trois courbes au plus" in seen(gardener(people), f"/courbes?{four}")
    page = gardener(people).get("/courbes?voie=serre/<b>&voie=serre/air&de=hier").text
    assert "serre/&lt;b&gt;" in page
    assert 'value="hier"' in page
    assert "Écrivez une date comme 2026-05-01." in page


def test_a_year_of_three_curves_asks_its_file_for_hours(people: People) -> None:
    page = gardener(people).get("/courbes?voie=serre/air&duree=an").text
    assert "every=1h" in page
    assert "une valeur par heure" in page


def test_without_its_store_the_page_of_curves_says_so(people: People) -> None:
    people.gateway.store.close()
    assert "ne répond pas" in seen(gardener(people), "/courbes?voie=serre/air")


# --- calibrating one probe ------------------------------------------------------------------------


def test_the_guide_shows_whether_the_number_is_calm(people: People) -> None:
    calm = gardener(people).get("/etalonner/serre/sec").text
    assert "Le nombre est calme" in calm
    assert 'name="sec" type="text"' in calm
    assert 'value="0,741"' in calm
    assert "Attendez que le nombre se calme" in seen(gardener(people), "/etalonner/serre/pot-2")
    people.gateway.store.commit([], [Fault(DRY, NOW_MS + 1, "in air")])
    people.gateway.present.load(people.gateway.store.newest())
    assert "hors de terre" in seen(gardener(people), "/etalonner/serre/sec")


def test_the_steps_follow_each_other_and_show_the_result_before_it_is_kept(people: People) -> None:
    client = gardener(people)
    second = client.get("/etalonner/serre/sec?sec=0,75&sec_vaut=6").text
    assert re.search(r'is-now" aria-current="step">\s*<h2><span[^>]*>2<', second)
    assert '<input type="hidden" name="sec" value="0,75">' in second
    third = seen(client, f"/etalonner/serre/sec?{query(TWO)}")
    assert "maintenant 0,741 6,6 %" in third
    assert held(people, DRY) == []


def test_two_equal_points_are_refused_in_words(people: People) -> None:
    client = gardener(people)
    path = f"/etalonner/serre/sec?{query(TWO | {'humide': '0,75'})}"
    assert "C’est le même nombre que dans la terre sèche" in seen(client, path)
    assert client.post(path).status_code == 422
    assert held(people, DRY) == []


def test_a_calibration_is_kept_once_and_undone(people: People) -> None:
    client = gardener(people)
    for _ in range(2):  # the answer to the first was lost on its way
        answer = client.post(f"/etalonner/serre/sec?{query(TWO)}")
        assert answer.status_code == 303
    (made,) = held(people, DRY)
    assert (made.low, made.high, made.by, made.from_ms) == (
        (0.75, 6.0),
        (0.47, 25.0),
        "gardener",
        0,
    )
    assert "C’est enregistré" in seen(client, answer.headers["location"])
    assert people.gateway.present.all()[DRY].value == pytest.approx(6.61, abs=0.01)

    undone = client.post(f"/etalonner/serre/sec/{made.id}/annuler")
    assert "C’est annulé" in seen(client, undone.headers["location"])
    assert held(people, DRY) == []


def test_another_calibration_holds_from_now_or_for_all_of_the_past(people: People) -> None:
    client = gardener(people)
    client.post(f"/etalonner/serre/sec?{query(TWO)}")
    always = {"depuis": "toujours"}
    client.post(f"/etalonner/serre/sec?{query(TWO | {'sec_vaut': '5'})}", data=always)
    assert held(people, DRY)[0].from_ms == 0
    people.clock.advance(2 * 3600)
    client.post(f"/etalonner/serre/sec?{query(TWO | {'sec_vaut': '4'})}")
    newest = held(people, DRY)[0]
    assert newest.from_ms == NOW_MS + 2 * 3_600_000
    assert "toujours" not in client.get(f"/etalonner/serre/sec?{query(TWO)}").text
    client.post(f"/etalonner/serre/sec?{query(TWO | {'sec_vaut': '3'})}", data=always)
    assert held(people, DRY)[0].from_ms == newest.from_ms  # it would not reach the present


def test_an_old_key_leads_to_the_way_in_and_back_with_all_that_was_found(people: People) -> None:
    stranger = people.client(FAR, Accept="text/html")
    path = f"/etalonner/serre/sec?{query(TWO)}"
    answer = stranger.post(
        path,
        data={"csrf": "old"},
        headers={"Referer": f"{FAR.url}{path}", "Host": "jardin.local:8000"},
    )
    assert answer.status_code == 303
    assert unquote(answer.headers["location"]) == f"/entrer?vers={unquote(path)}"
    elsewhere = stranger.post(path, headers={"Referer": "http://example.org/x"})
    assert elsewhere.status_code == 401
    assert held(people, DRY) == []


def test_what_is_no_probe_is_not_to_be_calibrated_here(people: People) -> None:
    client = gardener(people)
    assert client.get("/etalonner/serre/air").status_code == 404
    assert client.post(f"/etalonner/serre/air?{query(TWO)}").status_code == 404
    assert client.post("/etalonner/serre/sec/7/annuler").status_code == 404


# --- a class's thirty -----------------------------------------------------------------------------


def test_a_class_takes_all_numbers_and_saves_all_probes_at_once(people: People) -> None:
    client = gardener(people)
    rows = {"voie": [str(WET), str(DRY)], "sec": ["", "0,8"], "humide": ["", ""]}
    shares = {"sec_vaut": "6", "humide_vaut": "25"}
    filled = client.post("/etalonner", data={**rows, **shares, "prendre": "humide"}).text
    assert re.search(r'id="serre--sec-humide"[^>]*value="0,741"', filled)
    assert 'value="0,383"' in filled
    assert held(people, DRY) == []

    full = rows | {"sec": ["0,9", "0,8"], "humide": ["0,383", "0,5"]}
    answer = client.post("/etalonner", data={**full, **shares})
    assert answer.headers["location"] == "/etalonner?fait=2"
    assert [held(people, one)[0].low for one in (WET, DRY)] == [(0.9, 6.0), (0.8, 6.0)]
    assert "2 sondes sont étalonnées" in seen(client, "/etalonner?fait=2")


def test_one_wrong_row_keeps_all_that_was_typed_and_saves_nothing(people: People) -> None:
    rows = {"voie": [str(WET), str(DRY)], "sec": ["0,9", "beaucoup"], "humide": ["", "0,5"]}
    answer = gardener(people).post(
        "/etalonner", data={**rows, "sec_vaut": "", "humide_vaut": "250"}
    )
    assert answer.status_code == 422
    for kept in ("0,9", "beaucoup", "0,5", "250"):
        assert f'value="{kept}"' in answer.text
    for said in (
        "les deux nombres de cette sonde",
        "entre 0 et 1",
        "entre 0 et 100",
        "Ce nombre manque",
    ):
        assert said in plain(answer.text)
    assert held(people, DRY) == held(people, WET) == []


# --- health ---------------------------------------------------------------------------------------


def refuse(people: People, payload: bytes, channel: str | None = None) -> None:
    people.gateway.quarantine.add([
        Refused(
            "serre", "jardin/v1/serre/pack/7c1e9a52d01b44f3/1", channel, "IN_THE_FUTURE",
            "Trop tôt.", "Too early.", payload, NOW_MS - MINUTE_MS,
        )
    ])  # fmt: skip


def test_what_presses_most_comes_first_with_what_to_do(people: People) -> None:
    people.gateway.catalogue.set_state("serre", "lost")
    people.gateway.clock.keeper = None  # type: ignore[attr-defined]
    people.gateway.broker_up = False
    refuse(people, b"{")
    page = seen(gardener(people), "/sante")
    order = [
        page.index(one)
        for one in (
            "Le serveur MQTT ne répond pas",
            "La liaison s'est coupée sans prévenir",
            "Des mesures n’ont pas pu être acceptées",
            "L'heure de la passerelle n'est pas sûre",
            "Aucune sauvegarde n'est faite",
        )
    ]
    assert order == sorted(order)


def test_a_payload_is_shown_as_text_and_never_as_a_part_of_the_page(people: People) -> None:
    refuse(people, b'{"n": "<script>alert(1)</script>"}')
    refuse(people, b"\xff\x00")
    page = gardener(people).get("/sante").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "/wA=" in page
    assert "octets en base64" in page


def test_a_gardener_retries_what_was_refused_and_is_told_how_it_went(people: People) -> None:
    record = wire.Record("air", "Cel", 19.5)
    at_ms = NOW_MS + 20 * MINUTE_MS
    pack = wire.Pack("serre", "7c1e9a52d01b44f3", 1, at_ms, "ntp", (record,))
    refuse(people, wire.encode_pack(pack), "air")
    client = gardener(people)
    too_soon = client.post("/sante/quarantaine", data={"numero": "1"})
    assert "Rien n’a pu être accepté" in seen(client, too_soon.headers["location"])
    people.clock.advance(30 * 60)
    retried = client.post("/sante/quarantaine")
    assert "1 chose est acceptée maintenant" in seen(client, retried.headers["location"])
    assert people.gateway.quarantine.count() == 0
    reader = people.client(FAR)
    assert reader.post("/sante/quarantaine").status_code == 401


def test_older_refusals_have_a_page_of_their_own(people: People) -> None:
    for number in range(25):
        refuse(people, f"{number}".encode())
    page = gardener(people).get("/sante").text
    assert page.count('class="refusal"') == 20
    (older,) = re.findall(r'href="(/sante\?avant=\d+)', page)
    assert gardener(people).get(older).text.count('class="refusal"') == 5
    assert gardener(people).get("/sante?avant=x&repris=99999999999999999999999").status_code == 200


def test_a_lost_database_is_told_on_the_page_of_health(people: People) -> None:
    people.gateway.store.close()
    people.gateway.commit_error = StorageError("DISK_FULL", fr="Le disque est plein.", en="Full.")
    assert "Le disque est plein." in seen(gardener(people), "/sante")


def query(points: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in points.items())
