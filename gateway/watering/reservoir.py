"""The water that the roots of a bed can reach, in mm (FAO-56, chapter 8)."""

from dataclasses import dataclass
from typing import Final

from gateway.watering.beds import Bed

EMPTY_ROOTING_M: Final = 0.3
"""Depth that is watched in a bed without a crop (judgement)."""
_EMPTY_P: Final = 0.5


def depth_of(bed: Bed) -> float:
    """Give the depth in m that its roots reach; they stop at the bottom of a raised bed.

    Of several crops the one with the shortest roots decides.
    """
    rooting_m = min((one.crop.rooting_m for one in bed.parts), default=EMPTY_ROOTING_M)
    return rooting_m if bed.depth_m is None else min(rooting_m, bed.depth_m)


@dataclass(frozen=True, slots=True)
class Reservoir:
    """A reservoir: taw_mm, all available water (Eq. 82); p, the share that is easily taken."""

    taw_mm: float
    p: float

    @classmethod
    def of(cls, bed: Bed) -> "Reservoir":
        """Give a bed's reservoir."""
        taw_mm = 1000.0 * bed.ground.available * depth_of(bed)
        return cls(taw_mm, min((one.crop.p for one in bed.parts), default=_EMPTY_P))

    def easy_mm(self, etc_mm: float = 5.0) -> float:
        """Give RAW, what is taken without suffering (Eq. 83), on a day of this demand.

        p grows on a mild day and shrinks on a hot one: p + 0.04 (5 - ETc), within 0.1 to 0.8.
        """
        return min(0.8, max(0.1, self.p + 0.04 * (5.0 - etc_mm))) * self.taw_mm

    def ease(self, depletion_mm: float, easy_mm: float) -> float:
        """Give Ks, 1 without stress down to 0 at wilting, at a depletion (Eq. 84)."""
        if depletion_mm <= easy_mm:
            return 1.0
        return max(0.0, (self.taw_mm - depletion_mm) / (self.taw_mm - easy_mm))

    def after(self, depletion_mm: float, *, gained_mm: float, lost_mm: float) -> float:
        """Give the depletion after a day, within 0 and TAW (Eq. 85); what is over drains away."""
        return min(self.taw_mm, max(0.0, depletion_mm - gained_mm + lost_mm))
