"""A sensor whose bus or chip is not there when the node starts: its channels say so, the others
measure, and it is opened when it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Counting, Measured, Sensor, Warmed
from sensor_node.errors import HardwareError, SensorFault

FIRST_WAIT_S = 60.0
LONGEST_WAIT_S = 3600.0


class Awaited:
    """Stands for what ``build`` makes on a board, and which raised ``absent`` on this one.

    It is tried again after a minute, then twice as long, up to an hour.
    """

    def __init__(
        self, build: Callable[[Board], Sensor], board: Board, absent: HardwareError
    ) -> None:
        blank = build(cast(Board, BlankBoard()))
        if isinstance(blank, Counting):
            raise absent  # its pulses are kept from the first moment on, or not at all
        self._channels = blank.channels
        blank.close()
        self._build = build
        self._board = board
        self._absent = absent
        self._sensor: Sensor | None = None
        self._wait_s = FIRST_WAIT_S
        self._due_s = board.monotonic_s() + self._wait_s

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self._channels

    def read(self) -> Mapping[str, Measured]:
        if self._sensor is None and self._board.monotonic_s() >= self._due_s:
            self._try()
        if self._sensor is None:
            absent = self._absent
            raise SensorFault("no bus", code=absent.code, fr=absent.fr, en=absent.en)
        return self._sensor.read()

    def feel(self, soil_c: float) -> None:
        if isinstance(self._sensor, Warmed):
            self._sensor.feel(soil_c)

    def close(self) -> None:
        if self._sensor is not None:
            self._sensor.close()

    def _try(self) -> None:
        try:
            self._sensor = self._build(self._board)
        except HardwareError as error:
            self._absent = error
            self._wait_s = min(LONGEST_WAIT_S, 2 * self._wait_s)
            self._due_s = self._board.monotonic_s() + self._wait_s


class BlankBoard:
    """A header with nothing on it: a sensor built on it tells which channels it will have."""

    system_root = Path("/nowhere")

    def monotonic_s(self) -> float:
        return 0.0

    def __getattr__(self, _name: str) -> Any:
        return _NOTHING


class _Nothing:
    """Whatever is asked of a part that is not there is nothing again."""

    def __getattr__(self, _name: str) -> Any:
        return self

    def __call__(self, *_arguments: object, **_named: object) -> Any:
        return self


_NOTHING = _Nothing()
