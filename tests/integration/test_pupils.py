"""``jardin.py`` as pupils use it, in front of a real gateway."""

from __future__ import annotations

import ast
import math
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from door import AIR, MINUTE_MS, PORCH, Door, garden_door
from people import SAFE, people_of
from pupils import program_of, then

from gateway.security.giving import Giver
from gateway.security.roles import Role, Scope
from gateway.security.throttle import BURST
from gateway.settings import AccessSettings
from gateway.store.base import Fault, Reading, Series

SOIL = Series("potager-1", "bac-1-soil")


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One garden for all tests; each takes its names or sets its own values."""
    with garden_door(tmp_path_factory.mktemp("pupils"), pages=True) as opened:
        opened.gateway.catalogue.set_about(
            "potager-1",
            {
                "channels": {
                    "air": {"quantity": "air_temperature"},
                    "pluie": {"quantity": "rain"},
                    "vent": {"quantity": "wind_direction"},
                    "bac-1-soil": {"quantity": "soil_moisture"},
                }
            },
        )
        bed = {"id": "bac-1", "name": "Bac des Élèves", "area_m2": 2, "channels": [str(SOIL)]}
        assert opened.client.post("/api/v1/beds", json=bed).status_code == 201
        yield opened


@pytest.fixture
def door(garden: Door) -> Door:
    """The garden with fresh values, a little later than the last test left it."""
    garden.clock.advance(2 * 24 * 3600)
    now(garden, AIR, 21.44)
    now(garden, SOIL, 31.0)
    now(garden, PORCH, 55.0)
    return garden


@pytest.fixture
def jardin(door: Door) -> ModuleType:
    return program_of(door)


def now(door: Door, series: Series, value: float, **more: Any) -> None:
    door.measure(Reading(series, door.clock.wall_ms(), value, **more))


def code_of(door: Door, plant: str = "tomate") -> str:
    code, _ = Giver(door.gateway.catalogue.keyring, door.gateway.clock, "console").code(
        Role.GROUP, plant
    )
    return code


def token_of(door: Door, node: str = "essai") -> str:
    now_ms = door.clock.wall_ms()
    text, _ = door.gateway.catalogue.keyring.tokens.make(
        "essai", [Scope.SEND], node, now_ms + 10**10, now_ms
    )
    return text


def refused(jardin: Any, call: Any) -> str:
    with pytest.raises(jardin.ErreurJardin) as caught:
        call()
    return str(caught.value)


# --- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["jardin.py", "garden.py"])
def test_the_file_knows_its_garden_and_asks_for_no_key(door: Door, file: str) -> None:
    answer = door.client.get(f"/{file}")
    assert answer.headers["content-disposition"] == f'attachment; filename="{file}"'
    assert f' = "{door.address}"\n' in answer.text


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("jardin.local", "http://jardin.local"),
        ("jardin.local:8000", "http://jardin.local:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_address_is_the_one_that_the_reader_came_by(
    door: Door, host: str, address: str
) -> None:
    assert address_in(door, host) == address


@pytest.mark.parametrize(
    "host", ['x"; import os; "', "a b", "évil", "'", "\\", '"""', "[::1", "a/b", "a:b", "a:99999"]
)
def test_a_host_that_is_none_writes_nothing_into_the_program(door: Door, host: str) -> None:
    assert address_in(door, host) in ("http://localhost:8000", door.address)


def address_in(door: Door, host: str) -> str:
    """The address in the program that is served to a reader who names the garden ``host``."""
    raw: list[tuple[bytes | str, bytes | str]] = [(b"host", host.encode())]
    tree = ast.parse(door.client.get("/jardin.py", headers=raw).text)
    (found,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ADRESSE"
    ]
    return str(found)


def test_by_https_it_is_given_the_everyday_door_which_needs_no_trust(tmp_path: Path) -> None:
    with people_of(tmp_path, private=True) as people:
        answer = people.client(SAFE).get("/jardin.py")
    assert answer.status_code == 200
    assert 'ADRESSE = "http://jardin.local:8000"\n' in answer.text


