"""A bus that is missing at the start stops only what hangs on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from sensor_node.board import Board
from sensor_node.drivers import TABLE, build_sensor, build_sensors
from sensor_node.drivers.awaited import BlankBoard
from sensor_node.drivers.base import Sensor, Suspect, Warmed
from sensor_node.errors import ConfigError, HardwareError, SensorFault
from sensor_node.fakes import FakeBoard

DHT = {"type": "dht22", "pin": 4, "temperature": "air", "humidity": "humidity"}
SOIL = {"type": "soil-mcp3008", "channel": "soil", "adc_channel": 0}
LIGHT = {"type": "bh1750", "channel": "light"}
RAIN = {"type": "rain-gauge", "channel": "rain", "pin": 6}


def absent(bus: str) -> HardwareError:
    return HardwareError(f"{bus}_ABSENT", fr=f"Pas de bus {bus}.", en=f"No bus {bus}.")


class PartlyWired(FakeBoard):
    """A header on which ``missing`` buses are not enabled."""

    def __init__(self, *missing: str) -> None:
        super().__init__(counts=600)
        self.missing = set(missing)
        self.asked = 0

    def mcp3008(self, adc_channel: int) -> Any:
        self.asked += 1
        if "SPI" in self.missing:
            raise absent("SPI")
        return super().mcp3008(adc_channel)

    def bh1750(self, address: int) -> Callable[[], Any]:
        if "I2C" in self.missing:
            raise absent("I2C")
        return super().bh1750(address)

    def contact(self, pin: int, bounce_s: float | None = None) -> Any:
        if "GPIO" in self.missing:
            raise absent("GPIO")
        return super().contact(pin, bounce_s)


def test_the_channels_of_an_awaited_sensor_have_a_fault_that_says_what_to_do() -> None:
    soil, dht = build_sensors([SOIL, DHT], PartlyWired("SPI"))

    assert [channel.name for channel in soil.channels] == ["soil"]
    with pytest.raises(SensorFault, match="No bus SPI") as caught:
        soil.read()
    assert (caught.value.reason, caught.value.code) == ("no bus", "SPI_ABSENT")
    assert dht.read() == {"air": 20.0, "humidity": 50.0}


def test_it_measures_when_its_bus_comes() -> None:
    board = PartlyWired("SPI")
    soil, _ = build_sensors([SOIL, DHT], board)
    board.missing.clear()
    board.let_pass(60)

    assert soil.read() == {"soil": pytest.approx(600 / 1023, abs=1e-6)}
    soil.close()


def test_a_probe_that_came_late_is_told_how_the_soil_warms() -> None:
    board = PartlyWired("SPI")
    soil, _ = build_sensors([SOIL, DHT], board)
    assert isinstance(soil, Warmed)
    soil.feel(12.0)  # it is not there yet, and feels nothing
    board.missing.clear()
    board.let_pass(60)
    soil.read()
    for celsius in (12.0, 15.0):
        soil.feel(celsius)
    board.let_pass(48 * 3600)

    assert soil.read() == {"soil": Suspect(pytest.approx(600 / 1023, abs=1e-6), "stuck")}
    soil.close()


def test_it_is_looked_for_ever_less_often_down_to_once_an_hour() -> None:
    board = PartlyWired("SPI")
    soil, _ = build_sensors([SOIL, DHT], board)
    moments = []
    for minute in range(1, 400):
        board.let_pass(60)
        before = board.asked
        with pytest.raises(SensorFault):
            soil.read()
        if board.asked > before:
            moments.append(minute)

    assert moments == [1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]


def test_a_node_of_which_nothing_can_be_opened_does_not_start() -> None:
    with pytest.raises(HardwareError, match="SPI_ABSENT"):
        build_sensors([SOIL, LIGHT], PartlyWired("SPI", "I2C"))


def test_a_rain_gauge_is_never_awaited_since_its_pulses_would_be_missed() -> None:
    with pytest.raises(HardwareError, match="GPIO_ABSENT"):
        build_sensors([DHT, RAIN], PartlyWired("GPIO"))


def test_an_awaited_sensor_still_may_not_take_the_name_of_another() -> None:
    with pytest.raises(ConfigError, match="CHANNEL_TWICE"):
        build_sensors([SOIL | {"channel": "air"}, DHT], PartlyWired("SPI"))


EVERY: dict[str, dict[str, Any]] = {
    "soil-mcp3008": {"channel": "a", "adc_channel": 0},
    "dht22": {"pin": 4, "temperature": "a", "humidity": "b"},
    "ds18b20": {"channel": "a"},
    "bme280": {"temperature": "a", "humidity": "b", "pressure": "c"},
    "bh1750": {"channel": "a"},
    "sht4x": {"temperature": "a", "humidity": "b"},
    "tank-float": {"channel": "a", "pin": 5},
    "pi-health": {"temperature": "a"},
    "rain-gauge": {"channel": "a", "pin": 6},
    "anemometer": {"channel": "a", "pin": 7},
    "wind-vane": {"channel": "a", "adc_channel": 1},
    "battery": {"voltage": "a", "adc_channel": 2},
    "dht11": {"pin": 4, "temperature": "a", "humidity": "b", "indoors": True},
    "hc-sr04": {"channel": "a", "trigger": 8, "echo": 9, "empty_cm": 120, "full_cm": 20},
    "microbit": {"channels": ["a"]},
}


def test_every_driver_has_an_example_here() -> None:
    assert EVERY.keys() == TABLE.keys()


@pytest.mark.parametrize("kind", EVERY)
def test_every_sensor_tells_its_channels_before_it_is_there(kind: str) -> None:
    table = {"type": kind, **EVERY[kind]}
    blank = build_sensor(table, cast(Board, BlankBoard()))
    real = build_sensor(table, FakeBoard(counts=600))

    def names(sensor: Sensor) -> list[tuple[str, str]]:
        return [(channel.name, channel.quantity) for channel in sensor.channels]

    assert names(blank) == names(real)
    real.close()
    blank.close()
