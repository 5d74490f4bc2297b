"""Alerts on a real broker: retained while they hold, cleared when they are over, on the lamp."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from harness import Ear, GatewayInProcess, eventually, gateway_on
from test_at_the_bed import advice, bed_on, say

from gateway.beds.records import BedDetails
from gateway.broker import MosquittoBroker
from gateway.service import Gateway
from gateway.store.base import Reading, Series
from sensor_node import wire
from sensor_node.clock import FakeClock
from sensor_node.signals.signs import Sign

NOON_MS = 1_784_109_600_000  # 2026-07-15T10:00:00Z
AIR = Series("meteo", "air")
GARDEN, BED = wire.alerts_topic(), wire.alert_topic("bac-1")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON_MS)


def make_beds(gateway: Gateway, *beds: str) -> None:
    gateway.catalogue.set_about("meteo", {"channels": {"air": {"quantity": "air_temperature"}}})
    for bed in beds:
        gateway.catalogue.beds.put(bed, BedDetails(area_m2=2.0, crop="laitue"), NOON_MS)


def air(gateway: Gateway, clock: FakeClock, celsius: float) -> None:
    """Five minutes later the air has so many degrees, and the gateway looks."""
    clock.advance(300)
    gateway.store.commit([Reading(AIR, clock.wall_ms(), celsius)], [])
    gateway.present.offer(Reading(AIR, clock.wall_ms(), celsius))
    gateway.alarms.look()


def retained(port: int) -> dict[str, Any]:
    """What a lamp or a program that is switched on now hears of alerts."""
    with closing(Ear(port)) as ear:
        heard = ear.kept()
    return {topic: json.loads(heard[topic]) for topic in (GARDEN, BED) if topic in heard}


def heard(ear: Ear, topic: str, codes: set[str]) -> None:
    def last() -> set[str]:
        payloads = ear.on(topic)
        if not payloads or not payloads[-1]:
            return set()
        return {one["code"] for one in json.loads(payloads[-1])["alerts"]}

    eventually(lambda: bool(ear.on(topic)) and last() == codes, f"{topic}: {codes or 'cleared'}")


def test_an_alert_stands_retained_for_the_garden_and_its_bed_until_it_is_over(
    mosquitto: MosquittoBroker, tmp_path: Path, clock: FakeClock
) -> None:
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        make_beds(gateway, "bac-1")
        ear = Ear(mosquitto.port)
        air(gateway, clock, 2.0)
        heard(ear, BED, {"frost_watch"})
        heard(ear, GARDEN, {"frost_watch"})
        ear.close()
        stands: dict[str, Any] = {}

        def both_stand() -> bool:
            stands.update(retained(mosquitto.port))
            return stands.keys() >= {BED, GARDEN}

        eventually(both_stand, "both stand")
        assert stands[BED]["bed"] == "bac-1"
        (told,) = stands[BED]["alerts"]
        assert stands[GARDEN]["alerts"] == [told]
        assert told["what"] == "risque de gel cette nuit (minimum attendu 2 °C)"
        assert set(told) == {
            "id", "code", "severity", "where", "what", "do", "since", "bed", "node", "channel",
        }  # fmt: skip
        for _ in range(25):
            air(gateway, clock, 8.0)
        eventually(lambda: retained(mosquitto.port) == {}, "both are cleared")


def test_frost_is_of_every_bed_and_a_silenced_one_of_none(
    mosquitto: MosquittoBroker, tmp_path: Path, clock: FakeClock
) -> None:
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        make_beds(gateway, "bac-1", "bac-2")
        ear = Ear(mosquitto.port)
        air(gateway, clock, 2.0)
        heard(ear, BED, {"frost_watch"})
        heard(ear, wire.alert_topic("bac-2"), {"frost_watch"})
        (alert,) = gateway.alarms.open()
        gateway.alarms.silence(alert.id, clock.wall_ms() + 3_600_000, "gardener")
        heard(ear, BED, set())
        gateway.alarms.unsilence(alert.id)
        heard(ear, BED, {"frost_watch"})
        gateway.catalogue.beds.remove("bac-1", clock.wall_ms())
        air(gateway, clock, 2.0)
        heard(ear, BED, set())
        ear.close()


def test_a_gateway_that_starts_anew_clears_what_ended_meanwhile(
    mosquitto: MosquittoBroker, tmp_path: Path, clock: FakeClock
) -> None:
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        make_beds(gateway, "bac-1")
        ear = Ear(mosquitto.port)
        air(gateway, clock, 33.0)
        heard(ear, BED, {"heat_salads"})
        ear.close()
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        gateway.catalogue.beds.put("bac-1", BedDetails(area_m2=2.0, crop="carotte"), NOON_MS)
        ear = Ear(mosquitto.port)
        air(gateway, clock, 33.0)
        heard(ear, BED, set())
        ear.close()
        eventually(lambda: retained(mosquitto.port) == {}, "nothing of it stands")


def test_the_lamp_at_the_bed_shows_frost_and_other_alerts_while_the_gateway_is_there(
    mosquitto: MosquittoBroker, tmp_path: Path, clock: FakeClock
) -> None:
    with (
        GatewayInProcess.on(tmp_path / "data", mosquitto.port, clock) as process,
        closing(Ear(mosquitto.port)) as ear,
        bed_on(tmp_path, mosquitto.port) as bed,
    ):
        gateway = process.gateway
        make_beds(gateway, "bac-1", "bac-2")
        for name in ("bac-1", "bac-2"):
            say(ear, name, advice(name, "no"))
        bed.shows(Sign.NOTHING_TO_DO)
        air(gateway, clock, 32.0)
        bed.shows(Sign.LOOK)
        gateway.catalogue.beds.put("bac-1", BedDetails(area_m2=2.0), NOON_MS)
        gateway.catalogue.beds.put("bac-2", BedDetails(area_m2=2.0), NOON_MS)
        air(gateway, clock, 1.0)
        bed.shows(Sign.FROST)
        process.stop()
        bed.shows(Sign.NOTHING_TO_DO)  # nobody knows whether it still holds
