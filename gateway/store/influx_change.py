"""What a commit makes of what stands in InfluxDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from gateway.store.base import Fault, Reading, Series
from gateway.store.influx_lines import fault_line, moment_ms, reading_line
from gateway.store.influx_server import Row

MOST_SPANS: Final = 8
NEAR_MS: Final = 3_600_000
"""Moments less than an hour apart are looked up together."""

Key = tuple[Series, int]


@dataclass(slots=True)
class Touched:
    """Readings and faults by moment."""

    readings: dict[Key, tuple[float, str]] = field(default_factory=dict)
    faults: dict[Key, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Touched:
        found = cls()
        values: dict[Key, float] = {}
        suspects: dict[Key, str] = {}
        for row in rows:
            cells = row.cells
            key = (Series(cells["node"], cells["channel"]), moment_ms(cells["_time"]))
            if cells["_field"] == "value":
                values[key] = float(cells["_value"])
            elif cells["_field"] == "suspect":
                suspects[key] = cells["_value"]
            else:
                found.faults[key] = cells["_value"]
        found.readings = {key: (value, suspects.get(key, "")) for key, value in values.items()}
        return found


class Change:
    """What a commit makes of what stands there."""

    def __init__(self, before: Touched) -> None:
        self.new = self.same = self.replaced = 0
        self._before = before
        self._readings: dict[Key, Reading] = {}
        self._faults: dict[Key, Fault] = {}

    def take_reading(self, reading: Reading) -> None:
        key = (reading.series, reading.at_ms)
        known = self._known(key)
        if known is None:
            self.new += 1
        elif known == (reading.value, reading.suspect):
            self.same += 1
        else:
            self.replaced += 1
        self._readings[key] = reading

    def take_fault(self, fault: Fault) -> None:
        key = (fault.series, fault.at_ms)
        if self._known(key) is None:
            self._faults[key] = fault

    def lines(self) -> Iterator[str]:
        """What differs from what stands there."""
        for key, reading in self._readings.items():
            if self._before.readings.get(key) != (reading.value, reading.suspect):
                yield reading_line(reading)
        for key, fault in self._faults.items():
            if self._before.faults.get(key) != fault.reason:
                yield fault_line(fault)

    def cleared(self) -> list[Key]:
        """The faults at whose place there is a reading now."""
        readings = self._before.readings.keys() | self._readings.keys()
        return sorted(self._before.faults.keys() & readings)

    def _known(self, key: Key) -> tuple[float, str] | None:
        reading = self._readings.get(key)
        if reading is not None:
            return reading.value, reading.suspect
        return self._before.readings.get(key)


def spans(moments: Iterable[int]) -> list[tuple[int, int]]:
    """``moments`` as a few ranges (first, last), apart where the gaps are widest: a pack of today
    and one of last month must not have the month between them read.
    """
    ordered = sorted(set(moments))
    gaps = [(b - a, b) for a, b in pairwise(ordered) if b - a > NEAR_MS]
    begins = sorted([ordered[0], *(b for _, b in sorted(gaps)[-(MOST_SPANS - 1) :])])
    ends = [ordered[ordered.index(begin) - 1] for begin in begins[1:]]
    return list(zip(begins, [*ends, ordered[-1]], strict=True))
