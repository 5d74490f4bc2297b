"""What the tests of sensors share."""

from collections.abc import Iterator
from typing import Any

import pytest
from sensing import Build

from sensor_node.drivers import build_sensor
from sensor_node.drivers.base import Sensor
from sensor_node.fakes import FakeBoard


@pytest.fixture
def board() -> FakeBoard:
    """A header with fake parts; nothing is wired to it yet."""
    return FakeBoard()


@pytest.fixture
def build(board: FakeBoard) -> Iterator[Build]:
    """Builds a sensor on the board and lets go of it in the end."""
    built: list[Sensor] = []

    def one(table: dict[str, Any], **options: Any) -> Sensor:
        built.append(build_sensor(table | options, board))
        return built[-1]

    yield one
    for sensor in built:
        sensor.close()
