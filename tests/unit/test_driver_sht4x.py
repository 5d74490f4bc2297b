"""The SHT4x, through the real library, on its bytes as Sensirion describes them."""

from __future__ import annotations

import pytest

from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.sht4x import FakeSht4x, answer, crc8

ADDRESS = 0x44
TABLE = {"type": "sht4x", "temperature": "air", "humidity": "damp"}
GOOD = answer(24_342, 29_360)


@pytest.fixture
def part(board: FakeBoard) -> FakeSht4x:
    sensor = FakeSht4x()
    board.i2c.parts[ADDRESS] = sensor
    return sensor


@pytest.fixture
def sht4x(board: FakeBoard, part: FakeSht4x) -> Sensor:
    return build_sensor(TABLE, board)


def fault(sensor: Sensor) -> SensorFault:
    with pytest.raises(SensorFault) as caught:
        sensor.read()
    assert caught.value.code == "I2C_FAILED"
    assert caught.value.fr != caught.value.en
    assert "SHT4x (I2C 0x44)" in caught.value.fr
    return caught.value


def test_the_data_sheets_checksum_is_the_fakes() -> None:
    assert crc8(bytes([0xBE, 0xEF])) == 0x92


@pytest.mark.parametrize(
    ("temperature_c", "humidity_pct"),
    [(21.4, 55.2), (-6.3, 80.0), (0.0, 50.0), (-39.9, 0.2), (60.0, 100.0)],
)
def test_a_measure_comes_through_the_bus_with_its_sign(
    sht4x: Sensor, part: FakeSht4x, temperature_c: float, humidity_pct: float
) -> None:
    part.temperature_c, part.humidity_pct = temperature_c, humidity_pct

    assert sht4x.read() == {
        "air": pytest.approx(temperature_c, abs=0.01),
        "damp": pytest.approx(humidity_pct, abs=0.01),
    }


def test_air_that_condenses_is_at_a_hundred_percent(sht4x: Sensor, part: FakeSht4x) -> None:
    part.humidity_pct = 104.0  # the part's scale goes on to 119

    assert sht4x.read()["damp"] == 100.0


def test_both_values_come_from_one_measure(sht4x: Sensor, part: FakeSht4x) -> None:
    sht4x.read()

    assert part.asked == 1


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("checksum", GOOD[:2] + bytes([GOOD[2] ^ 1]) + GOOD[3:]),
        ("checksum", GOOD[:5] + bytes([GOOD[5] ^ 1])),
        ("checksum", bytes(6)),
        ("checksum", b"\xff" * 5 + b"\x00"),
        ("no answer", b""),
        ("-45.0 Cel is out of range", answer(0, 29_360)),
        ("130.0 Cel is out of range", answer(0xFFFF, 0xFFFF)),
        ("0.0 %RH is out of range", answer(24_342, 0)),
    ],
)
def test_a_measure_that_cannot_be_is_a_fault_with_its_reason(
    sht4x: Sensor, part: FakeSht4x, reason: str, data: bytes
) -> None:
    part.queue(*[data] * 3)

    assert fault(sht4x).reason == reason


def test_after_a_failed_try_the_next_one_is_believed(sht4x: Sensor, part: FakeSht4x) -> None:
    part.queue(bytes(6), b"")

    assert sht4x.read() == {"air": 20.0, "damp": 50.0}
    assert part.asked == 3


def test_it_gives_up_after_three_tries(sht4x: Sensor, part: FakeSht4x) -> None:
    part.queue(*[b""] * 4)

    fault(sht4x)

    assert part.asked == 3


def test_a_failed_reading_is_never_followed_by_the_value_before_it(
    sht4x: Sensor, part: FakeSht4x
) -> None:
    sht4x.read()
    part.queue(*[b""] * 3)
    fault(sht4x)
    part.temperature_c = 35.0

    assert sht4x.read()["air"] == 35.0


def test_a_wrong_value_that_passes_its_checksum_is_measured_again_and_not_believed(
    sht4x: Sensor, part: FakeSht4x
) -> None:
    sht4x.read()
    part.queue(answer(40_000, 29_360))

    assert sht4x.read() == {"air": 20.0, "damp": 50.0}


def test_values_that_jump_at_every_try_are_a_fault(sht4x: Sensor, part: FakeSht4x) -> None:
    sht4x.read()
    part.queue(answer(40_000, 29_360), answer(20_000, 29_360), answer(50_000, 29_360))

    assert "that nothing confirms" in fault(sht4x).reason


def test_a_part_that_is_unplugged_gives_no_answer_and_measures_again_when_it_is_back(
    sht4x: Sensor, board: FakeBoard, part: FakeSht4x
) -> None:
    sht4x.read()
    board.i2c.parts.clear()
    assert fault(sht4x).reason == "no answer"

    board.i2c.parts[ADDRESS] = part

    assert sht4x.read() == {"air": 20.0, "damp": 50.0}


def test_a_node_starts_without_it(sht4x: Sensor, board: FakeBoard, part: FakeSht4x) -> None:
    board.i2c.parts.clear()
    assert fault(sht4x).reason == "no answer"

    board.i2c.parts[ADDRESS] = part

    assert sht4x.read() == {"air": 20.0, "damp": 50.0}


def test_its_other_addresses_can_be_set(board: FakeBoard) -> None:
    sensor = build_sensor(TABLE | {"address": 0x45}, board)

    assert list(board.i2c.parts) == [0x45]
    assert sensor.read() == {"air": 20.0, "damp": 50.0}


@pytest.mark.parametrize("address", [0x43, 0x47])
def test_no_other_address_is_allowed(board: FakeBoard, address: int) -> None:
    with pytest.raises(ConfigError, match="address"):
        build_sensor(TABLE | {"address": address}, board)


def test_values_that_stand_still_for_a_day_are_doubted_until_one_moves(
    sht4x: Sensor, board: FakeBoard, part: FakeSht4x
) -> None:
    sht4x.read()
    board.let_pass(24 * 3600 - 1)
    assert sht4x.read() == {"air": 20.0, "damp": 50.0}
    board.let_pass(1)

    assert sht4x.read() == {"air": Suspect(20.0, "stuck"), "damp": Suspect(50.0, "stuck")}
    part.humidity_pct = 50.1
    assert sht4x.read() == {"air": 20.0, "damp": pytest.approx(50.1, abs=0.01)}
