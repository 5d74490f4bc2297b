"""What a season's mornings teach of a bed: its field capacity, sooner than five soakings would.

The books alone say how much is missing while they know when the bed was last full; the probe says
how much water there is. Together they give the field capacity, each morning anew, with an error
that grows with what the crop has drawn meanwhile. Least squares weigh them against what was
believed before: the middle of the soil's range, or what the season before has taught.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import Final

from gateway.watering.balance import Page
from gateway.watering.beds import Bed
from gateway.watering.field_capacity import LEAST_MM, Plateau
from gateway.watering.situation import GardenDay
from gateway.watering.soils import Soil

SOIL_ERROR: Final = 0.03
"""How far a soil's field capacity lies from the middle of its class, as water by volume: 0.07 to
0.17 in sand, 0.20 to 0.30 in loam, 0.32 to 0.40 in clay (FAO-56 Table 19)."""
UNKNOWN_ERROR: Final = 0.08
"""The same where nobody has felt the soil, or the probe's percent are a mere range (judgement)."""
LEARNED_ERROR: Final = 0.015
"""From here on field capacity counts as learned: half of what the soil's name leaves open."""
_PROBE_ERROR: Final = 0.02
"""Of a night's median, as water by volume (judgement)."""
_THIRST_ERROR: Final = 0.15
"""Of what the crop draws by the books, as a share of it (judgement)."""
_CERTAINLY_OVER: Final = 2.0 * _THIRST_ERROR
_DRY_DAY_MM: Final = 2.0
_OUTLIER: Final = 0.1
_LEAST_WATER: Final = 0.03
"""Drier than any soil that a plant has wilted in: the probe was in the air."""
_MOST_SHARE: Final = 0.25
"""How far from the middle of its class a soil may be found, as a share of it (judgement)."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A drained morning. water: by the probe, as a share of the soil's volume. missing_mm: by the
    books alone. drawn_mm: what the crop took since the bed is known to have been full.
    """

    water: float
    missing_mm: float
    drawn_mm: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """A field capacity, as a share of the soil's volume, and its standard error."""

    share: float
    error: float

    @property
    def is_learned(self) -> bool:
        """Whether it is known at least twice as well as the soil's name tells it."""
        return self.error <= LEARNED_ERROR + 1e-9


def lessons(
    bed: Bed, days: Sequence[GardenDay], pages: Sequence[Page], water: Mapping[date, float]
) -> tuple[Lesson, ...]:
    """Give the mornings that teach: no water came the day before, and the books can be trusted.

    pages: of the books without any probe, one for each of the days. water: what the probe gave
    each morning, as a share of the soil's volume.
    """
    found, drawn_mm = [], None
    for (day, before), page in zip(zip(days, pages, strict=True), pages[1:], strict=False):
        drawn_mm = _drawn(before, drawn_mm) if is_known(bed, day, before) else None
        drained = before.rain_mm + before.watering_mm < _DRY_DAY_MM
        at_ease = page.depletion_mm <= page.easy_mm
        if water.get(page.on, 0.0) < _LEAST_WATER:
            continue
        if drawn_mm is not None and drained and at_ease:
            found.append(Lesson(water[page.on], page.depletion_mm, drawn_mm))
    return tuple(found)


def is_known(bed: Bed, day: GardenDay, page: Page) -> bool:
    """Tell whether all that came and went on a day is known."""
    if page.et0 is None or "carried" in page.et0.fallbacks or day.seen:
        return False
    if not bed.rained_on:
        return True
    # A shower of the online service may have missed the garden, or half of it.
    return day.rain_mm is not None and not (day.rain_by == "online" and page.rain_mm > 0.0)


def _drawn(page: Page, before_mm: float | None) -> float | None:
    """Give what was drawn by the evening since the bed was full; None while nobody knows.

    Water beyond what was missing says that it is full, the surer the more there is of it.
    """
    gained_mm = page.rain_mm + page.watering_mm
    over_mm = gained_mm - page.depletion_mm
    if before_mm is None:
        return page.used_mm if over_mm >= LEAST_MM else None
    if over_mm > 0.0:
        before_mm = max(0.0, before_mm - over_mm / _CERTAINLY_OVER)
    return before_mm + page.used_mm


def of_plateau(plateau: Plateau, per_water: float, taw_mm: float) -> Lesson:
    """Give what a plateau teaches, 24 to 48 h after a soaking that filled the bed.

    per_water: what the probe gives for water alone, in its own unit.
    """
    taken_mm = plateau.missing * taw_mm
    return Lesson(plateau.value / per_water, taken_mm, taken_mm)


def capacity_of(taught: Sequence[Lesson], depth_m: float, believed: Capacity) -> Capacity:
    """Give the field capacity that mornings teach to who believed another one.

    depth_m: of the roots. Two unknowns, the field capacity and the error of the crop's thirst,
    each with what was believed of it: what has been drawn since counts the less the more it is.
    """
    depth_mm = 1000.0 * depth_m
    sight, doubt = 1.0 / _PROBE_ERROR**2, 1.0 / believed.error**2
    a, b, c, u, v = doubt, 0.0, 1.0 / _THIRST_ERROR**2, 0.0, 0.0
    for one, capacity in _without_outliers(taught, depth_mm):
        off, slope = capacity - believed.share, -one.drawn_mm / depth_mm
        a, b, c = a + sight, b + sight * slope, c + sight * slope * slope
        u, v = u + sight * off, v + sight * slope * off
    det = a * c - b * b
    return Capacity(believed.share + (c * u - b * v) / det, (c / det) ** 0.5)


def _without_outliers(taught: Sequence[Lesson], depth_mm: float) -> list[tuple[Lesson, float]]:
    """Give each lesson with the field capacity that it tells; a probe in the air tells none."""
    told = [(one, one.water + one.missing_mm / depth_mm) for one in taught]
    middle = median(capacity for _, capacity in told) if told else 0.0
    return [(one, capacity) for one, capacity in told if abs(capacity - middle) <= _OUTLIER]


def as_found(soil: Soil, share: float) -> Soil:
    """Give the soil with the field capacity that was found, within what its class allows."""
    most = _MOST_SHARE * soil.field_capacity
    off = min(most, max(-most, share - soil.field_capacity))
    return replace(soil, field_capacity=soil.field_capacity + off)
