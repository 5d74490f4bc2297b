"""A month with a flapping node and a probe at its threshold: at most three messages a day."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import date, datetime
from pathlib import Path

from watched import AIR, HUMIDITY, SOIL, TANK, VOLTS, Watched, watched

from gateway.store.base import Fault, Reading
from gateway.watering.samples import HOUR_MS

FROSTY = {date(2026, 4, n) for n in (3, 4, 5, 12, 13, 20, 28)}
STEP_S = 300.0


class Trouble:
    """Two nodes of which one comes and goes, a probe half out of the soil, and spring nights."""

    def __init__(self, garden: Watched) -> None:
        self._garden = garden
        self._dice = random.Random(8)
        self._away_until_ms = 0
        self._next_away_ms = garden.clock.wall_ms()

    def air_c(self, now: datetime) -> float:
        """Warm by day; on frosty mornings under zero at dawn."""
        hour = now.hour + now.minute / 60
        coldest = -2.5 if now.date() in FROSTY else 6.0
        falling = (now.date().fromordinal(now.date().toordinal() + 1) in FROSTY) and hour > 15
        least = -2.5 if falling else coldest
        return round(
            least + (16.0 - least) * 0.5 * (1 - math.cos((hour - 5) / 24 * 2 * math.pi)), 1
        )

    def says(self) -> None:
        garden, now_ms = self._garden, self._garden.clock.wall_ms()
        air_c = self.air_c(garden.now)
        garden.says({AIR: air_c, HUMIDITY: 80.0, TANK: 20.0 + self._dice.uniform(-3, 3)})
        if now_ms >= self._next_away_ms:
            self._away_until_ms = now_ms + self._dice.randrange(10, 60) * 60_000
            self._next_away_ms = self._away_until_ms + self._dice.randrange(5, 150) * 60_000
        if now_ms >= self._away_until_ms:
            self._probe(now_ms)

    def _probe(self, now_ms: int) -> None:
        """At its threshold: it fails for an hour or two, and works for two or three."""
        volts = Reading(VOLTS, now_ms, 4.8 + self._dice.uniform(-0.1, 0.1))
        if now_ms // HOUR_MS % 5 < 2:
            self._garden.measure(volts, Fault(SOIL, now_ms, "out of range"))
        else:
            self._garden.measure(volts, Reading(SOIL, now_ms, 0.6))


def test_a_month_of_trouble_is_at_most_three_messages_a_day_and_frost_gets_out(
    tmp_path: Path,
) -> None:
    with watched(tmp_path, "2026-04-01 00:00") as garden:
        trouble = Trouble(garden)
        while garden.now.month == 4:
            garden.clock.advance(STEP_S)
            trouble.says()
            garden.look()
        a_day = Counter(one.at.date() for one in garden.posted)
        changes = sum(2 for code in ("node_silent", "probe_out") for _ in garden.kept(code))
        print(len(garden.posted), max(a_day.values()), changes, a_day)
        for one in garden.posted:
            print(one.at, one.title, "\n", one.body)
