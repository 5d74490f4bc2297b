"""What a bed is made of: how much water it holds, told by hand.

Soils are ranges in FAO-56 (Table 19); here is the middle of each. Saturation and the potting mix
are judgement.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Soil:
    """One kind of soil.

    feel_fr, feel_en: how a handful of it, moist, feels. field_capacity, wilting_point,
    saturation: share of its volume that is water, 0 to 1: when it has drained, when a plant wilts
    for good, when it can take no more. rew_mm: what evaporates easily from its top 10 cm.
    most_mm: the most that it swallows at one watering (judgement).
    """

    key: str
    fr: str
    en: str
    feel_fr: str
    feel_en: str
    field_capacity: float
    wilting_point: float
    saturation: float
    rew_mm: float
    most_mm: float

    @property
    def available(self) -> float:
        """Water that a plant can take, as a share of the soil's volume."""
        return self.field_capacity - self.wilting_point

    def evaporable_mm(self, depth_m: float = 0.10) -> float:
        """Give TEW, all that can evaporate from a top layer (FAO-56 Eq. 73)."""
        return 1000.0 * (self.field_capacity - 0.5 * self.wilting_point) * depth_m

    @property
    def waterlogged_share(self) -> float:
        """How far above field capacity roots lack air, as a share of the available water."""
        return 0.3 * (self.saturation - self.field_capacity) / self.available


_TABLE = (
    Soil(
        "sable", "sableux", "sandy",
        "file entre les doigts, aucune boule ne tient",
        "runs through the fingers, no ball holds",
        0.12, 0.045, 0.40, 4.5, 12.0,
    ),
    Soil(
        "limon-sableux", "limono-sableux", "sandy loam",
        "une boule se forme et s'effrite, on sent le grain",
        "a ball forms and crumbles, it feels gritty",
        0.23, 0.11, 0.45, 8.0, 20.0,
    ),
    Soil(
        "limon", "limoneux", "loam",
        "doux comme de la farine, la boule tient, pas le boudin",
        "soft as flour, a ball holds but no sausage",
        0.25, 0.12, 0.45, 9.0, 20.0,
    ),
    Soil(
        "limon-argileux", "limono-argileux", "clay loam",
        "un boudin se forme et casse quand on le plie",
        "a sausage forms and breaks when bent",
        0.335, 0.205, 0.45, 9.5, 15.0,
    ),
    Soil(
        "argile", "argileux", "clay",
        "colle, le boudin se plie en anneau",
        "sticky, a sausage bends into a ring",
        0.36, 0.22, 0.50, 10.0, 15.0,
    ),
    Soil(
        "terreau", "terreau", "potting mix",
        "léger, brun, fibreux : un sac de terreau",
        "light, brown, fibrous: out of a bag",
        0.40, 0.12, 0.60, 10.0, 20.0,
    ),
)  # fmt: skip

SOILS: Final = {soil.key: soil for soil in _TABLE}
"""Five classes that a hand can tell, and potting mix; a garden may measure its own `Soil`."""
DEFAULT: Final = SOILS["limon"]
"""What is assumed, at some cost in confidence, where nobody has felt the soil."""
