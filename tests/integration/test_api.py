"""The programs' door, over a real socket, on real databases."""

from __future__ import annotations

import csv
import io
import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from door import AIR, MINUTE_MS, NOW_MS, PORCH, RAIN, WIND, Door, problem

from gateway.assets import Assets
from gateway.catalogue import Catalogue
from gateway.formats import Row, read_csv
from gateway.quarantine import Refused
from gateway.store.base import Fault, Reading
from gateway.times import to_rfc3339
from sensor_node import wire


def air(minutes_ago: float, value: float, *, suspect: str = "") -> Reading:
    return Reading(AIR, NOW_MS - round(minutes_ago * MINUTE_MS), value, suspect)


# --- the garden, its nodes, its channels --------------------------------------------------------


def test_the_garden_says_who_it_is_and_where_to_a_kilometre(door: Door) -> None:
    garden = door.json("/garden")
    assert garden["name"] == "Jardin d'essai"
    assert garden["timezone"] == "Europe/Paris"
    assert garden["place"] == {"latitude": 47.32, "longitude": 5.04}
    assert garden["time"] == "2025-11-22T04:30:00.000Z"
    assert garden["clock"] == "trusted"
    assert garden["store"] == door.gateway.store.id


def test_nodes_come_with_their_health_in_words(door: Door) -> None:
    potager, serre = door.json("/nodes")["nodes"]
    assert (potager["node"], potager["state"], potager["packs"]) == ("potager-1", "online", 3)
    assert potager["last_seen"] == "2025-11-22T04:29:59.000Z"
    assert potager["about"]["channels"]["air"]["sensor"] == "DHT22"
    assert [t["code"] for t in potager["health"]["troubles"]] == ["READINGS_DROPPED"]
    assert (serre["state"], serre["health"]["state"]) == ("lost", "bad")
    assert "Wi-Fi" in serre["health"]["troubles"][0]["text"]


def test_a_node_that_falls_silent_is_said_to_be(door: Door) -> None:
    door.clock.advance(3600)
    troubles = door.json("/nodes/potager-1", lang="fr")["health"]["troubles"]
    assert troubles[0]["code"] == "NODE_SILENT"
    assert "60 min" in troubles[0]["text"]


def test_channels_come_with_their_newest_value(door: Door) -> None:
    door.measure(air(5, 21.0), air(1, 21.4))
    by_name = {c["channel"]: c for c in door.json("/channels")["channels"]}
    assert list(by_name) == ["potager-1/air", "potager-1/pluie", "potager-1/vent", "serre/porche"]
    assert by_name["potager-1/air"] == {
        "channel": "potager-1/air",
        "node": "potager-1",
        "name": "air",
        "quantity": "air_temperature",
        "unit": "Cel",
        "sensor": "DHT22",
        "pin": "GPIO4",
        "simulated": False,
        "latest": {
            "time": "2025-11-22T04:29:00.000Z",
            "value": 21.4,
            "age_s": 60.0,
            "quality": "good",
            "fault": None,
            "doubt": None,
        },
    }
    assert by_name["serre/porche"]["latest"] is None


def test_channels_can_be_chosen_by_node_and_by_quantity(door: Door) -> None:
    def names(**filters: str) -> list[str]:
        return [c["channel"] for c in door.json("/channels", **filters)["channels"]]

    assert names(node="serre") == ["serre/porche"]
    assert names(quantity="rain") == ["potager-1/pluie"]
    assert names(node="serre", quantity="rain") == []
    assert door.json("/channels/serre/porche")["quantity"] == "relative_humidity"


# --- one value ----------------------------------------------------------------------------------


def test_the_latest_value_is_a_bare_number_for_a_display(door: Door) -> None:
    door.measure(air(1, 21.5))
    by_parameter = door.get("/channels/potager-1/air/latest", format="text")
    by_header = door.client.get(
        "/api/v1/channels/potager-1/air/latest", headers={"Accept": "text/plain"}
    )
    assert by_parameter.text == by_header.text == "21.5"
    assert by_header.headers["content-type"] == "text/plain; charset=utf-8"
    assert door.json("/channels/potager-1/air/latest")["value"] == 21.5


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (-0.25, "-0.25"), (0.00001, "0.00001"), (1e16, "1" + 16 * "0")]
)
def test_a_bare_number_has_no_exponent(door: Door, value: float, text: str) -> None:
    door.measure(air(1, value))
    assert door.get("/channels/potager-1/air/latest", format="text").text == text


