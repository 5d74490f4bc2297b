"""Whole seasons: who follows the advice keeps plants at ease on less water than any routine."""

from __future__ import annotations

import random
from datetime import date

import pytest
from harness import shared_data
from watered_seasons import (
    ROUTINES,
    Errors,
    Outcome,
    Weather,
    by_advice,
    by_routine,
    climate,
    made_up_climate,
    seasons,
)

AT_EASE = 0.95
MARGIN = 0.85
"""What the advice may give of the water of the thriftiest routine."""
WRONG = Errors(capacity=0.15, kc=0.15, probe_noise=0.02, unlogged=0.2)
THIRTY_YEARS = range(1976, 2006)


def compared(
    years: range, weather: dict[date, Weather], errors: Errors
) -> tuple[Outcome, dict[str, Outcome]]:
    """The sum of all seasons, by advice and by each routine, over the same true beds."""
    advised, routines = Outcome(), {name: Outcome() for name in ROUTINES}
    for days, crop, soil, year in seasons(years, weather):
        seed = f"{year}/{crop.key}/{soil.key}"
        advised.add(by_advice(days, crop, soil, random.Random(seed), errors))
        for name, routine in ROUTINES.items():
            kc = 1.0 + random.Random(seed).uniform(-errors.kc, errors.kc)
            routines[name].add(by_routine(days, crop, soil, kc, routine))
    return advised, routines


def thriftiest(routines: dict[str, Outcome]) -> Outcome:
    """The routine that keeps plants at ease on the least water."""
    reach_it = [one for one in routines.values() if one.at_ease >= AT_EASE]
    return min(reach_it, key=lambda one: one.given_mm)


def test_three_made_up_summers_are_kept_at_ease_on_less_water_than_any_routine() -> None:
    weather = {
        on: day for year in range(2000, 2003) for on, day in made_up_climate(year, year).items()
    }

    advised, routines = compared(range(2000, 2003), weather, WRONG)

    assert advised.at_ease >= AT_EASE
    assert advised.given_mm < thriftiest(routines).given_mm


@pytest.mark.prove
def test_thirty_seasons_of_a_real_climate_are_kept_at_ease_on_less_water_than_any_routine() -> None:
    weather = climate(shared_data("brussels_climate/brussels_climate.txt"))

    advised, routines = compared(THIRTY_YEARS, weather, WRONG)

    _report(advised, routines)
    assert advised.at_ease >= AT_EASE
    assert advised.given_mm < MARGIN * thriftiest(routines).given_mm


@pytest.mark.prove
def test_a_probe_that_still_learns_reaches_the_same_in_its_first_season() -> None:
    weather = climate(shared_data("brussels_climate/brussels_climate.txt"))
    errors = Errors(WRONG.capacity, WRONG.kc, WRONG.probe_noise, WRONG.unlogged, first_season=True)

    advised, routines = compared(THIRTY_YEARS, weather, errors)

    _report(advised, routines)
    assert advised.at_ease >= AT_EASE
    assert advised.given_mm < MARGIN * thriftiest(routines).given_mm


def _report(advised: Outcome, routines: dict[str, Outcome]) -> None:
    seasons_count = len(THIRTY_YEARS) * 15
    for name, one in {"advice": advised, **routines}.items():
        print(f"{name}: {one.at_ease:.2%} at ease, {one.given_mm / seasons_count:.0f} mm a season")
