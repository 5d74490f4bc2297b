"""Workshops over HTTP: groups with sandboxes of their own, and nothing left of them at the end."""

from __future__ import annotations

import io
import re
import struct
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from door import NOW_MS, Door, garden_door, problem
from harness import eventually, gateway_on
from pupils import program_of

from gateway.api.guard import COOKIE
from gateway.api.workshops import zip_of
from gateway.backup import make_backup
from gateway.broker import MosquittoBroker
from gateway.cli import main
from gateway.keys.session import visit
from gateway.pages.plants import PLANT_WORDS, plant_of
from gateway.pages.workshop_groups import CHANNEL
from gateway.security.refusals import AccessRefused
from gateway.security.roles import Role
from gateway.settings import ReportSettings
from gateway.store.base import Reading, Series
from gateway.times import to_rfc3339
from gateway.translations import installed
from gateway.upkeep import Upkeep
from gateway.workshop.attendant import Attendant
from gateway.workshop.hush import FENCE
from gateway.workshop.plants import PLANTS
from gateway.workshop.pots import SOIL, Pots
from gateway.workshop.workshops import Workshops
from gateway.yearly.year import year_of
from sensor_node.clock import FakeClock, SystemClock

SHOPS: Final = "/api/v1/workshops"
READINGS: Final = "/api/v1/readings"
ODD_VALUE: Final = 4242.73125
SECRET_NOTE: Final = "la limace violette a mangé la sonde"


def begin(door: Door, **more: Any) -> dict[str, Any]:
    wish = {"title": "La terre a soif", "minutes": 90, "groups": 4} | more
    answer = door.client.post(SHOPS, json=wish)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def join(door: Door, code: str, plant: str | None = None) -> httpx.Response:
    return door.client.post(f"{SHOPS}/join", json={"code": code, "plant": plant})


def key_of(door: Door, shop: dict[str, Any], plant: str) -> dict[str, str]:
    answer = join(door, shop["code"], plant)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def send(
    door: Door, headers: dict[str, str], value: float = 12, channel: str = "score", **more: Any
) -> httpx.Response:
    reading = {"channel": channel, "value": value, **more}
    return door.client.post(READINGS, json={"readings": [reading]}, headers=headers)


def ask(door: Door, shop: dict[str, Any], what: str, **body: Any) -> dict[str, Any]:
    more = {"json": body} if body else {}
    answer = door.client.post(f"{SHOPS}/{shop['id']}/{what}", **more)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_group_joins_by_the_code_and_its_reading_is_read_by_its_name(door: Door) -> None:
    shop = begin(door)
    joined = join(door, shop["code"].upper(), "tomate").json()
    assert joined["node"] == "atelier.tomate"
    assert len(joined["lines"].splitlines()) == 3
    assert joined["token"] in joined["lines"]
    headers = {"Authorization": f"Bearer {joined['token']}"}
    assert send(door, headers, 12).json() == {
        "node": "atelier.tomate", "stored": 1, "quarantined": [],
    }  # fmt: skip
    assert door.json("/channels/atelier.tomate/score/latest")["value"] == 12
    (series,) = door.json(
        "/readings", channel="atelier.tomate/score", to=to_rfc3339(NOW_MS + 1000)
    )["series"]
    assert "12" in str(series)
    (group,) = door.json(f"/workshops/{shop['id']}")["groups"]
    assert (group["plant"], group["here"], group["value"]) == ("tomate", True, 12)


def test_the_three_lines_of_a_group_s_page_put_its_number_on_the_wall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with garden_door(tmp_path, pages=True) as door:
        shop = begin(door)
        lines = join(door, shop["code"], "cactus").json()["lines"]
        monkeypatch.setitem(sys.modules, "jardin", program_of(door))
        exec(lines, {})  # noqa: S102 - as a pupil pastes them
        assert capsys.readouterr().out.endswith("atelier.cactus/score : 12\n")
        (group,) = door.json(f"/workshops/{shop['id']}")["groups"]
        assert (group["plant"], group["channel"], group["value"]) == ("cactus", "score", 12)


