"""The battery behind its divider, through gpiozero, on a converter that is fake at its pins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard

INPUT = 7
BATTERY = {"type": "battery", "adc_channel": INPUT, "voltage": "supply", "charge": "charge"}
STEP_V = 3.3 / 1023 * 5.7
"""What one count is worth at the battery."""


@pytest.fixture
def battery(board: FakeBoard) -> Iterator[Sensor]:
    sensor = build_sensor(BATTERY, board)
    yield sensor
    sensor.close()


def charge_to(board: FakeBoard, volts: float) -> None:
    board.adc.set_volts(INPUT, volts / 5.7)


@pytest.mark.parametrize(
    ("volts", "percent"), [(10.0, 0.0), (11.8, 0.0), (12.25, 50.0), (12.7, 100.0), (14.4, 100.0)]
)
def test_voltage_and_charge_come_through_the_divider(
    battery: Sensor, board: FakeBoard, volts: float, percent: float
) -> None:
    charge_to(board, volts)

    reading = battery.read()

    assert reading["supply"] == pytest.approx(volts, abs=STEP_V / 2 + 1e-3)
    assert reading["charge"] == pytest.approx(percent, abs=100 * STEP_V / 2 / 0.9 + 0.1)


def test_another_battery_and_divider_can_be_set(board: FakeBoard) -> None:
    table = BATTERY | {"divider": 2.0, "empty_v": 3.3, "full_v": 4.2}
    battery = build_sensor(table, board)
    board.adc.counts[INPUT] = 589

    assert battery.read() == {"supply": 3.8, "charge": 55.6}
    battery.close()


@pytest.mark.parametrize("option", ["voltage", "charge"])
def test_only_what_has_a_name_is_measured(board: FakeBoard, option: str) -> None:
    battery = build_sensor({"type": "battery", "adc_channel": INPUT, option: "mine"}, board)
    charge_to(board, 12.0)

    assert [channel.name for channel in battery.channels] == list(battery.read()) == ["mine"]
    battery.close()


@pytest.mark.parametrize(
    ("counts", "reason"),
    [(0, "disconnected"), (15, "disconnected"), (1010, "over the scale"), (1023, "over the scale")],
)
def test_an_end_of_the_scale_is_a_fault(
    battery: Sensor, board: FakeBoard, counts: int, reason: str
) -> None:
    board.adc.counts = [500] * 8
    board.adc.counts[INPUT] = counts

    with pytest.raises(SensorFault) as caught:
        battery.read()

    assert (caught.value.code, caught.value.reason) == ("BATTERY_FAILED", reason)
    assert "MCP3008 CH7" in caught.value.en


@pytest.mark.parametrize("counts", [0, 1023])
def test_a_converter_that_does_not_answer_is_told_from_a_battery_that_is_cut_off(
    battery: Sensor, board: FakeBoard, counts: int
) -> None:
    board.adc.counts = [counts] * 8

    with pytest.raises(SensorFault, match="ADC_SILENT"):
        battery.read()


def test_an_open_input_that_follows_its_neighbours_is_a_fault(
    battery: Sensor, board: FakeBoard
) -> None:
    board.adc.counts = [300, 0, 0, 0, 0, 0, 700, 0]
    board.adc.floating = {INPUT}

    with pytest.raises(SensorFault, match="BATTERY_FAILED") as caught:
        battery.read()
    assert caught.value.reason == "floating"


def test_a_voltage_that_stands_still_for_a_day_is_doubted(
    battery: Sensor, board: FakeBoard
) -> None:
    charge_to(board, 12.25)
    supply, charge = battery.read().values()
    board.let_pass(24 * 3600)

    assert battery.read() == {
        "supply": Suspect(supply, "stuck"),
        "charge": Suspect(charge, "stuck"),
    }
    charge_to(board, 12.3)
    assert not [one for one in battery.read().values() if isinstance(one, Suspect)]


def test_it_says_what_it_measures(battery: Sensor) -> None:
    assert [(c.name, c.quantity, c.unit) for c in battery.channels] == [
        ("supply", "supply_voltage", "V"),
        ("charge", "battery", "%EL"),
    ]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"empty_v": 12.7}, "BATTERY_RANGE_WRONG"),
        ({"divider": 0.5}, "CONFIG_WRONG_VALUE"),
        ({"full_v": 61}, "CONFIG_WRONG_VALUE"),
    ],
)
def test_a_wrong_setting_is_refused(board: FakeBoard, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(ConfigError, match=code):
        build_sensor(BATTERY | wrong, board)


def test_nothing_named_is_refused_with_what_to_write(board: FakeBoard) -> None:
    with pytest.raises(ConfigError, match=r"BATTERY_UNNAMED.*'voltage'"):
        build_sensor({"type": "battery", "adc_channel": INPUT}, board)
