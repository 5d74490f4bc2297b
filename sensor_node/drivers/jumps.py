"""A sudden change is believed only when a second measure confirms it."""

from __future__ import annotations


class Jumps:
    """Remembers the last believed measure of one sensor.

    ``most``: for each of its values, the greatest change that is believed at once.
    """

    def __init__(self, *most: float) -> None:
        self._most = most
        self._last: tuple[float, ...] | None = None
        self._doubted: tuple[float, ...] | None = None

    def doubt(self, *measure: float) -> str | None:
        """Why ``measure`` is not believed yet: far from the last reading and the last doubt."""
        if self._last is None or self._near(measure, self._last):
            self._last, self._doubted = measure, None
            return None
        if self._doubted is not None and self._near(measure, self._doubted):
            self._last, self._doubted = measure, None
            return None
        self._doubted = measure
        return f"a jump from {_shown(self._last)} to {_shown(measure)} that nothing confirms"

    def _near(self, one: tuple[float, ...], other: tuple[float, ...]) -> bool:
        return all(abs(a - b) <= m for a, b, m in zip(one, other, self._most, strict=True))


def _shown(measure: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.1f}" for value in measure)