def test_the_garden_sees_nothing_of_the_groups(door: Door) -> None:
    shop = begin(door)
    headers = key_of(door, shop, "radis")
    before = door.json("/channels"), door.json("/nodes"), door.gateway.store.count()
    send(door, headers, ODD_VALUE, unit="Cel")
    wrong = send(door, headers, 3, unit="furlong").json()
    assert [one["code"] for one in wrong["quarantined"]] == ["UNKNOWN_UNIT"]
    assert (door.json("/channels"), door.json("/nodes"), door.gateway.store.count()) == before
    assert door.gateway.quarantine.by_node() == {}
    assert list(door.gateway.moved) == []
    assert Series("atelier.radis", "score") not in door.gateway.present.all()
    (one,) = door.json("/channels", node="atelier.radis")["channels"]
    assert one["channel"] == "atelier.radis/score"


def test_a_group_reads_the_whole_garden_and_writes_to_nothing_else(door: Door) -> None:
    door.measure(Reading(Series("potager-1", "air"), NOW_MS, 21.5))
    shop = begin(door)
    tomato, radish = key_of(door, shop, "tomate"), key_of(door, shop, "radis")
    read = door.client.get("/api/v1/channels/potager-1/air/latest", headers=tomato)
    assert read.json()["value"] == 21.5
    problem(send(door, tomato, channel="potager-1/air"), 403, "NOT_YOURS")
    problem(send(door, tomato, channel="atelier.radis/score"), 403, "NOT_YOURS")
    for path in ("/api/v1/beds", SHOPS, "/api/v1/quarantine/retry", f"{SHOPS}/{shop['id']}/end"):
        answer = door.client.post(path, json={}, headers=radish)
        assert answer.status_code == 403, (path, answer.text)
    assert door.gateway.store.count() == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ma plante", "ma-plante"),
        (" Température ", "temperature"),
        ("L’eau", "l-eau"),
        ("", CHANNEL),
    ],
)
def test_the_page_of_a_group_takes_a_name_as_its_program_does(
    tmp_path: Path, typed: str, name: str
) -> None:
    with garden_door(tmp_path, pages=True) as door:
        answer = send_on_page(door, typed)
        assert answer.status_code == 303, answer.text
        (one,) = door.json("/channels", node="atelier.tomate")["channels"]
        assert one["name"] == name
        if typed:
            assert program_of(door)._channel_name(typed) == name  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("potager-1/air", "Votre groupe n'écrit que dans son bac à sable, « atelier.tomate »"),
        ("pack", "« pack » est un mot réservé du jardin : choisissez un autre nom."),
        ("ma plante !", "« ma-plante-! » ne peut pas servir de nom : 1 à 32 lettres"),
    ],
)
def test_a_name_that_a_group_cannot_take_is_told_in_plain_words(
    tmp_path: Path, typed: str, told: str
) -> None:
    with garden_door(tmp_path, pages=True) as door:
        text = unescape(send_on_page(door, typed).text)
        assert told in text
        assert "clé" not in text.partition(told)[2][:200]


def send_on_page(door: Door, typed: str) -> httpx.Response:
    """What comes of a number that the tomatoes type on their page, in French."""
    code = begin(door)["code"]
    workshop, _ = door.gateway.workshops.join(code, "tomate")
    session = workshop.session.enter("tomate", secure=False)
    return door.client.post(
        "/atelier/groupe/nombre",
        data={"channel": typed, "value": "12,5"},
        headers={
            "Cookie": f"{COOKIE}={session}", "Origin": door.address, "Accept-Language": "fr",
        },
    )  # fmt: skip


def test_no_plant_is_two_groups_and_no_group_is_too_many(door: Door) -> None:
    shop = begin(door, groups=2)
    assert join(door, shop["code"], "tomate").status_code == 200
    problem(join(door, shop["code"], "tomate"), 409, "PLANT_TAKEN")
    problem(join(door, shop["code"], "kevin"), 422, "UNKNOWN_PLANT")
    assert join(door, shop["code"], "radis").status_code == 200
    problem(join(door, shop["code"], "ail"), 409, "WORKSHOP_FULL")
    other = begin(door)
    problem(join(door, other["code"], "tomate"), 409, "PLANT_TAKEN")  # its node has one sandbox
    assert len(set(PLANTS)) == len(PLANTS) >= 40


