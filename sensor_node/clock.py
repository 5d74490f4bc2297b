"""Whose time it is: the wall clock, the monotonic clock, and whether the first can be trusted.

A ``Clock`` is passed in wherever time is needed, so that tests and the simulated garden run on a
``FakeClock`` and nothing sleeps.
"""

from __future__ import annotations

import ctypes
import sys
import time
from pathlib import Path
from typing import Literal, Protocol

Keeper = Literal["ntp", "rtc", "person"]
"""``person``: somebody has set it by hand since the start, which only a gateway is told."""

STA_UNSYNC = 0x40
TIME_ERROR = 5
TIMESYNC_FLAG = Path("/run/systemd/timesync/synchronized")
RTC_FOLDER = Path("/sys/class/rtc")
RTC_NEAR_S = 5
RTC_LOOK_EVERY_S = 60.0
SANE_SINCE_MS = 1_735_689_600_000
"""2025-01-01: a clock before the software was written is wrong, whatever it says of itself."""


class Clock(Protocol):
    """Milliseconds since 1970 UTC, seconds since some fixed moment, and trust."""

    def wall_ms(self) -> int:
        """The wall clock, in milliseconds since 1970 UTC."""

    def monotonic_s(self) -> float:
        """Seconds that never go back, also while the wall clock steps or the computer sleeps."""

    def kept_by(self) -> Keeper | None:
        """What keeps the wall clock right, None where nothing does."""

    def synchronised(self) -> bool:
        """Whether anything does."""


class SystemClock:
    """This computer's clocks.

    ``trusted``: take the wall clock as right without asking the kernel, for a desktop or a
    container whose host keeps the time.
    """

    def __init__(self, *, trusted: bool = False) -> None:
        self._trusted = trusted
        self._rtc_agrees = False
        self._look_at_rtc_s = 0.0

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        # Linux's CLOCK_MONOTONIC stands still while a laptop sleeps.
        return time.clock_gettime(_STEADY) if _STEADY is not None else time.monotonic()

    def kept_by(self) -> Keeper | None:
        if self._trusted or kernel_is_synchronised():
            return "ntp"
        now_s = self.monotonic_s()
        if now_s >= self._look_at_rtc_s:
            self._look_at_rtc_s = now_s + RTC_LOOK_EVERY_S
            self._rtc_agrees = rtc_agrees(self.wall_ms())
        return "rtc" if self._rtc_agrees else None

    def synchronised(self) -> bool:
        return self.kept_by() is not None


_STEADY: int | None = getattr(time, "CLOCK_BOOTTIME", None)


class FakeClock:
    """A clock that moves when told, for tests and for recordings."""

    def __init__(self, wall_ms: int = 1_763_785_800_000, *, synchronised: bool = True) -> None:
        self._wall_ms = wall_ms
        self._monotonic_s = 0.0
        self.keeper: Keeper | None = "ntp" if synchronised else None

    def wall_ms(self) -> int:
        return self._wall_ms

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def kept_by(self) -> Keeper | None:
        return self.keeper

    def synchronised(self) -> bool:
        return self.keeper is not None

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass on both clocks."""
        self._monotonic_s += seconds
        self._wall_ms += round(seconds * 1000)

    def set_wall(self, wall_ms: int) -> None:
        """Step the wall clock alone, as NTP or a person does."""
        self._wall_ms = wall_ms


def kernel_is_synchronised() -> bool:
    """Whether the kernel's clock is disciplined.

    The kernel forgets that it was when somebody sets the clock by hand, and remembers when NTP has
    corrected it: its word counts, and systemd-timesyncd's flag only where it may not be asked. On
    systems without ``adjtimex`` (macOS, Windows) the desktop's own clock is believed.
    """
    if sys.platform != "linux":
        return True
    timex = (ctypes.c_int * 64)()  # struct timex is 208 bytes; modes = 0 only reads
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    if state == -1:
        return TIMESYNC_FLAG.exists()
    # modes (4 bytes + padding), offset, freq, maxerror, esterror (longs), then status.
    status_at = 1 if ctypes.sizeof(ctypes.c_long) == 4 else 2
    status_at += 4 * ctypes.sizeof(ctypes.c_long) // 4
    return state != TIME_ERROR and not timex[status_at] & STA_UNSYNC


def rtc_agrees(wall_ms: int, folder: Path = RTC_FOLDER) -> bool:
    """Whether a clock with a battery says what the wall clock says, within 5 s.

    The kernel takes its time from such a clock at the start. One without its battery begins in
    1970 or 2000, and one that is set to local time is hours away: neither agrees.
    """
    if wall_ms < SANE_SINCE_MS:
        return False
    for clock in sorted(folder.glob("rtc*/since_epoch")):
        try:
            seconds = int(clock.read_text(encoding="ascii"))
        except (OSError, ValueError):  # its battery is flat, or its bus does not answer
            continue
        if abs(seconds - wall_ms / 1000) <= RTC_NEAR_S:
            return True
    return False