def test_a_browser_gets_the_latest_value_as_json(door: Door) -> None:
    door.measure(air(1, 21.5))
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = door.client.get(
        "/api/v1/channels/potager-1/air/latest", headers={"Accept": accept}
    ).json()
    assert (answer["channel"], answer["unit"]) == ("potager-1/air", "Cel")


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_old_value_is_given_only_to_those_who_say_old_is_ok(door: Door, form: str) -> None:
    door.measure(air(60, 21.5))
    refused = door.get("/channels/potager-1/air/latest", format=form)
    assert "?old=ok" in problem(refused, 404, "NO_FRESH_VALUE")["detail"]
    given = door.get("/channels/potager-1/air/latest", format=form, old="ok")
    assert given.status_code == 200
    assert "21.5" in given.text


def test_a_fault_is_no_value_even_if_old_is_ok(door: Door) -> None:
    door.measure(air(5, 21.5), Fault(AIR, NOW_MS, "checksum"))
    problem(door.get("/channels/potager-1/air/latest"), 404, "NO_FRESH_VALUE")
    text = door.get("/channels/potager-1/air/latest", format="text", old="ok")
    assert "checksum" in problem(text, 404, "NO_FRESH_VALUE")["detail"]
    shown = door.json("/channels/potager-1/air/latest", old="ok")
    assert (shown["value"], shown["quality"], shown["fault"]) == (None, "fault", "checksum")


def test_a_channel_without_any_reading_has_no_fresh_value(door: Door) -> None:
    problem(door.get("/channels/serre/porche/latest", old="ok"), 404, "NO_FRESH_VALUE")


# --- readings -----------------------------------------------------------------------------------


def test_readings_of_the_last_day_are_what_one_gets_without_asking_more(door: Door) -> None:
    door.measure(air(24 * 60 + 1, 1.0), air(24 * 60, 2.0), air(5, 3.5, suspect="stuck"))
    door.measure(Fault(AIR, NOW_MS - MINUTE_MS, "checksum"))
    answer = door.json("/readings", channel="potager-1/air")
    assert answer == {
        "from": "2025-11-21T04:30:00.000Z",
        "to": "2025-11-22T04:30:00.000Z",
        "every": None,
        "times": "rfc3339",
        "timezone": "Europe/Paris",
        "raw": False,
        "series": [
            {
                "channel": "potager-1/air",
                "node": "potager-1",
                "name": "air",
                "quantity": "air_temperature",
                "unit": "Cel",
                "columns": ["time", "value", "quality"],
                "points": [
                    ["2025-11-21T04:30:00.000Z", 2.0],
                    ["2025-11-22T04:25:00.000Z", 3.5, "suspect", "stuck"],
                ],
                "faults": [["2025-11-22T04:29:00.000Z", "checksum"]],
            }
        ],
    }


def test_from_is_inclusive_and_to_exclusive(door: Door) -> None:
    door.measure(*(air(ago, float(ago)) for ago in range(10)))
    span = {"from": "2025-11-22T04:22:00Z", "to": "2025-11-22T04:25:00Z"}
    (series,) = door.json("/readings", channel="potager-1/air", **span)["series"]
    assert [value for _, value in series["points"]] == [8.0, 7.0, 6.0]


def test_a_moment_may_have_an_offset_and_a_date_is_local_midnight(door: Door) -> None:
    span = {"from": "2025-10-26", "to": "2025-10-27T00:00:00+01:00"}
    answer = door.json("/readings", channel="potager-1/air", **span)
    assert (answer["from"], answer["to"]) == (
        "2025-10-25T22:00:00.000Z",
        "2025-10-26T23:00:00.000Z",
    )
    path = "/api/v1/readings?channel=potager-1/air&from=2025-11-22T04:00:00+01:00"
    assert door.client.get(path).json()["from"] == "2025-11-22T03:00:00.000Z"


