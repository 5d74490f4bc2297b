"""How the ingest is doing, in numbers that cost nothing: counted as it works, never looked up."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Final

from gateway.store.base import Committed
from sensor_node.clock import Clock

RECENT_S: Final = 300.0


class Vitals:
    """Counters since the start, written by the ingest's thread and read by all others.

    ``pending``: messages that are read and not committed yet. ``last_commit_ms`` None: nothing
    was committed since the start. ``refused_requests``: at the web doors, by status.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._begun_s = clock.monotonic_s()
        self._recent: deque[tuple[float, int, int]] = deque()
        self.pending = 0
        self.packs = 0
        self.new = 0
        self.same = 0
        self.replaced = 0
        self.refused = 0
        self.commits = 0
        self.failures = 0
        self.commit_s = 0.0
        self.last_commit_s: float | None = None
        self.last_commit_ms: int | None = None
        self.refused_requests: Counter[int] = Counter()

    def committed(self, packs: int, refused: int, what: Committed, took_s: float) -> None:
        """A batch is on disk; the commit took ``took_s``."""
        now_s = self._clock.monotonic_s()
        readings = what.new + what.same + what.replaced
        with self._lock:
            self.packs += packs
            self.refused += refused
            self.new += what.new
            self.same += what.same
            self.replaced += what.replaced
            self.commits += 1
            self.commit_s += took_s
            self.last_commit_s = took_s
            self.last_commit_ms = self._clock.wall_ms()
            self._recent.append((now_s, packs, readings))
            self._forget(now_s)

    def failed(self) -> None:
        """A commit failed."""
        with self._lock:
            self.failures += 1

    def refused_request(self, status: int) -> None:
        """A request at a web door was refused with ``status``."""
        with self._lock:
            self.refused_requests[status] += 1

    def a_minute(self) -> tuple[float, float]:
        """Packs and readings a minute, over the last five minutes or since the start."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            self._forget(now_s)
            packs = sum(packs for _, packs, _ in self._recent)
            readings = sum(readings for *_, readings in self._recent)
        minutes = max(1.0, min(RECENT_S, now_s - self._begun_s) / 60)
        return packs / minutes, readings / minutes

    def _forget(self, now_s: float) -> None:
        while self._recent and self._recent[0][0] < now_s - RECENT_S:
            self._recent.popleft()
