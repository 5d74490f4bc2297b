"""The names of the sandbox: groups are plants, never people."""

from __future__ import annotations

from typing import Final

from sensor_node import wire

PLANTS: Final = (
    "ail", "artichaut", "aubergine", "basilic", "betterave", "blette", "brocoli", "carotte",
    "celeri", "chou", "ciboulette", "concombre", "courge", "courgette", "epinard", "fenouil",
    "feve", "fraise", "framboise", "haricot", "laitue", "lavande", "lentille", "mais", "melon",
    "menthe", "navet", "oignon", "oseille", "panais", "persil", "piment", "poireau", "pois",
    "poivron", "potiron", "radis", "rhubarbe", "romarin", "sauge", "thym", "tomate",
)  # fmt: skip
"""Without accents: they stand in MQTT topics."""


def sandbox_name(plant: str) -> str:
    """Under which name the group ``plant`` speaks: ``atelier.tomate``, which no node can have."""
    return wire.SANDBOX + plant
