"""The advice of the day on MQTT: retained for lamps at the beds, withdrawn with its bed."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from harness import Ear, eventually, gateway_on

from gateway.beds.records import BedDetails
from gateway.broker import MosquittoBroker
from gateway.service import Gateway
from sensor_node import wire
from sensor_node.clock import FakeClock
from sensor_node.signals.advice import decode_advice

MORNING_MS = 1_784_091_600_000  # 2026-07-15T05:00:00Z, seven o'clock in the garden
TOPIC = wire.advice_topic("bac-1")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MORNING_MS)


def make_bed(gateway: Gateway) -> None:
    gateway.catalogue.beds.put("bac-1", BedDetails(area_m2=2.0, crop="tomate"), MORNING_MS)


def heard(port: int) -> list[bytes]:
    """What a lamp that is switched on now hears."""
    with closing(Ear(port)) as ear:
        return [payload for topic, payload in ear.kept().items() if topic == TOPIC]


def test_the_advice_of_the_day_stands_retained_as_a_lamp_reads_it(
    mosquitto: MosquittoBroker, tmp_path: Path, clock: FakeClock
) -> None:
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        make_bed(gateway)
        ear = Ear(mosquitto.port)
        gateway.advisor.look()
        eventually(lambda: bool(ear.on(TOPIC)), "the advice was published")
        ear.close()
        given = gateway.catalogue.advice.last("bac-1", date(2026, 7, 15))
        assert given is not None
    (payload,) = heard(mosquitto.port)
    assert json.loads(payload) == given.told("fr")
    assert decode_advice("bac-1", payload).on == date(2026, 7, 15)


def test_a_removed_bed_has_no_advice_on_the_wire(
    mosquitto: MosquittoBroker, tmp_path: Path, clock: FakeClock
) -> None:
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        make_bed(gateway)
        ear = Ear(mosquitto.port)
        gateway.advisor.look()
        eventually(lambda: bool(ear.on(TOPIC)), "the advice was published")
        gateway.catalogue.beds.remove("bac-1", MORNING_MS)
        gateway.advisor.withdraw("bac-1")
        eventually(lambda: ear.on(TOPIC)[-1] == b"", "it was withdrawn")
        ear.close()
    assert heard(mosquitto.port) == []


def test_a_bed_removed_while_the_broker_was_away_is_withdrawn_at_the_next_start(
    mosquitto: MosquittoBroker, tmp_path: Path, clock: FakeClock
) -> None:
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        make_bed(gateway)
        gateway.advisor.look()
        eventually(lambda: bool(heard(mosquitto.port)), "the advice stands")
    away = Gateway.open(gateway.settings, clock)
    away.catalogue.beds.remove("bac-1", MORNING_MS)
    away.close()
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        gateway.advisor.look()
        eventually(lambda: not heard(mosquitto.port), "it was withdrawn")


def test_after_a_restart_in_the_night_the_advice_of_the_day_before_still_stands(
    mosquitto: MosquittoBroker, tmp_path: Path, clock: FakeClock
) -> None:
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        make_bed(gateway)
        gateway.advisor.look()
        eventually(lambda: bool(heard(mosquitto.port)), "the advice stands")
    clock.advance(20 * 3600)  # three o'clock in the morning
    with gateway_on(tmp_path / "data", mosquitto.port, clock) as gateway:
        ear = Ear(mosquitto.port)
        gateway.advisor.look()
        eventually(lambda: len(ear.on(TOPIC)) > 1, "it was said again")
        ear.close()
    (payload,) = heard(mosquitto.port)
    assert decode_advice("bac-1", payload).on == date(2026, 7, 15)
