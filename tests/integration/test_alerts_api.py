"""Alerts over HTTP: listed, silenced, and told as they happen."""

from __future__ import annotations

from typing import Any

import pytest
from door import Door, problem

from gateway.store.base import Reading, Series

TANK = Series("potager-1", "citerne")


@pytest.fixture
def dry(door: Door) -> Door:
    """A garden whose tank has been nearly empty for an hour."""
    door.gateway.catalogue.see_channel(TANK, "%", "tank_level")
    for _ in range(14):
        fill(door, 7.0)
    return door


def fill(door: Door, percent: float) -> None:
    door.clock.advance(300)
    now_ms = door.clock.wall_ms()
    door.measure(Reading(TANK, now_ms, percent))
    door.gateway.catalogue.record_packs({}, {"potager-1": now_ms}, {"potager-1": "ntp"})
    door.gateway.alarms.look()


def alerts(door: Door, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = door.json("/alerts", **parameters)["alerts"]
    return found


def test_a_garden_in_order_has_no_alert(door: Door) -> None:
    door.gateway.alarms.look()
    assert alerts(door) == []
    assert alerts(door, state="all") == []


def test_an_open_alert_says_what_where_since_when_and_what_to_do(dry: Door) -> None:
    (told,) = alerts(dry)
    assert told == {
        "id": 1,
        "code": "tank_low",
        "severity": "warning",
        "where": "potager-1/citerne",
        "what": "the tank is nearly empty (7 %)",
        "do": "Fill the tank, or keep the water for the seedlings.",
        "since": "2025-11-22T05:35:00.000Z",
        "ended": None,
        "bed": None,
        "node": "potager-1",
        "channel": "potager-1/citerne",
        "values": {"level_pct": 7.0},
        "silenced": False,
        "silenced_until": None,
        "silenced_by": None,
    }
    assert alerts(dry, lang="fr")[0]["what"] == "la citerne est presque vide (7 %)"


def test_what_is_over_is_in_the_period_in_which_it_held(dry: Door) -> None:
    for _ in range(14):
        fill(dry, 80.0)
    assert alerts(dry) == []
    (told,) = alerts(dry, state="all")
    assert (told["since"], told["ended"]) == (
        "2025-11-22T05:35:00.000Z",
        "2025-11-22T06:45:00.000Z",
    )
    assert told["values"] == {"level_pct": 7.0}
    during = {"from": "2025-11-22T06:00:00Z", "to": "2025-11-22T06:01:00Z"}
    assert len(alerts(dry, state="all", **during)) == 1
    before = {"from": "2025-11-22T05:00:00Z", "to": "2025-11-22T05:35:00Z"}
    assert alerts(dry, state="all", **before) == []


def test_a_person_silences_an_alert_and_takes_that_back(dry: Door) -> None:
    path = "/api/v1/alerts/1/silence"
    answer = dry.client.post(path, json={"hours": 2, "by": "family"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["silenced"], told["silenced_by"]) == (True, "family")
    assert told["silenced_until"] == "2025-11-22T07:40:00.000Z"
    dry.clock.advance(2 * 3600)
    assert alerts(dry)[0]["silenced"] is False
    assert dry.client.post(path).json()["silenced_by"] == "gardener"
    assert dry.client.delete(path).json()["silenced"] is False
    assert alerts(dry)[0]["silenced_until"] is None


def test_a_silence_that_cannot_be_says_why(dry: Door) -> None:
    def ask(number: int, body: object = None) -> Any:
        return dry.client.post(f"/api/v1/alerts/{number}/silence", json=body)

    problem(ask(7), 404, "UNKNOWN_ALERT")
    problem(dry.client.delete("/api/v1/alerts/7/silence"), 404, "UNKNOWN_ALERT")
    problem(ask(1, {"by": "Camille"}), 422, "UNKNOWN_ROLE")
    problem(ask(1, {"hours": 0}), 422, "WRONG_PARAMETER")
    problem(ask(1, {"hours": 100_000}), 422, "WRONG_PARAMETER")
    problem(ask(1, {"hour": 2}), 422, "WRONG_PARAMETER")
    assert alerts(dry)[0]["silenced"] is False


def test_a_period_is_of_all_and_never_of_now(dry: Door) -> None:
    problem(dry.get("/alerts", **{"from": "2025-11-22"}), 422, "OPEN_IS_NOW")
    problem(dry.get("/alerts", state="closed"), 422, "WRONG_PARAMETER")
    problem(dry.get("/alerts", state="all", **{"from": "hier"}), 422, "WRONG_TIME")


def test_open_pages_hear_of_it(dry: Door) -> None:
    first = dry.gateway.events.last_id
    dry.client.post("/api/v1/alerts/1/silence", json={"hours": 1})
    with dry.client.stream(
        "GET", "/api/v1/events", headers={"Last-Event-ID": first}, timeout=20
    ) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:") and "tank_low" in line:
                assert '"change":"silence"' in line
                assert '"silenced_by":"gardener"' in line
                break
