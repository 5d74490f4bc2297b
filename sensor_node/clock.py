"""Whose time it is: the wall clock, the monotonic clock, and whether the first can be trusted.

A ``Clock`` is passed in wherever time is needed, so that tests and the simulated garden run on a
``FakeClock`` and nothing sleeps.
"""

from __future__ import annotations

import ctypes
import sys
import time
from pathlib import Path
from typing import Protocol

STA_UNSYNC = 0x40
TIME_ERROR = 5
TIMESYNC_FLAG = Path("/run/systemd/timesync/synchronized")


class Clock(Protocol):
    """Milliseconds since 1970 UTC, seconds since some fixed moment, and trust."""

    def wall_ms(self) -> int:
        """The wall clock, in milliseconds since 1970 UTC."""

    def monotonic_s(self) -> float:
        """Seconds that never go back, also while the wall clock steps."""

    def synchronised(self) -> bool:
        """Whether something better than this computer (NTP) keeps the wall clock right."""


class SystemClock:
    """This computer's clocks.

    ``trusted``: take the wall clock as right without asking the kernel, for a desktop or a
    container whose host keeps the time.
    """

    def __init__(self, *, trusted: bool = False) -> None:
        self._trusted = trusted

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        return time.monotonic()

    def synchronised(self) -> bool:
        return self._trusted or kernel_is_synchronised()


class FakeClock:
    """A clock that moves when told, for tests and for recordings."""

    def __init__(self, wall_ms: int = 1_763_785_800_000, *, synchronised: bool = True) -> None:
        self._wall_ms = wall_ms
        self._monotonic_s = 0.0
        self.is_synchronised = synchronised

    def wall_ms(self) -> int:
        return self._wall_ms

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def synchronised(self) -> bool:
        return self.is_synchronised

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass on both clocks."""
        self._monotonic_s += seconds
        self._wall_ms += round(seconds * 1000)

    def set_wall(self, wall_ms: int) -> None:
        """Step the wall clock alone, as NTP or a person does."""
        self._wall_ms = wall_ms


def kernel_is_synchronised() -> bool:
    """Whether the kernel's clock is disciplined: ``adjtimex`` or systemd-timesyncd says so.

    On systems without ``adjtimex`` (macOS, Windows) the desktop's own clock is believed.
    """
    if sys.platform != "linux":
        return True
    if TIMESYNC_FLAG.exists():
        return True
    timex = (ctypes.c_int * 64)()  # struct timex is 208 bytes; modes = 0 only reads
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    # modes (4 bytes + padding), offset, freq, maxerror, esterror (longs), then status.
    status_at = 1 if ctypes.sizeof(ctypes.c_long) == 4 else 2
    status_at += 4 * ctypes.sizeof(ctypes.c_long) // 4
    return state not in (TIME_ERROR, -1) and not timex[status_at] & STA_UNSYNC
