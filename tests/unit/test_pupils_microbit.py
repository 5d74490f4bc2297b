"""The micro:bit's program says what the node's driver reads."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from harness import eventually

from gateway.pupils.serving import MICROBIT
from sensor_node.drivers.microbit import LINE, Microbit, Options
from sensor_node.fakes import FakeBoard


class Unplugged(Exception):
    """The program goes on for ever: this ends it."""


def microbit_module(raw: int, degrees: int, light: int, seconds: int) -> ModuleType:
    """What the program imports on a micro:bit, unplugged after so many seconds."""
    module: Any = ModuleType("microbit")
    module.slept_ms = []

    class Display:
        def read_light_level(self) -> int:
            return light

    class Pin:
        def read_analog(self) -> int:
            return raw

    def sleep(milliseconds: int) -> None:
        module.slept_ms.append(milliseconds)
        if len(module.slept_ms) == seconds:
            raise Unplugged

    module.display, module.pin0, module.sleep = Display(), Pin(), sleep
    module.temperature = lambda: degrees
    made: ModuleType = module
    return made


@pytest.fixture
def lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[str]]:
    """What the program says."""

    def said(raw: int = 440, degrees: int = 21, light: int = 118, seconds: int = 1) -> list[str]:
        monkeypatch.setitem(sys.modules, "microbit", microbit_module(raw, degrees, light, seconds))
        with pytest.raises(Unplugged):
            exec(compile(MICROBIT.read_text(encoding="utf-8"), "main.py", "exec"), {})  # noqa: S102
        return capsys.readouterr().out.splitlines()

    return said


def test_it_says_each_value_once_a_second(lines: Callable[..., list[str]]) -> None:
    assert lines(seconds=3) == ["light:118", "temp:21", "soil:0.43"] * 3


@pytest.mark.parametrize("raw", [0, 1, 511, 1022, 1023])
@pytest.mark.parametrize("degrees", [-5, 0, 50])
def test_every_line_is_one_that_the_node_reads(
    lines: Callable[..., list[str]], raw: int, degrees: int
) -> None:
    assert all(LINE.fullmatch(line.encode()) for line in lines(raw=raw, degrees=degrees))


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
def test_a_node_measures_what_the_program_says(lines: Callable[..., list[str]]) -> None:
    board, said = FakeBoard(), lines()
    part = board.microbit("/dev/ttyACM0")
    sensor = Microbit(Options(["light", "temp=air_temperature", "soil=soil_moisture_raw"]), board)
    try:
        eventually(lambda: sensor.is_plugged_in, "the port is open")
        part.sends(b"\n")
        part.says(*said, "the end")
        eventually(lambda: sensor.rubbish == 1, "it heard all lines")
        assert sensor.read() == {"light": 118, "temp": 21, "soil": 0.43}
    finally:
        sensor.close()
        part.unplug()
