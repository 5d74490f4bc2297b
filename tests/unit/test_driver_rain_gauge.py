"""The tipping-bucket rain gauge, through gpiozero, on a pin that is fake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard

PIN = 6
GAUGE = {"type": "rain-gauge", "channel": "rain", "pin": PIN}


@pytest.fixture
def gauge(board: FakeBoard) -> Iterator[Sensor]:
    sensor = build_sensor(GAUGE, board)
    yield sensor
    sensor.close()


@pytest.mark.parametrize(("tips", "rain_mm"), [(1, 0.2794), (7, 1.9558), (200, 55.88)])
def test_each_tip_is_so_much_rain(
    gauge: Sensor, board: FakeBoard, tips: int, rain_mm: float
) -> None:
    board.tip(PIN, tips)

    assert gauge.read() == {"rain": rain_mm}


def test_rain_is_what_fell_since_the_last_reading(gauge: Sensor, board: FakeBoard) -> None:
    board.tip(PIN, 3)
    gauge.read()
    assert gauge.read() == {"rain": 0.0}

    board.tip(PIN)
    assert gauge.read() == {"rain": 0.2794}


def test_a_bucket_that_stands_on_its_contact_counts_once(gauge: Sensor, board: FakeBoard) -> None:
    board.press(PIN)
    assert gauge.read() == {"rain": 0.2794}
    assert gauge.read() == {"rain": 0.0}

    board.release(PIN)
    assert gauge.read() == {"rain": 0.0}


def test_the_rain_of_a_tip_can_be_set(board: FakeBoard) -> None:
    gauge = build_sensor(GAUGE | {"mm_per_tip": 0.5}, board)
    board.tip(PIN, 3)

    assert gauge.read() == {"rain": 1.5}
    gauge.close()


def test_the_library_is_told_how_long_a_bounce_is(board: FakeBoard) -> None:
    gauge = build_sensor(GAUGE | {"bounce_s": 0.02}, board)

    assert board._pin_factory.pin(PIN).bounce == 0.02  # a fake pin does not bounce
    gauge.close()


def test_more_than_any_rain_is_a_fault_that_counts_as_nothing(
    gauge: Sensor, board: FakeBoard
) -> None:
    gauge.read()
    board.let_pass(60)
    board.tip(PIN, 144)

    with pytest.raises(SensorFault) as caught:
        gauge.read()

    assert (caught.value.code, caught.value.reason) == ("RAIN_IMPOSSIBLE", "40.2336 mm is no rain")
    assert gauge.read() == {"rain": 0.0}


def test_the_heaviest_rain_there_ever_was_is_believed(gauge: Sensor, board: FakeBoard) -> None:
    gauge.read()
    board.let_pass(300)
    board.tip(PIN, 5 * 143)

    assert gauge.read() == {"rain": 199.771}


def test_a_cup_of_water_in_the_first_seconds_is_believed(gauge: Sensor, board: FakeBoard) -> None:
    gauge.read()
    board.let_pass(10)
    board.tip(PIN, 54)

    assert gauge.read() == {"rain": 15.0876}


def test_it_says_what_it_measures_and_where(gauge: Sensor) -> None:
    (channel,) = gauge.channels

    assert (channel.name, channel.quantity, channel.unit) == ("rain", "rain", "mm")
    assert channel.pin == f"GPIO{PIN}"


@pytest.mark.parametrize("wrong", [{"mm_per_tip": 0}, {"mm_per_tip": 279.4}, {"bounce_s": 1.0}])
def test_a_wrong_setting_is_refused(board: FakeBoard, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="CONFIG_WRONG_VALUE"):
        build_sensor(GAUGE | wrong, board)