def test_a_long_answer_arrives_whole_and_in_order(door: Door) -> None:
    door.measure(*(air(ago / 10, float(ago)) for ago in range(2500)))
    (series,) = door.json("/readings", channel="potager-1/air", times="ms")["series"]
    moments = [at_ms for at_ms, _ in series["points"]]
    assert len(moments) == 2499  # the newest is at `to`, which is exclusive
    assert moments == sorted(set(moments))


def test_times_may_be_numbers_for_whoever_draws(door: Door) -> None:
    door.measure(air(5, 3.5), Fault(AIR, NOW_MS - MINUTE_MS, "checksum"))
    (series,) = door.json("/readings", channel="potager-1/air", times="ms")["series"]
    assert series["points"] == [[NOW_MS - 5 * MINUTE_MS, 3.5]]
    assert series["faults"] == [[NOW_MS - MINUTE_MS, "checksum"]]


@pytest.mark.parametrize(
    ("days", "every"),
    [(0.3, "1m"), (1, "5m"), (5, "15m"), (20, "1h"), (60, "3h"), (365, "1d"), (3000, "1w")],
)
def test_every_auto_gives_as_many_rows_as_a_screen_shows(
    door: Door, days: float, every: str
) -> None:
    begin = to_rfc3339(NOW_MS - round(days * 86_400_000))
    answer = door.json("/readings", **{"channel": str(AIR), "from": begin, "every": "auto"})
    assert answer["every"] == every


def test_every_gives_one_row_a_span(door: Door) -> None:
    door.measure(air(110, 10.0), air(100, 14.0), air(20, 20.0))
    answer = door.json(
        "/readings", channel="potager-1/air", every="1h", aggregate="mean,min,max,sum,count"
    )
    (series,) = answer["series"]
    assert answer["every"] == "1h"
    assert series["columns"] == ["time", "mean", "min", "max", "sum", "count"]
    assert series["points"] == [
        ["2025-11-22T02:00:00.000Z", 12.0, 10.0, 14.0, 24.0, 2],
        ["2025-11-22T04:00:00.000Z", 20.0, 20.0, 20.0, 20.0, 1],
    ]


def test_rain_adds_up_and_directions_average_as_vectors(door: Door) -> None:
    door.measure(
        Reading(RAIN, NOW_MS - 2 * MINUTE_MS, 0.2),
        Reading(RAIN, NOW_MS - MINUTE_MS, 0.4),
        Reading(WIND, NOW_MS - 2 * MINUTE_MS, 350.0),
        Reading(WIND, NOW_MS - MINUTE_MS, 20.0),
    )
    channels = ["potager-1/pluie", "potager-1/vent"]
    rain, wind = door.json("/readings", channel=channels, every="1h")["series"]
    assert rain["columns"] == ["time", "sum"]
    assert rain["points"][0][1] == pytest.approx(0.6)
    assert wind["columns"] == ["time", "mean"]
    assert wind["points"][0][1] == pytest.approx(5.0)


