"""A kit's first start: who has the sheet names the garden and chooses the keeper's passphrase."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from kits import CODE, KIT, PHRASE, Pi, after_a_power_cut, cookie_of, kit_of
from people import FAR, HERE, NOW_MS, SAFE, Client, People

from gateway.kit.captive import HOSTS, PATHS
from gateway.kit.steward import VERBS, serve
from gateway.kit.welcome import Welcome
from gateway.pages import kit_hour
from gateway.security.refusals import AccessRefused
from gateway.security.roles import Role
from gateway.store.base import Reading, Series

FORM = {"Accept": "text/html"}
AIR = Series("potager-1", "air")

pytestmark = pytest.mark.usefixtures("built_assets")


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[People]:
    with kit_of(tmp_path / "data") as found:
        yield found


def phone(kit: People) -> Client:
    """A phone on the kit's Wi-Fi, which nobody has signed in on."""
    return kit.client(FAR, **FORM)


def let_in(kit: People) -> Client:
    """A phone whose holder has typed the sheet's code."""
    client = phone(kit)
    answer = client.post("/bienvenue", data={"code": CODE})
    assert answer.status_code == 303, answer.text
    client.headers |= {"Cookie": cookie_of(answer.cookies), "Sec-Fetch-Site": "same-origin"}
    return client


def named(client: Client, **typed: str) -> httpx.Response:
    told = {"nom": "École Jean-Macé", "langue": "fr", "latitude": "47,32", "longitude": "5,04"}
    return client.post("/bienvenue/jardin", data=told | typed)


def chosen(
    kit: People, code: str = CODE, phrase: str = PHRASE, way: object = SAFE
) -> httpx.Response:
    client = kit.client(way, **FORM)  # type: ignore[arg-type]
    return client.post("/bienvenue/phrase", data={"code": code, "phrase": phrase})


# --- the sheet's code ---------------------------------------------------------------------------


def test_the_sheets_code_lets_a_phone_in_as_a_gardener(kit: People) -> None:
    assert "Commencer" in phone(kit).get("/bienvenue?lang=fr").text
    client = let_in(kit)

    page = client.get("/bienvenue?lang=fr").text
    assert "Son nom, celui de l’école par exemple" in page
    assert client.get("/ateliers").status_code == 200


def test_the_code_may_be_typed_as_people_type(kit: People) -> None:
    for typed in ("BCDFGHJK", " bcdf ghjk ", "bcdf-GHJK"):
        assert phone(kit).post("/bienvenue", data={"code": typed}).status_code == 303


def test_another_code_opens_nothing(kit: People) -> None:
    for typed in ("", "bcdf-ghjz", "é" * 40, PHRASE):
        answer = phone(kit).post("/bienvenue", data={"code": typed})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_whoever_guesses_codes_shuts_the_door_for_a_while(kit: People) -> None:
    answers = [phone(kit).post("/bienvenue", data={"code": "zzzz-zzzz"}) for _ in range(30)]

    assert answers[-1].status_code == 429
    assert phone(kit).post("/bienvenue", data={"code": CODE}).status_code == 429


def test_a_garden_that_is_no_kit_has_no_such_code(tmp_path: Path) -> None:
    with kit_of(tmp_path / "data", replace(KIT, code=None)) as garden:
        assert phone(garden).post("/bienvenue", data={"code": CODE}).status_code == 403
        assert chosen(garden).status_code == 403


# --- the garden ---------------------------------------------------------------------------------


def test_the_garden_has_its_name_and_place_once_the_gateway_began_again(kit: People) -> None:
    begun: list[bool] = []
    kit.gateway.begin_again = lambda: begun.append(True)

    assert named(let_in(kit)).status_code == 200
    assert begun == [True]
    with kit_of(kit.gateway.settings.data) as again:
        assert again.gateway.settings.name == "École Jean-Macé"
        assert again.gateway.settings.latitude == 47.32
        assert "École Jean-Macé" in phone(again).get("/").text


