"""A value that never moves is doubted: nature does not stand still for days."""

from __future__ import annotations

STUCK = "stuck"


class Stillness:
    """Watches the values of one sensor for ``after_h`` hours without any change.

    ``within``: a change of this much or less is none.
    """

    def __init__(self, after_h: float, *, within: float = 0.0) -> None:
        self._after_s = after_h * 3600
        self._within = within
        self._since: tuple[float, tuple[float, ...]] | None = None

    @property
    def since_s(self) -> float | None:
        """When the values last moved."""
        return None if self._since is None else self._since[0]

    def doubt(self, now_s: float, *values: float) -> str | None:
        """``stuck`` once all ``values`` have stood still for too long, else None.

        ``now_s``: monotonic seconds.
        """
        if self._since is None or self._moved(self._since[1], values):
            self._since = (now_s, values)
        return STUCK if now_s - self._since[0] >= self._after_s else None

    def _moved(self, one: tuple[float, ...], other: tuple[float, ...]) -> bool:
        return any(abs(a - b) > self._within for a, b in zip(one, other, strict=True))
