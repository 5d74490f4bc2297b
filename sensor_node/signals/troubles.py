"""What a node can need help with, and for how long it has been so."""

from __future__ import annotations

from collections import Counter
from enum import Enum

from sensor_node.drivers.base import Channel
from sensor_node.sampler import Sampling
from sensor_node.wire import Record

FAULTS_IN_A_ROW = 3
"""A sensor that fails once or twice is nothing to call somebody for."""
OUTAGE_S = 900.0
"""A gateway or a time that is missing for no longer comes back by itself."""
NO_FAILURE = frozenset({"saturated"})
"""Reasons for which nothing is broken: full sun is more than a light sensor can measure."""


class Trouble(Enum):
    """Why a node asks for help."""

    SENSOR = "sensor"
    GATEWAY = "gateway"
    DISK = "disk"
    TIME = "time"


class FaultWatch:
    """A sampler that also counts how often in a row each channel has failed."""

    def __init__(self, sampler: Sampling) -> None:
        self._sampler = sampler
        self._faults: Counter[str] = Counter()
        self.is_failing = False

    @property
    def channels(self) -> list[Channel]:
        return self._sampler.channels

    def sample(self) -> list[Record]:
        records = self._sampler.sample()
        for record in records:
            failed = record.fault is not None and record.fault not in NO_FAILURE
            self._faults[record.channel] = self._faults[record.channel] + 1 if failed else 0
        self.is_failing = any(count >= FAULTS_IN_A_ROW for count in self._faults.values())
        return records


class Missing:
    """Something that may be missing for ``OUTAGE_S`` before that is a trouble."""

    def __init__(self, now_s: float) -> None:
        self._last_there_s = now_s

    def too_long(self, now_s: float, *, there: bool) -> bool:
        """Whether it has now, at the monotonic time ``now_s``, been missing for too long."""
        if there:
            self._last_there_s = now_s
        return now_s - self._last_there_s > OUTAGE_S