def test_what_is_no_name_or_place_is_told_and_what_was_typed_stays(kit: People) -> None:
    client = let_in(kit)
    names = [{"nom": text} for text in ("", "   ", "x" * 61, "a\x00b")]
    places = [{"latitude": "91"}, {"longitude": "ici"}, {"latitude": ""}, {"longitude": "nan"}]
    for typed in [*names, *places]:
        answer = named(client, **typed)
        assert answer.status_code >= 400, typed
        assert 'role="alert"' in answer.text
        assert "nom" in typed or "École Jean-Macé" in answer.text
    assert not (kit.gateway.settings.data / "first-start.json").exists()


def test_nobody_names_the_garden_without_the_sheet(kit: People) -> None:
    assert named(phone(kit)).status_code == 401


def test_a_garden_that_is_no_kit_is_not_named_nor_erased_on_a_page(tmp_path: Path) -> None:
    with kit_of(tmp_path / "data", replace(KIT, name=None)) as garden:
        begun: list[bool] = []
        garden.gateway.begin_again = lambda: begun.append(True)
        gardener = garden.client(FAR, Role.GARDENER, **FORM)
        assert "kit.name" in named(gardener).text
        keeper = garden.client(SAFE, Role.KEEPER, **FORM)
        assert "kit.name" in keeper.post("/remise", data={"mot": "erase", "sans": "1"}).text
        assert begun == []


# --- the keeper ---------------------------------------------------------------------------------


def test_the_keepers_passphrase_is_chosen_once_at_the_safe_door(kit: People) -> None:
    answer = chosen(kit)

    assert answer.status_code == 303, answer.text
    assert kit.gateway.access.keyring.passphrases.role_of(PHRASE) == Role.KEEPER
    keeper = kit.client(SAFE, Cookie=cookie_of(answer.cookies, secure=True))
    assert keeper.get("/api/v1/tokens").status_code == 200
    assert chosen(kit, phrase="quatre autres mots bleus").status_code == 403
    assert kit.gateway.access.keyring.passphrases.role_of(PHRASE) == Role.KEEPER


def test_of_two_with_the_sheet_the_first_is_keeper_and_the_second_is_told(kit: People) -> None:
    """Both were let by before either had chosen: what decides is the write itself."""
    second = Welcome(kit.gateway)
    second._check(CODE)
    chosen(kit)
    second._check = lambda _code: None  # type: ignore[method-assign]

    with pytest.raises(AccessRefused) as caught:
        second.become_keeper(CODE, "trois autres mots verts", secure=True, safe=True, address=None)
    assert caught.value.code == "FIRST_START_OVER"
    assert kit.gateway.access.keyring.passphrases.role_of(PHRASE) == Role.KEEPER


def test_the_passphrase_never_goes_over_the_everyday_door(kit: People) -> None:
    answer = chosen(kit, way=FAR)

    assert answer.status_code == 403
    assert "https" in answer.text
    assert not kit.gateway.access.has_keeper()
    assert chosen(kit, way=HERE).status_code == 303  # the kit's own screen


def test_a_pupil_who_is_quicker_but_has_no_sheet_does_not_become_keeper(kit: People) -> None:
    assert chosen(kit, code="zzzz-zzzz").status_code == 403
    assert not kit.gateway.access.has_keeper()


def test_a_weak_passphrase_is_refused_in_words(kit: People) -> None:
    for phrase in ("", "court", "aaaaaaaaaaaaaaaa", "x" * 201):
        assert chosen(kit, phrase=phrase).status_code == 422, phrase
    assert not kit.gateway.access.has_keeper()


def test_once_there_is_a_keeper_the_sheet_opens_nothing(kit: People) -> None:
    chosen(kit)

    assert phone(kit).post("/bienvenue", data={"code": CODE}).status_code == 403
    assert "Commencer" not in phone(kit).get("/bienvenue?lang=fr").text


# --- power cuts ---------------------------------------------------------------------------------


def test_cut_off_after_the_code_the_phone_is_still_let_in(kit: People, tmp_path: Path) -> None:
    client = let_in(kit)
    with after_a_power_cut(kit, tmp_path / "cut") as again:
        back = phone(again)
        back.headers |= {"Cookie": client.headers["Cookie"]}
        assert "Son nom, celui de l’école par exemple" in back.get("/bienvenue?lang=fr").text


