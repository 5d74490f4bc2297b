"""The crop coefficient through the season: by days since planting, or by degree days."""

from typing import Final

from gateway.watering.crops import Crop

BARE_KC: Final = 0.3
"""Bare ground between two crops (judgement: moist now and then)."""
_MULCH_SPARES: Final = 0.5
"""Full organic mulch: 5 % less evaporation for each 10 % of ground covered (FAO-56, chapter 10)."""
_WARMTH_A_DAY: Final = {10.0: 10.0, 5.0: 12.0}
"""Degree days of a common growing day, by base: turns Table 11's days into warmth (judgement)."""


def coefficient(
    crop: Crop | None,
    age_days: float | None,
    *,
    degree_days: float | None = None,
    mulched: bool = False,
    ahead_days: float = 0.0,
) -> float:
    """Give Kc on a day, 0.2 to 1.2.

    crop: None for an empty bed. age_days: since planting; None for unknown, negative before it.
    degree_days: gathered since planting, used instead of days when known. ahead_days: how far the
    crop is ahead of either, by what the gardener sees. Straight lines in
    development and late stage (FAO-56 Eq. 66). Mulch halves what the soil evaporates, Kc - Kcb.
    """
    if crop is None or (age_days is not None and age_days < 0):
        return _covered(BARE_KC, 0.0, mulched)
    age = age_days
    if crop.stages_days is not None and degree_days is not None and age is not None:
        age = degree_days / _WARMTH_A_DAY.get(crop.base_c, 11.0)
    if age is not None:
        age += ahead_days
    kc, kcb = _along(crop.kc, crop, age), _along(crop.kcb, crop, age)
    return _covered(kc, kcb, mulched)


def _covered(kc: float, kcb: float, mulched: bool) -> float:
    return kc - _MULCH_SPARES * (kc - kcb) if mulched else kc


def _along(points: tuple[float, float, float], crop: Crop, age: float | None) -> float:
    start, middle, end = points
    if crop.stages_days is None or age is None:
        return middle
    initial, development, plateau, late = crop.stages_days
    grown = min(1.0, max(0.0, (age - initial) / development))
    aged = min(1.0, max(0.0, (age - initial - development - plateau) / late))
    return start + grown * (middle - start) + aged * (end - middle)
