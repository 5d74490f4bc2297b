"""A month with a flapping node and a probe at its threshold: at most three messages a day."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from watched import AIR, HUMIDITY, SOIL, TANK, VOLTS, Watched, watched

from gateway.store.base import Fault, Reading

HOUR_MS = 3_600_000
FROSTY = {date(2026, 4, n) for n in (3, 4, 5, 12, 13, 20, 28)}
COLDEST_C, MILD_C, WARMEST_C = -2.5, 6.0, 16.0


def air_c(now: datetime) -> float:
    """Warmest at five in the afternoon; below zero at the dawn of a frosty morning."""
    next_dawn = now.date() + timedelta(days=now.hour >= 17)
    least_c = COLDEST_C if next_dawn in FROSTY else MILD_C
    turn = (now.hour + now.minute / 60 - 5) / 24 * 2 * math.pi
    return round(least_c + (WARMEST_C - least_c) * 0.5 * (1 - math.cos(turn)), 1)


class Trouble:
    """A node that comes and goes, a probe, a tank and a supply at their thresholds, and frost."""

    def __init__(self, garden: Watched) -> None:
        self._garden = garden
        self._dice = random.Random(8)
        self._away_until_ms = 0
        self._next_away_ms = garden.clock.wall_ms()

    def says(self) -> None:
        garden, now_ms = self._garden, self._garden.clock.wall_ms()
        tank_pct = 20.0 + self._dice.uniform(-3, 3)
        heard: list[Reading | Fault] = [
            Reading(AIR, now_ms, air_c(garden.now)),
            Reading(HUMIDITY, now_ms, 80.0),
            Reading(TANK, now_ms, tank_pct),
        ]
        if now_ms >= self._next_away_ms:
            self._away_until_ms = now_ms + self._dice.randrange(10, 160) * 60_000
            self._next_away_ms = self._away_until_ms + self._dice.randrange(5, 150) * 60_000
        if now_ms >= self._away_until_ms:
            heard += self._potager(now_ms)
        garden.measure(*heard)

    def _potager(self, now_ms: int) -> list[Reading | Fault]:
        """It fails for two hours and works for three, again and again."""
        volts = Reading(VOLTS, now_ms, 4.8 + self._dice.uniform(-0.1, 0.1))
        if now_ms // HOUR_MS % 5 < 2:
            return [volts, Fault(SOIL, now_ms, "out of range")]
        return [volts, Reading(SOIL, now_ms, 0.6)]


# The fine one is what a garden does; the coarse one is the same month in a quarter of the time.
@pytest.mark.parametrize("step_s", [900, pytest.param(300, marks=pytest.mark.prove)])
def test_a_month_of_trouble_is_at_most_three_messages_a_day_and_frost_gets_out(
    tmp_path: Path, step_s: int
) -> None:
    with watched(tmp_path, "2026-04-01 00:00", interval_s=step_s) as garden:
        trouble = Trouble(garden)
        while garden.now.month == 4:
            garden.clock.advance(step_s)
            trouble.says()
            garden.look()
            if garden.now.time() == time(21, 0):
                garden.restart()
        _at_most_three_a_day(garden)
        _few_for_much(garden)
        for dawn in FROSTY:
            _warned_before(garden, dawn)
        _said_once(garden)


def _at_most_three_a_day(garden: Watched) -> None:
    a_day = Counter(one.at.date() for one in garden.posted)
    assert max(a_day.values()) <= 3, a_day
    mornings = Counter(one.at.date() for one in garden.posted if "matin" in one.title)
    assert set(mornings.values()) == {1}
    assert all(one.at.time() == time(6, 0) for one in garden.posted if "matin" in one.title)


def _few_for_much(garden: Watched) -> None:
    """The month really was troubled: hundreds of changes behind some fifty messages."""
    flaps = len(garden.kept("node_silent")) + len(garden.kept("probe_out"))
    assert flaps > 90
    assert 30 <= len(garden.posted) <= 60
    assert any("fois" in one.body for one in garden.posted)


def _warned_before(garden: Watched, dawn: date) -> None:
    """Of each frosty night, a risk first, then frost, both before its coldest hour."""
    begin = datetime.combine(dawn - timedelta(days=1), time(17))
    end = datetime.combine(dawn, time(5))
    night = [
        one.body
        for one in garden.posted
        if begin <= one.at.replace(tzinfo=None) < end and one.title == "Jardin : gel"
    ]
    assert any("Couvrez maintenant" in body for body in night), dawn
    assert len(night) <= 2


def _said_once(garden: Watched) -> None:
    """No two messages of a garden that was started anew each evening are the same."""
    said = Counter((one.at.date(), one.title, one.body) for one in garden.posted)
    assert set(said.values()) == {1}
    assert garden.gateway.catalogue.notices.waiting(garden.post.addresses) == []