def test_a_plant_is_known_by_each_of_its_words_and_no_word_is_two_plants(door: Door) -> None:
    english = installed().of("en")
    for plant in PLANTS:
        word = PLANT_WORDS[plant]
        for text in (plant, word, word.upper(), f"{word}s", english.gettext(word).lower()):
            assert plant_of(text) == plant, text
    shop = begin(door)
    for text, node in (
        ("Petits pois", "petit-pois"), ("carrot", "carotte"), ("Corn", "mais"), ("Potato", None),
    ):  # fmt: skip
        joined = join(door, shop["code"], text).json()
        assert joined["node"] == f"atelier.{node or 'pomme-de-terre'}"


def test_a_misspelt_plant_is_told_with_the_nearest(door: Door) -> None:
    shop = begin(door)
    told = problem(join(door, shop["code"], "tomatto"), 422, "UNKNOWN_PLANT")["detail"]
    assert told == "The plant 'tomatto' is not in the list. Did you mean: Tomato, Potato?"
    with pytest.raises(AccessRefused) as caught:
        plant_of("pommes de tere")
    assert "Vouliez-vous dire : Pomme de terre" in caught.value.fr


def test_a_code_from_yesterday_opens_nothing(door: Door) -> None:
    shop = begin(door, minutes=60)
    token = key_of(door, shop, "tomate")
    door.clock.advance(3600)
    problem(join(door, shop["code"], "radis"), 403, "NO_SUCH_CODE")
    problem(send(door, token), 409, "WORKSHOP_OVER")
    ask(door, shop, "extend", minutes=10)
    assert send(door, token).status_code == 201
    door.clock.advance(86_400)
    told = problem(join(door, shop["code"], "radis"), 403, "NO_SUCH_CODE")
    assert "over" in told["detail"]


def test_wrong_codes_slow_the_door_and_not_those_who_are_in(door: Door) -> None:
    shop = begin(door)
    token = key_of(door, shop, "tomate")
    for _ in range(12):
        join(door, "bcdf-ghjk", "ail")
    problem(join(door, shop["code"], "radis"), 429, "DOOR_SLOW")
    assert send(door, token).status_code == 201


def test_a_class_that_joins_in_the_same_second_all_gets_in(door: Door) -> None:
    shop = begin(door, groups=35)
    with ThreadPoolExecutor(35) as pool:
        answers = list(pool.map(lambda plant: join(door, shop["code"], plant), PLANTS[:35]))
    assert {answer.status_code for answer in answers} == {200}


def test_a_pause_stops_all_and_the_time_and_a_frost_stops_one(door: Door) -> None:
    shop = begin(door, minutes=60)
    tomato, radish = key_of(door, shop, "tomate"), key_of(door, shop, "radis")
    assert ask(door, shop, "pause")["paused"]
    problem(send(door, tomato), 409, "WORKSHOP_PAUSED")
    door.clock.advance(7200)
    assert ask(door, shop, "extend", minutes=1)["left_s"] == 61 * 60
    assert ask(door, shop, "resume")["left_s"] == 61 * 60
    ask(door, shop, "groups/radis/freeze")
    problem(send(door, radish), 409, "GROUP_FROZEN")
    assert send(door, tomato).status_code == 201
    ask(door, shop, "groups/radis/thaw")
    assert send(door, radish).status_code == 201


def test_a_group_whose_computer_died_goes_on_with_a_new_code(door: Door) -> None:
    shop = begin(door)
    old = key_of(door, shop, "tomate")
    send(door, old, 1)
    code = ask(door, shop, "groups/tomate/code")["code"]
    problem(send(door, old, 2), 401, "GROUP_TOKEN_OVER")
    again = join(door, code)
    assert again.json()["plant"] == "tomate"
    door.clock.advance(1)
    assert send(door, {"Authorization": f"Bearer {again.json()['token']}"}, 3).status_code == 201
    assert door.gateway.workshops.get(shop["id"]).sandbox.store.count() == 2
    problem(join(door, code), 403, "NO_SUCH_CODE")  # once
    problem(door.client.post(f"{SHOPS}/{shop['id']}/groups/kevin/code"), 404, "UNKNOWN_GROUP")


