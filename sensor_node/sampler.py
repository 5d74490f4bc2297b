"""One sampling moment: every sensor read once, side by side, each as values or as a fault."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from statistics import fmean
from typing import Protocol

from sensor_node.counters import Counter
from sensor_node.drivers.base import Channel, Counting, Measured, Sensor, Suspect, Warmed
from sensor_node.errors import SensorFault
from sensor_node.reader import Answer, Reader, read
from sensor_node.wire import Record, is_finite_number

PATIENCE_S = 9.0
"""A sensor's time to answer: less than the shortest interval, more than any driver's tries."""

log = logging.getLogger("jardin.sampler")


class Sampling(Protocol):
    """What gives a node its records."""

    @property
    def channels(self) -> list[Channel]: ...

    def sample(self) -> list[Record]: ...


class Sampler:
    """Reads all ``sensors`` at once; one that fails or hangs gives fault records and neither
    stops nor delays another.

    ``patience_s``: how long one sampling moment waits for the slowest sensor.
    """

    def __init__(self, sensors: Sequence[Sensor], *, patience_s: float = PATIENCE_S) -> None:
        self._sensors = sensors
        self._patience_s = patience_s
        self._readers = [Reader(s) for s in sensors if not isinstance(s, Counting)]
        self._troubled: dict[str, str] = {}

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
        answers = self._answers()
        records = [r for sensor in self._sensors for r in self._records(sensor, answers[sensor])]
        self._tell_warmth(records)
        return records

    def close(self) -> None:
        """Let go of all pins and buses."""
        for reader in self._readers:
            reader.close()
        for sensor in self._sensors:
            if isinstance(sensor, Counting):
                sensor.close()

    def _answers(self) -> dict[Sensor, Answer]:
        for reader in self._readers:
            reader.ask()
        answers = {s: read(s) for s in self._sensors if isinstance(s, Counting)}
        until_s = time.monotonic() + self._patience_s
        return answers | {reader.sensor: reader.answer(until_s) for reader in self._readers}

    def _records(self, sensor: Sensor, answer: Answer) -> list[Record]:
        if not isinstance(answer, Exception):
            try:
                values = [(c, _finite(answer[c.name])) for c in sensor.channels]
                return [self._record(channel, value) for channel, value in values]
            except Exception as error:
                answer = error
        return [self._failed(channel, answer) for channel in sensor.channels]

    def _record(self, channel: Channel, value: Measured) -> Record:
        if isinstance(value, SensorFault):
            return self._failed(channel, value)
        if isinstance(value, Suspect):
            self._tell(channel, value.reason, f"SENSOR_SUSPECT: {value.reason}")
            return Record(channel.name, channel.unit, value.value, suspect=value.reason)
        if self._troubled.pop(channel.name, None) is not None:
            log.info("SENSOR_BACK: %s measures again", channel.name)
        return Record(channel.name, channel.unit, value)

    def _failed(self, channel: Channel, error: Exception) -> Record:
        reason = error.reason if isinstance(error, SensorFault) else type(error).__name__
        self._tell(channel, "fault", error)
        return Record(channel.name, fault=reason)

    def _tell(self, channel: Channel, trouble: str, words: object) -> None:
        """Say a trouble once, not at every sample."""
        if self._troubled.get(channel.name) != trouble:
            log.warning("%s: %s", channel.name, words)
        self._troubled[channel.name] = trouble

    def _tell_warmth(self, records: Sequence[Record]) -> None:
        soil = {c.name for c in self.channels if c.quantity == "soil_temperature"}
        warmth = [r.value for r in records if r.channel in soil and r.value is not None]
        if warmth:
            for sensor in self._sensors:
                if isinstance(sensor, Warmed):
                    sensor.feel(fmean(warmth))


def _finite(value: Measured) -> Measured:
    number = value.value if isinstance(value, Suspect) else value
    if isinstance(number, SensorFault) or is_finite_number(number):
        return value
    raise SensorFault(
        "not a number",
        code="SENSOR_NOT_FINITE",
        fr=f"Le capteur a donné {number!r}, qui n'est pas un nombre : vérifiez son pilote.",
        en=f"The sensor gave {number!r}, which is no number: check its driver.",
    )