def test_more_points_than_allowed_is_a_problem_that_says_what_would_fit(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.readings.MAX_POINTS", 100)
    door.measure(*(air(ago, float(ago)) for ago in range(1, 102)))
    each = problem(door.get("/readings", channel="potager-1/air"), 422, "TOO_MANY_POINTS")
    assert (each["points"], each["limit"], each["every"]) == (101, 100, "15m")
    assert "100" in each["detail"]
    assert "every=15m" in each["detail"]
    door.json("/readings", channel="potager-1/air", every=each["every"])
    fine = door.get("/readings", channel="potager-1/air", every="1m")
    assert problem(fine, 422, "TOO_MANY_POINTS")["every"] == "15m"


def test_a_span_of_centuries_is_refused_before_it_is_cut(door: Door) -> None:
    answer = door.get(
        "/readings", channel="potager-1/air", every="10s", to="8999-01-01", **{"from": "1971-01-01"}
    )
    problem(answer, 422, "TOO_MANY_POINTS")


def test_where_no_step_is_long_enough_the_problem_says_how_much_fits(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.readings.MAX_POINTS", 100)
    both = ["potager-1/air", "serre/porche"]
    span = {"from": "2020-01-01", "to": "2026-01-01"}
    refused = problem(
        door.get("/readings", channel=both, every="1d", **span), 422, "TOO_MANY_POINTS"
    )
    assert refused["every"] is None
    assert "with every=1mo at most 1344 days of 2 channels" in refused["detail"]
    assert "or at most 1 channel(s)" in refused["detail"]
    door.json("/readings", channel=both, every="1mo", **{"from": "2020-01-01", "to": "2023-09-06"})
    door.json("/readings", channel=both[0], every="1mo", **span)


@pytest.mark.parametrize("every", ["auto", "1d", "1mo"])
@pytest.mark.parametrize("span", [("0001-01-01", "9999-12-31"), ("1971-01-01", "9999-12-31")])
def test_a_span_outside_the_calendar_is_told_the_same_whatever_the_step(
    door: Door, every: str, span: tuple[str, str]
) -> None:
    answer = door.get(
        "/readings",
        channel="potager-1/air",
        every=every,
        **dict(zip(("from", "to"), span, strict=True)),
    )
    problem(answer, 422, "TIME_OUT_OF_RANGE")


def test_a_body_nested_without_end_is_told_to_be_unreadable(door: Door) -> None:
    answer = door.client.post(
        "/api/v1/beds", content=b"[" * 100_000, headers={"Content-Type": "application/json"}
    )
    assert "send JSON" in problem(answer, 400, "BAD_REQUEST")["detail"]


# --- files --------------------------------------------------------------------------------------


def table(text: str, delimiter: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_csv_has_commas_points_and_rfc3339(door: Door) -> None:
    door.measure(air(5, 21.5), Reading(PORCH, NOW_MS - MINUTE_MS, 55.25))
    answer = door.get("/readings", channel=["potager-1/air", "serre/porche"], format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="jardin_2025-11-21_2025-11-22.csv"' in answer.headers["content-disposition"]
    assert table(answer.text, ",") == [
        {
            "time": "2025-11-22T04:25:00.000Z",
            "node": "potager-1",
            "channel": "air",
            "quantity": "air_temperature",
            "unit": "Cel",
            "value": "21.5",
        },
        {
            "time": "2025-11-22T04:29:00.000Z",
            "node": "serre",
            "channel": "porche",
            "quantity": "relative_humidity",
            "unit": "%RH",
            "value": "55.25",
        },
    ]


def test_csv_fr_opens_in_a_french_spreadsheet(door: Door) -> None:
    door.measure(air(5, 21.5))
    answer = door.get("/readings", channel="potager-1/air", format="csv-fr")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "potager-1-air_2025-11-21_2025-11-22.csv" in answer.headers["content-disposition"]
    (row,) = table(answer.content.decode("utf-8-sig"), ";")
    assert row["valeur"] == "21,5"
    assert row["heure locale"] == "22/11/2025 05:25:00"
    assert row["heure UTC"] == "2025-11-22T04:25:00.000Z"


def test_files_of_aggregates_say_which_each_value_is(door: Door) -> None:
    door.measure(air(20, 20.0), air(10, 22.0))
    answer = door.get(
        "/readings", channel="potager-1/air", every="1h", aggregate=["min", "max"], format="csv"
    )
    rows = table(answer.text, ",")
    assert [(row["aggregate"], row["value"]) for row in rows] == [("min", "20.0"), ("max", "22.0")]


def test_a_csv_of_any_length_can_be_read_back_whole(door: Door) -> None:
    readings = [air(ago / 10, ago / 3) for ago in range(1, 2500)]
    door.measure(*readings)
    answer = door.get("/readings", channel="potager-1/air", format="csv")
    read = [row for _, row in read_csv(answer.text.splitlines(keepends=True))]
    assert {(row.at_ms, row.value) for row in read if isinstance(row, Row)} == {
        (reading.at_ms, reading.value) for reading in readings
    }


def test_senml_is_a_pack_that_other_programs_know(door: Door) -> None:
    door.measure(air(5, 21.5), air(4, 22.0))
    answer = door.get("/readings", channel="potager-1/air", format="senml")
    assert answer.headers["content-type"] == "application/senml+json"
    assert answer.json() == [
        {"bn": "potager-1/air", "bt": (NOW_MS - 5 * MINUTE_MS) / 1000, "u": "Cel", "v": 21.5},
        {"t": 60.0, "u": "Cel", "v": 22.0},
    ]


# --- problems -----------------------------------------------------------------------------------

WRONG: list[tuple[tuple[str, dict[str, Any]], tuple[int, str], tuple[str, str]]] = [
    (("/nodes/potager", {}), (404, "UNKNOWN_NODE"), ("potager-1", "potager-1")),
    (("/channels/potager-1/ait", {}), (404, "UNKNOWN_CHANNEL"), ("Vouliez-vous", "Did you mean")),
    (("/channels", {"node": "seree"}), (404, "UNKNOWN_NODE"), ("serre", "serre")),
    (("/channels", {"quantity": "rains"}), (404, "UNKNOWN_QUANTITY"), ("grandeur", "quantity")),
    (("/channels", {"bed": "bac-1"}), (404, "UNKNOWN_BED"), ("bac", "bed")),
    (("/channels", {"nod": "serre"}), (422, "UNKNOWN_PARAMETER"), ("« node »", "'node'")),
    (
        ("/readings", {}),
        (422, "WRONG_PARAMETER"),
        ("« channel » : il manque", "'channel': it is mis"),
    ),
    (("/readings", {"channel": "air"}), (404, "UNKNOWN_CHANNEL"), ("voie", "channel")),
    (
        ("/readings", {"channel": "a/b", "format": "xls"}),
        (422, "WRONG_PARAMETER"),
        ("csv-fr", "csv-fr"),
    ),
    (
        ("/readings", {"channel": "a/b", "raw": "x"}),
        (422, "WRONG_PARAMETER"),
        ("true ou", "true or"),
    ),
    (
        ("/readings", {"channel": ["a/b"] * 51}),
        (422, "WRONG_PARAMETER"),
        ("au plus 50", "at most 50"),
    ),
    (
        ("/readings", {"channel": "a/b", "from": "hier"}),
        (422, "WRONG_TIME"),
        ("« from »", "'from'"),
    ),
    (
        ("/readings", {"channel": "a/b", "to": "2025-11-22T04:30:00"}),
        (422, "WRONG_TIME"),
        ("Z", "Z"),
    ),
    (
        ("/readings", {"channel": "a/b", "from": "2030-01-01"}),
        (422, "EMPTY_SPAN"),
        ("avant", "before"),
    ),
    (("/readings", {"channel": "a/b", "every": "7m"}), (422, "EVERY_INVALID"), ("5m", "5m")),
    (("/quarantine", {"limit": "0"}), (422, "WRONG_PARAMETER"), ("au moins 1", "at least 1")),
    (("/garden/shed", {}), (404, "UNKNOWN_ADDRESS"), ("/api/docs", "/api/docs")),
]


@pytest.mark.parametrize(("asked", "expected", "words"), WRONG)
def test_what_is_wrong_is_said_in_the_readers_language(
    door: Door,
    asked: tuple[str, dict[str, Any]],
    expected: tuple[int, str],
    words: tuple[str, str],
) -> None:
    path, parameters = asked
    english = problem(door.get(path, **parameters), *expected)
    by_header = door.client.get(
        f"/api/v1{path}", params=parameters, headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8"}
    )
    french = problem(by_header, *expected)
    assert words[0] in french["detail"]
    assert words[1] in english["detail"]
    assert french["title"] != english["title"]


def test_a_channel_like_others_is_told_the_nearest_names(door: Door) -> None:
    answer = problem(door.get("/channels/potager-1/ait"), 404, "UNKNOWN_CHANNEL")
    assert answer["near"][0] == "potager-1/air"


@pytest.mark.parametrize(
    ("every", "aggregate", "code"),
    [("1h", "median", "UNKNOWN_AGGREGATE"), (None, "mean", "AGGREGATE_WITHOUT_EVERY")],
)
def test_an_aggregate_that_cannot_be_is_refused(
    door: Door, every: str | None, aggregate: str, code: str
) -> None:
    parameters = {"every": every} if every else {}
    answer = door.get("/readings", channel="potager-1/air", aggregate=aggregate, **parameters)
    problem(answer, 422, code)


def test_an_unknown_aggregate_is_told_in_good_french_with_all_that_there_are(door: Door) -> None:
    answer = door.get(
        "/readings", channel="potager-1/air", every="1h", aggregate="median", lang="fr"
    )
    detail = problem(answer, 422, "UNKNOWN_AGGREGATE")["detail"]
    assert "pas d'agrégat (aggregate) « median »" in detail
    assert "Il y a : count, max, mean, min, sum." in detail


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "Le nom de voie est vide"), ("en", "The name of the channel is empty")],
)
def test_a_channel_without_a_name_is_said_to_be_empty(door: Door, lang: str, words: str) -> None:
    answer = door.get("/readings", channel="", lang=lang)
    assert words in problem(answer, 404, "UNKNOWN_CHANNEL")["detail"]


def test_the_address_wins_over_the_browser_and_the_garden_over_neither(door: Door) -> None:
    def title(accept: str, **parameters: str) -> str:
        answer = door.client.get(
            "/api/v1/nodes/x", params=parameters, headers={"Accept-Language": accept}
        )
        return str(answer.json()["title"])

    assert title("en", lang="fr") == "Introuvable"
    assert title("de, en;q=0.5") == "Not found"
    assert title("de") == title("*") == title("") == "Introuvable"
    assert title("fr;q=0, en;q=0.1") == "Not found"


def test_a_wrong_method_is_told_the_right_one(door: Door) -> None:
    answer = door.client.delete("/api/v1/garden")
    assert problem(answer, 405, "METHOD_NOT_ALLOWED")["allowed"] == ["GET"]
    assert answer.headers["allow"] == "GET"


def test_a_failure_that_nobody_foresaw_shows_no_traceback_and_is_logged(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    door.gateway.catalogue.close()
    del door.gateway.catalogue
    with caplog.at_level(logging.ERROR):
        body = problem(door.get("/nodes"), 500, "INTERNAL_ERROR")
    assert "AttributeError" not in json.dumps(body)
    assert "AttributeError" in caplog.text
    door.gateway.catalogue = Catalogue(door.gateway.settings.data / "garden.sqlite")


def test_a_disk_that_fails_is_a_problem_with_what_to_do(door: Door) -> None:
    door.gateway.catalogue.close()
    problem(door.get("/channels"), 503, "STORAGE_FAILED")


# --- quarantine ---------------------------------------------------------------------------------


def refused(number: int, payload: bytes) -> Refused:
    return Refused(
        node="potager-1",
        topic=f"jardin/v1/potager-1/pack/7c1e9a52d01b44f3/{number}",
        channel=None,
        code="NOT_JSON",
        text_fr="Ce n'est pas du JSON.",
        text_en="It is not JSON.",
        payload=payload,
        received_ms=NOW_MS,
        boot=None,
        seq=None,
        at_ms=None,
        unit=None,
        value=None,
    )


def test_quarantine_shows_reasons_and_payloads_newest_first(door: Door) -> None:
    door.gateway.quarantine.add([refused(1, b"{pas du json}"), refused(2, b"\xff\x00")])
    page = door.json("/quarantine", lang="fr")
    assert (page["count"], page["evicted"], page["next"]) == (2, 0, None)
    binary, text = page["items"]
    assert (text["payload"], text["encoding"]) == ("{pas du json}", "text")
    assert (binary["payload"], binary["encoding"]) == ("/wA=", "base64")
    assert text["text"] == "Ce n'est pas du JSON."
    assert door.json("/quarantine", lang="en")["items"][0]["text"] == "It is not JSON."


def test_a_long_quarantine_is_read_page_by_page(door: Door) -> None:
    door.gateway.quarantine.add([refused(n, str(n).encode()) for n in range(7)])
    seen: list[str] = []
    parameters: dict[str, Any] = {"limit": 3}
    while True:
        page = door.json("/quarantine", **parameters)
        seen += [item["payload"] for item in page["items"]]
        if page["next"] is None:
            break
        parameters["before"] = page["next"]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_what_can_be_stored_now_leaves_the_quarantine(door: Door) -> None:
    good = wire.encode_pack(
        wire.Pack(
            "potager-1", "7c1e9a52d01b44f3", 1, NOW_MS, "ntp", (wire.Record("air", "Cel", 20.0),)
        )
    )
    door.gateway.quarantine.add([refused(1, good), refused(2, b"never")])
    answer = door.client.post("/api/v1/quarantine/retry")
    assert answer.json() == {"accepted": 1, "left": 1}
    assert door.json("/channels/potager-1/air/latest")["value"] == 20.0


def test_a_retry_can_be_of_some_items_only(door: Door) -> None:
    door.gateway.quarantine.add([refused(1, b"never")])
    answer = door.client.post("/api/v1/quarantine/retry", json={"ids": [999]})
    assert answer.json() == {"accepted": 0, "left": 1}


@pytest.mark.parametrize(
    ("body", "said"),
    [("{", "not JSON"), ('{"ids": "all"}', "a list"), ('{"idz": []}', "no such field")],
)
def test_a_wrong_body_is_told_what_is_wrong(door: Door, body: str, said: str) -> None:
    answer = door.client.post(
        "/api/v1/quarantine/retry", content=body, headers={"Content-Type": "application/json"}
    )
    assert said in problem(answer, 422, "WRONG_PARAMETER")["detail"]


def test_a_body_over_the_limit_is_refused_declared_or_not(door: Door) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    for content in (b" " * 1_000_001, pieces()):
        answer = door.client.post(
            "/api/v1/quarantine/retry",
            content=content,
            headers={"Content-Type": "application/json"},
        )
        assert problem(answer, 413, "TOO_LARGE")["limit"] == 1_000_000


# --- other sites, safe headers ------------------------------------------------------------------


def test_any_page_may_read_and_no_other_sites_page_may_write(door: Door) -> None:
    elsewhere = {"Origin": "https://example.org"}
    assert door.client.get("/api/v1/garden", headers=elsewhere).headers[
        "access-control-allow-origin"
    ] == ("*")
    written = door.client.post("/api/v1/quarantine/retry", headers=elsewhere)
    problem(written, 403, "OTHER_SITE")
    own = door.client.post("/api/v1/quarantine/retry", headers={"Origin": door.address})
    assert own.status_code == 200
    asked = door.client.options(
        "/api/v1/quarantine/retry",
        headers={**elsewhere, "Access-Control-Request-Method": "POST"},
    )
    assert asked.status_code == 400


@pytest.mark.parametrize("path", ["/api/docs", "/api/v1/garden", "/api/v1/nothing", "/healthz"])
def test_every_answer_has_the_safe_headers(door: Door, path: str) -> None:
    headers = door.client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


# --- liveness and the description ---------------------------------------------------------------


def test_healthz_says_which_part_does_not_answer(door: Door) -> None:
    well = door.client.get("/healthz")
    assert (well.status_code, well.json()["status"]) == (200, "ok")
    door.gateway.broker_up = False
    ill = door.client.get("/healthz")
    assert ill.status_code == 503
    assert ill.json() == {"status": "failing", "store": True, "ingest": True, "broker": False}
    door.gateway.store.close()
    assert door.client.get("/healthz").json()["store"] is False


def test_the_description_page_loads_nothing_from_elsewhere(door: Door) -> None:
    page = door.client.get("/api/docs").text
    assert "http://" not in page
    assert "https://" not in page
    assert "/api/openapi.json" in page


def test_the_description_page_says_plainly_when_its_files_are_not_built(
    door: Door, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("gateway.assets.built", lambda: Assets(tmp_path))
    assert "make assets" in door.client.get("/api/docs").text


def test_the_description_names_every_address_of_the_programs_door(door: Door) -> None:
    described = door.client.get("/api/openapi.json").json()["paths"]
    assert set(described) == {
        "/healthz",
        "/api/v1/beds",
        "/api/v1/beds/{bed}",
        "/api/v1/beds/{bed}/advice",
        "/api/v1/beds/{bed}/history",
        "/api/v1/beds/{bed}/waterings",
        "/api/v1/beds/{bed}/waterings/{number}",
        "/api/v1/alerts",
        "/api/v1/alerts/{number}/silence",
        "/api/v1/restriction",
        "/api/v1/rain",
        "/api/v1/rain/{number}",
        "/api/v1/forecast",
        "/metrics",
        "/api/v1/health",
        "/api/v1/calibrations",
        "/api/v1/channels/{node}/{channel}/calibrations",
        "/api/v1/channels/{node}/{channel}/calibrations/{number}",
        "/api/v1/garden",
        "/api/v1/nodes",
        "/api/v1/nodes/{node}",
        "/api/v1/channels",
        "/api/v1/channels/{node}/{channel}",
        "/api/v1/channels/{node}/{channel}/latest",
        "/api/v1/readings",
        "/api/v1/events",
        "/api/v1/quarantine",
        "/api/v1/quarantine/retry",
        "/api/v1/joining/authority",
        "/api/v1/joining/code",
        "/api/v1/joining/account",
        "/api/v1/who",
        "/api/v1/tokens",
        "/api/v1/tokens/{number}",
        "/api/v1/codes",
        "/api/v1/codes/{number}",
        "/api/v1/passphrases/{role}",
        "/api/v1/door",
        "/api/v1/audit",
        "/api/v1/beds/{bed}/notes",
        "/api/v1/beds/{bed}/notes/{number}",
        "/api/v1/crops",
        "/api/v1/crops/{crop}",
        "/api/v1/workshops",
        "/api/v1/workshops/join",
        "/api/v1/workshops/{id}",
        "/api/v1/workshops/{id}/end",
        "/api/v1/workshops/{id}/extend",
        "/api/v1/workshops/{id}/groups/{plant}/code",
        "/api/v1/workshops/{id}/groups/{plant}/freeze",
        "/api/v1/workshops/{id}/groups/{plant}/thaw",
        "/api/v1/workshops/{id}/hand",
        "/api/v1/workshops/{id}/notes",
        "/api/v1/workshops/{id}/pause",
        "/api/v1/workshops/{id}/people",
        "/api/v1/workshops/{id}/resume",
        "/api/v1/workshops/{id}/zip",
    }


# --- events -------------------------------------------------------------------------------------


class Stream:
    """One open event stream, read frame by frame."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def frame(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and fields:
                return fields
            name, _, value = line.partition(": ")
            fields[name] = value
        return fields

    def numbers(self, count: int) -> list[int]:
        return [json.loads(self.frame()["data"])["n"] for _ in range(count)]


@contextmanager
def watching(door: Door, seen: str | None = None, **parameters: str) -> Iterator[Stream]:
    headers = {"Last-Event-ID": seen} if seen is not None else {}
    path = "/api/v1/events"
    with door.client.stream("GET", path, params=parameters, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer.iter_lines())


def test_an_event_reaches_an_open_stream(door: Door) -> None:
    with watching(door) as stream:
        place = stream.frame()
        assert place["id"] == door.gateway.events.last_id
        door.gateway.events.publish("state", {"node": "serre", "state": "online"})
        frame = stream.frame()
    assert frame["event"] == "state"
    assert frame["id"] == door.gateway.events.last_id
    assert json.loads(frame["data"]) == {"node": "serre", "state": "online"}


def test_a_stream_that_broke_goes_on_where_it_was(door: Door) -> None:
    with watching(door) as stream:
        stream.frame()
        for n in range(3):
            door.gateway.events.publish("reading", {"n": n})
        seen = [stream.frame() for _ in range(2)][-1]["id"]
    door.gateway.events.publish("reading", {"n": 3})
    with watching(door, seen) as stream:
        stream.frame()
        assert stream.numbers(2) == [2, 3]
    with watching(door, last_event_id=seen) as stream:
        stream.frame()
        assert stream.numbers(2) == [2, 3]


def test_a_stream_from_before_a_restart_is_told_to_load_again(door: Door) -> None:
    with watching(door, "0badcafe-12") as stream:
        assert "id" not in stream.frame()
        assert stream.frame()["event"] == "reset"


def test_a_calm_stream_is_kept_alive(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.api.events.KEEP_ALIVE_S", 0.0)
    with watching(door) as stream:
        stream.frame()
        assert stream.frame() == {"": "still here"}


def test_the_server_stops_while_forty_pages_are_open(door: Door) -> None:
    ready = threading.Barrier(41)

    def watch() -> str:
        with watching(door) as stream:
            stream.frame()
            ready.wait()
            return stream.frame()["event"]

    with ThreadPoolExecutor(40) as pool:
        pages = [pool.submit(watch) for _ in range(40)]
        ready.wait()
        door.gateway.events.publish("state", {"node": "serre", "state": "online"})
        assert [page.result() for page in pages] == ["state"] * 40
    with watching(door) as stream:
        stream.frame()
        door.shut()
        assert stream.frame() == {}
