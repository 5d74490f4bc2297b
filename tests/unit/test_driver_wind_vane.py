"""The wind vane, through gpiozero, on a converter that is fake at its pins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

import pytest

from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.drivers.wind_vane import usual_volts
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard

INPUT = 3
VANE = {"type": "wind-vane", "channel": "from", "adc_channel": INPUT}
EIGHT = [0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1, 2.4]


@pytest.fixture
def vane(board: FakeBoard) -> Iterator[Sensor]:
    sensor = build_sensor(VANE, board)
    yield sensor
    sensor.close()


def turning(board: FakeBoard, monkeypatch: pytest.MonkeyPatch, volts: Sequence[float]) -> None:
    """From look to look the vane stands at the next of ``volts``."""
    following = cycle(volts)

    def pause(_seconds: float) -> None:
        board.adc.set_volts(INPUT, next(following))

    monkeypatch.setattr(board, "sleep", pause)
    pause(0)


def fault(vane: Sensor) -> SensorFault:
    with pytest.raises(SensorFault) as caught:
        vane.read()
    assert caught.value.code == "VANE_FAILED"
    return caught.value


@pytest.mark.parametrize("position", range(16))
def test_each_of_the_usual_resistors_is_its_direction(
    vane: Sensor, board: FakeBoard, position: int
) -> None:
    board.adc.set_volts(INPUT, usual_volts()[position])

    assert vane.read() == {"from": pytest.approx(position * 22.5, abs=0.051)}


def test_the_usual_voltages_are_those_of_the_data_sheet() -> None:
    of_five = [round(volts * 5 / 3.3, 2) for volts in usual_volts()]

    assert of_five[:4] == [3.84, 1.98, 2.25, 0.41]  # the data sheet's own column for 5 V
    assert of_five[12] == 4.62


@pytest.mark.parametrize("position", range(8))
def test_a_table_of_eight_positions_can_be_given(board: FakeBoard, position: int) -> None:
    vane = build_sensor(VANE | {"volts": EIGHT}, board)
    board.adc.set_volts(INPUT, EIGHT[position] + 0.05)

    assert vane.read() == {"from": position * 45.0}
    vane.close()


def test_directions_either_side_of_north_have_north_as_their_mean(
    vane: Sensor, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    volts = usual_volts()
    turning(board, monkeypatch, [volts[15], volts[1]])

    assert vane.read() == {"from": pytest.approx(0.0)}


def test_a_direction_is_never_360(
    vane: Sensor, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    volts = usual_volts()
    turning(board, monkeypatch, [volts[1], volts[15]])

    assert 0 <= vane.read()["from"] < 360  # type: ignore[operator]


def test_a_vane_that_spins_has_no_direction(
    vane: Sensor, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    volts = usual_volts()
    turning(board, monkeypatch, [volts[0], volts[4], volts[8], volts[12]])

    assert fault(vane).reason == "unsteady"


@pytest.mark.parametrize("counts", [0, 1023])
def test_a_cut_or_shorted_wire_is_a_fault(vane: Sensor, board: FakeBoard, counts: int) -> None:
    board.adc.counts = [500] * 8
    board.adc.counts[INPUT] = counts

    assert fault(vane).reason == "disconnected"


def test_a_converter_that_does_not_answer_is_told_from_a_cut_wire(
    vane: Sensor, board: FakeBoard
) -> None:
    board.adc.counts = [0] * 8

    with pytest.raises(SensorFault, match="ADC_SILENT"):
        vane.read()


def test_a_vane_that_stands_still_for_three_days_is_doubted(vane: Sensor, board: FakeBoard) -> None:
    board.adc.set_volts(INPUT, usual_volts()[4])
    before = vane.read()["from"]
    board.let_pass(72 * 3600 - 60)
    assert vane.read() == {"from": before}
    board.let_pass(60)

    assert vane.read() == {"from": Suspect(90.0, "stuck")}
    board.adc.set_volts(INPUT, usual_volts()[5])
    assert vane.read() == {"from": pytest.approx(112.5, abs=0.051)}


def test_a_look_between_two_positions_is_left_out(
    vane: Sensor, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    east = usual_volts()[4]
    turning(board, monkeypatch, [east, east, 3.3])

    assert vane.read() == {"from": 90.0}


@pytest.mark.parametrize(
    "volts",
    [
        [],
        EIGHT[:7],
        [*EIGHT[:7], 3.4],
        [*EIGHT[:7], 0.305],
        [*EIGHT[:7], "2.4"],
        [True, *EIGHT[1:]],
    ],
)
def test_a_table_that_is_none_is_refused(board: FakeBoard, volts: list[Any]) -> None:
    with pytest.raises(ConfigError, match="VANE_TABLE_WRONG"):
        build_sensor(VANE | {"volts": volts}, board)


def test_it_says_what_it_measures_and_where(vane: Sensor) -> None:
    (channel,) = vane.channels

    assert (channel.name, channel.quantity, channel.unit) == ("from", "wind_direction", "deg")
    assert channel.pin == f"MCP3008 CH{INPUT}"
