"""What groups say on MQTT, between the ingest that hears it and whoever keeps it.

The ingest only lays it down here: a program that shouts costs the garden's own readings nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 1000
"""Of one group at a time, as of one request; what is more is counted."""
MOST_BYTES: Final = 40
"""Of a number; what is longer is none, and is not kept."""
MOST_GROUPS: Final = 100
"""More names than there are plants."""


@dataclass(slots=True)
class Heard:
    """Of one group: topic after its name, payload and time of arrival; ``lost``: how many more."""

    messages: deque[tuple[str, bytes, int]] = field(default_factory=lambda: deque(maxlen=MOST))
    lost: int = 0


class Said:
    """Filled by one thread and emptied by another."""

    def __init__(self) -> None:
        self._heard: dict[str, Heard] = {}
        self._lock = threading.Lock()

    def hear(self, plant: str, leaf: str, payload: bytes, at_ms: int) -> None:
        """Keep a message of ``plant``; of too many the newest, of a long one the beginning."""
        with self._lock:
            if plant not in self._heard and len(self._heard) >= MOST_GROUPS:
                return
            heard = self._heard.setdefault(plant, Heard())
            heard.lost += len(heard.messages) == MOST
            heard.messages.append((leaf[:MOST_BYTES], payload[: MOST_BYTES + 1], at_ms))

    def take(self) -> dict[str, Heard]:
        """All that was said since the last time, by group."""
        with self._lock:
            heard, self._heard = self._heard, {}
        return heard