def test_a_raised_hand_comes_first_and_notes_are_a_group_s_own(door: Door) -> None:
    shop = begin(door)
    tomato, radish = key_of(door, shop, "tomate"), key_of(door, shop, "radis")
    path = f"{SHOPS}/{shop['id']}"
    door.client.post(f"{path}/hand", json={"up": True}, headers=radish)
    assert door.json(f"/workshops/{shop['id']}")["groups"][0]["plant"] == "radis"
    door.client.post(f"{path}/hand", json={"up": False}, headers=radish)
    assert all(g["hand"] is None for g in door.json(f"/workshops/{shop['id']}")["groups"])
    written = door.client.post(f"{path}/notes", json={"text": SECRET_NOTE}, headers=tomato)
    assert written.status_code == 201
    assert door.client.get(f"{path}/notes", headers=radish).json() == {"notes": []}
    (note,) = door.client.get(f"{path}/notes", headers=tomato).json()["notes"]
    assert note["text"] == SECRET_NOTE
    problem(door.client.post(f"{path}/hand", json={"up": True}), 403, "NOT_ALLOWED")


def test_a_program_that_races_is_slowed_alone(door: Door) -> None:
    shop = begin(door)
    greedy, modest = key_of(door, shop, "tomate"), key_of(door, shop, "radis")
    many = [{"channel": "a", "value": n, "time": to_rfc3339(NOW_MS - n)} for n in range(1000)]
    codes = [
        door.client.post(READINGS, json={"readings": many}, headers=greedy).status_code
        for _ in range(3)
    ]
    assert codes == [201, 429, 429]  # two thousand at once, requests counted too
    assert send(door, modest).status_code == 201


def test_a_sandbox_has_a_bottom(door: Door) -> None:
    shop = begin(door)
    key = key_of(door, shop, "tomate")
    for number in range(20):
        assert send(door, key, channel=f"v{number}").status_code == 201
    problem(send(door, key, channel="v20"), 409, "SANDBOX_FULL")


def test_a_kit_without_the_time_takes_readings_all_the_same(door: Door) -> None:
    shop = begin(door)
    key = key_of(door, shop, "tomate")
    door.clock.keeper = None
    assert send(door, key).status_code == 201


def test_everybody_goes_on_after_a_restart_in_mid_session(tmp_path: Path) -> None:
    with garden_door(tmp_path) as door:
        shop = begin(door)
        key = key_of(door, shop, "tomate")
        send(door, key, 1)
        browser = door.gateway.workshops.get(shop["id"]).session.enter("tomate", secure=False)
        ask(door, shop, "pause")
    with garden_door(tmp_path) as door:
        assert door.json("/channels/atelier.tomate/score/latest")["value"] == 1
        ask(door, shop, "resume")
        door.clock.advance(1)
        assert send(door, key, 2).status_code == 201
        who = door.gateway.access.by_session(browser, secure=False)
        assert who is not None
        assert (who.role, who.own) == (Role.GROUP, "atelier.tomate")
        assert join(door, shop["code"], "radis").status_code == 200


def test_a_simulated_pot_dries_until_it_is_watered_and_says_that_it_is_none(door: Door) -> None:
    shop, pots = begin(door, minutes=200), Pots(door.gateway)
    key_of(door, shop, "tomate")
    key_of(door, shop, "radis")
    workshop = door.gateway.workshops.get(shop["id"])

    def soil() -> float:
        pots.turn()
        found: float = door.json(f"/channels/atelier.tomate/{SOIL}/latest")["value"]
        return found

    workshop.water_pot("tomate")
    wet = soil()
    door.clock.advance(3600)
    dry = soil()
    workshop.water_pot("tomate")
    assert (wet < 0.4, dry > 0.7) == (True, True)
    door.clock.advance(1)
    assert soil() < 0.4
    channels = door.json("/channels", node="atelier.tomate")["channels"]
    assert [one["simulated"] for one in channels] == [True, True]
    assert door.json("/channels", node="atelier.radis")["channels"] == []
    ask(door, shop, "pause")
    pots.turn()
    assert workshop.sandbox.store.count() == 6


def lived(door: Door) -> tuple[dict[str, Any], list[bytes]]:
    """A workshop with all that a group can leave behind, and what to look for afterwards."""
    shop = begin(door)
    joined = join(door, shop["code"], "tomate").json()
    headers = {"Authorization": f"Bearer {joined['token']}"}
    for number in range(50):
        send(door, headers, ODD_VALUE, time=to_rfc3339(NOW_MS - number * 1000))
    send(door, headers, ODD_VALUE, channel="limace", unit="furlong")
    send(door, headers, ODD_VALUE, channel="limace", time=to_rfc3339(NOW_MS + 10**8))
    door.client.post(f"{SHOPS}/{shop['id']}/notes", json={"text": SECRET_NOTE}, headers=headers)
    door.gateway.workshops.get(shop["id"]).session.enter("tomate", secure=False)
    traces = [
        joined["token"].encode(),
        SECRET_NOTE.encode(),
        struct.pack(">d", ODD_VALUE),
        str(ODD_VALUE).encode(),
        b"limace",
        b"atelier.tomate",
        shop["code"].encode(),
    ]
    return shop, traces