def test_cut_off_after_the_name_the_garden_has_it(kit: People, tmp_path: Path) -> None:
    named(let_in(kit))
    with after_a_power_cut(kit, tmp_path / "cut") as again:
        assert again.gateway.settings.name == "École Jean-Macé"
        assert 'value="École Jean-Macé"' in let_in(again).get("/bienvenue").text


def test_cut_off_while_the_name_is_written_it_is_asked_again(kit: People, tmp_path: Path) -> None:
    named(let_in(kit))
    (kit.gateway.settings.data / "first-start.json").write_bytes(b'{"name": "Ecole Je')
    with after_a_power_cut(kit, tmp_path / "cut") as again:
        assert again.gateway.settings.name == "Jardin"
        assert 'http-equiv="refresh"' in named(let_in(again)).text


def test_cut_off_after_the_hour_it_is_asked_again(kit: People, tmp_path: Path) -> None:
    kit.clock.keeper = "person"
    assert "est sûre" in let_in(kit).get("/bienvenue?lang=fr").text
    with after_a_power_cut(kit, tmp_path / "cut") as again:
        assert "Il n’a pas de quoi le vérifier" in let_in(again).get("/bienvenue?lang=fr").text


def test_cut_off_after_the_passphrase_the_keeper_enters_with_it(
    kit: People, tmp_path: Path
) -> None:
    named(let_in(kit))
    chosen(kit)
    with after_a_power_cut(kit, tmp_path / "cut") as again:
        answer = again.client(SAFE, **FORM).post("/entrer", data={"code": PHRASE})
        assert answer.status_code == 303
        assert chosen(again).status_code == 403


# --- the nodes and the hour ---------------------------------------------------------------------


def test_the_nodes_appear_with_what_they_measure(kit: People) -> None:
    client = let_in(kit)
    assert "chacun apparaît ici" in client.get("/bienvenue?lang=fr").text

    gateway = kit.gateway
    gateway.catalogue.see_channel(AIR, "Cel", "air_temperature")
    gateway.catalogue.set_state("potager-1", "online")
    gateway.store.commit([Reading(AIR, NOW_MS, 21.4)], [])
    gateway.present.load(gateway.store.newest())
    page = client.get("/bienvenue?lang=fr").text
    assert 'data-node="potager-1"' in page
    assert "21,4 °C" in page


def test_a_private_garden_shows_its_nodes_to_nobody_without_a_key(tmp_path: Path) -> None:
    with kit_of(tmp_path / "data", private=True) as kit:
        kit.gateway.catalogue.set_state("potager-1", "online")
        assert "potager-1" not in phone(kit).get("/bienvenue").text
        assert "potager-1" in let_in(kit).get("/bienvenue").text


@pytest.fixture
def with_steward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[People]:
    """A kit whose steward works while the gateway waits."""
    requests = tmp_path / "requests"
    requests.mkdir()
    with kit_of(tmp_path / "data", replace(KIT, requests=requests)) as kit:
        pi = Pi(kit.clock)

        def steward_of(_gateway: object) -> kit_hour.Steward:
            return kit_hour.Steward(requests, pause=lambda _s: serve(requests, VERBS, pi))

        monkeypatch.setattr(kit_hour, "steward_of", steward_of)
        yield kit


def test_a_phones_hour_becomes_the_gardens(with_steward: People) -> None:
    client = let_in(with_steward)
    answer = client.post("/heure", data={"t_ms": str(NOW_MS + 86_400_000), "vers": "/bienvenue"})

    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/bienvenue"
    assert with_steward.clock.wall_ms() == NOW_MS + 86_400_000
    assert "est sûre" in client.get("/heure?lang=fr").text


def test_whoever_sets_the_hour_stays_in_however_wrong_it_was(with_steward: People) -> None:
    """A kit that lay in a cupboard for a year believes that it is last summer."""
    client, year_ms = let_in(with_steward), 366 * 86_400_000
    answer = client.post("/heure", data={"t_ms": str(NOW_MS + year_ms)})

    assert client.get("/kit/feuille").status_code == 303  # the session of before is over
    client.headers |= {"Cookie": cookie_of(answer.cookies)}
    assert client.get("/kit/feuille").status_code == 200


