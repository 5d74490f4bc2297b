"""What a sensor driver is: some channels, and a way to read them all in one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from sensor_node import wire
from sensor_node.counters import Counter
from sensor_node.errors import SensorFault


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that a sensor fills. ``sensor`` and ``pin`` are what a person can look for."""

    name: str
    quantity: str
    sensor: str
    pin: str

    @property
    def unit(self) -> str | None:
        """SenML's symbol of the quantity's unit."""
        return wire.QUANTITIES[self.quantity].unit


class Sensor(Protocol):
    """A physical part wired to the node."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What it measures."""

    def read(self) -> Mapping[str, float | SensorFault]:
        """A fresh value for every channel, all from one successful measure.

        Raises ``SensorFault`` when there is none: never a repeated or made-up value. A channel
        that fails while the others do not, as its part is another, has its fault for a value.
        """

    def close(self) -> None:
        """Let go of pins and buses."""


@runtime_checkable
class Counting(Protocol):
    """A sensor whose pulses must outlive packs and processes: the node keeps its counter."""

    @property
    def counter(self) -> Counter:
        """Counts from the moment that the sensor is built."""
