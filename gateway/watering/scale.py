"""What a probe's value means: how much of the reservoir is missing."""

from dataclasses import dataclass
from typing import Final, Literal

from gateway.watering.soils import Soil

Knowledge = Literal["two_points", "learned"]
DRY_SHARE: Final = 0.6
"""Where a plant wilts, between field capacity and air, when nothing else is known (judgement)."""


@dataclass(frozen=True, slots=True)
class ProbeScale:
    """A straight scale, in the probe's own unit; most probes give less when it is wetter.

    field_capacity: when the bed has drained. dry: when its plants wilt. span: between air and
    water, above 0. known_by: air and water alone, or a field capacity learned in the bed.
    """

    field_capacity: float
    dry: float
    span: float
    known_by: Knowledge

    def missing(self, value: float) -> float:
        """Give the missing share of the reservoir: 0 at field capacity, 1 when dry, below 0 wet."""
        return (self.field_capacity - value) / (self.field_capacity - self.dry)

    def value_at(self, missing: float) -> float:
        """Give the value at a missing share: `missing` turned round."""
        return self.field_capacity - missing * (self.field_capacity - self.dry)

    @property
    def wetter(self) -> int:
        """Give the sign of a change towards water, 1 or -1."""
        return 1 if self.field_capacity > self.dry else -1


def from_two_points(air: float, water: float, soil: Soil) -> ProbeScale:
    """Give the scale of a probe that was held in air and in water: a range, not much more.

    Air counts as no water and water as saturation, and the soil's figures lie between.
    """
    per_water = (water - air) / soil.saturation
    return ProbeScale(
        air + soil.field_capacity * per_water,
        air + soil.wilting_point * per_water,
        abs(water - air),
        "two_points",
    )


def from_taught(
    capacity: float, available: float, per_water: float, known: Knowledge
) -> ProbeScale:
    """Give the scale of a probe in water by volume, by the field capacity of its own bed.

    capacity, available: shares of the soil's volume. per_water: what the probe gives for 1, with 0
    for none. known: whether the capacity counts as learned.
    """
    wet = capacity * per_water
    return ProbeScale(wet, wet - available * per_water, abs(per_water), known)


def dry_share(soil: Soil | None) -> float:
    """Give how far from field capacity towards air a plant wilts, 0 to 1.

    Where the soil is known, air counts as no water and its wilting point lies in proportion: 0.62
    of the way to air in sand, 0.39 in clay; and 0.6 where it is not (judgement).
    """
    return DRY_SHARE if soil is None else soil.available / soil.field_capacity


def from_water_content(soil: Soil, field_capacity_pct: float | None = None) -> ProbeScale:
    """Give the scale of a probe in % of water by volume; the soil says how much a plant takes."""
    capacity = 100.0 * soil.field_capacity if field_capacity_pct is None else field_capacity_pct
    known: Knowledge = "two_points" if field_capacity_pct is None else "learned"
    return ProbeScale(capacity, capacity - 100.0 * soil.available, 100.0 * soil.saturation, known)
