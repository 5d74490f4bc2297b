"""What the tests of wiring sheets and set-up share: tables of sensors that could be connected."""

from __future__ import annotations

from typing import Any

from sensor_node.drivers import TABLE
from sensor_node.setup.choices import Choices


def tables_of(*kinds: str) -> list[dict[str, Any]]:
    """A table for each of ``kinds`` as the wizard would suggest it; all drivers where none."""
    tables: list[dict[str, Any]] = []
    for kind in kinds or tuple(TABLE):
        tables.append(Choices(tables, kinds or tuple(TABLE)).table(kind))
    return tables


def dht22(pin: int, channel: str = "air") -> dict[str, Any]:
    """A DHT22 on ``pin``."""
    return {"type": "dht22", "pin": pin, "temperature": channel, "humidity": f"{channel}-damp"}
