"""How far a probe lies from the books that do not hear it, morning by morning."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from gateway.watering.balance import Page
from gateway.watering.beds import Bed
from gateway.watering.field_capacity import LEAST_MM
from gateway.watering.learning import is_known
from gateway.watering.situation import GardenDay

_FULL_SHARE: Final = 0.1


def gaps(
    bed: Bed,
    days: Sequence[GardenDay],
    pages: Sequence[Page],
    missing: Mapping[date, float],
    taw_mm: float,
) -> tuple[float | None, ...]:
    """Give how far a probe lies from the books each morning, as a share of the reservoir.

    pages: of the books without any probe, one for each of the days. missing: what the probe says.
    None where it says nothing, or where the books are not to be trusted: they are from a day on
    which the bed was filled until something is not known, or until it has drunk what it holds.
    """
    found: list[float | None] = []
    drawn_mm: float | None = None
    for day, page in zip(days, pages, strict=True):
        share = missing.get(page.on)
        trusted = drawn_mm is not None and drawn_mm <= taw_mm and share is not None
        found.append(share - page.depletion_mm / taw_mm if trusted and share is not None else None)
        drawn_mm = _drawn(page, drawn_mm, taw_mm) if is_known(bed, day, page) else None
    return tuple(found)


def _drawn(page: Page, before_mm: float | None, taw_mm: float) -> float | None:
    """Give what the crop took since the bed was filled, by this evening; None for not known."""
    gained_mm = page.rain_mm + page.watering_mm
    if gained_mm >= LEAST_MM and page.depletion_mm - gained_mm <= _FULL_SHARE * taw_mm:
        return page.used_mm
    return None if before_mm is None else before_mm + page.used_mm
