"""A sudden change is believed only when a second measure confirms it."""

from __future__ import annotations


class Jumps:
    """Remembers the last believed measure of one sensor.

    ``most``: for each of its values, the greatest change that is believed at once.
    ``confirm_first``: the first measure, which nothing can be compared with, needs a second too.
    """

    def __init__(self, *most: float, confirm_first: bool = False) -> None:
        self._most = most
        self._confirm_first = confirm_first
        self._last: tuple[float, ...] | None = None
        self._doubted: tuple[float, ...] | None = None

    def doubt(self, *measure: float) -> str | None:
        """Why ``measure`` is not believed yet: far from the last reading and the last doubt."""
        if self._is_confirmed(measure):
            self._last, self._doubted = measure, None
            return None
        self._doubted = measure
        if self._last is None:
            return f"a first value of {_shown(measure)} that nothing confirms"
        return f"a jump from {_shown(self._last)} to {_shown(measure)} that nothing confirms"

    def _is_confirmed(self, measure: tuple[float, ...]) -> bool:
        if self._last is None and not self._confirm_first:
            return True
        known = [one for one in (self._last, self._doubted) if one is not None]
        return any(self._near(measure, one) for one in known)

    def _near(self, one: tuple[float, ...], other: tuple[float, ...]) -> bool:
        return all(abs(a - b) <= m for a, b, m in zip(one, other, self._most, strict=True))


def _shown(measure: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.1f}" for value in measure)