def test_without_a_script_the_hour_is_typed_by_the_gardens_own_clock(with_steward: People) -> None:
    let_in(with_steward).post("/heure", data={"heure": "2026-07-01T08:00"})

    assert with_steward.clock.wall_ms() == 1_782_885_600_000  # 06:00 UTC: summer in Paris


def test_what_is_no_hour_is_told_and_nothing_is_set(with_steward: People) -> None:
    client = let_in(with_steward)
    days = ("1999-01-01T00:00", "2026-13-01T00:00", "2026-07-01")
    for typed in ("", "hier", "0", "9" * 15, *days):
        answer = client.post("/heure", data={"heure": typed})
        assert answer.status_code >= 400, typed
        assert 'role="alert"' in answer.text
    assert with_steward.clock.wall_ms() == NOW_MS


def test_a_phone_with_a_wrong_clock_is_asked_whether_it_is_sure(with_steward: People) -> None:
    gateway, client = with_steward.gateway, let_in(with_steward)
    gateway.catalogue.see_channel(AIR, "Cel", "air_temperature")
    gateway.store.commit([Reading(AIR, NOW_MS, 21.4)], [])
    gateway.present.load(gateway.store.newest())
    early = {"t_ms": str(NOW_MS - 3_600_000)}

    answer = client.post("/heure?lang=fr", data=early)
    assert answer.status_code >= 400
    assert "J’en suis sûr" in answer.text
    assert client.post("/heure", data=early | {"sure": "1"}).status_code == 303
    assert with_steward.clock.wall_ms() == NOW_MS - 3_600_000


def test_where_no_steward_is_the_page_says_what_to_do(kit: People) -> None:
    client = let_in(kit)

    assert "sudo date -s" in client.get("/heure").text
    assert client.post("/heure", data={"t_ms": str(NOW_MS)}).status_code >= 400


def test_pages_lead_to_the_hour_only_where_somebody_sets_it(
    with_steward: People, tmp_path: Path
) -> None:
    with_steward.clock.keeper = None
    client = let_in(with_steward)
    pages = ("/", "/sante")
    assert all("/heure?vers=" in client.get(one).text for one in pages)

    (tmp_path / "requests").rmdir()
    assert not any("/heure?vers=" in client.get(one).text for one in pages)


def test_nobody_sets_the_hour_without_a_key(with_steward: People) -> None:
    answer = phone(with_steward).post("/heure", data={"t_ms": str(NOW_MS)})

    assert answer.status_code == 401


# --- papers, and what phones ask of a new network -------------------------------------------------


def test_the_addresses_are_three_and_each_has_its_code(kit: People) -> None:
    page = phone(kit).get("/adresses").text

    for address in ("10.42.0.1:8000", "jardin.lan:8000", "jardin.local:8000"):
        assert f"<strong>{address}</strong>" in page
    assert page.count("<svg") >= 3


def test_the_sheet_tells_what_is_in_the_box(kit: People) -> None:
    kit.gateway.catalogue.set_about(
        "potager-1",
        {"channels": {"air": {"quantity": "air_temperature", "sensor": "dht22", "pin": "GPIO4"}}},
    )
    kit.gateway.catalogue.see_channel(AIR, "Cel", "air_temperature")
    page = let_in(kit).get("/kit/feuille").text

    for told in ("JARDIN-7f3a", "tomate;verte", CODE, "potager-1", "jardin.local:8000/bienvenue"):
        assert told in page
    assert phone(kit).get("/kit/feuille").headers["location"].startswith("/entrer")


def test_a_phones_probe_gets_the_addresses_and_no_session(kit: People) -> None:
    for path in sorted(PATHS):
        answer = phone(kit).get(path)
        assert answer.status_code == 200, path
        assert "http://10.42.0.1:8000" in answer.text
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_whatever_a_phone_asks_of_a_host_of_probes_it_gets_the_addresses(kit: People) -> None:
    for host in sorted(HOSTS):
        answer = phone(kit).get("/", headers={"Host": host, "Accept-Language": "fr"})
        assert "Le Wi-Fi du jardin" in answer.text, host


def test_a_garden_that_is_no_kit_answers_no_probes(tmp_path: Path) -> None:
    with kit_of(tmp_path / "data", replace(KIT, name=None)) as garden:
        assert phone(garden).get("/generate_204").status_code == 404