def found_in(folder: Path, traces: list[bytes]) -> list[tuple[str, bytes]]:
    """Which traces stand in which file, backups unpacked."""
    held: list[tuple[str, bytes]] = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        contents = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as file:
                contents += [file.read(name) for name in file.namelist()]
        held += [(path.name, trace) for trace in traces for text in contents if trace in text]
    return held


def test_nothing_of_the_groups_is_found_in_any_file_after_the_end(
    door: Door, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    shop, traces = lived(door)
    there = {trace for _, trace in found_in(tmp_path, traces)}
    assert there == set(traces) - {str(ODD_VALUE).encode()}  # the search finds what there is
    (tmp_path / "backups").mkdir()
    make_backup(door.gateway.settings, tmp_path / "backups", NOW_MS)
    problem(door.client.delete(f"{SHOPS}/{shop['id']}"), 409, "WORKSHOP_ON")
    ask(door, shop, "end")
    stayed = door.client.delete(f"{SHOPS}/{shop['id']}").json()
    assert stayed == {"groups": 1, "readings": 50, "notes": 1}
    assert found_in(tmp_path, traces) == []
    assert not any(trace.decode(errors="replace") in caplog.text for trace in traces[:2])
    assert not any("4242" in event.data for _, event in door.gateway.events._kept)
    (count,) = door.gateway.catalogue.tally.all()
    assert (count.groups, count.readings, count.notes) == (1, 50, 1)
    assert door.get("/channels/atelier.tomate/score/latest").status_code == 404


def test_the_class_takes_home_one_file_that_needs_nothing(door: Door) -> None:
    shop, _ = lived(door)
    door.client.post(
        f"{SHOPS}/{shop['id']}/notes",
        json={"text": "<script>alert(1)</script>"},
        headers={"Authorization": f"Bearer {token_of(door, shop)}"},
    )
    ask(door, shop, "end")
    keeper = door.gateway.access.sessions.begin(Role.GARDENER, NOW_MS, secure=False)
    answer = door.client.get(f"{SHOPS}/{shop['id']}/zip", headers={"Cookie": f"jardin={keeper.id}"})
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        texts = {name: file.read(name).decode() for name in file.namelist()}
    assert set(texts) == {
        "index.html", "readings.csv", "readings-fr.csv", "notes.csv", "count.csv",
        "charts/tomate-score.svg",
    }  # fmt: skip
    assert texts["readings.csv"].count("4242.73125") == 50
    assert texts["readings-fr.csv"].count("4242,73125") == 50
    assert SECRET_NOTE in texts["index.html"]
    assert "<svg" in texts["index.html"]
    assert "<script" not in texts["index.html"]
    assert "http" not in texts["index.html"].replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    ("language", "wrote", "headings", "held"),
    [
        ("fr", "fr", ["Blé", "Oignon", "Pomme de terre"],
         ["\N{NO-BREAK SPACE}: pour", "Oignon · score (°C)", "22,53",
          "courbes/oignon-score.svg", "heure;groupe;note"]),
        ("en", "en", ["Onion", "Potato", "Wheat"],
         [">readings.csv</a>: for", "22.53", "charts/oignon-score.svg", "time;group;note"]),
        ("ar", "fr", ["Blé", "Oignon", "Pomme de terre"], ["22,53", "mesures.csv"]),
    ],
)  # fmt: skip
def test_the_class_s_file_is_written_in_one_language(
    door: Door, language: str, wrote: str, headings: list[str], held: list[str]
) -> None:
    shop = begin(door)
    for plant in ("pomme-de-terre", "oignon", "ble"):
        send(door, key_of(door, shop, plant), 21.53, unit="Cel")
    ask(door, shop, "end")
    taken = zip_of(door.gateway, door.gateway.workshops.get(shop["id"]), language).body
    with zipfile.ZipFile(io.BytesIO(bytes(taken))) as file:
        page = file.read("index.html").decode()
        notes, names = file.read("notes.csv").decode(), " ".join(file.namelist())
        assert set(re.findall('href="(.*?)"', page)) <= set(file.namelist())
    assert re.findall('<html lang="(.*?)"', page) == [wrote]
    assert re.findall("<h2>(.*?)</h2>", page)[2:] == headings
    assert [text for text in held if text not in page + notes + names] == []
    assert re.search(r"\w [:;!?»]|« ", re.sub("<style.*?</style>|<svg.*?</svg>", "", page)) is None


