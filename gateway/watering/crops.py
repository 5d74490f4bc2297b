"""What grows: how thirsty it is, how deep it roots, how it takes a thirst, how long it lives.

A garden may add its own `Crop`: nothing asks that it stands in the table.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Crop:
    """One crop.

    kc: crop coefficient at the start, the middle and the end (FAO-56 Table 12). kcb: the same of
    the leaves alone, without the soil's evaporation (Table 17). rooting_m: the small end of its
    rooting depth (Table 22), right for a garden. p: share of the reservoir that it takes without
    suffering at 5 mm a day (Table 22), 0.1 to 0.8. height_m: full-grown (Table 12). base_c: below
    it nothing grows (judgement). stages_days: initial, development, middle and late stage
    (Table 11); None where the table has none: kc of the middle holds all season.
    """

    key: str
    fr: str
    en: str
    kc: tuple[float, float, float]
    kcb: tuple[float, float, float]
    rooting_m: float
    p: float
    height_m: float
    base_c: float
    stages_days: tuple[int, int, int, int] | None = None


# fmt: off
# ruff: noqa: E501 - a table reads by its rows
_TABLE = (
    Crop("tomate", "tomate", "tomato", (0.6, 1.15, 0.8), (0.15, 1.1, 0.7), 0.7, 0.4, 0.6, 10.0, (30, 40, 45, 30)),
    Crop("laitue", "laitue", "lettuce", (0.7, 1.0, 0.95), (0.15, 0.9, 0.9), 0.3, 0.3, 0.3, 5.0, (20, 30, 15, 10)),
    Crop("carotte", "carotte", "carrot", (0.7, 1.05, 0.95), (0.15, 0.95, 0.85), 0.5, 0.35, 0.3, 5.0, (30, 40, 60, 20)),
    Crop("pomme-de-terre", "pomme de terre", "potato", (0.5, 1.15, 0.75), (0.15, 1.1, 0.65), 0.4, 0.35, 0.6, 5.0, (30, 35, 50, 30)),
    Crop("haricot-vert", "haricot vert", "green bean", (0.5, 1.05, 0.9), (0.15, 1.0, 0.8), 0.5, 0.45, 0.4, 10.0, (20, 30, 30, 10)),
    Crop("courgette", "courgette", "courgette", (0.5, 0.95, 0.75), (0.15, 0.9, 0.7), 0.6, 0.5, 0.3, 10.0, (20, 30, 25, 15)),
    Crop("potiron-courge", "potiron, courge", "pumpkin", (0.5, 1.0, 0.8), (0.15, 0.95, 0.7), 1.0, 0.35, 0.4, 5.0, (25, 35, 35, 25)),
    Crop("concombre", "concombre", "cucumber", (0.6, 1.0, 0.75), (0.15, 0.95, 0.7), 0.7, 0.5, 0.3, 10.0, (20, 30, 40, 15)),
    Crop("fraisier", "fraisier", "strawberry", (0.4, 0.85, 0.75), (0.3, 0.8, 0.7), 0.2, 0.2, 0.2, 5.0, None),
    Crop("menthe-aromatiques", "menthe et aromatiques", "mint and herbs", (0.6, 1.15, 1.1), (0.4, 1.1, 1.05), 0.4, 0.4, 0.7, 5.0, None),
    Crop("radis", "radis", "radish", (0.7, 0.9, 0.85), (0.15, 0.85, 0.75), 0.3, 0.3, 0.3, 5.0, (5, 10, 15, 5)),
    Crop("epinard", "épinard", "spinach", (0.7, 1.0, 0.95), (0.15, 0.9, 0.85), 0.3, 0.2, 0.3, 5.0, (20, 20, 20, 5)),
    Crop("chou", "chou", "cabbage", (0.7, 1.05, 0.95), (0.15, 0.95, 0.85), 0.5, 0.45, 0.4, 5.0, (40, 60, 50, 15)),
    Crop("oignon", "oignon", "onion", (0.7, 1.05, 0.75), (0.15, 0.95, 0.65), 0.3, 0.3, 0.4, 5.0, (15, 25, 70, 40)),
    Crop("ail", "ail", "garlic", (0.7, 1.0, 0.7), (0.15, 0.9, 0.6), 0.3, 0.3, 0.3, 5.0, None),
    Crop("poivron", "poivron", "pepper", (0.6, 1.05, 0.9), (0.15, 1.0, 0.8), 0.5, 0.3, 0.7, 10.0, (30, 35, 40, 20)),
    Crop("aubergine", "aubergine", "aubergine", (0.6, 1.05, 0.9), (0.15, 1.0, 0.8), 0.7, 0.45, 0.8, 10.0, (30, 45, 40, 25)),
    Crop("petit-pois", "petit pois", "pea", (0.5, 1.15, 1.1), (0.15, 1.1, 1.05), 0.6, 0.35, 0.5, 5.0, (15, 25, 35, 15)),
    Crop("feve", "fève", "broad bean", (0.5, 1.15, 1.1), (0.15, 1.1, 1.05), 0.5, 0.45, 0.8, 5.0, (15, 25, 35, 15)),
    Crop("betterave", "betterave", "beetroot", (0.5, 1.05, 0.95), (0.15, 0.95, 0.85), 0.6, 0.5, 0.4, 5.0, (15, 25, 20, 10)),
    Crop("melon", "melon", "melon", (0.5, 1.05, 0.75), (0.15, 1.0, 0.7), 0.8, 0.4, 0.4, 10.0, (25, 35, 40, 20)),
    Crop("mais-doux", "maïs doux", "sweet corn", (0.3, 1.15, 1.05), (0.15, 1.1, 1.0), 0.8, 0.5, 1.5, 10.0, (20, 25, 25, 10)),
)
# fmt: on

CROPS: Final = {crop.key: crop for crop in _TABLE}
"""The crops of the table, by key: FAO-56's figures, our names."""
