"""A node whose every reading is the monotonic time at which it was taken, which no step moves.

Started with ``FOLDER PORT trusted|lost``: ``trusted`` believes the wall clock (``clock =
"system"``), ``lost`` has neither NTP nor a clock with a battery.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from sensor_node.clock import Keeper, SystemClock
from sensor_node.console import stopped_by_signals
from sensor_node.drivers.base import Channel
from sensor_node.link import Broker
from sensor_node.node import Node
from sensor_node.outbox import Outbox
from sensor_node.wire import Record


class Stopwatch:
    """Measures the time."""

    channels = (Channel("moment", "number", "stopwatch", "none"),)

    def sample(self) -> list[Record]:
        return [Record("moment", None, time.clock_gettime(time.CLOCK_MONOTONIC))]


class Lost(SystemClock):
    """A wall clock that nothing keeps right."""

    def kept_by(self) -> Keeper | None:
        return None


def main() -> None:
    """Measure twenty-five times a second until told to stop."""
    folder, port, kind = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    clock = SystemClock(trusted=True) if kind == "trusted" else Lost()
    outbox = Outbox(folder / "outbox.sqlite")
    address = Broker(host="127.0.0.1", port=port)
    node = Node("potager-1", Stopwatch(), outbox, address, clock, interval_s=0.04)  # type: ignore[arg-type]
    with stopped_by_signals(node.stop):
        node.run()
    outbox.close()


if __name__ == "__main__":
    main()