def token_of(door: Door, shop: dict[str, Any]) -> str:
    return door.gateway.workshops.get(shop["id"]).session.groups()[0].token


def test_a_kill_in_the_middle_of_erasing_is_finished_at_the_next_start(tmp_path: Path) -> None:
    with garden_door(tmp_path) as door:
        shop, traces = lived(door)
    folder = tmp_path / "workshops"
    (folder / shop["id"]).rename(folder / f".erased-{shop['id']}")
    with garden_door(tmp_path):
        assert found_in(tmp_path, traces) == []


def test_what_was_forgotten_is_erased_a_day_after_its_end(door: Door) -> None:
    ended, left = begin(door), begin(door)
    ask(door, ended, "end")
    door.clock.advance(86_000)
    door.gateway.workshops.tidy()
    assert len(door.gateway.workshops.all()) == 2
    door.clock.advance(500)
    door.gateway.workshops.tidy()
    assert [one.id for one in door.gateway.workshops.all()] == [left["id"]]
    door.clock.advance(7 * 86_400)
    door.gateway.workshops.tidy()
    assert door.gateway.workshops.all() == []
    assert len(door.gateway.catalogue.tally.all()) == 2


def test_another_command_s_workshop_counts_at_once(door: Door) -> None:
    gateway = door.gateway
    with closing(
        Workshops(gateway.settings.data, FakeClock(NOW_MS), "UTC", gateway.catalogue.tally)
    ) as others:
        shop = others.begin("Depuis la console", 3, 60)
        assert join(door, shop.about.code, "tomate").status_code == 200
        shop.end()
        others.erase(shop)
    assert gateway.workshops.all() == []
    assert door.get("/garden").status_code == 200


def test_what_was_counted_is_in_the_class_s_file_and_in_the_year_s_report(door: Door) -> None:
    shop = begin(door)
    send(door, key_of(door, shop, "tomate"), 3)
    path = f"{SHOPS}/{shop['id']}/people"
    wrong = door.client.put(path, json={"counts": {"names": 3}})
    assert problem(wrong, 422, "COUNT_WRONG")["detail"].startswith("There is no column")
    told = {"participants": 12, "girls": 3}
    assert door.client.put(path, json={"counts": told}).json() == {"counts": told}
    door.clock.advance(1800)
    ask(door, shop, "end")
    workshop = door.gateway.workshops.get(shop["id"])
    taken = zip_of(door.gateway, workshop, "fr").body
    with zipfile.ZipFile(io.BytesIO(bytes(taken))) as file:
        counted = file.read("compte.csv").decode("utf-8-sig").splitlines()
        page = file.read("index.html").decode()
    assert counted == [
        '"groupes";1', '"mesures";1', '"notes";0', '"minutes";30', '"participants";12',
        '"filles et femmes";<5',
    ]  # fmt: skip
    assert "<td>participants</td><td>12</td>" in page
    assert "<td>filles et femmes</td><td>&lt;5</td>" in page
    assert door.client.delete(f"{SHOPS}/{shop['id']}").status_code == 200
    assert year_of(door.gateway.catalogue, 2025, "Europe/Paris").people["participants"] == 12


