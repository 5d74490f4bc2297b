"""The DHT11, through the real library, on its pulses: indoors only, and never for frost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.dht11 import FakeDht11, frame
from sensor_node.fakes.dht22 import pulses

PIN = 17
ROOM = {"type": "dht11", "pin": PIN, "temperature": "room", "humidity": "damp"}


@pytest.fixture
def room(board: FakeBoard) -> Iterator[Sensor]:
    sensor = build_sensor(ROOM | {"indoors": True}, board)
    yield sensor
    sensor.close()


@pytest.fixture
def part(room: Sensor, board: FakeBoard) -> FakeDht11:
    return board.dht11_parts[PIN]


def fault(sensor: Sensor) -> SensorFault:
    with pytest.raises(SensorFault) as caught:
        sensor.read()
    assert caught.value.code == "DHT_FAILED"
    return caught.value


@pytest.mark.parametrize("options", [{}, {"indoors": False}])
def test_it_is_refused_unless_it_is_said_to_hang_indoors(
    board: FakeBoard, options: dict[str, bool]
) -> None:
    with pytest.raises(ConfigError) as caught:
        build_sensor(ROOM | options, board)

    assert caught.value.code == "DHT11_OUTDOORS"
    assert "indoors = true" in caught.value.fr
    assert board.dht11_parts == {}


@pytest.mark.parametrize(
    ("temperature_c", "humidity_pct"), [(21.4, 55.0), (10.0, 20.0), (50.0, 90.0), (23.0, 1.0)]
)
def test_a_measure_comes_through_the_wire_exactly(
    room: Sensor, part: FakeDht11, temperature_c: float, humidity_pct: float
) -> None:
    part.temperature_c, part.humidity_pct = temperature_c, humidity_pct

    assert room.read() == {"room": temperature_c, "damp": humidity_pct}


def test_its_channels_say_that_it_is_a_dht11(room: Sensor) -> None:
    assert {(c.sensor, c.pin) for c in room.channels} == {("DHT11", "GPIO17")}


def test_the_library_itself_takes_frost_for_mild_air(board: FakeBoard) -> None:
    device = board.dht11(PIN)
    board.dht11_parts[PIN].temperature_c = -6.3
    try:
        assert device.temperature == 6.3
    finally:
        device.exit()


@pytest.mark.parametrize("temperature_c", [-9.9, -6.3, -1.0, 0.0, 3.0, 9.9])
def test_what_may_be_frost_without_its_sign_is_a_fault(
    room: Sensor, part: FakeDht11, temperature_c: float
) -> None:
    part.temperature_c = temperature_c

    assert fault(room).reason == f"{abs(temperature_c)} Cel is below its range"


@pytest.mark.parametrize(
    ("reason", "answer"),
    [
        ("a frame of zeros", pulses(bytes(5))),
        ("50.1 Cel is out of range", pulses(frame(50.1, 50.0))),
        ("0 %RH is out of range", pulses(frame(20.0, 0.0))),
        ("checksum", pulses(frame(20.0, 50.0)[:-1] + b"\x00")),
        ("no answer", []),
    ],
)
def test_a_measure_that_cannot_be_is_a_fault_with_its_reason(
    room: Sensor, part: FakeDht11, reason: str, answer: list[int]
) -> None:
    part.queue(*[answer] * 4)

    assert fault(room).reason == reason


def test_a_room_may_stand_still_for_longer_than_the_air_outdoors(
    room: Sensor, board: FakeBoard
) -> None:
    room.read()
    board.let_pass(72 * 3600 - 60)
    assert room.read() == {"room": 20.0, "damp": 50.0}
    board.let_pass(60)

    assert room.read() == {"room": Suspect(20.0, "stuck"), "damp": Suspect(50.0, "stuck")}
