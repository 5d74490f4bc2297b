"""Begin and end of what may flap: slow to begin, slower to end, and silent in between."""

from dataclasses import dataclass, replace
from typing import Final, Literal

Change = Literal["begin", "end"]


@dataclass(frozen=True, slots=True)
class Band:
    """Two thresholds of a value: beyond `begin` it holds, beyond `end` no longer; None between."""

    begin: float
    end: float

    def holds(self, value: float | None) -> bool | None:
        """Judge a value; an unknown one changes nothing."""
        if value is None:
            return None
        outwards = 1.0 if self.begin > self.end else -1.0
        if outwards * (value - self.begin) >= 0.0:
            return True
        return False if outwards * (value - self.end) <= 0.0 else None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long something must hold without a break to begin, and be gone to end, in seconds."""

    begin_s: float = 0.0
    end_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Condition:
    """Where one condition stands. changing_ms: since when it says otherwise than `active`."""

    active: bool = False
    changing_ms: int | None = None


QUIET: Final = Condition()


def step(
    condition: Condition, patience: Patience, holds: bool | None, at_ms: int
) -> tuple[Condition, Change | None]:
    """Take a condition to `at_ms`; None: not known now, or between two thresholds."""
    if holds is None or holds == condition.active:
        # Between two thresholds a beginning is broken off as well: only a clear sign counts.
        return replace(condition, changing_ms=None), None
    since_ms = at_ms if condition.changing_ms is None else condition.changing_ms
    needed_s = patience.begin_s if holds else patience.end_s
    if at_ms - since_ms < 1000.0 * needed_s:
        return replace(condition, changing_ms=since_ms), None
    return Condition(holds), "begin" if holds else "end"
