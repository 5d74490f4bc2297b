"""The DS18B20, through the real library, on the files that a kernel would write."""

from __future__ import annotations

import os
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
from sensor_node.fakes.ds18b20 import DEFAULT_ID, FakeDs18b20, scratchpad

TABLE = {"type": "ds18b20", "channel": "bac-1-earth"}
OTHER_ID = "00000fffffff"


@pytest.fixture
def part(board: FakeBoard) -> FakeDs18b20:
    return board.one_wire.plug_in()


def build(board: FakeBoard, **options: Any) -> Sensor:
    return build_sensor(TABLE | options, board)


def fault(sensor: Sensor) -> SensorFault:
    with pytest.raises(SensorFault) as caught:
        sensor.read()
    assert caught.value.code == "DS18B20_FAILED"
    assert caught.value.fr != caught.value.en
    return caught.value


@pytest.mark.parametrize("temperature_c", [12.5, 0.0, -0.0625, -10.125, 84.9375, 125.0, -55.0])
def test_a_temperature_comes_through_the_file_exactly_with_its_sign(
    board: FakeBoard, part: FakeDs18b20, temperature_c: float
) -> None:
    part.measures(temperature_c)

    assert build(board).read() == {"bac-1-earth": temperature_c}


def test_the_data_sheets_bytes_are_the_fakes() -> None:
    assert scratchpad(25.0625)[:2] == bytes([0x91, 0x01])
    assert scratchpad(-10.125)[:2] == bytes([0x5E, 0xFF])


def test_it_measures_the_soil_unless_it_is_said_to_hang_in_the_air(board: FakeBoard) -> None:
    assert build(board).channels[0].quantity == "soil_temperature"
    assert build(board, quantity="air_temperature").channels[0].quantity == "air_temperature"


def test_another_quantity_is_refused(board: FakeBoard) -> None:
    with pytest.raises(ConfigError, match=r"soil_temperature, air_temperature"):
        build(board, quantity="cpu_temperature")


def test_the_channel_names_the_sensor_that_was_found(board: FakeBoard) -> None:
    (channel,) = build(board).channels

    assert (channel.sensor, channel.pin) == ("DS18B20", f"1-Wire 28-{DEFAULT_ID}")


# --- what is refused ----------------------------------------------------------------------------

GOOD = scratchpad(20.0)


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("power-on value", scratchpad(85.0)),
        ("-127.0 Cel is out of range", scratchpad(-127.0)),
        ("125.0625 Cel is out of range", scratchpad(125.0625)),
        ("-55.0625 Cel is out of range", scratchpad(-55.0625)),
        ("checksum or no data", GOOD[:-1] + bytes([GOOD[-1] ^ 1])),
        ("checksum or no data", bytes(9)),
        ("checksum or no data", b"\xff" * 9),
    ],
)
def test_a_measure_that_cannot_be_is_a_fault_with_its_reason(
    board: FakeBoard, part: FakeDs18b20, reason: str, data: bytes
) -> None:
    sensor = build(board)
    part.sends(data)

    assert fault(sensor).reason == reason


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("checksum or no data", ""),
        ("unreadable answer", "50 05 : crc=1c YES\n"),
        ("unreadable answer", "50 05 : crc=1c YES\nzz zz t=85000\n"),
    ],
)
def test_half_a_file_is_a_fault(
    board: FakeBoard, part: FakeDs18b20, reason: str, text: str
) -> None:
    sensor = build(board)
    part.file_says(text)

    assert fault(sensor).reason == reason


def test_a_sensor_that_is_unplugged_is_a_fault_and_measures_again_when_it_is_back(
    board: FakeBoard, part: FakeDs18b20
) -> None:
    sensor = build(board)
    assert sensor.read()
    part.unplug()

    error = fault(sensor)
    assert error.reason == "no answer"
    assert "On the bus: no sensor." in error.en
    assert "4,7 kΩ" in error.fr

    part.measures(21.0)
    assert sensor.read() == {"bac-1-earth": 21.0}


