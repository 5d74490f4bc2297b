"""The names of the sandbox: groups are plants, never people."""

from __future__ import annotations

from typing import Final

from gateway.watering.crops import CROPS
from sensor_node import wire

PLANTS: Final = tuple(CROPS)
"""The garden's own crops, as the codes of groups have them."""


def sandbox_name(plant: str) -> str:
    """Under which name the group ``plant`` speaks: ``atelier.tomate``, which no node can have."""
    return wire.SANDBOX + plant
