"""What a sensor driver is: some channels, and a way to read them all in one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

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


class Suspect(NamedTuple):
    """A value that was measured and is doubted; ``reason`` is one of a few words, as ``stuck``."""

    value: float
    reason: str


Measured = float | Suspect | SensorFault
"""What one channel gives at one moment."""


def doubted(values: Mapping[str, float], reason: str | None) -> Mapping[str, Measured]:
    """``values`` as they are, or all of them ``Suspect`` where there is a ``reason``."""
    if reason is None:
        return values
    return {name: Suspect(value, reason) for name, value in values.items()}


class Sensor(Protocol):
    """A physical part wired to the node."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What it measures."""

    def read(self) -> Mapping[str, Measured]:
        """A fresh value for every channel, all from one successful measure.

        Raises ``SensorFault`` when there is none: never a repeated or made-up value. A channel
        that fails while the others do not, as its part is another, has its fault for a value.
        Called from a thread of its own: it may take its time, and a read that hangs is left alone.
        """

    def close(self) -> None:
        """Let go of pins and buses."""


@runtime_checkable
class Counting(Protocol):
    """A sensor whose pulses must outlive packs and processes: the node keeps its counter.

    Its ``read`` never waits: it is called by the sampler itself, so that the pulses that a read
    takes are always those of the pack that is being made.
    """

    @property
    def counter(self) -> Counter:
        """Counts from the moment that the sensor is built."""


@runtime_checkable
class Warmed(Protocol):
    """A probe that is told how the soil warms: one that does not move with it is stuck."""

    def feel(self, soil_c: float) -> None:
        """The soil's temperature at the last sample, in °C."""
