"""A node of the simulated garden: its past week, then the present, through the real drivers.

Before each sample the garden model sets what the fake parts give; from there on everything is
the way of a real node.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sensor_node import wire
from sensor_node.clock import Clock
from sensor_node.console import pick
from sensor_node.dating import Stamp
from sensor_node.delivery import Sampled
from sensor_node.drivers import build_sensors
from sensor_node.drivers.base import Channel
from sensor_node.errors import UsageError
from sensor_node.fakes import FakeBoard
from sensor_node.garden import STEP_MS, Moment, Place, SimulatedGarden, SoilProbe
from sensor_node.garden.demo import BEDS, NODES, SEED, TROUBLES, DemoNode, NodeSilent, ProbeInAir
from sensor_node.node import Node
from sensor_node.outbox import Outbox
from sensor_node.sampler import Sampler, Sampling

SAMPLES = 2
"""Conversions averaged: the fake converter is slow, and its noise is the model's."""
PACKS_A_COMMIT = 48

log = logging.getLogger("jardin.simulate")


def demo_node(name: str) -> DemoNode:
    """The node ``name`` of the demo garden; ``UsageError`` names those there are."""
    for node in NODES:
        if node.node == name:
            return node
    known = ", ".join(node.node for node in NODES)
    raise UsageError(
        "SIMULATED_NODE_UNKNOWN",
        fr=f"Le jardin simulé n'a pas de nœud « {name} » : choisissez parmi {known}.",
        en=f"The simulated garden has no node '{name}': choose one of {known}.",
    )


@dataclass(frozen=True, slots=True)
class Troubles:
    """What goes wrong at ``node``, counted back from ``now_ms``, when the demo was started."""

    node: str
    now_ms: int

    def silent_since_ms(self) -> int | None:
        """The first moment of which nothing is heard, or None for a node that is well."""
        for trouble in TROUBLES:
            if isinstance(trouble, NodeSilent) and trouble.node == self.node:
                return self.now_ms - 1000 * trouble.before_now_s
        return None

    def place_of(self, channel: str, at_ms: int) -> Place:
        """Where the probe of ``channel`` is."""
        for trouble in TROUBLES:
            if (
                isinstance(trouble, ProbeInAir)
                and (trouble.node, trouble.channel) == (self.node, channel)
                and trouble.holds(at_ms, self.now_ms)
            ):
                return Place.IN_AIR
        return Place.IN_SOIL


class SimulatedSampling:
    """Samples ``node`` of the garden: fake parts under the real drivers, set by the model."""

    def __init__(self, node: DemoNode, troubles: Troubles, clock: Clock, from_ms: int) -> None:
        self._node = node
        self._troubles = troubles
        self._clock = clock
        self._board = FakeBoard()
        self._sampler = Sampler(build_sensors(_tables(node), self._board))
        feeds = {channel.feed for channel in node.channels}
        beds = [plan for plan in BEDS if plan.bed in feeds]
        self._garden = SimulatedGarden(SEED, beds, from_ms)
        self._last_ms = from_ms
        self._probes = {
            c.channel: SoilProbe(SEED, f"{node.node}/{c.channel}")
            for c in node.channels
            if c.sensor == "mcp3008"
        }

    @property
    def channels(self) -> list[Channel]:
        return self._sampler.channels

    def sample(self) -> list[wire.Record]:
        return self.sample_at(self._clock.wall_ms())

    def sample_at(self, at_ms: int) -> list[wire.Record]:
        """What the node measures at ``at_ms``; time only goes forward."""
        self._set_parts(self._garden.moment(at_ms), at_ms)
        self._board.let_pass((at_ms - self._last_ms) / 1000)
        self._last_ms = at_ms
        return self._sampler.sample()

    def close(self) -> None:
        """Let go of the fake bus."""
        self._sampler.close()

    def _set_parts(self, moment: Moment, at_ms: int) -> None:
        for channel in self._node.channels:
            truth = channel.value(moment)
            if channel.sensor == "mcp3008":
                soil_c = moment.beds[channel.feed].soil_temperature_c
                place = self._troubles.place_of(channel.channel, at_ms)
                counts = self._probes[channel.channel].counts(truth, soil_c, at_ms, place)
                self._board.adc.counts[channel.port] = counts
            elif channel.quantity == "air_temperature":
                self._board.dht22_parts[channel.port].temperature_c = truth
            else:
                self._board.dht22_parts[channel.port].humidity_pct = truth


class PastSampling(Sampling, Protocol):
    """Sampling that can be asked for moments that are over."""

    def sample_at(self, at_ms: int) -> list[wire.Record]: ...

    def close(self) -> None: ...


class Simulation:
    """Runs ``node``: the moments since ``from_ms`` at once, then the present, until it is told.

    A node that is silent in the demo delivers what it measured before, then vanishes.
    """

    def __init__(
        self, node: Node, sampling: PastSampling, outbox: Outbox, troubles: Troubles
    ) -> None:
        self._node = node
        self._sampling = sampling
        self._outbox = outbox
        self._troubles = troubles
        self._stopping = threading.Event()

    def run(self, from_ms: int) -> None:
        """Deliver the past since ``from_ms`` (or since the last sample kept), then the present."""
        start_ms = max(from_ms, self._outbox.newest_ms() + 1)
        silent_ms = self._troubles.silent_since_ms()
        if silent_ms is None:
            self._node.run(first=lambda: self._live_past(start_ms, self._troubles.now_ms))
            return
        self._node.delivery.start()
        self._live_past(start_ms, silent_ms)
        self._wait_for(lambda: self._outbox.waiting_count() == 0)
        log.info(
            pick("%s se tait (panne simulée)", "%s falls silent (simulated failure)"),
            self._node.name,
        )
        self._node.delivery.vanish()

    def stop(self) -> None:
        """Have ``run`` come to its end; safe in a signal handler."""
        self._stopping.set()
        self._node.stop()

    def _live_past(self, from_ms: int, to_ms: int) -> None:
        pending: list[Sampled] = []
        for at_ms in range(-(-from_ms // STEP_MS) * STEP_MS, to_ms, STEP_MS):
            if self._stopping.is_set():
                break
            records = wire.encode_records(self._sampling.sample_at(at_ms))
            pending.append(Sampled(Stamp(0.0, at_ms, "ntp"), records))
            if len(pending) == PACKS_A_COMMIT:
                self._append(pending)
        self._append(pending)

    def _append(self, pending: list[Sampled]) -> None:
        delivery = self._node.delivery
        delivery.append([delivery.number(sampled) for sampled in pending])
        pending.clear()

    def _wait_for(self, done: Callable[[], bool]) -> None:
        while not done() and not self._stopping.is_set():
            self._stopping.wait(0.2)


def _tables(node: DemoNode) -> list[dict[str, object]]:
    """The node's sensors as node.toml would say them."""
    tables: list[dict[str, object]] = []
    dht: dict[int, dict[str, object]] = {}
    for c in node.channels:
        if c.sensor == "mcp3008":
            tables.append(
                {
                    "type": "soil-mcp3008",
                    "channel": c.channel,
                    "adc_channel": c.port,
                    "samples": SAMPLES,
                }
            )
        else:
            table = dht.setdefault(c.port, {"type": "dht22", "pin": c.port})
            table["temperature" if c.quantity == "air_temperature" else "humidity"] = c.channel
    return [*tables, *dht.values()]
