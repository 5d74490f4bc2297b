"""Few messages, in plain words: what, where, since when, what to do."""

from __future__ import annotations

import pytest
from test_imports import loaded_by
from watched import ZONE, moment_ms

from gateway.alarms.settings import NotifySettings
from gateway.alerts.alert import Alert
from gateway.alerts.digest import Telling, untold
from gateway.alerts.message import MOST_LINES, Message, joined, message
from gateway.alerts.pacing import (
    MOST_A_DAY,
    Today,
    is_covered,
    morning_is_due,
    morning_may_go,
    urgent_may_go,
)
from gateway.alerts.rules import RULES, Key, Values
from gateway.alerts.words import DO, do, headline, since
from gateway.watering.reasons import Language

NOW_MS = moment_ms("2026-04-03 06:00")
NIGHT_MS = moment_ms("2026-04-02 22:00")


def alert(code: str, subject: str = "", begun_ms: int = NIGHT_MS, **more: object) -> Alert:
    return Alert(1, Key(code, subject), begun_ms, **more)  # type: ignore[arg-type]


def telling(language: Language = "fr") -> Telling:
    return Telling(ZONE, language, {"bac-1": "Les tomates"}, NOW_MS)


def told(*alerts: Alert, language: Language = "fr") -> tuple[str, ...]:
    made = message("morning", "Jardin", alerts, telling(language))
    return () if made is None else made.lines


# --- words --------------------------------------------------------------------------------------


def test_every_kind_says_what_to_do_in_both_languages() -> None:
    assert DO.keys() == RULES.keys()
    assert all(words["fr"].endswith(".") and words["en"].endswith(".") for words in DO.values())


@pytest.mark.parametrize(
    ("code", "subject", "values", "said"),
    [
        ("frost_alert", "", {"minimum_c": -1.5}, "Gel cette nuit (minimum attendu −1,5 °C)"),
        (
            "thirst",
            "bac-1",
            {"missing_mm": 48},
            "Les tomates : a soif depuis deux jours (il manque 48 mm)",
        ),
        ("node_silent", "verger", {}, "nœud verger : ne donne plus de nouvelles"),
        (
            "probe_out",
            "n/sol",
            {"state": "in_air"},
            "Les tomates (n/sol) : la sonde ne mesure plus la terre (hors de la terre)",
        ),
        (
            "sensor_fault",
            "n/air",
            {"state": "checksum"},
            "Les tomates (n/air) : le capteur ne mesure plus (checksum)",
        ),
        ("clock_untrusted", "", {}, "passerelle : l'heure n'est pas sûre"),
    ],
)
def test_a_line_says_where_and_what(code: str, subject: str, values: Values, said: str) -> None:
    bed = "bac-1" if subject not in ("", "verger") else None
    one = alert(code, subject, values=values, bed=bed)
    assert headline(one, telling().names, "fr") == said


def test_a_moment_is_told_as_one_speaks_of_it() -> None:
    def told_at(text: str, language: Language) -> str:
        return since(moment_ms(text), NOW_MS, ZONE, language)

    assert told_at("2026-04-03 05:05", "fr") == "5 h 05"
    assert told_at("2026-04-02 22:00", "fr") == "jeudi 22 h 00"
    assert told_at("2026-03-01 08:00", "fr") == "dimanche 1er mars, 8 h 00"
    assert told_at("2026-04-02 22:00", "en") == "Thursday 22:00"
    assert told_at("2026-03-02 08:00", "en") == "Monday 2 March, 8:00"


def test_the_clock_of_the_gateway_has_its_own_remedy() -> None:
    assert "passerelle" in do(alert("clock_untrusted"), "fr")
    assert "passerelle" not in do(alert("clock_untrusted", "verger"), "fr")


# --- the morning --------------------------------------------------------------------------------