def test_three_lines_are_enough_with_a_bare_python(door: Door, tmp_path: Path) -> None:
    (tmp_path / "jardin.py").write_text(door.client.get("/jardin.py").text, encoding="utf-8")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import jardin\nprint(jardin.temperature('potager 1'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", program],
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("21.44 °C\n", "")


# --- reading ----------------------------------------------------------------------------------


def test_a_value_is_a_number_with_its_unit_its_age_and_its_place(jardin: Any, door: Door) -> None:
    door.clock.advance(90)
    found = jardin.temperature("potager-1")
    assert found + 1 == pytest.approx(22.44)
    assert (str(found), found.unite, found.lieu) == ("21.44 °C", "°C", "potager-1/air")
    assert found.age == pytest.approx(90)
    assert round(found.heure.timestamp()) == door.clock.wall_ms() // 1000 - 90


@pytest.mark.parametrize(
    "name", ["bac-1", "Bac 1", "BAC-1", "bac des élèves", "Bac des Eleves", "bac-1-soil", str(SOIL)]
)
def test_a_place_has_many_names(jardin: Any, name: str) -> None:
    assert float(jardin.valeur(name)) == 31.0
    assert float(jardin.sol(name)) == 31.0


def test_a_misspelt_place_is_told_with_the_nearest(jardin: Any) -> None:
    told = refused(jardin, lambda: jardin.temperature("potagé-1"))
    assert told.startswith(
        "Il n'y a pas de « potagé-1 » au jardin. Vouliez-vous dire « potager-1 » ?\n"
        '  Essayez : "potager-1"'
    )
    assert "jardin.lieux()" in refused(jardin, lambda: jardin.valeur("zzz"))


def test_what_is_not_measured_there_is_told_with_where_it_is(jardin: Any) -> None:
    told = refused(jardin, lambda: jardin.temperature("serre"))
    assert told == (
        'La grandeur « temperature » n\'est pas mesurée à « serre ».\n  Essayez : "potager-1/air"'
    )


def test_a_misspelt_quantity_is_told_with_the_nearest(jardin: Any) -> None:
    told = refused(jardin, lambda: jardin.valeur("potager-1", "temprature"))
    assert told.endswith('Vouliez-vous dire « temperature » ?\n  Essayez : "temperature"')
    assert "« porche »" in refused(jardin, lambda: jardin.valeur("serre", "proche"))


def test_where_there_are_several_it_asks_which(jardin: Any) -> None:
    told = refused(jardin, lambda: jardin.valeur("potager-1"))
    assert '"potager-1/air"' in told
    assert '"potager-1/bac-1-soil"' in told
    assert float(jardin.valeur("potager-1", "température")) == 21.44


@pytest.mark.parametrize("wrong", [12, None, ["serre"]])
def test_a_place_without_quotes_is_told(jardin: Any, wrong: Any) -> None:
    assert "entre guillemets" in refused(jardin, lambda: jardin.valeur(wrong))


def test_an_old_value_is_refused_unless_it_is_asked_for(
    jardin: Any, door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    door.clock.advance(3 * 3600)
    told = refused(jardin, lambda: jardin.temperature("potager-1"))
    assert "est vieille (il y a 3 h) : elle ne dit rien de maintenant" in told
    assert "vieux=True" in told
    capsys.readouterr()
    assert float(jardin.temperature("potager-1", vieux=True)) == 21.44
    assert "vieille valeur de « potager-1/air » : il y a 3 h" in capsys.readouterr().out


def test_a_sensor_that_failed_gives_no_value_and_the_last_one_only_when_asked(
    jardin: Any, door: Door
) -> None:
    door.clock.advance(60)
    door.measure(Fault(AIR, door.clock.wall_ms(), "checksum"))
    told = refused(jardin, lambda: jardin.temperature("potager-1"))
    assert "n'a pas donné de valeur (son message est arrivé abîmé)" in told
    last = jardin.temperature("potager-1", vieux=True)
    assert (float(last), last.age) == (21.44, pytest.approx(60, abs=1))


def test_a_value_in_doubt_says_so_once(
    jardin: Any, door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    door.clock.advance(60)
    now(door, AIR, 30.0, suspect="stuck")
    values = [float(jardin.temperature("potager-1")) for _ in range(2)]
    assert values == [30.0, 30.0]
    assert capsys.readouterr().out.count("est à vérifier : elle ne bouge plus") == 1


def test_places_shows_all_that_can_be_read(jardin: Any, capsys: pytest.CaptureFixture[str]) -> None:
    jardin.lieux()
    shown = capsys.readouterr().out
    for word in ("potager-1/air", "21.44 °C", "serre/porche", "bac-1", "Bac des Élèves"):
        assert word in shown


def test_history_is_a_list_of_numbers_with_their_moments_and_gaps(jardin: Any, door: Door) -> None:
    start_ms = door.clock.wall_ms() - 60 * MINUTE_MS
    door.measure(
        *(Reading(AIR, start_ms + n * 10 * MINUTE_MS, 10.0 + n) for n in range(5)),
        Fault(AIR, start_ms + 50 * MINUTE_MS, "checksum"),
    )
    found = jardin.historique("potager-1", heures=2, quoi="temperature")
    assert [float(one) for one in found] == [10, 11, 12, 13, 14, 21.44]
    assert (found.unite, found.lieu, found.pannes) == ("°C", "potager-1/air", 1)
    assert found[0].heure < found[1].heure
    assert sum(found) / len(found) == pytest.approx(13.57, abs=0.01)
    hourly = jardin.historique("potager-1", heures=2, quoi="temperature", chaque="1h")
    assert len(hourly) < len(found)


def test_rain_is_what_fell(jardin: Any, door: Door) -> None:
    for ago in (30, 20, 10):
        at_ms = door.clock.wall_ms() - ago * MINUTE_MS
        door.measure(Reading(Series("potager-1", "pluie"), at_ms, 0.4))
    assert str(jardin.pluie("potager-1")) == "1.2 mm"


@pytest.mark.parametrize("days", [0, -1, 10**9, "x", math.nan])
def test_days_that_are_none_are_told(jardin: Any, days: Any) -> None:
    for call in (jardin.historique, jardin.journal, jardin.dessiner):
        assert "Essayez : jours=7" in refused(jardin, lambda call=call: call("bac-1", jours=days))


def test_hours_that_are_none_are_told(jardin: Any) -> None:
    told = refused(jardin, lambda: jardin.historique("bac-1", heures="midi"))
    assert told == "« midi » n'est pas un nombre.\n  Essayez : heures=12"


def test_the_advice_is_told_in_words(jardin: Any, capsys: pytest.CaptureFixture[str]) -> None:
    found = jardin.conseil("Bac des élèves")
    assert found["verdict"] in ("unknown", "no")
    assert "bac-1 : " in capsys.readouterr().out


def test_a_diary_without_a_finished_day_says_so(jardin: Any) -> None:
    assert "aucun jour de conseil" in refused(jardin, lambda: jardin.journal("bac-1"))
    assert "Vouliez-vous dire « bac-1 »" in refused(jardin, lambda: jardin.journal("bac-2"))


def test_the_english_twin_does_the_same(door: Door) -> None:
    garden: Any = program_of(door, "garden.py")
    assert str(garden.temperature("potager-1")) == "21.44 °C"
    assert garden.value("bac-1").unit == "%"
    with pytest.raises(garden.GardenError, match="Did you mean 'potager-1'"):
        garden.temperature("potagr-1")


# --- drawing ----------------------------------------------------------------------------------


def test_a_curve_is_drawn_in_characters_with_its_highest_and_lowest(
    jardin: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    jardin.dessiner([0, 5, 10])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("     10.0 |")
    assert lines[0].endswith("*")
    assert lines[11].startswith("      0.0 |*")
    assert sum(line.count("*") for line in lines) == 3


def test_a_gap_of_the_sensor_is_a_gap_of_the_curve(
    jardin: Any, door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    for minutes in (120, 110, 10):
        at_ms = door.clock.wall_ms() - minutes * MINUTE_MS
        door.measure(Reading(PORCH, at_ms, 55.0))
    jardin.dessiner("serre", heures=3)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "serre/porche %"
    (row,) = [line for line in lines if "*" in line]
    drawn = row.partition("|")[2]
    assert drawn[0] == drawn[5] == "*"
    assert set(drawn[6:54]) == {" "}


def test_nothing_to_draw_is_told(jardin: Any) -> None:
    assert "la liste est vide" in refused(jardin, lambda: jardin.dessiner([]))


def test_numbers_with_a_comma_are_drawn_and_so_is_whatever_counts(
    jardin: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    jardin.dessiner([1.5, 2])
    drawn = capsys.readouterr().out
    for numbers in (["1,5", "2"], (1.5, 2), (one for one in (1.5, 2))):
        jardin.dessiner(numbers)
        assert capsys.readouterr().out == drawn


@pytest.mark.parametrize(
    ("series", "told"),
    [
        (["a", 2], "« a » n'est pas un nombre"),
        ([1, math.nan, 3], "n'est pas un nombre qui se mesure"),
        ([1, math.inf, 3], "n'est pas un nombre qui se mesure"),
        ([1, None], "« None » n'est pas un nombre"),
        (5, "une liste de nombres"),
        (None, "une liste de nombres"),
    ],
)
def test_what_cannot_be_drawn_is_told(jardin: Any, series: Any, told: str) -> None:
    said = refused(jardin, lambda: jardin.dessiner(series))
    assert told in said
    assert "Essayez : jardin.dessiner([3, 1" in said


class Turtle(ModuleType):
    """Notes what it is told, as the turtle's module would do it."""

    def __init__(self) -> None:
        super().__init__("turtle")
        self.went: list[tuple[float, float]] = []

    def goto(self, x: float, y: float) -> None:
        self.went.append((x, y))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_arguments: None


def test_the_turtle_draws_where_there_is_a_screen(
    jardin: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    turtle = Turtle()
    monkeypatch.setitem(sys.modules, "turtle", turtle)
    jardin.dessiner([3, 1, 2], fenetre=True)
    assert turtle.went == [(0, 3), (1, 1), (2, 2)]
    assert capsys.readouterr().out.endswith("Fermez la fenêtre pour continuer.\n")
    monkeypatch.setitem(sys.modules, "turtle", None)
    jardin.dessiner([3, 1, 2], fenetre=True)
    assert "pas d'écran pour la tortue" in capsys.readouterr().out


# --- when -------------------------------------------------------------------------------------


def test_when_waits_gently_and_acts_once_the_limit_is_passed(jardin: Any, door: Door) -> None:
    done: list[float] = []
    jardin.while_waiting = then(lambda: now(door, SOIL, 26), lambda: now(door, SOIL, 24))
    count = jardin.quand("bac-1", sous=25, faire=done.append, chaque=1)
    assert (count, done) == (1, [24.0])
    assert jardin.waits == [5, 5]  # never less than five seconds


def test_when_counts_again_only_once_the_value_has_come_back(jardin: Any, door: Door) -> None:
    values = [24, 23, 26, 24]
    jardin.while_waiting = then(*((lambda v=v: now(door, SOIL, v)) for v in values))
    done: list[float] = []
    assert jardin.quand("bac-1", sous=25, fois=2, faire=lambda: done.append(1)) == 2
    assert (len(done), len(jardin.waits)) == (2, 4)


def test_when_ends_after_its_time(jardin: Any, capsys: pytest.CaptureFixture[str]) -> None:
    jardin._time = SimpleNamespace(monotonic=lambda: sum(jardin.waits))
    assert jardin.quand("bac-1", sur=90, pendant=25, chaque=10) == 0
    assert jardin.waits == [10, 10, 10]
    assert "Le temps est écoulé." in capsys.readouterr().out


def test_ctrl_c_ends_it_with_a_friendly_word(
    jardin: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    jardin.while_waiting = press
    assert jardin.quand("bac-1", sur=90, fois=None) == 0
    assert "À bientôt au jardin" in capsys.readouterr().out


def test_when_never_acts_on_an_old_value_and_goes_on_when_a_fresh_one_comes(
    jardin: Any, door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    jardin.while_waiting = then(
        lambda: door.clock.advance(7200), lambda: None, lambda: now(door, SOIL, 20)
    )
    assert jardin.quand("bac-1", sous=25) == 1
    shown = capsys.readouterr().out
    assert shown.count("J'attends") == 1
    assert shown.endswith("20 %\n")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "Il faut une limite"),
        ({"sous": 25, "faire": 3}, "sans parenthèses"),
        ({"sous": "beaucoup"}, "n'est pas un nombre"),
        ({"sous": 100, "fois": "deux"}, "« deux » n'est pas un nombre.\n  Essayez : fois=3"),
        ({"sous": 100, "chaque": "jour"}, "Essayez : chaque=10"),
        ({"sous": 100, "pendant": "midi"}, "Essayez : pendant=60"),
    ],
)
def test_a_when_that_makes_no_sense_is_told(jardin: Any, asked: dict[str, Any], told: str) -> None:
    assert told in refused(jardin, lambda: jardin.quand("bac-1", **asked))


# --- measuring --------------------------------------------------------------------------------


def test_a_group_sends_a_measure_of_its_own_with_the_code_of_the_board(
    jardin: Any, door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop = door.gateway.workshops.begin("Essai", 4, 60)
    door.gateway.workshops.join(workshop.about.code, "tomate")
    jardin.groupe(code_of(door))
    jardin.mesurer("Ma plante", "21,5")
    assert capsys.readouterr().out == (
        "Vous écrivez dans « atelier.tomate ».\natelier.tomate/ma-plante : 21.5\n"
    )
    for place, what in (("ma-plante", None), ("tomate", "ma-plante"), ("atelier.tomate", None)):
        assert float(jardin.valeur(place, what)) == 21.5
    assert [float(one) for one in jardin.historique("ma-plante")] == [21.5]


def test_a_group_that_has_sent_nothing_yet_is_told(tmp_path: Path) -> None:
    with garden_door(tmp_path) as door:
        jardin: Any = program_of(door)
        bed = {"id": "tomates", "name": "Tomates", "area_m2": 2}
        assert door.client.post("/api/v1/beds", json=bed).status_code == 201
        code = door.gateway.workshops.begin("Essai", 4, 60).about.code
        jardin.groupe(code)
        for place in ("tomate", "Tomate", "tomate/score", "atelier.tomate"):
            told = refused(jardin, lambda place=place: jardin.valeur(place))
            assert "tomate » n'a encore rien envoyé" in told
        assert "Essayez : jardin.mesurer" in told
        jardin.mesurer("score", 3)
        assert float(jardin.valeur("tomate")) == 3


@pytest.mark.parametrize(
    ("value", "told"), [(1e308, "1e+308"), (-2e15, "-2e+15"), (123456789.5, "123456789.5")]
)
def test_a_number_is_told_on_one_line(
    jardin: Any, door: Door, capsys: pytest.CaptureFixture[str], value: float, told: str
) -> None:
    jardin.groupe(token_of(door))
    jardin.mesurer("ma-plante", value)
    assert capsys.readouterr().out.endswith(f"ma-plante : {told}\n")


def test_the_code_of_the_big_screen_gives_a_group_its_plant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with garden_door(tmp_path) as door:
        jardin, other, third = (program_of(door) for _ in range(3))
        code = door.gateway.workshops.begin("Essai", 4, 60).about.code
        jardin.groupe(code)
        jardin.mesurer("score", 12)
        assert "atelier.tomate/score : 12" in capsys.readouterr().out
        jardin.groupe(code.upper().replace("-", ""))  # typed again, in another way
        other.groupe(code, plante="Pomme de terre")
        assert door.gateway.workshops.plants() == {"tomate", "pomme-de-terre"}
        assert "déjà pris" in refused(third, lambda: third.groupe(code, plante="tomate"))


def test_the_english_twin_joins_with_an_english_plant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with garden_door(tmp_path) as door:
        garden: Any = program_of(door, "garden.py")
        garden.group(door.gateway.workshops.begin("Essai", 4, 60).about.code, plant="Carrot")
        assert "atelier.carotte" in capsys.readouterr().out


@pytest.mark.parametrize("file", ["jardin.py", "garden.py"])
@pytest.mark.parametrize("between", ["-", " ", "", " - "])
def test_a_program_that_runs_twice_is_one_group(tmp_path: Path, file: str, between: str) -> None:
    with garden_door(tmp_path) as door:
        _run_twice(door, tmp_path, file, between)


def _run_twice(door: Door, tmp_path: Path, file: str, between: str) -> None:
    shop = door.gateway.workshops.begin("Essai", 4, 60)
    code = shop.about.code.upper().replace("-", between)
    (tmp_path / file).write_text(door.client.get(f"/{file}").text, encoding="utf-8")
    word = {"jardin.py": "groupe", "garden.py": "group"}[file]
    line = f"import {file[:-3]} as g; g.{word}('{code}')"
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '{tmp_path}'); {line}"]
    first, again = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    assert "atelier.tomate" in first
    assert again == first
    assert door.gateway.workshops.plants() == {"tomate"}
    shop.session.new_code("tomate")  # its token is void: the file does not make it another plant
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "tomate" in done.stderr
    assert door.gateway.workshops.plants() == {"tomate"}


def test_a_code_of_the_garden_itself_is_no_guess_at_a_workshop_s(jardin: Any, door: Door) -> None:
    code = code_of(door)
    for _ in range(15):
        jardin.groupe(code)
    assert door.gateway.access.for_codes.wait_s() == 0


def test_the_lines_of_a_group_s_page_are_a_whole_program(
    jardin: Any, door: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "jardin", jardin)
    jardin.ADRESSE = "http://nulle-part.invalid"
    lines = f'from jardin import *\ngroupe("{token_of(door)}", "{door.address}")\n'
    exec(lines + 'envoyer("score", 12)\n', {})  # noqa: S102
    assert capsys.readouterr().out.endswith("essai/score : 12\n")


def test_a_unit_is_written_as_on_paper(jardin: Any, door: Door) -> None:
    jardin.groupe(token_of(door))
    jardin.mesurer("verre", 18, "°C")
    assert str(jardin.valeur("verre")) == "18 °C"
    told = refused(jardin, lambda: jardin.mesurer("verre", 18, "pommes"))
    assert "unité inconnue" in told


def test_without_a_group_it_says_how(jardin: Any, door: Door) -> None:
    told = refused(jardin, lambda: jardin.mesurer("ma-plante", 1))
    assert 'jardin.groupe("le code du tableau")' in told
    told = refused(jardin, lambda: jardin.groupe("bcdf-ghjk"))
    assert "« bcdf-ghjk » n'ouvre pas le jardin" in told
    jardin.JETON = "jardin_faux"
    assert "jeton n'ouvre rien" in refused(jardin, lambda: jardin.mesurer("ma-plante", 1))


def test_what_the_garden_refuses_is_told_with_what_to_try(jardin: Any, door: Door) -> None:
    jardin.groupe(token_of(door))
    told = refused(jardin, lambda: jardin.mesurer("pack", 3))
    assert told.startswith("« pack » est un mot réservé du jardin : choisissez un autre nom.\n")
    assert 'Essayez : "ma-plante"' in told
    for unit in ("pommes et poires mûres", "x" * 5000, ["°C"]):
        told = refused(jardin, lambda unit=unit: jardin.mesurer("verre", 3, unit))
        assert "unité" in told
        assert "Essayez" in told
    told = refused(jardin, lambda: jardin.historique("bac-1", chaque="souvent"))
    assert 'Essayez : chaque="1h"' in told


def test_a_miscopied_token_is_told_in_a_pupil_s_words(jardin: Any, door: Door) -> None:
    code = door.gateway.workshops.begin("Essai", 4, 60).about.code
    for token in (token_of(door), f"jardin_ail_{'b' * 16}"):
        told = refused(jardin, lambda token=token: jardin.groupe(token[:-1] + "z"))
        assert "Essayez : recopier les trois lignes de la page de votre groupe" in told
        assert "jardin-gateway" not in told
    told = refused(jardin, lambda: jardin.groupe(code, plante="tomatte"))
    assert "Vouliez-vous dire : Tomate" in told
    assert 'Essayez : jardin.groupe("le code du tableau", plante="tomate")' in told


@pytest.mark.parametrize("code", ["", "  "])
def test_a_code_that_was_left_empty_is_told(jardin: Any, code: str) -> None:
    told = refused(jardin, lambda: jardin.groupe(code))
    assert told.startswith("Il n'y a pas de code entre les guillemets.")
    assert 'jardin.groupe("le code du tableau")' in told


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ma plante !", 1, "ne peut pas servir de nom"),
        ("x" * 33, 1, "ne peut pas servir de nom"),
        ("live", 1, "mot réservé"),
        ("ma-plante", "chaud", "n'est pas un nombre"),
        ("ma-plante", None, "n'est pas un nombre"),
        ("ma-plante", math.inf, "n'est pas un nombre"),
        ("ma-plante", 10**400, "« inf » n'est pas un nombre qui se mesure"),
    ],
)
def test_what_cannot_be_sent_is_told_before_it_is(
    jardin: Any, door: Door, name: str, value: Any, told: str
) -> None:
    jardin.groupe(token_of(door))
    assert told in refused(jardin, lambda: jardin.mesurer(name, value))


def test_too_fast_is_waited_out_and_explained(
    jardin: Any, door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    jardin.JETON = token_of(door)
    token = door.gateway.catalogue.keyring.tokens.all()[0]
    door.gateway.access.pace.take(str(token.id), int(BURST))
    jardin.while_waiting = lambda: door.clock.advance(jardin.waits[-1])
    jardin.mesurer("ma-plante", 3)
    shown = capsys.readouterr().out
    assert "Trop vite pour le jardin : on attend 1 s" in shown
    assert shown.endswith("essai/ma-plante : 3\n")


def test_a_garden_that_never_has_time_is_left_in_peace(jardin: Any, door: Door) -> None:
    jardin.JETON = token_of(door)
    token = door.gateway.catalogue.keyring.tokens.all()[0]
    door.gateway.access.pace.take(str(token.id), int(BURST))
    assert "trop vite" in refused(jardin, lambda: jardin.mesurer("ma-plante", 3))
    assert len(jardin.waits) == 4


def test_a_private_garden_asks_for_the_group_s_code_and_opens_with_it(tmp_path: Path) -> None:
    private = AccessSettings(private=True)
    with garden_door(tmp_path, pages=True, access=private) as door:
        now(door, AIR, 21.44)
        jardin: Any = program_of(door)
        told = refused(jardin, lambda: jardin.temperature("potager-1"))
        assert 'jardin.groupe("le code du tableau")' in told
        jardin.groupe(code_of(door))
        assert float(jardin.temperature("potager-1")) == 21.44


# --- when the garden is not there -------------------------------------------------------------


def test_a_garden_that_is_not_there_is_told_in_words(jardin: Any) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        jardin.ADRESSE = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    told = refused(jardin, lambda: jardin.valeur("bac-1"))
    assert "Le jardin ne répond pas" in told
    assert "Wi-Fi du jardin" in told


@pytest.mark.parametrize("page", ["/", "/atelier", "/atelier/groupe?lang=fr#nombre", "  "])
def test_an_address_may_be_copied_from_the_browser_with_its_page(
    jardin: Any, door: Door, page: str
) -> None:
    jardin.groupe(code_of(door, "radis"), f"{door.address}{page}")  # also for Origin
    jardin.ADRESSE = f"{door.address}{page}"
    assert float(jardin.valeur("bac-1")) == 31.0
    told = refused(jardin, lambda: jardin.mesurer("verre", 18))
    assert "atelier en cours" in told


@pytest.mark.parametrize(
    "wrong", ["jardin.local", "", "http://a b", "http://jardin:abc", "http://", "http://[::1", None]
)
def test_an_address_that_is_none_is_told(jardin: Any, wrong: Any) -> None:
    jardin.ADRESSE = wrong
    assert "n'en est pas une" in refused(jardin, lambda: jardin.valeur("bac-1"))


@pytest.mark.parametrize("status", ["200 OK", "302 Found", "404 Not Found", "500 Oops"])
def test_another_site_in_its_place_is_told(jardin: Any, status: str) -> None:
    """The page of a hotel's Wi-Fi, which answers whatever is asked."""
    page = b"<html>Bienvenue</html>"
    head = f"HTTP/1.1 {status}\r\nLocation: http://hotel/\r\nContent-Length: {len(page)}\r\n\r\n"
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            with suppress(OSError):
                client, _ = listener.accept()
                with client:
                    client.recv(65536)
                    client.sendall(head.encode() + page)

        thread = threading.Thread(target=serve)
        thread.start()
        jardin.ADRESSE = f"http://127.0.0.1:{listener.getsockname()[1]}"
        told = refused(jardin, lambda: jardin.valeur("bac-1"))
        thread.join()
    assert "n'est pas le jardin" in told


def test_a_school_s_proxy_is_not_asked(jardin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert float(jardin.valeur("bac-1")) == 31.0


def test_a_misspelt_function_is_told_with_the_nearest(jardin: Any) -> None:
    """As a module of its own: Python asks it for what it does not have."""
    with pytest.raises(AttributeError, match=r"Vouliez-vous dire jardin\.temperature \?"):
        _ = jardin.temprature
    with pytest.raises(AttributeError, match=r"Il y a : conseil, dessiner"):
        _ = jardin.zzz


# --- without Python ---------------------------------------------------------------------------


def test_a_plain_address_gives_a_plain_number_to_a_page_of_any_origin(door: Door) -> None:
    answer = door.client.get(
        "/api/v1/channels/potager-1/air/latest?format=text",
        headers={"Origin": "http://snap.example"},
    )
    assert answer.text == "21.44"
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["access-control-allow-origin"] == "*"
