"""The plants that groups are named after: a closed list, so that nobody types a name.

The words are those of the pages (``gateway.pages.plants``); each has a drawing of its own in
``dashboards/static/plants.svg``.
"""

from __future__ import annotations

from typing import Final

PLANTS: Final = (
    "tomate", "carotte", "radis", "laitue", "courge", "citrouille", "concombre", "aubergine",
    "poivron", "piment", "oignon", "ail", "poireau", "chou", "brocoli", "petit-pois", "haricot",
    "mais", "pomme-de-terre", "betterave", "navet", "asperge", "artichaut", "champignon", "fraise",
    "framboise", "cerise", "pomme", "poire", "prune", "raisin", "melon", "pasteque", "citron",
    "myrtille", "noix", "noisette", "tournesol", "marguerite", "tulipe", "lavande", "coquelicot",
    "menthe", "trefle", "ble", "cactus",
)  # fmt: skip
