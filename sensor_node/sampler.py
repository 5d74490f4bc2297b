"""One sampling moment: every sensor read once, each as values or as a fault."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from sensor_node.counters import Counter
from sensor_node.drivers.base import Channel, Counting, Sensor
from sensor_node.errors import SensorFault
from sensor_node.wire import Record, is_finite_number

log = logging.getLogger("jardin.sampler")


class Sampling(Protocol):
    """What gives a node its records."""

    @property
    def channels(self) -> list[Channel]: ...

    def sample(self) -> list[Record]: ...


class Sampler:
    """Reads ``sensors`` in turn; one that fails gives fault records and stops no other."""

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        self._sensors = sensors
        self._failing: set[str] = set()

    @property
    def channels(self) -> list[Channel]:
        """Everything this node measures."""
        return [channel for sensor in self._sensors for channel in sensor.channels]

    @property
    def counters(self) -> list[Counter]:
        """What these sensors count, for the node to keep."""
        return [sensor.counter for sensor in self._sensors if isinstance(sensor, Counting)]

    def sample(self) -> list[Record]:
        """A record for every channel."""
        return [record for sensor in self._sensors for record in self._read(sensor)]

    def close(self) -> None:
        """Let go of all pins and buses."""
        for sensor in self._sensors:
            sensor.close()

    def _read(self, sensor: Sensor) -> list[Record]:
        try:
            values = sensor.read()
            read = [(c, _finite(values[c.name])) for c in sensor.channels]
        except Exception as error:
            return [self._failed(channel, error) for channel in sensor.channels]
        return [
            self._failed(channel, value)
            if isinstance(value, SensorFault)
            else self._measured(channel, value)
            for channel, value in read
        ]

    def _measured(self, channel: Channel, value: float) -> Record:
        if channel.name in self._failing:
            self._failing.discard(channel.name)
            log.info("SENSOR_BACK: %s measures again", channel.name)
        return Record(channel.name, channel.unit, value)

    def _failed(self, channel: Channel, error: Exception) -> Record:
        if channel.name not in self._failing:  # a loss is said once
            log.warning("%s: %s", channel.name, error)
        self._failing.add(channel.name)
        reason = error.reason if isinstance(error, SensorFault) else type(error).__name__
        return Record(channel.name, fault=reason)


def _finite(value: float | SensorFault) -> float | SensorFault:
    if isinstance(value, SensorFault) or is_finite_number(value):
        return value
    raise SensorFault(
        "not a number",
        code="SENSOR_NOT_FINITE",
        fr=f"Le capteur a donné {value!r}, qui n'est pas un nombre : vérifiez son pilote.",
        en=f"The sensor gave {value!r}, which is no number: check its driver.",
    )
