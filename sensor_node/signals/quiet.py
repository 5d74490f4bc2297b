"""The hours in which nobody wants to hear a buzzer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` until ``end``, by the clock on the garden's wall, over midnight or not.

    ``start`` belongs to them, ``end`` does not; two equal times are no hours at all. In the night
    in which an hour comes twice, both are judged alike; in the one in which it is left out, what
    would end within it ends with it.
    """

    start: time
    end: time

    def cover(self, now: time) -> bool:
        """Whether ``now``, a local time of day, is within them."""
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end
