"""A micro:bit, through the real pyserial, at the other end of a pseudo-terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from harness import eventually
from sensing import in_pauses

from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Measured
from sensor_node.drivers.microbit import Microbit
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.microbit import FakeMicrobit

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

PORT = "/dev/ttyACM0"
TABLE = {"type": "microbit", "channels": ["light", "temp=air_temperature"]}


@pytest.fixture
def part(board: FakeBoard) -> Iterator[FakeMicrobit]:
    microbit = board.microbit(PORT)
    yield microbit
    microbit.unplug()


@pytest.fixture
def microbit(board: FakeBoard, part: FakeMicrobit) -> Iterator[Microbit]:
    sensor = build_sensor(TABLE, board)
    assert isinstance(sensor, Microbit)
    listening(sensor, part)
    yield sensor
    sensor.close()


def listening(sensor: Microbit, part: FakeMicrobit) -> None:
    """Wait until the port is open, and end the line whose beginning nobody heard."""
    eventually(lambda: sensor.is_plugged_in, "the port is open")
    part.sends(b"\n")


def say(sensor: Microbit, part: FakeMicrobit, *lines: str | bytes) -> None:
    """Have the micro:bit say ``lines``, and wait until the last has been heard."""
    rubbish = sensor.rubbish
    expected = rubbish + 1 + sum(1 for line in lines if line in RUBBISH)
    part.says(*lines, "the end")
    eventually(lambda: sensor.rubbish == expected, "it heard all lines")


RUBBISH: list[str | bytes] = [
    "light",
    "light:",
    ":12",
    "light:12:13",
    "light:twelve",
    "light:nan",
    "light:inf",
    "light:1e400",
    "light:1_000",
    "light:0x1f",
    "light:--1",
    "Traceback (most recent call last):",
    b"light\x00:12",
    b"\xff\xfe\x80",
    "l" * 150,
]


def reason(measured: Measured) -> str:
    assert isinstance(measured, SensorFault)
    assert measured.code == "MICROBIT_SILENT"
    assert measured.fr != measured.en
    return measured.reason


def test_what_it_says_is_what_is_read(microbit: Microbit, part: FakeMicrobit) -> None:
    say(microbit, part, "light:128", "temp:-3.5")

    assert microbit.read() == {"light": 128.0, "temp": -3.5}


@pytest.mark.parametrize("line", ["light:7", " light : 7 ", "Light:7", "light:+7.0", b"light:7\r"])
def test_pupils_write_lines_in_several_ways(
    microbit: Microbit, part: FakeMicrobit, line: str | bytes
) -> None:
    say(microbit, part, line)

    assert microbit.read()["light"] == 7.0


def test_the_newest_value_replaces_the_one_before(microbit: Microbit, part: FakeMicrobit) -> None:
    say(microbit, part, "light:1", "light:2", "light:3")

    assert microbit.read()["light"] == 3.0


def test_a_value_is_never_read_twice(microbit: Microbit, part: FakeMicrobit) -> None:
    say(microbit, part, "light:128", "temp:21")
    microbit.read()
    say(microbit, part, "light:129")

    second = microbit.read()

    assert second["light"] == 129.0
    assert reason(second["temp"]) == "no answer"


def test_a_name_that_was_not_said_is_a_fault_and_the_other_a_value(
    microbit: Microbit, part: FakeMicrobit
) -> None:
    say(microbit, part, "light:128", "colour:3")

    values = microbit.read()

    assert values["light"] == 128.0
    assert reason(values["temp"]) == "no answer"
    assert "check its program" in str(values["temp"])


def test_what_was_said_more_than_five_minutes_ago_is_not_the_present(
    microbit: Microbit, board: FakeBoard, part: FakeMicrobit
) -> None:
    say(microbit, part, "light:128")
    board.let_pass(200)
    say(microbit, part, "temp:21")
    board.let_pass(101)

    values = microbit.read()

    assert reason(values["light"]) == "no answer"
    assert values["temp"] == 21.0


@pytest.mark.parametrize("line", RUBBISH)
def test_a_line_that_is_none_is_counted_and_passed_over(
    microbit: Microbit, part: FakeMicrobit, line: str | bytes
) -> None:
    say(microbit, part, "light:5", line)

    assert microbit.rubbish == 2  # with the end
    assert microbit.read()["light"] == 5.0


def test_the_count_of_unreadable_lines_is_told(microbit: Microbit, part: FakeMicrobit) -> None:
    say(microbit, part, "light:", "light:twelve")

    assert "could not be read: 3." in str(microbit.read()["light"])


def test_a_line_that_never_ends_does_not_fill_the_memory(
    microbit: Microbit, part: FakeMicrobit
) -> None:
    part.sends(b"7" * 300)
    eventually(lambda: microbit.rubbish == 1, "it gave up on the line")
    part.sends(b"7\n")

    say(microbit, part, "light:5")
    assert microbit.read()["light"] == 5.0


@pytest.mark.parametrize("rest", [b"light:99\n", b"nlight:99\n"])  # of "sunlight:99", say
def test_the_rest_of_a_line_whose_beginning_nobody_heard_is_no_line(
    board: FakeBoard, part: FakeMicrobit, rest: bytes
) -> None:
    sensor = build_sensor(TABLE, board)
    assert isinstance(sensor, Microbit)
    eventually(lambda: sensor.is_plugged_in, "the port is open")
    part.sends(rest)
    say(sensor, part, "temp:21")

    assert reason(sensor.read()["light"]) == "no answer"
    sensor.close()


@pytest.mark.parametrize("celsius", ["-56", "126"])
def test_a_value_that_its_quantity_cannot_have_is_a_fault(
    microbit: Microbit, part: FakeMicrobit, celsius: str
) -> None:
    say(microbit, part, f"temp:{celsius}")

    assert reason(microbit.read()["temp"]) == f"{celsius} Cel is out of range"


def test_a_cable_that_is_pulled_takes_what_was_said_with_it(
    microbit: Microbit, part: FakeMicrobit
) -> None:
    say(microbit, part, "light:128")
    part.unplug()
    eventually(lambda: not microbit.is_plugged_in, "the loss is seen")

    value = microbit.read()["light"]

    assert reason(value) == "no answer"
    assert "plug it in" in str(value)


def test_plugged_in_again_on_another_port_of_the_machine_it_is_heard_again(
    microbit: Microbit, part: FakeMicrobit
) -> None:
    part.unplug()
    eventually(lambda: not microbit.is_plugged_in, "the loss is seen")
    part.plug_in()
    listening(microbit, part)
    say(microbit, part, "light:77")

    assert microbit.read()["light"] == 77.0


def test_a_node_starts_without_it(board: FakeBoard, part: FakeMicrobit) -> None:
    part.unplug()
    sensor = build_sensor(TABLE, board)
    assert isinstance(sensor, Microbit)
    assert reason(sensor.read()["light"]) == "no answer"

    part.plug_in()
    listening(sensor, part)
    say(sensor, part, "light:1")

    assert sensor.read()["light"] == 1.0
    sensor.close()


def test_a_node_that_has_just_started_listens_until_each_name_was_said(
    microbit: Microbit, board: FakeBoard, part: FakeMicrobit, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(microbit, part, "light:1")
    in_pauses(board, monkeypatch, lambda: None, lambda: say(microbit, part, "temp:20"))

    assert microbit.read() == {"light": 1.0, "temp": 20.0}


def test_it_does_not_listen_for_ever_nor_at_each_sample(
    microbit: Microbit, board: FakeBoard, part: FakeMicrobit
) -> None:
    before_s = board.monotonic_s()
    microbit.read()
    after_s = board.monotonic_s()
    microbit.read()

    assert after_s - before_s == pytest.approx(3.0, abs=0.11)
    assert board.monotonic_s() == after_s


def test_closed_it_lets_go_of_the_port(microbit: Microbit, board: FakeBoard) -> None:
    microbit.close()

    assert not microbit.is_plugged_in
    board.serial(PORT)().close()  # exclusive: it would fail while another holds it


def test_its_channels_are_plain_numbers_unless_a_quantity_is_named(microbit: Microbit) -> None:
    assert [(c.name, c.quantity, c.unit, c.pin) for c in microbit.channels] == [
        ("light", "number", None, PORT),
        ("temp", "air_temperature", "Cel", PORT),
    ]


@pytest.mark.parametrize(
    ("channels", "code"),
    [
        ([], "MICROBIT_CHANNELS"),
        (["temp=warmth"], "MICROBIT_CHANNELS"),
        (["gauge=rain"], "MICROBIT_CHANNELS"),  # a sum: what came between would be lost
        (["Light"], "ID_INVALID"),
        ([1], "CONFIG_WRONG_VALUE"),
        ("light", "CONFIG_WRONG_VALUE"),
    ],
)
def test_channels_that_cannot_be_are_refused(board: FakeBoard, channels: Any, code: str) -> None:
    with pytest.raises(ConfigError, match=code):
        build_sensor(TABLE | {"channels": channels}, board)