def test_form_file_and_report_have_the_columns_that_the_coordinator_chose(tmp_path: Path) -> None:
    with garden_door(tmp_path, pages=True) as door:
        shop = begin(door)
        people = f"{SHOPS}/{shop['id']}/people"
        door.client.put(people, json={"counts": {"participants": 12, "girls": 7, "boys": 5}})
        report = ReportSettings(["families", "girls"])
        door.gateway.settings = replace(door.gateway.settings, report=report)
        keeper = door.gateway.access.sessions.begin(Role.GARDENER, NOW_MS, secure=False)
        cookie = {"Cookie": f"jardin={keeper.id}", "Accept-Language": "fr"}
        address = f"/ateliers/{shop['id']}"
        form = door.client.get(address, headers=cookie).text
        assert re.findall('name="column" value="(.*?)"', form) == ["families", "girls"]
        assert re.findall('name="count".*? value="(.*?)"', form) == ["", "7"]

        def type_in(**typed: str) -> httpx.Response:
            data = {"csrf": keeper.csrf, "column": list(typed), "count": list(typed.values())}
            return door.client.post(f"{address}/presents", data=data, headers=cookie)

        assert type_in(girls="8", families="6").status_code == 303  # by name, whatever the order
        assert "participants" in type_in(participants="40").text
        data = {"csrf": keeper.csrf, "count": ["1", "2"]}  # a page from before
        told = door.client.post(f"{address}/presents", data=data, headers=cookie)
        assert "entre-temps" in told.text
        assert door.client.get(people, headers=cookie).json() == {
            "counts": {"families": 6, "girls": 8}
        }
        ask(door, shop, "end")
        taken = zip_of(door.gateway, door.gateway.workshops.get(shop["id"]), "fr").body
        with zipfile.ZipFile(io.BytesIO(bytes(taken))) as file:
            counted = file.read("compte.csv").decode("utf-8-sig").splitlines()
        assert counted[4:] == ['"familles";6', '"filles et femmes";8']
        table = door.client.get("/bilan.csv?year=2025", headers=cookie).text.splitlines()
        assert table[9:] == ['"familles";6', '"filles et femmes";8']
        kept = door.gateway.catalogue.attendance.of(shop["id"])
        assert kept == {"participants": 12, "girls": 8, "boys": 5, "families": 6}


def figures(door: Door) -> tuple[int, int, float, int]:
    year = year_of(door.gateway.catalogue, 2025, "Europe/Paris")
    return year.workshops, year.groups, year.hours, year.people["participants"]


def test_a_workshop_counts_for_the_year_from_its_end_on_and_once(door: Door) -> None:
    shop = begin(door)
    send(door, key_of(door, shop, "tomate"), 3)
    door.client.put(f"{SHOPS}/{shop['id']}/people", json={"counts": {"participants": 12}})
    door.clock.advance(1800)
    assert figures(door) == (0, 0, 0.0, 0)
    ask(door, shop, "end")
    assert figures(door) == (1, 1, 0.5, 12)
    door.clock.advance(1800)
    door.gateway.workshops.tidy()
    assert figures(door) == (1, 1, 0.5, 12)
    assert door.client.delete(f"{SHOPS}/{shop['id']}").status_code == 200
    assert figures(door) == (1, 1, 0.5, 12)


def test_a_workshop_that_nobody_ends_counts_once_its_time_is_up(door: Door) -> None:
    shop = begin(door, minutes=60)
    send(door, key_of(door, shop, "tomate"), 3)
    door.gateway.workshops.tidy()
    assert figures(door) == (0, 0, 0.0, 0)
    door.clock.advance(2 * 3600)
    door.gateway.workshops.tidy()
    assert figures(door) == (1, 1, 1.0, 0)
    ask(door, shop, "extend", minutes=60)
    send(door, key_of(door, shop, "radis"), 3)
    door.clock.advance(2 * 3600)
    door.gateway.workshops.tidy()
    assert figures(door) == (1, 2, 3.0, 0)
    door.clock.advance(7 * 86_400)
    door.gateway.workshops.tidy()
    assert (door.gateway.workshops.all(), figures(door)) == ([], (1, 2, 3.0, 0))


def test_a_workshop_that_is_still_here_is_not_told_as_erased(tmp_path: Path) -> None:
    with garden_door(tmp_path, pages=True) as door:
        shop = begin(door)
        ask(door, shop, "end")
        keeper = door.gateway.access.sessions.begin(Role.GARDENER, NOW_MS, secure=False)

        def told() -> str:
            headers = {"Cookie": f"jardin={keeper.id}", "Accept-Language": "fr"}
            return door.client.get("/ateliers", headers=headers).text

        assert "effacés\N{NO-BREAK SPACE}: 1" not in told()
        assert door.client.delete(f"{SHOPS}/{shop['id']}").status_code == 200
        assert "effacés\N{NO-BREAK SPACE}: 1" in told()


