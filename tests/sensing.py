"""What the tests of sensors share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sensor_node.drivers.base import Sensor
from sensor_node.errors import SensorFault
from sensor_node.fakes import FakeBoard

Build = Callable[..., Sensor]
"""Makes a sensor from its table and some options."""


def in_pauses(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch, *events: Callable[[], Any]
) -> list[float]:
    """Has one of ``events`` happen in each pause between two tries; gives the pauses."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        if len(pauses) < len(events):
            events[len(pauses)]()
        pauses.append(seconds)

    monkeypatch.setattr(board, "sleep", sleep)
    return pauses


def fault(sensor: Sensor) -> SensorFault:
    """The fault that reading ``sensor`` raises, told in two languages."""
    with pytest.raises(SensorFault) as caught:
        sensor.read()
    assert caught.value.fr != caught.value.en
    return caught.value
