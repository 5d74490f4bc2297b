"""The float switch of a tank, through gpiozero, on a pin that is fake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard

PIN = 17
FLOAT = {"type": "tank-float", "channel": "tank", "pin": PIN}


@pytest.fixture
def tank(board: FakeBoard) -> Iterator[Sensor]:
    sensor = build_sensor(FLOAT, board)
    yield sensor
    sensor.close()


def test_an_open_contact_is_an_empty_tank_so_that_a_cut_wire_says_so_too(tank: Sensor) -> None:
    assert tank.read() == {"tank": 1.0}


def test_a_closed_contact_is_a_tank_with_water(tank: Sensor, board: FakeBoard) -> None:
    board.press(PIN)
    assert tank.read() == {"tank": 0.0}

    board.release(PIN)
    assert tank.read() == {"tank": 1.0}


def test_a_switch_that_closes_when_empty_can_be_set(board: FakeBoard) -> None:
    tank = build_sensor(FLOAT | {"empty_when": "closed"}, board)
    assert tank.read() == {"tank": 0.0}

    board.press(PIN)
    assert tank.read() == {"tank": 1.0}
    tank.close()


def bobbing(board: FakeBoard, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """At each of the next ``times`` pauses the contact closes or opens."""
    left = iter(range(times))

    def pause(_seconds: float) -> None:
        step = next(left, None)
        if step is not None:
            (board.release if step % 2 else board.press)(PIN)

    monkeypatch.setattr(board, "sleep", pause)


def test_a_float_that_bobs_is_read_once_it_is_still(
    tank: Sensor, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    bobbing(board, monkeypatch, times=31)

    assert tank.read() == {"tank": 0.0}


def test_a_float_that_never_comes_to_rest_is_a_fault(
    tank: Sensor, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    bobbing(board, monkeypatch, times=1000)

    with pytest.raises(SensorFault) as caught:
        tank.read()

    assert (caught.value.code, caught.value.reason) == ("FLOAT_UNSTEADY", "unsteady")
    assert f"GPIO{PIN}" in caught.value.fr


def test_it_says_what_it_measures_and_where(tank: Sensor) -> None:
    (channel,) = tank.channels

    assert (channel.name, channel.quantity, channel.unit) == ("tank", "tank_empty", "/")
    assert channel.pin == f"GPIO{PIN}"


@pytest.mark.parametrize(
    ("wrong", "said"), [({"empty_when": "dry"}, "open, closed"), ({"pin": 28}, "at most 27")]
)
def test_a_wrong_setting_is_refused(board: FakeBoard, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        build_sensor(FLOAT | wrong, board)


def test_closed_it_gives_its_pin_back(board: FakeBoard) -> None:
    build_sensor(FLOAT, board).close()

    again = build_sensor(FLOAT, board)
    assert again.read() == {"tank": 1.0}
    again.close()


def test_a_pin_that_another_sensor_holds_is_refused(tank: Sensor, board: FakeBoard) -> None:
    with pytest.raises(Exception, match="in use"):
        board.contact(PIN)


def test_a_float_that_changes_for_years_does_not_fill_the_memory(
    tank: Sensor, board: FakeBoard
) -> None:
    for _ in range(100):
        board.press(PIN)
        board.release(PIN)

    assert len(board._pin_factory.pin(PIN).states) <= 2