def test_what_a_device_left_retained_goes_with_its_group(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    said, others = "jardin/v1/atelier.tomate/say/score", "jardin/v1/atelier.radis/say/score"
    with gateway_on(tmp_path, mosquitto.port) as gateway:
        upkeep = Upkeep(gateway)
        erased, kept = (gateway.workshops.begin("Essai", 4, 60) for _ in range(2))
        gateway.workshops.join(erased.about.code, "tomate")
        gateway.workshops.join(kept.about.code, "radis")
        with visit(gateway.settings.broker) as session:
            for topic in (said, others):
                session._client.publish(topic, b"4242.73125", qos=1, retain=True)
            session.until(lambda: session._confirmed == 2)
        erased.end()
        gateway.workshops.erase(erased)
        upkeep.turn()
        with visit(gateway.settings.broker) as session:
            assert session.retained(["jardin/v1/+/say/#", "jardin/v1/live/#"], FENCE) == [others]
        # A device that nobody has switched off says it again: it goes again.
        with visit(gateway.settings.broker) as session:
            session._client.publish(said, b"4242.73125", qos=1, retain=True)
            session.until(lambda: session._confirmed == 1)
        attendant = Attendant(gateway)

        def is_heard() -> bool:
            attendant.turn()
            return gateway.workshops.strays > 0

        eventually(is_heard, "the device is heard")
        upkeep.turn()
        with visit(gateway.settings.broker) as session:
            assert session.retained(["jardin/v1/+/say/#"], FENCE) == [others]


ASKED_WRONG: Final = (
    ("minutes", "nan"), ("minutes", "inf"), ("minutes", "-5"), ("minutes", "0.5"),
    ("minutes", "1e9"), ("groups", "0"), ("groups", "41"), ("groups", "1000"),
)  # fmt: skip


def test_page_programs_and_command_line_refuse_the_same_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(f'data = "{tmp_path}"\n')
    with garden_door(tmp_path, pages=True) as door:
        keeper = door.gateway.access.sessions.begin(Role.GARDENER, NOW_MS, secure=False)
        cookie = {"Cookie": f"jardin={keeper.id}"}
        for what, number in ASKED_WRONG:
            wish = {"title": "La terre a soif", "minutes": "90", "groups": "4"} | {what: number}
            assert door.client.post(SHOPS, json=wish).status_code == 422, (what, number)
            page = door.client.post("/ateliers", data=wish | {"csrf": keeper.csrf}, headers=cookie)
            assert "from 1 to" in page.text, (what, number)
            start = ["workshop", "start", "La terre", f"--{what}", number]
            assert main([*start, "--config", str(config)]) == 2, (what, number)
            assert re.search("de 1 à|from 1 to", capsys.readouterr().err)
        assert door.gateway.workshops.all() == []


def test_the_command_line_begins_no_workshop_without_a_title(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(f'data = "{tmp_path}"\n')
    assert main(["workshop", "start", "  ", "--config", str(config)]) == 2


def test_another_command_runs_a_workshop_beside_the_gateway(
    door: Door, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(f'data = "{tmp_path}"\nclock = "system"\nlanguage = "fr"\n')
    door.clock.set_wall(SystemClock().wall_ms())
    assert main(["workshop", "start", "La terre", "--groups", "3", "--config", str(config)]) == 0
    code = capsys.readouterr().out.splitlines()[0]
    token = join(door, code, "tomate").json()["token"]
    assert send(door, {"Authorization": f"Bearer {token}"}).status_code == 201
    assert main(["workshop", "list", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    assert "La terre" in told
    folder, away = told.split()[0], tmp_path / "usb" / "classe.zip"
    end = ["workshop", "end", folder, "--config", str(config), "--to", str(away)]
    assert main([*end[:1], "count", folder, "participants=9", *end[3:5]]) == 0
    assert capsys.readouterr().out == "participants=9\n"
    assert main([*end[:1], "count", folder, "participants", *end[3:5]]) == 2
    assert door.gateway.catalogue.attendance.of(folder) == {"participants": 9}
    assert main(end) == 5  # no such folder: nothing is erased
    assert door.json("/channels/atelier.tomate/score/latest")["value"] == 12
    away.parent.mkdir()
    assert main(end) == 0
    with zipfile.ZipFile(away) as file:
        assert "mesures.csv" in file.namelist()
    assert door.get("/channels/atelier.tomate/score/latest").status_code == 404
    away.unlink()
    assert found_in(tmp_path, [token.encode(), code.encode(), b"La terre"]) == []