def test_what_holds_says_since_when_and_what_to_do() -> None:
    assert told(alert("tank_low", "n/cuve", values={"level_pct": 12})) == (
        "n/cuve : la citerne est presque vide (12 %), depuis jeudi 22 h 00. Remplissez la "
        "citerne, ou gardez l'eau pour les semis.",
    )


def test_what_came_and_went_is_one_line_and_what_was_told_is_said_to_be_over() -> None:
    gone = [
        alert("node_silent", "verger", NIGHT_MS + n, ended_ms=NIGHT_MS + n + 1) for n in (0, 2, 4)
    ]
    over = alert("heat_salads", "bac-1", told_ms=1, ended_ms=NOW_MS, bed="bac-1")
    assert told(*gone, over) == (
        "nœud verger : ne donne plus de nouvelles : c'est passé, 3 fois.",
        "Les tomates : plus de 30 °C : salades et pois souffrent : c'est fini.",
    )
    assert told(*gone, language="en") == ("node verger: is silent: gone again, 3 times.",)


def test_the_end_of_a_frost_that_was_told_is_no_news() -> None:
    assert untold([alert("frost_alert", told_ms=1, ended_ms=NOW_MS)]) == []
    assert told(alert("frost_alert", told_ms=1, ended_ms=NOW_MS)) == ()


def test_a_long_message_says_how_many_more_there_are() -> None:
    many = Message("morning", "titre", tuple(f"ligne {n}" for n in range(11)))
    lines = many.body("fr").splitlines()
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "- et 3 de plus, sur la page du jardin."


def test_messages_that_waited_are_one_with_frost_first_and_each_line_once() -> None:
    old = Message("morning", "matin", ("a", "b"))
    frost = Message("urgent", "gel", ("c",))
    new = Message("morning", "matin", ("b", "d"))
    assert joined([old, frost, new], "fr") == Message(
        "urgent", "gel (avec du retard)", ("c", "b", "d", "a")
    )
    assert joined([old], "fr") == old


# --- three a day --------------------------------------------------------------------------------


def test_a_night_is_told_of_once_as_a_risk_and_once_as_frost() -> None:
    watch = alert("frost_watch", told_ms=NIGHT_MS)
    frost = alert("frost_alert", told_ms=NIGHT_MS)
    again = NIGHT_MS + 5 * 3_600_000
    assert is_covered(alert("frost_watch", begun_ms=again), [watch], ZONE)
    assert is_covered(alert("frost_watch", begun_ms=again), [frost], ZONE)
    assert not is_covered(alert("frost_alert", begun_ms=again), [watch], ZONE)
    assert not is_covered(alert("frost_watch", begun_ms=again), [alert("frost_watch")], ZONE)


def test_the_next_night_is_told_of_anew() -> None:
    frost = alert("frost_alert", told_ms=NIGHT_MS)
    evening = moment_ms("2026-04-03 20:00")
    assert not is_covered(alert("frost_watch", begun_ms=evening), [frost], ZONE)


def test_the_morning_leaves_one_message_for_frost() -> None:
    def after(made: int, *, waiting: bool = False) -> Today:
        return Today(6, made, had_morning=False, waiting=waiting)

    assert [morning_may_go(after(n)) for n in range(4)] == [True, True, False, False]
    assert [urgent_may_go(after(n)) for n in range(5)] == [True, True, True, False, False]
    assert urgent_may_go(after(MOST_A_DAY, waiting=True)), "it goes along with what waits"


def test_the_morning_comes_once_at_its_hour_or_later() -> None:
    assert not morning_is_due(Today(5, 0, had_morning=False), 6)
    assert morning_is_due(Today(15, 0, had_morning=False), 6)
    assert not morning_is_due(Today(15, 0, had_morning=True), 6)


# --- addresses ----------------------------------------------------------------------------------


def test_settings_in_a_log_hold_no_address() -> None:
    assert "secret" not in repr(NotifySettings(urls=["json://secret@host"]))


def test_a_gateway_loads_no_apprise() -> None:
    assert "apprise" not in loaded_by("import gateway.run, gateway.alarms.watchman")
