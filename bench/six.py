"""``python -m bench.six NODE.TOML``: a real node whose six sensors are numbers that cost nothing.

All but the sensors is what ``jardin-node run`` runs: settings, outbox, dating, delivery.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from sensor_node import config
from sensor_node.clock import SystemClock
from sensor_node.console import set_up_logging, stopped_by_signals
from sensor_node.drivers.base import Channel
from sensor_node.node import Node
from sensor_node.outbox import Outbox
from sensor_node.wire import Record

NUMBERS = {
    "bac-1-soil": ("soil_moisture_raw", 0.4312),
    "air": ("air_temperature", 21.4),
    "humidity": ("relative_humidity", 55.2),
    "ground": ("soil_temperature", 14.9),
    "pressure": ("pressure", 1006.5),
    "light": ("illuminance", 10_000.0),
}
"""By channel: what it measures, and the number that it gives."""


class Fixed:
    """A sampler that has its numbers already."""

    channels: Final = [
        Channel(name, quantity, "number", "none") for name, (quantity, _) in NUMBERS.items()
    ]

    def sample(self) -> list[Record]:
        return [Record(c.name, c.unit, NUMBERS[c.name][1]) for c in self.channels]


def main() -> None:
    """Run until a signal comes."""
    settings = config.load(Path(sys.argv[1]))
    set_up_logging(settings.language)
    outbox = Outbox(settings.outbox_path, settings.outbox_packs)
    clock = SystemClock(trusted=settings.clock == "system")
    node = Node(
        settings.node, Fixed(), outbox, settings.broker, clock, interval_s=settings.interval_s
    )
    with stopped_by_signals(node.stop):
        node.run()
    outbox.close()


if __name__ == "__main__":
    main()
