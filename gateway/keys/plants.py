"""The names of the sandbox: groups are plants, never people."""

from __future__ import annotations

from gateway.workshop.plants import PLANTS
from sensor_node import wire

__all__ = ["PLANTS", "sandbox_name"]


def sandbox_name(plant: str) -> str:
    """Under which name the group ``plant`` speaks: ``atelier.tomate``, which no node can have."""
    return wire.SANDBOX + plant
