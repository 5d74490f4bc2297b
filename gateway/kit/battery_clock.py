"""A clock with a battery that is right gives time to the nodes: ``python -m
gateway.kit.battery_clock``, once at the start (jardin-time.service).

Without this nobody gives them a time: chrony on the card serves none of its own until somebody who
knows it says so.
"""

from __future__ import annotations

import sys

from gateway.kit.system import System
from sensor_node.clock import Clock, SystemClock

SERVE = ("chronyc", "local", "stratum", "10")


def serve(system: System, clock: Clock) -> bool:
    """Whether the nodes get the time of a clock with a battery from now on."""
    return clock.kept_by() == "rtc" and system.run(SERVE).returncode == 0


if __name__ == "__main__":
    print("served" if serve(System(), SystemClock()) else "no clock with a battery that is right")
    sys.exit(0)
