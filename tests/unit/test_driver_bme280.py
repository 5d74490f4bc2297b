"""The BME280, through the real library, on registers as Bosch describes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sensing import in_pauses

from sensor_node import board as pi
from sensor_node.board import PiBoard
from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.errors import ConfigError, HardwareError, SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.bme280 import BMP280_CHIP_ID, FakeBme280

ADDRESS = 0x76
TABLE = {"type": "bme280", "temperature": "air", "humidity": "damp", "pressure": "barometer"}


@pytest.fixture
def part(board: FakeBoard) -> FakeBme280:
    chip = FakeBme280()
    board.i2c.parts[ADDRESS] = chip
    return chip


@pytest.fixture
def bme280(board: FakeBoard, part: FakeBme280) -> Sensor:
    return build_sensor(TABLE, board)


def fault(sensor: Sensor) -> SensorFault:
    with pytest.raises(SensorFault) as caught:
        sensor.read()
    assert caught.value.code == "I2C_FAILED"
    assert caught.value.fr != caught.value.en
    assert "BME280 (I2C 0x76)" in caught.value.fr
    return caught.value


def test_boschs_worked_example_gives_its_published_result(bme280: Sensor) -> None:
    reading = bme280.read()

    assert (reading["air"], reading["barometer"]) == (25.08, 1006.53)
    assert 40 < reading["damp"] < 60


def test_more_counts_of_humidity_are_a_moister_air(bme280: Sensor, part: FakeBme280) -> None:
    before = bme280.read()["damp"]
    part.humidity_counts += 1000

    assert bme280.read()["damp"] > before


@pytest.mark.parametrize(
    ("option", "quantity", "unit"),
    [
        ("temperature", "air_temperature", "Cel"),
        ("humidity", "relative_humidity", "%RH"),
        ("pressure", "pressure", "hPa"),
    ],
)
def test_a_channel_that_is_not_named_is_not_there(
    board: FakeBoard, option: str, quantity: str, unit: str
) -> None:
    sensor = build_sensor({"type": "bme280", option: "only"}, board)

    (channel,) = sensor.channels
    assert (channel.name, channel.quantity, channel.unit) == ("only", quantity, unit)
    assert list(sensor.read()) == ["only"]


def test_at_least_one_channel_has_a_name(board: FakeBoard) -> None:
    with pytest.raises(ConfigError, match="BME280_NO_CHANNEL"):
        build_sensor({"type": "bme280"}, board)


def test_its_other_address_can_be_set(board: FakeBoard) -> None:
    sensor = build_sensor(TABLE | {"address": 0x77}, board)

    assert list(board.i2c.parts) == [0x77]
    assert sensor.channels[0].pin == "I2C 0x77"
    assert sensor.read()["air"] == 25.08


@pytest.mark.parametrize("address", [0x75, 0x78])
def test_no_other_address_is_allowed(board: FakeBoard, address: int) -> None:
    with pytest.raises(ConfigError, match="address"):
        build_sensor(TABLE | {"address": address}, board)


# --- what is refused ----------------------------------------------------------------------------


def test_a_chip_that_is_unplugged_gives_no_answer(bme280: Sensor, board: FakeBoard) -> None:
    bme280.read()
    board.i2c.parts.clear()

    assert fault(bme280).reason == "no answer"


def test_a_bus_without_the_chip_says_error_121(board: FakeBoard) -> None:
    with pytest.raises(OSError, match="121"):
        board.i2c.writeto(ADDRESS, b"")


def test_a_node_starts_without_its_chip_and_takes_it_when_it_comes(
    bme280: Sensor, board: FakeBoard, part: FakeBme280
) -> None:
    board.i2c.parts.clear()
    assert fault(bme280).reason == "no answer"

    board.i2c.parts[ADDRESS] = part

    assert bme280.read()["air"] == 25.08


def test_a_failed_reading_is_never_followed_by_the_value_before_it(
    bme280: Sensor, board: FakeBoard, part: FakeBme280
) -> None:
    bme280.read()
    board.i2c.parts.clear()
    fault(bme280)
    board.i2c.parts[ADDRESS] = part
    part.temperature_counts += 3000

    assert bme280.read()["air"] == pytest.approx(26.03, abs=0.02)


def test_a_chip_that_lost_its_supply_is_measured_again_and_not_believed_as_it_is(
    bme280: Sensor, part: FakeBme280
) -> None:
    before = bme280.read()
    part.power_on()

    assert bme280.read() == before


def test_what_a_chip_holds_before_its_first_measure_is_no_reading(
    bme280: Sensor, part: FakeBme280
) -> None:
    part.asleep = True

    assert fault(bme280).reason == "not measured"


def test_values_never_measured_that_look_right_are_no_reading(
    bme280: Sensor, part: FakeBme280
) -> None:
    bme280.read()
    part.temperature_counts, part.pressure_counts = 0x80000, 0x80000
    part.humidity_counts = 0x8000

    assert fault(bme280).reason == "not measured"


def test_a_humidity_that_is_broken_takes_nothing_from_who_reads_the_temperature(
    board: FakeBoard, part: FakeBme280
) -> None:
    part.humidity_counts = 0x8000

    sensor = build_sensor({"type": "bme280", "temperature": "air"}, board)

    assert sensor.read() == {"air": 25.08}


def test_another_chip_at_its_address_is_said_so(bme280: Sensor, board: FakeBoard) -> None:
    board.i2c.parts[ADDRESS] = FakeBme280(chip_id=BMP280_CHIP_ID)

    assert fault(bme280).reason == "another chip"


@pytest.mark.parametrize(
    ("counts", "value", "reason"),
    [
        ("temperature_counts", 750_000, "Cel is out of range"),
        ("temperature_counts", 250_000, "Cel is out of range"),
        ("pressure_counts", 900_000, "hPa is out of range"),
        ("pressure_counts", 300_000, "hPa is out of range"),
        ("humidity_counts", 0, "0.0 %RH is out of range"),
    ],
)
def test_a_value_that_no_such_chip_measures_is_a_fault(
    bme280: Sensor, part: FakeBme280, counts: str, value: int, reason: str
) -> None:
    setattr(part, counts, value)

    assert reason in fault(bme280).reason


def test_a_value_that_the_bus_garbled_is_measured_again_and_not_believed(
    bme280: Sensor, board: FakeBoard, part: FakeBme280, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bme280.read()
    part.temperature_counts += 0x8000
    pauses = in_pauses(board, monkeypatch, lambda: setattr(part, "temperature_counts", 519_888))

    assert bme280.read() == before
    assert pauses == [0.2]


def test_a_jump_that_a_second_measure_confirms_is_believed(
    bme280: Sensor, part: FakeBme280
) -> None:
    before = bme280.read()
    part.temperature_counts += 0x8000

    assert bme280.read()["air"] > before["air"] + 5


def test_it_gives_up_after_three_tries(
    bme280: Sensor, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.i2c.parts.clear()
    pauses = in_pauses(board, monkeypatch)

    fault(bme280)

    assert len(pauses) == 2


def test_a_failure_leaves_the_bus_free_for_the_others(bme280: Sensor, board: FakeBoard) -> None:
    board.i2c.parts.clear()
    fault(bme280)

    assert board.i2c.try_lock()


@pytest.mark.parametrize("part_name", ["bme280", "bh1750", "sht4x"])
def test_the_real_board_opens_the_same_library_on_the_real_bus(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch, part_name: str
) -> None:
    bus, pi_board = object(), PiBoard()
    monkeypatch.setitem(vars(pi_board), "_i2c", bus)

    faked: Any = getattr(board, part_name)(0x44)
    real: Any = getattr(pi_board, part_name)(0x44)

    assert real.func is faked.func
    assert real.args == (bus, 0x44)


def test_a_machine_without_i2c_is_said_so_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pi, "I2C_DEVICE", tmp_path / "absent")

    with pytest.raises(HardwareError, match=r"I2C_ABSENT.*do_i2c.*pins = \"fake\""):
        PiBoard().bme280(ADDRESS)


def test_values_that_stand_still_for_a_day_are_doubted_until_one_moves(
    bme280: Sensor, board: FakeBoard, part: FakeBme280
) -> None:
    believed = bme280.read()
    board.let_pass(24 * 3600 - 1)
    assert bme280.read() == believed
    board.let_pass(1)

    assert bme280.read() == {name: Suspect(v, "stuck") for name, v in believed.items()}
    part.pressure_counts += 20
    assert not [one for one in bme280.read().values() if isinstance(one, Suspect)]
