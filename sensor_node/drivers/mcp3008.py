"""One input of an MCP3008, for the drivers of what is wired to it (gpiozero).

An open input is the trap of this chip: without 100 kΩ to GND it gives what the input converted
just before it left behind, and looks like a sensor. So a burst has each of its halves led by
another input, and counts that follow those are floating.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sensor_node.board import Board
from sensor_node.errors import SensorFault

REFERENCE_V, FULL_SCALE, INPUTS = 3.3, 1023, 8
DEAD_LOW, DEAD_HIGH = 15, 1010
"""Counts at or beyond which nothing is measured."""
APART_COUNTS = 40
"""Two leading inputs nearer to each other cannot be told apart in what follows them."""
FOLLOWING = 0.5
"""The share of the leaders' difference from which on an input follows them."""
NOISY_COUNTS = 60
"""The width of a burst that no sensor with a wire makes within a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Burst:
    """``counts`` in a row; ``leaders``: what was converted before each half, where it was."""

    counts: Sequence[int]
    leaders: tuple[int, int] | None = None

    @property
    def is_low(self) -> bool:
        """Whether any is at the lower end: a loose wire's mean would look plausible."""
        return min(self.counts) <= DEAD_LOW

    @property
    def is_high(self) -> bool:
        """Whether any is at the upper end."""
        return max(self.counts) >= DEAD_HIGH

    @property
    def is_floating(self) -> bool:
        """Whether it is too wide, or follows its leaders."""
        return max(self.counts) - min(self.counts) >= NOISY_COUNTS or self._follows()

    def _follows(self) -> bool:
        if self.leaders is None:
            return False
        apart = self.leaders[1] - self.leaders[0]
        moved = self.counts[len(self.counts) // 2] - self.counts[0]
        return abs(apart) >= APART_COUNTS and moved / apart >= FOLLOWING


class Input:
    """Input ``number``, 0 to 7, read while no other thread uses the chip.

    Raises ``HardwareError`` without a bus.
    """

    def __init__(self, board: Board, number: int) -> None:
        self.number = number
        self.pin = f"MCP3008 CH{number}"
        self._board = board
        self._devices: dict[int, Any] = {}
        self._device(number)

    def burst(self, samples: int) -> Burst:
        """``samples`` conversions; of a single one nothing can be compared."""
        with self._board.spi_turn:
            if samples == 1:
                return Burst([self._convert(self.number)])
            half = samples // 2
            before, after = (self.number - 1) % INPUTS, (self.number + 1) % INPUTS
            first = self._convert(before)
            counts = [self._convert(self.number) for _ in range(half)]
            second = self._convert(after)
            counts += [self._convert(self.number) for _ in range(samples - half)]
        return Burst(counts, (first, second))

    def bus_fault(self) -> SensorFault | None:
        """The fault of the chip itself, where all its inputs are at the same end of the scale."""
        with self._board.spi_turn:
            everything = {self._convert(number) for number in range(INPUTS)}
        return _bus_fault(self.pin) if everything in ({0}, {FULL_SCALE}) else None

    def close(self) -> None:
        for device in self._devices.values():
            device.close()

    def _convert(self, number: int) -> int:
        # The counts themselves: gpiozero's .value of 0 counts is 0.0005, not 0.
        counts: int = self._device(number).raw_value
        return counts

    def _device(self, number: int) -> Any:
        if number not in self._devices:
            self._devices[number] = self._board.mcp3008(number)
        return self._devices[number]


def _bus_fault(pin: str) -> SensorFault:
    return SensorFault(
        "bus fault",
        code="ADC_SILENT",
        fr=f"Le MCP3008 ne répond pas ({pin}, et toutes ses entrées, sont au même bout de "
        "l'échelle) : vérifiez son alimentation et ses quatre fils du bus SPI ; s'il ne porte "
        "qu'un capteur, vérifiez aussi les fils de celui-ci.",
        en=f"The MCP3008 does not answer ({pin}, like all its inputs, is at the same end of the "
        "scale): check its supply and its four wires of the SPI bus; where it has one sensor "
        "only, check that sensor's wires too.",
    )
