"""Readings that a program or a group sends by HTTP."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from door import NOW_MS, Door, problem
from harness import Ear, eventually, gateway_on

from gateway.api.guard import COOKIE, CSRF_HEADER
from gateway.broker import MosquittoBroker
from gateway.intake import Intake
from gateway.security.roles import Role, Scope
from gateway.security.throttle import BURST
from gateway.sent import Sent
from gateway.store.base import Series
from gateway.times import to_rfc3339
from gateway.workshop.workshop import Workshop
from sensor_node import wire

READINGS: Final = "/api/v1/readings"
AIR: Final = {"channel": "air", "value": 21.4, "unit": "Cel"}


def token_of(door: Door, node: str = "meteo") -> dict[str, str]:
    text, _ = door.gateway.catalogue.keyring.tokens.make(
        "essai", [Scope.SEND], node, NOW_MS + 10**10, NOW_MS
    )
    return {"Authorization": f"Bearer {text}"}


def workshop_of(door: Door, plant: str = "tomate") -> Workshop:
    workshop = door.gateway.workshops.begin("Essai", 4, 60)
    door.gateway.workshops.join(workshop.about.code, plant)
    return workshop


def group_of(door: Door) -> dict[str, str]:
    workshop_of(door)
    session = door.gateway.access.sessions.begin(Role.GROUP, NOW_MS, secure=False, plant="tomate")
    return {"Cookie": f"{COOKIE}={session.id}", CSRF_HEADER: session.csrf}


def send(door: Door, headers: dict[str, str], *readings: dict[str, Any]) -> httpx.Response:
    return door.client.post(READINGS, json={"readings": list(readings)}, headers=headers)


def test_a_program_s_reading_is_on_disk_and_on_the_pages_when_it_is_answered(door: Door) -> None:
    answer = send(door, token_of(door), AIR, {"channel": "meteo/score", "value": 3})
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"node": "meteo", "stored": 2, "quarantined": []}
    points = door.gateway.store.points(Series("meteo", "air"), NOW_MS - 1, NOW_MS + 1, 10)
    assert [(point.at_ms, point.value) for point in points] == [(NOW_MS, 21.4)]
    assert door.json("/channels/meteo/air/latest")["value"] == 21.4
    assert door.json("/channels/meteo/air")["quantity"] is None  # several are in Cel
    assert door.json("/channels/meteo/score/latest")["value"] == 3
    assert list(door.gateway.moved) == [Series("meteo", "air"), Series("meteo", "score")]


def test_what_is_sent_twice_counts_once(door: Door) -> None:
    headers, reading = token_of(door), AIR | {"time": to_rfc3339(NOW_MS - 60_000)}
    for _ in range(2):
        assert send(door, headers, reading).json()["stored"] == 1
    assert door.gateway.store.count() == 1


def test_what_cannot_be_believed_is_in_quarantine_and_can_be_tried_again(door: Door) -> None:
    headers = token_of(door)
    send(door, headers, AIR)
    wrong = send(door, headers, AIR | {"unit": "%RH"}, {"channel": "vent", "value": 1, "unit": "m"})
    codes = [one["code"] for one in wrong.json()["quarantined"]]
    assert (wrong.json()["stored"], sorted(codes)) == (0, ["UNIT_MISMATCH", "UNKNOWN_UNIT"])
    ahead = send(door, headers, AIR | {"time": to_rfc3339(NOW_MS + 3_600_000)})
    (refused,) = ahead.json()["quarantined"]
    assert (refused["code"], refused["channel"]) == ("IN_THE_FUTURE", None)
    assert door.gateway.quarantine.by_node() == {"meteo": 3}
    door.clock.advance(3600)
    assert door.client.post("/api/v1/quarantine/retry").json() == {"accepted": 1, "left": 2}
    assert door.gateway.store.count() == 2


def test_a_key_writes_to_its_own_node_only(door: Door) -> None:
    other = send(door, token_of(door), {"channel": "potager-1/air", "value": 99, "unit": "Cel"})
    assert "meteo" in problem(other, 403, "NOT_YOURS")["detail"]
    assert door.gateway.store.count() == 0


def test_a_group_writes_to_its_sandbox(door: Door) -> None:
    answer = send(
        door, group_of(door), AIR, {"channel": "atelier.tomate/sol", "value": 0.5, "unit": "/"}
    )
    assert answer.json() == {"node": "atelier.tomate", "stored": 2, "quarantined": []}
    assert door.json("/channels/atelier.tomate/air/latest")["value"] == 21.4
    assert door.gateway.store.count() == 0


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        ({"channel": "Air", "value": 1}, "ID_INVALID"),
        ({"channel": "live", "value": 1}, "ID_RESERVED"),
        ({"channel": "air", "value": 1, "time": "hier"}, "WRONG_TIME"),
        ({"channel": "air", "value": "1;2"}, "WRONG_PARAMETER"),
        ({"channel": "air"}, "WRONG_PARAMETER"),
        ({"channel": "air", "value": 1, "who": "x"}, "WRONG_PARAMETER"),
    ],
)
def test_what_is_no_reading_is_told(door: Door, reading: dict[str, Any], code: str) -> None:
    problem(send(door, token_of(door), reading), 422, code)
    assert door.gateway.store.count() == 0


def test_without_the_time_nothing_can_be_taken(door: Door) -> None:
    headers = token_of(door)
    door.clock.keeper = None
    problem(send(door, headers, AIR), 503, "READINGS_UNDATED")


@pytest.mark.parametrize("of", [token_of, group_of], ids=["program", "group"])
def test_a_thousand_readings_a_second_are_slowed_and_the_others_go_on(
    door: Door, of: Callable[[Door], dict[str, str]]
) -> None:
    greedy, modest = of(door), token_of(door, "serre-2")
    many = [{"channel": "air", "value": n, "time": to_rfc3339(NOW_MS - n)} for n in range(1000)]
    assert send(door, greedy, *many, AIR).status_code == 422  # a thousand at once at the most
    assert send(door, greedy, *many).status_code == 201
    assert send(door, greedy, *many[:990]).status_code == 201
    slowed = send(door, greedy, *many)
    assert problem(slowed, 429, "TOO_FAST")
    wait_s = int(slowed.headers["retry-after"])
    assert send(door, modest, AIR).status_code == 201
    assert door.get("/garden").status_code == 200
    door.clock.advance(wait_s)
    assert send(door, greedy, *many).status_code == 201
    assert BURST == 2000


def test_a_reading_as_pupils_write_it(door: Door) -> None:
    token = token_of(door, "atelier.tomate")
    problem(send(door, token, {"channel": "score", "value": 12}), 409, "NO_WORKSHOP")
    workshop_of(door)
    answer = send(door, token, {"channel": "score", "value": 12})
    assert answer.json()["stored"] == 1


def test_nothing_is_said_to_be_stored_that_is_not(door: Door) -> None:
    headers = token_of(door)
    door.gateway.store.close()
    answer = send(door, headers, AIR)
    assert answer.status_code == 503
    assert answer.json()["code"] == "STORAGE_FAILED"
    assert list(door.gateway.moved) == []


def test_the_live_topics_have_what_came_by_http(mosquitto: MosquittoBroker, tmp_path: Path) -> None:
    with gateway_on(tmp_path, mosquitto.port) as gateway, closing(Ear(mosquitto.port)) as ear:
        now_ms = gateway.clock.wall_ms()
        Intake(gateway).take("meteo", [Sent("air", "Cel", now_ms, 21.4)])
        topic = wire.live_topic("meteo", "air")
        eventually(lambda: ear.on(topic) == [b"21.4"], "the reading is on its live topic")
