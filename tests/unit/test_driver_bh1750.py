"""The BH1750, through the real library, on its instructions as ROHM describes them."""

from __future__ import annotations

import importlib

import pytest

from sensor_node.drivers import bh1750, build_sensor
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.bh1750 import FakeBh1750

ADDRESS = 0x23
TABLE = {"type": "bh1750", "channel": "light"}


@pytest.fixture
def part(board: FakeBoard) -> FakeBh1750:
    sensor = FakeBh1750()
    board.i2c.parts[ADDRESS] = sensor
    return sensor


@pytest.fixture
def light(board: FakeBoard, part: FakeBh1750) -> Sensor:
    return build_sensor(TABLE, board)


def fault(sensor: Sensor) -> SensorFault:
    with pytest.raises(SensorFault) as caught:
        sensor.read()
    assert caught.value.fr != caught.value.en
    assert "BH1750 (I2C 0x23)" in caught.value.fr
    return caught.value


@pytest.mark.parametrize("lux", [0.0, 1.0, 320.0, 27_307.0, 30_000.0, 54_611.0])
def test_the_light_comes_through_the_bus_to_the_nearest_lux(
    light: Sensor, part: FakeBh1750, lux: float
) -> None:
    part.lux = lux

    assert light.read() == {"light": pytest.approx(lux, abs=0.5)}


def test_it_fills_one_channel_of_illuminance(light: Sensor) -> None:
    (channel,) = light.channels

    assert (channel.name, channel.quantity, channel.unit) == ("light", "illuminance", "lx")


@pytest.mark.parametrize("lux", [54_613.0, 100_000.0])
def test_more_light_than_it_can_measure_is_a_fault_and_never_a_value(
    light: Sensor, part: FakeBh1750, lux: float
) -> None:
    part.lux = lux

    error = fault(light)

    assert (error.code, error.reason) == ("LIGHT_SATURATED", "saturated")


def test_the_shade_after_full_sun_is_a_reading_again(light: Sensor, part: FakeBh1750) -> None:
    part.lux = 100_000
    fault(light)
    part.lux = 8_000

    assert light.read() == {"light": 8000.0}


def test_the_librarys_own_setting_saturates_at_half_of_it(
    board: FakeBoard, part: FakeBh1750
) -> None:
    part.lux = 40_000

    assert board.bh1750(ADDRESS)().lux == pytest.approx(27_306.25)  # neither true nor an error


def test_its_numbers_are_the_librarys(light: Sensor) -> None:
    library = importlib.import_module("adafruit_bh1750")

    assert (bh1750.ONE_LUX_STEPS, bh1750.ONE_SHOT) == (
        library.Resolution.MID,
        library.Mode.ONE_SHOT,
    )


def test_each_reading_is_measured_for_itself(light: Sensor, part: FakeBh1750) -> None:
    light.read()
    before = part.measures

    light.read()

    assert part.measures == before + 1


def test_a_part_that_lost_its_supply_does_not_read_0_lux_at_noon(
    light: Sensor, part: FakeBh1750
) -> None:
    light.read()
    part.power_on()

    assert light.read() == {"light": 10_000.0}


def test_a_part_that_is_unplugged_gives_no_answer_and_measures_again_when_it_is_back(
    light: Sensor, board: FakeBoard, part: FakeBh1750
) -> None:
    light.read()
    board.i2c.parts.clear()

    error = fault(light)
    assert (error.code, error.reason) == ("I2C_FAILED", "no answer")

    part.power_on()
    part.lux = 500
    board.i2c.parts[ADDRESS] = part
    assert light.read() == {"light": 500.0}


def test_a_node_starts_without_it(light: Sensor, board: FakeBoard, part: FakeBh1750) -> None:
    board.i2c.parts.clear()
    assert fault(light).reason == "no answer"

    board.i2c.parts[ADDRESS] = part

    assert light.read() == {"light": 10_000.0}


def test_its_other_address_can_be_set(board: FakeBoard) -> None:
    sensor = build_sensor(TABLE | {"address": 0x5C}, board)

    assert list(board.i2c.parts) == [0x5C]
    assert sensor.read() == {"light": 10_000.0}


def test_no_other_address_is_allowed(board: FakeBoard) -> None:
    with pytest.raises(ConfigError, match=r"LIGHT_ADDRESS.*0x24.*0x23 or 0x5c"):
        build_sensor(TABLE | {"address": 0x24}, board)


def test_it_shares_the_bus_with_a_bme280(light: Sensor, board: FakeBoard) -> None:
    air = build_sensor({"type": "bme280", "temperature": "air"}, board)

    assert light.read() | air.read() == {"light": 10_000.0, "air": 25.08}


def test_light_that_stands_still_for_a_day_and_a_night_is_doubted_until_it_moves(
    light: Sensor, board: FakeBoard, part: FakeBh1750
) -> None:
    part.lux = 0
    light.read()
    board.let_pass(24 * 3600 - 1)
    assert list(light.read().values()) == [0.0]
    board.let_pass(1)

    assert list(light.read().values()) == [Suspect(0.0, "stuck")]
    part.lux = 12_000
    assert list(light.read().values()) == [12_000.0]
