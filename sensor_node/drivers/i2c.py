"""A part on the I²C bus: opened when it answers, opened anew after each failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sensor_node.board import Board
from sensor_node.errors import SensorFault

T = TypeVar("T")
TRIES = 3
PAUSE_S = 0.2


class Unusable(Exception):
    """A measure that is not believed; its text is the reason."""


class I2cPart:
    """What ``opener`` opens at ``address``, which may be missing at first or be plugged in again.

    A part that lost its supply has lost its settings too, and is set up anew by the library.
    Other parts are asked by other threads, so each try takes its turn on the bus.
    """

    def __init__(self, opener: Callable[[], Any], board: Board, sensor: str, address: int) -> None:
        self._open = opener
        self._board = board
        self._sensor = sensor
        self._device: Any = None
        self.pin = f"I2C 0x{address:02x}"

    def ask(self, measure: Callable[[Any], T]) -> T:
        """What ``measure`` makes of the library's device, in up to three tries.

        Raises ``SensorFault`` with the last try's reason, or where another part holds the bus.
        """
        reason = "no answer"
        for attempt in range(TRIES):
            if attempt:
                self._board.sleep(PAUSE_S)
            try:
                with self._board.i2c_turn:
                    return self._measured(measure)
            except SensorFault:
                raise
            except Unusable as doubt:
                reason = str(doubt)
            except Exception as error:
                self._device = None
                reason = _reason(error)
        raise SensorFault(
            reason,
            code="I2C_FAILED",
            fr=f"Le {self._sensor} ({self.pin}) n'a pas donné de mesure ({reason}) : vérifiez ses "
            "quatre fils et son adresse.",
            en=f"The {self._sensor} ({self.pin}) gave no measure ({reason}): check its four wires "
            "and its address.",
        )

    def _measured(self, measure: Callable[[Any], T]) -> T:
        if self._device is None:
            self._device = self._open()
        return measure(self._device)


def within(value: float, least: float, most: float, unit: str) -> float:
    """``value`` where a part can have measured it; ``Unusable`` otherwise."""
    if not least <= value <= most:
        raise Unusable(f"{value:.1f} {unit} is out of range")
    return value


def _reason(error: Exception) -> str:
    text = str(error)
    if "CRC" in text:
        return "checksum"
    if "Chip ID" in text:
        return "another chip"
    if isinstance(error, OSError) or "No I2C device" in text:
        return "no answer"
    return "unreadable answer"
