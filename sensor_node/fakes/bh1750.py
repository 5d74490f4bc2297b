"""A BH1750 light sensor at the level of its bus (ROHM's data sheet, instruction set)."""

from __future__ import annotations

POWER_DOWN, POWER_ON, RESET = 0x00, 0x01, 0x07
CONTINUOUSLY, ONE_TIME = 0x10, 0x20
FINE = 0x01
"""H-resolution mode 2: twice the counts, so that half as much light saturates."""
FULL_SCALE = 65535
COUNTS_A_LUX = 1.2


class FakeBh1750:
    """The part, under ``lux`` of light. ``measures``: how often it has been told to measure."""

    def __init__(self) -> None:
        self.lux = 10_000.0
        self.measures = 0
        self.power_on()

    def power_on(self) -> None:
        """What a cut of its supply leaves: nothing measured, and nothing to do."""
        self._mode = POWER_DOWN
        self._counts = 0

    def written(self, data: bytes) -> None:
        for instruction in data:
            if instruction == RESET:
                self._counts = 0
            elif instruction & 0xF0 in (CONTINUOUSLY, ONE_TIME):
                self.measures += 1
                self._mode = instruction
                self._measure()
            elif instruction == POWER_DOWN:
                self._mode = POWER_DOWN

    def read(self, count: int) -> bytes:
        if self._mode & 0xF0 == CONTINUOUSLY:
            self._measure()
        return self._counts.to_bytes(2, "big")[:count]

    def _measure(self) -> None:
        counts_a_lux = COUNTS_A_LUX * (2 if self._mode & 0x03 == FINE else 1)
        self._counts = min(FULL_SCALE, round(self.lux * counts_a_lux))
