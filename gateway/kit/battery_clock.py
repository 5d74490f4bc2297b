"""A clock with a battery sets the Pi's, and gives time to the nodes: ``python -m
gateway.kit.battery_clock``, once at each start (jardin-time.service).

Not every kernel of a Pi takes its time from such a clock, whose driver comes late. A time that it
tells is believed where it is a present one and not before the one that the Pi was switched off at:
an empty battery begins in 1970 or 2000. Without this nobody gives the nodes a time: chrony on the
card serves none of its own until somebody who knows it says so.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from gateway.kit.system import System
from sensor_node.clock import SANE_SINCE_MS, Clock, SystemClock

CLOCKS: Final = Path("sys/class/rtc")


def take(system: System, wall_ms: int) -> bool:
    """Set the Pi's clock, at ``wall_ms``, by one with a battery; whether that was to be done."""
    if system.keeps_time():
        return False
    for path in sorted((system.root / CLOCKS).glob("rtc*/since_epoch")):
        try:
            told_ms = int(path.read_text(encoding="ascii")) * 1000
        except (OSError, ValueError):  # its battery is flat, or its bus does not answer
            continue
        if told_ms > max(SANE_SINCE_MS, wall_ms):
            system.set_clock(told_ms)
            return True
    return False


def serve(system: System, clock: Clock) -> bool:
    """Whether the nodes get the time of a clock with a battery from now on."""
    return clock.kept_by() == "rtc" and system.give_time()


def main(system: System) -> int:
    """Both; returns 0, also where there is no such clock: most Pis have none."""
    if take(system, SystemClock().wall_ms()):
        print("the clock is set by the one with a battery")
    print("the nodes get its time" if serve(system, SystemClock()) else "no time for the nodes yet")
    return 0


if __name__ == "__main__":
    sys.exit(main(System()))
