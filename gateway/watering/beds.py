"""A bed: what it is made of, what grows in it since when, and what falls or shines on it."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from gateway.watering.crops import Crop
from gateway.watering.soils import DEFAULT, Soil

Exposure = Literal["open", "half_shade", "shade", "wall", "greenhouse"]
Method = Literal["can", "hose", "sprinkler"]

DEMAND: Final[dict[Exposure, float]] = {
    "open": 1.0,
    "half_shade": 0.75,
    "shade": 0.55,
    "wall": 1.15,
    "greenhouse": 0.75,
}
"""What of the open garden's ET0 reaches the bed (judgement): half a day's sun or none, a wall that
faces south, or glass that holds back light and wind. Weather measured inside needs no factor."""

EFFICIENCY: Final[dict[Method, float]] = {"can": 0.9, "hose": 0.8, "sprinkler": 0.7}
"""Share of the water given that reaches the roots (judgement)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One crop of a bed. share: of the bed's ground, 0 to 1; the rest as of a bed's one crop."""

    crop: Crop
    planted_on: date | None = None
    share: float = 1.0
    sown: bool = False
    emerged_on: date | None = None
    stage_days: int = 0

    def is_sown_by(self, on: date) -> bool:
        """Whether it was sown in place, by a day."""
        return self.sown and self.planted_on is not None and self.planted_on <= on


@dataclass(frozen=True, slots=True)
class Bed:
    """One bed.

    key: its id. area_m2: above 0. soil: None for unknown. crop: None when it is empty.
    planted_on: the day of sowing or planting, None for unknown. sown: whether it was sown in place.
    emerged_on: when the seedlings showed. stage_days: how many days the crop is ahead of its age,
    negative when it lags. depth_m: of a raised bed on a hard ground, None for open
    ground. mulched: covered all over with straw, leaves or clippings. weather_inside: whether the
    weather is measured under the bed's own glass. method: how it is watered. can_l: 10, or 5 for
    children. others: what grows beside ``crop``, which has the rest of the ground.
    """

    key: str
    area_m2: float
    soil: Soil | None = None
    crop: Crop | None = None
    planted_on: date | None = None
    sown: bool = False
    emerged_on: date | None = None
    depth_m: float | None = None
    mulched: bool = False
    exposure: Exposure = "open"
    weather_inside: bool = False
    method: Method = "can"
    can_l: float = 10.0
    stage_days: int = 0
    others: tuple[Part, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that grows in it, the first crop first."""
        if self.crop is None:
            return self.others
        rest = 1.0 - sum(one.share for one in self.others)
        first = Part(self.crop, self.planted_on, rest, self.sown, self.emerged_on, self.stage_days)
        return (first, *self.others)

    @property
    def sensitive(self) -> Part | None:
        """The crop that decides for all: the one with the shortest roots, then the least p."""
        return min(self.parts, key=lambda one: (one.crop.rooting_m, one.crop.p), default=None)

    @property
    def ground(self) -> Soil:
        """The soil, or the default where nobody has told."""
        return self.soil or DEFAULT

    @property
    def demand(self) -> float:
        """What of the measured ET0 reaches the bed."""
        return 1.0 if self.weather_inside else DEMAND[self.exposure]

    @property
    def efficiency(self) -> float:
        """Share of a watering that reaches the roots."""
        return EFFICIENCY[self.method]

    @property
    def rained_on(self) -> bool:
        """Whether rain falls on it."""
        return self.exposure != "greenhouse"

    def net_mm(self, litres: float) -> float:
        """Give what litres poured on it bring to its roots, in mm."""
        return litres / self.area_m2 * self.efficiency
