"""A node's own sensors on fake parts in the simulated garden, for a PC in a workshop."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sensor_node import wire
from sensor_node.clock import Clock
from sensor_node.config import NodeSettings
from sensor_node.drivers import build_sensors, options_of
from sensor_node.drivers.base import Channel
from sensor_node.fakes import FakeBoard
from sensor_node.garden import STEP_MS, SimulatedGarden
from sensor_node.garden.demo import BEDS, SEED
from sensor_node.garden.yard import Yard
from sensor_node.sampler import Sampler
from sensor_node.simulate_parts import FEEDS, Feed, Now, Plug

OPEN_BEDS = tuple(plan for plan in BEDS if not plan.under_glass)

log = logging.getLogger("jardin.simulate")


class OwnSampling:
    """Samples the sensors of ``settings``: the real drivers, and parts that the garden moves.

    The first soil probe and the first soil thermometer are in the first bed, and so on.
    """

    def __init__(self, settings: NodeSettings, clock: Clock, from_ms: int) -> None:
        self._clock = clock
        self._board = FakeBoard()
        self._sampler = Sampler(build_sensors(settings.sensors, self._board))
        start_ms = from_ms - STEP_MS  # so that the first sample has rain and wind to look back on
        self._garden = SimulatedGarden(SEED, OPEN_BEDS, start_ms)
        self._yard = Yard(SEED, self._garden.weather)
        self._feeds = list(_feeds(settings, self._board))
        self._last_ms = start_ms

    @property
    def channels(self) -> list[Channel]:
        return self._sampler.channels

    def sample(self) -> list[wire.Record]:
        return self.sample_at(self._clock.wall_ms())

    def sample_at(self, at_ms: int) -> list[wire.Record]:
        """What the node measures at ``at_ms``; time only goes forward."""
        moment = self._garden.moment(at_ms)
        rained_mm = self._rained_mm(self._last_ms, at_ms)
        self._board.let_pass((at_ms - self._last_ms) / 1000)
        self._last_ms = at_ms
        now = Now(at_ms, moment, self._yard, rained_mm)
        for feed in self._feeds:
            feed(now)
        return self._sampler.sample()

    def close(self) -> None:
        """Let go of the fake parts."""
        self._sampler.close()

    def _rained_mm(self, from_ms: int, to_ms: int) -> float:
        """The rain between two moments; within five minutes it falls evenly."""
        total_mm = 0.0
        for step in range(from_ms // STEP_MS, to_ms // STEP_MS + 1):
            start_ms = max(from_ms, step * STEP_MS)
            end_ms = min(to_ms, (step + 1) * STEP_MS)
            total_mm += self._garden.weather.rain_mm(step) * (end_ms - start_ms) / STEP_MS
        return total_mm


def _feeds(settings: NodeSettings, board: FakeBoard) -> Iterator[Feed]:
    table: Any
    seen: Counter[str] = Counter()
    for table in settings.sensors:
        kind = table["type"]
        make = FEEDS.get(kind)
        if make is None:
            log.info(
                "FAKE_STILL: the garden does not move '%s': it gives what its fake gives", kind
            )
            continue
        _, options = options_of(table)
        bed = OPEN_BEDS[seen[kind] % len(OPEN_BEDS)].bed
        seen[kind] += 1
        yield make(Plug(options, board, settings.node, bed))
