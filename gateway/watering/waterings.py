"""Waterings told by people and waterings seen by a probe: one list, nothing counted twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from gateway.watering.rises import Rise
from gateway.watering.samples import HOUR_MS

Source = Literal["logged", "detected", "valve", "rain_probable"]

MATCH_MS: Final = 8 * HOUR_MS
"""How long before or after the rise somebody may have noted it (judgement)."""
_TO_BE_SEEN_MM: Final = 4.0
_MAY_BE_SLOW_MS: Final = 12 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Watering:
    """One watering of a bed.

    at_ms: ms since 1970 UTC. litres: None when nobody has told how many. source: who says so.
    matched: whether a person and a probe both do.
    """

    at_ms: int
    litres: float | None
    source: Source = "logged"
    matched: bool = False


def reconcile(told: Sequence[Watering], seen: Sequence[Rise]) -> tuple[Watering, ...]:
    """Bring what was told and what was seen into one list, in order of time.

    A rise belongs to what was told within 8 h of it, so that one watering is one, however many
    entries it was told in. A rise that nobody told of counts without litres. Rain is the gauge's.
    """
    merged = [
        replace(one, matched=any(_near(one, rise) for rise in seen if rise.name == "watering"))
        for one in told
    ]
    for rise in seen:
        if rise.name == "watering" and not any(_near(one, rise) for one in told):
            merged.append(Watering(rise.at_ms, None, "detected"))
        if rise.name == "rain_probable":
            merged.append(Watering(rise.at_ms, None, "rain_probable"))
    return tuple(sorted(merged, key=lambda one: one.at_ms))


def _near(one: Watering, rise: Rise) -> bool:
    return abs(one.at_ms - rise.at_ms) <= MATCH_MS


def unseen(
    all_of_them: Sequence[Watering], area_m2: float, probe_since_ms: int, now_ms: int
) -> tuple[Watering, ...]:
    """Give the waterings of 4 mm or more that the probe should have seen and did not.

    probe_since_ms: since when it has been good. Water may take half a day to come down to it.
    """
    return tuple(
        one
        for one in all_of_them
        if one.litres is not None
        and not one.matched
        and one.litres / area_m2 >= _TO_BE_SEEN_MM
        and probe_since_ms <= one.at_ms <= now_ms - _MAY_BE_SLOW_MS
    )