def test_a_try_that_fails_is_followed_by_another_a_second_later(
    board: FakeBoard, part: FakeDs18b20, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = build(board)
    part.measures(85.0)
    pauses = in_pauses(
        board, monkeypatch, lambda: part.sends(bytes(9)), lambda: part.measures(11.0)
    )

    assert sensor.read() == {"bac-1-earth": 11.0}
    assert pauses == [1.0, 1.0]


def test_it_gives_up_after_three_tries(
    board: FakeBoard, part: FakeDs18b20, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = build(board)
    part.measures(85.0)
    pauses = in_pauses(board, monkeypatch)

    fault(sensor)

    assert len(pauses) == 2


def test_a_good_reading_waits_for_nothing(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = build(board)
    pauses = in_pauses(board, monkeypatch)

    sensor.read()

    assert pauses == []


def test_a_wrong_value_that_passes_its_checksum_is_measured_again_and_not_believed(
    board: FakeBoard, part: FakeDs18b20, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = build(board)
    sensor.read()
    part.measures(40.0)
    in_pauses(board, monkeypatch, lambda: part.measures(20.5))

    assert sensor.read() == {"bac-1-earth": 20.5}


def test_a_jump_that_a_second_measure_confirms_is_believed(
    board: FakeBoard, part: FakeDs18b20
) -> None:
    sensor = build(board)
    sensor.read()
    part.measures(40.0)

    assert sensor.read() == {"bac-1-earth": 40.0}


def test_values_that_jump_at_every_try_are_a_fault(
    board: FakeBoard, part: FakeDs18b20, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = build(board)
    sensor.read()
    part.measures(40.0)
    in_pauses(board, monkeypatch, lambda: part.measures(0.0), lambda: part.measures(60.0))

    assert fault(sensor).reason == "a jump from 20.0 to 60.0 that nothing confirms"


# --- which sensor -------------------------------------------------------------------------------


@pytest.mark.parametrize("sensor_id", [OTHER_ID, f"28-{OTHER_ID}"])
def test_a_sensor_is_chosen_by_its_id_with_or_without_its_family(
    board: FakeBoard, part: FakeDs18b20, sensor_id: str
) -> None:
    part.measures(5.0)
    board.one_wire.plug_in(OTHER_ID).measures(7.0)

    assert build(board, id=sensor_id).read() == {"bac-1-earth": 7.0}


def test_without_an_id_the_only_one_is_taken(board: FakeBoard) -> None:
    board.one_wire.plug_in(OTHER_ID).measures(7.0)

    assert build(board).read() == {"bac-1-earth": 7.0}


def test_without_an_id_two_are_refused_and_named(board: FakeBoard, part: FakeDs18b20) -> None:
    board.one_wire.plug_in(OTHER_ID)

    with pytest.raises(ConfigError) as caught:
        build(board)

    assert caught.value.code == "DS18B20_SEVERAL"
    for text in (caught.value.fr, caught.value.en):
        assert f"28-{DEFAULT_ID}, 28-{OTHER_ID}" in text


def test_one_that_replaces_the_only_one_is_not_taken_for_it(
    board: FakeBoard, part: FakeDs18b20
) -> None:
    sensor = build(board)
    part.unplug()
    board.one_wire.plug_in(OTHER_ID)

    error = fault(sensor)

    assert error.reason == "no answer"
    assert f"On the bus: 28-{OTHER_ID}." in error.en


def test_a_node_starts_without_its_sensor_and_takes_the_one_that_comes(
    board: FakeBoard, part: FakeDs18b20
) -> None:
    part.unplug()
    sensor = build(board)
    assert fault(sensor).reason == "no answer"

    part.measures(9.0)

    assert sensor.read() == {"bac-1-earth": 9.0}


def test_a_node_that_started_without_its_sensor_does_not_choose_between_two(
    board: FakeBoard, part: FakeDs18b20
) -> None:
    part.unplug()
    sensor = build(board)
    part.measures(9.0)
    board.one_wire.plug_in(OTHER_ID)

    assert f"28-{DEFAULT_ID}, 28-{OTHER_ID}" in fault(sensor).en


def test_a_machine_without_1_wire_is_said_so_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pi, "ONE_WIRE_FOLDER", tmp_path / "absent")

    with pytest.raises(HardwareError, match=r"ONE_WIRE_ABSENT.*do_onewire.*pins = \"fake\""):
        PiBoard().ds18b20("")


def test_the_real_board_gives_the_real_library_and_loads_no_kernel_module(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pi, "ONE_WIRE_FOLDER", tmp_path)
    monkeypatch.delenv("W1THERMSENSOR_NO_KERNEL_MODULE", raising=False)

    library = PiBoard().ds18b20("")

    assert str(library.BASE_DIRECTORY) == "/sys/bus/w1/devices"
    assert os.environ["W1THERMSENSOR_NO_KERNEL_MODULE"] == "1"


def test_a_temperature_that_stands_still_for_two_days_is_doubted_until_it_moves(
    board: FakeBoard, part: FakeDs18b20
) -> None:
    soil = build(board)
    soil.read()
    board.let_pass(48 * 3600 - 1)
    assert list(soil.read().values()) == [20.0]
    board.let_pass(1)

    assert list(soil.read().values()) == [Suspect(20.0, "stuck")]
    part.measures(20.0625)
    assert list(soil.read().values()) == [20.0625]
