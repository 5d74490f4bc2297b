"""The cup anemometer, through gpiozero, on a pin that is fake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.sampler import Sampler

PIN = 5
CUPS = {"type": "anemometer", "channel": "wind", "pin": PIN}


@pytest.fixture
def cups(board: FakeBoard) -> Iterator[Sensor]:
    sensor = build_sensor(CUPS, board)
    yield sensor
    sensor.close()


@pytest.mark.parametrize(("hertz", "wind_m_s"), [(0, 0.0), (1, 0.667), (4.5, 3.0), (30, 20.001)])
def test_pulses_a_second_are_wind(
    cups: Sensor, board: FakeBoard, hertz: float, wind_m_s: float
) -> None:
    board.blow(PIN, hertz, seconds=60)

    assert cups.read() == {"wind": wind_m_s}


def test_a_reading_is_the_mean_since_the_last_one(cups: Sensor, board: FakeBoard) -> None:
    board.blow(PIN, hertz=30, seconds=60)
    cups.read()
    board.blow(PIN, hertz=2, seconds=30)
    board.blow(PIN, hertz=4, seconds=30)

    assert cups.read() == {"wind": pytest.approx(3 * 0.6667, abs=5e-4)}


def test_the_first_reading_listens_for_three_seconds(
    cups: Sensor, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "sleep", lambda seconds: board.blow(PIN, 2, seconds))

    assert cups.read() == {"wind": pytest.approx(2 * 0.6667, abs=5e-4)}


def test_a_reading_after_the_interval_waits_for_nothing(
    cups: Sensor, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(board, "sleep", pauses.append)
    board.let_pass(10)

    cups.read()

    assert pauses == []


def test_the_wind_of_a_pulse_a_second_can_be_set(board: FakeBoard) -> None:
    cups = build_sensor(CUPS | {"m_s_per_hz": 1.5}, board)
    board.blow(PIN, hertz=2, seconds=10)

    assert cups.read() == {"wind": 3.0}
    cups.close()


def test_more_than_any_wind_is_a_fault_and_the_next_reading_starts_anew(
    cups: Sensor, board: FakeBoard
) -> None:
    board.blow(PIN, hertz=113, seconds=10)

    with pytest.raises(SensorFault) as caught:
        cups.read()

    assert (caught.value.code, caught.value.reason) == ("WIND_IMPOSSIBLE", "75.337 m/s is no wind")
    board.let_pass(10)
    assert cups.read() == {"wind": 0.0}


def test_wind_is_a_mean_and_not_a_count_to_keep(cups: Sensor) -> None:
    assert Sampler([cups]).counters == []


def test_it_says_what_it_measures_and_where(cups: Sensor) -> None:
    (channel,) = cups.channels

    assert (channel.name, channel.quantity, channel.unit) == ("wind", "wind_speed", "m/s")
    assert channel.pin == f"GPIO{PIN}"


@pytest.mark.parametrize("wrong", [{"m_s_per_hz": 0}, {"bounce_s": 1.0}, {"pin": -1}])
def test_a_wrong_setting_is_refused(board: FakeBoard, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="CONFIG_WRONG_VALUE"):
        build_sensor(CUPS | wrong, board)


def test_a_week_without_a_breath_is_doubted_until_the_cups_turn(
    cups: Sensor, board: FakeBoard
) -> None:
    board.let_pass(300)
    assert list(cups.read().values()) == [0.0]
    board.let_pass(7 * 24 * 3600 - 300)
    assert list(cups.read().values()) == [0.0]
    board.let_pass(300)

    assert list(cups.read().values()) == [Suspect(0.0, "stuck")]
    board.blow(CUPS["pin"], hertz=3, seconds=300)
    assert list(cups.read().values()) == [pytest.approx(2.0, abs=0.01)]
