"""An HC-SR04 at pin level: its trigger falls, and its echo is as long as the sound's way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from gpiozero.pins.mock import MockPin

BURST_S = 0.000_45
"""From the trigger to the rise of the echo (eight cycles at 40 kHz, and some)."""


class FakeHcSr04:
    """The part. ``distance_cm``: how far the water is, None where no sound comes back; ``air_c``:
    how warm the air is; ``asked``: how often it was triggered.

    Without anything queued it measures its present distance.
    """

    def __init__(self, factory: Any, trigger: int, echo: int, now: Callable[[], float]) -> None:
        self.distance_cm: float | None = 100.0
        self.air_c = 15.0
        self.asked = 0
        self._now = now
        self._queue: deque[float | None] = deque()
        self._echo: _EchoPin = factory.pin(echo, pin_class=_EchoPin)
        factory.pin(trigger, pin_class=_TriggerPin).on_fall = self._ping

    def queue(self, *distances_cm: float | None) -> None:
        """Measure these distances first, one for each trigger."""
        self._queue.extend(distances_cm)

    def hold_echo(self, level: bool) -> None:
        """Put the echo's wire at ``level``."""
        self._echo.carry(level, self._now())

    def _ping(self) -> None:
        self.asked += 1
        distance_cm = self._queue.popleft() if self._queue else self.distance_cm
        if distance_cm is None:
            return
        sound_cm_s = 100 * (331.3 + 0.606 * self.air_c)
        rise_s = self._now() + BURST_S
        self._echo.carry(True, rise_s)
        self._echo.carry(False, rise_s + 2 * distance_cm / sound_cm_s)


class _EchoPin(MockPin):  # type: ignore[misc]
    """An input whose edges come with the time that the kernel would have stamped on them."""

    def carry(self, level: bool, ticks: float) -> None:
        if self._change_state(level) and self._when_changed is not None:
            super(MockPin, self)._call_when_changed(ticks, level)
        self.clear_states()  # a mock pin remembers every edge


class _TriggerPin(MockPin):  # type: ignore[misc]
    """An output that calls ``on_fall`` at the end of each trigger."""

    on_fall: Callable[[], None] | None = None

    def _change_state(self, value: bool) -> bool:
        changed = bool(super()._change_state(value))
        if changed and not value and self.on_fall is not None:
            self.clear_states()
            self.on_fall()
        return changed
