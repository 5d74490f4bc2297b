"""The Pi's own health, from the kernel's files in a folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from sensor_node.board import PiBoard
from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.sampler import Sampler
from sensor_node.wire import Record

HEALTH = {"type": "pi-health", "temperature": "cpu", "undervoltage": "volts", "signal": "wifi"}
WELL = [Record("cpu", "Cel", 48.312), Record("volts", "/", 0.0), Record("wifi", "dBm", -56.0)]


@pytest.fixture
def health(board: FakeBoard) -> Sensor:
    return build_sensor(HEALTH, board)


def fault(health: Sensor, channel: str) -> SensorFault:
    found: Any = health.read()[channel]
    assert isinstance(found, SensorFault)
    assert found.code == "HEALTH_UNKNOWN"
    return found


def test_it_reads_what_the_kernel_writes(health: Sensor) -> None:
    assert health.read() == {"cpu": 48.312, "volts": 0.0, "wifi": -56.0}


def test_it_reads_anew_each_time(health: Sensor, board: FakeBoard) -> None:
    health.read()
    board.system.set_cpu_temperature(81.5)
    board.system.set_undervoltage(True)
    board.system.set_signal(-90)

    assert health.read() == {"cpu": 81.5, "volts": 1.0, "wifi": -90.0}


@pytest.mark.parametrize("option", ["temperature", "undervoltage", "signal"])
def test_only_what_has_a_name_is_measured(board: FakeBoard, option: str) -> None:
    health = build_sensor({"type": "pi-health", option: "mine"}, board)

    assert [channel.name for channel in health.channels] == ["mine"]
    assert list(health.read()) == ["mine"]


def test_nothing_named_is_refused_with_what_to_write(board: FakeBoard) -> None:
    with pytest.raises(ConfigError, match=r"HEALTH_UNNAMED.*'undervoltage'"):
        build_sensor({"type": "pi-health"}, board)


def test_each_channel_says_its_quantity(health: Sensor) -> None:
    assert [(c.quantity, c.unit) for c in health.channels] == [
        ("cpu_temperature", "Cel"),
        ("undervoltage", "/"),
        ("signal", "dBm"),
    ]


def test_what_is_not_there_is_a_fault_that_leaves_the_others_alone(
    health: Sensor, board: FakeBoard, caplog: pytest.LogCaptureFixture
) -> None:
    sampler = Sampler([health])
    (board.system.root / "proc/net/wireless").unlink()

    assert sampler.sample() == [*WELL[:2], Record("wifi", fault="no wireless")]
    assert sampler.sample() == [*WELL[:2], Record("wifi", fault="no wireless")]
    assert caplog.text.count("HEALTH_UNKNOWN") == 1

    board.system.set_signal(-56)
    assert sampler.sample() == WELL


def test_a_number_that_is_none_never_leaves_and_costs_only_its_channel(
    health: Sensor, board: FakeBoard
) -> None:
    board.system.write("sys/class/thermal/thermal_zone0/temp", "nan")

    assert Sampler([health]).sample()[1:] == WELL[1:]
    assert fault(health, "cpu").reason == "nan Cel is out of range"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-40001\n", "-40.001 Cel is out of range"),
        ("125001\n", "125.001 Cel is out of range"),
        ("", "not a number"),
        ("hot\n", "not a number"),
    ],
)
def test_a_temperature_that_cannot_be_is_a_fault(
    health: Sensor, board: FakeBoard, text: str, reason: str
) -> None:
    board.system.write("sys/class/thermal/thermal_zone0/temp", text)

    assert fault(health, "cpu").reason == reason


def test_the_voltage_chip_is_found_by_its_name_whatever_its_number(
    health: Sensor, board: FakeBoard
) -> None:
    board.system.set_undervoltage(True)
    hwmon = board.system.root / "sys/class/hwmon"
    (hwmon / "hwmon1").rename(hwmon / "hwmon7")

    assert health.read()["volts"] == 1.0


def test_a_machine_without_the_voltage_chip_says_so(health: Sensor, board: FakeBoard) -> None:
    shutil.rmtree(board.system.root / "sys/class/hwmon/hwmon1")

    assert fault(health, "volts").reason == "no rpi_volt"


def test_an_alarm_is_0_or_1(health: Sensor, board: FakeBoard) -> None:
    board.system.write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "2")

    assert fault(health, "volts").reason == "an alarm of 2"


def test_another_interface_can_be_set(board: FakeBoard) -> None:
    board.system.set_signal(-61, "wlan1")

    assert build_sensor(HEALTH | {"interface": "wlan1"}, board).read()["wifi"] == -61.0
    assert fault(build_sensor(HEALTH, board), "wifi").reason == "no wlan0"


@pytest.mark.parametrize("level", [0, 44, -121, -256])
def test_a_level_that_is_no_dbm_is_a_fault(health: Sensor, board: FakeBoard, level: int) -> None:
    board.system.set_signal(level)

    assert fault(health, "wifi").reason == f"{level} is no level in dBm"


def test_a_line_cut_short_is_a_fault(health: Sensor, board: FakeBoard) -> None:
    board.system.write("proc/net/wireless", "wlan0: 0000\n")

    assert fault(health, "wifi").reason == "not a number"


def test_a_real_pi_is_asked_at_its_root() -> None:
    assert PiBoard().system_root == Path("/")


def test_the_fake_files_go_with_their_board() -> None:
    board = FakeBoard()
    root = board.system_root
    assert root.exists()

    del board

    assert not root.exists()


def test_a_processor_whose_temperature_stands_still_for_a_day_is_doubted_and_nothing_else_is(
    health: Sensor, board: FakeBoard
) -> None:
    believed = health.read()
    board.let_pass(24 * 3600 - 1)
    assert health.read() == believed
    board.let_pass(1)

    doubted = {name for name, one in health.read().items() if isinstance(one, Suspect)}

    assert doubted == {c.name for c in health.channels if c.quantity == "cpu_temperature"}
    board.system.set_cpu_temperature(48.313)
    assert not [one for one in health.read().values() if isinstance(one, Suspect)]
