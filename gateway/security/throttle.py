"""What slows those who guess, and programs that take more than their share.

Neither counts by address: a whole class sits behind one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gateway.security.refusals import door_slow, too_fast
from sensor_node.clock import Clock

FREE_TRIES: Final = 10
"""Wrong tries that cost nothing: a room of people mistypes."""
FORGIVEN_EVERY_S: Final = 60.0
LONGEST_S: Final = 60.0


class Throttle:
    """One door: after ``FREE_TRIES`` wrong ones it stays shut for 1 s, 2 s, 4 s… to a minute.

    A minute without a try takes one off. It is the whole garden's: who is in already, or shows a
    token, does not come by here.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._one = threading.Lock()
        self._wrong = 0.0
        self._at_s = clock.monotonic_s()
        self._shut_until_s = self._at_s

    def knock(self) -> None:
        """A try, taken as wrong until ``welcome``: those that come at once all count.

        Raises ``AccessRefused`` while the door is shut.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            if now_s < self._shut_until_s:
                raise door_slow(self._shut_until_s - now_s)
            self._wrong = max(0.0, self._wrong - (now_s - self._at_s) / FORGIVEN_EVERY_S) + 1
            self._at_s = now_s
            over = self._wrong - FREE_TRIES
            if over > 0:
                self._shut_until_s = now_s + min(LONGEST_S, 2.0 ** int(over))

    def welcome(self) -> None:
        """The try was right: it is taken off, and those before it stay."""
        with self._lock:
            self._wrong = max(0.0, self._wrong - 1)
            if self._wrong <= FREE_TRIES:
                self._shut_until_s = self._clock.monotonic_s()

    @contextmanager
    def one_try(self) -> Iterator[None]:
        """Inside, a code is looked up, one after the other: a class that comes in the same second
        is not taken for somebody who guesses. Raises ``AccessRefused`` while the door is shut.
        """
        with self._one:
            self.knock()
            yield
            self.welcome()

    def lift(self) -> None:
        """The keeper opens the door again."""
        with self._lock:
            self._wrong = 0.0
            self._shut_until_s = self._clock.monotonic_s()

    def wait_s(self) -> float:
        """How long the door still stays shut; 0 where it is open."""
        return max(0.0, self._shut_until_s - self._clock.monotonic_s())


BURST: Final = 2000.0
PER_S: Final = 20.0
"""Requests and readings of one token together: far more than any node measures."""
MOST_KEYS: Final = 1000


class Pace:
    """A token bucket for each key: ``BURST`` at once, then ``PER_S``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, count: int = 1) -> None:
        """Take ``count`` from what ``key`` has left. Raises ``AccessRefused`` where it is less,
        and takes nothing then.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            left, at_s = self._left.pop(key, (BURST, now_s))
            left = min(BURST, left + (now_s - at_s) * PER_S)
            enough = left >= count
            self._left[key] = (left - count if enough else left, now_s)
            if len(self._left) > MOST_KEYS:
                del self._left[next(iter(self._left))]
        if not enough:
            raise too_fast((min(count, BURST) - left) / PER_S)
