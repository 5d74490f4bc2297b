"""A node: samples at an interval, keeps every pack in the outbox, and has it delivered."""

from __future__ import annotations

import logging
import platform
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sensor_node import __version__, wire
from sensor_node.clock import Clock
from sensor_node.counters import Counter, CounterKeeper, Taken
from sensor_node.dating import Dating
from sensor_node.delivery import Delivery, Sampled
from sensor_node.drivers.base import Channel
from sensor_node.errors import GardenError, StorageError
from sensor_node.link import Broker
from sensor_node.namesake import Namesake
from sensor_node.outbox import Entry, Outbox
from sensor_node.sampler import Sampling
from sensor_node.supervisor import Supervisor

MAX_UNWRITTEN = 1000
"""Packs held in memory while the disk takes none."""

log = logging.getLogger("jardin.node")


def new_boot() -> str:
    """64 random bits, new at every start of a node's process."""
    return secrets.token_hex(8)


def about(
    channels: Sequence[Channel],
    interval_s: float,
    outbox: Outbox,
    clock: wire.Clock | None,
    *,
    simulated: bool,
    lost: int = 0,
) -> dict[str, object]:
    """What a node says of itself, on its ``about`` topic.

    ``simulated``: its sensors are fakes. ``lost``: packs that never reached the outbox.
    """
    return {
        "software": f"jardin-connecte {__version__}",
        "model": f"{platform.machine()} {platform.system()}",
        "interval_s": interval_s,
        "clock": clock,
        "simulated": simulated,
        "outbox": {"waiting": outbox.waiting_count(), "dropped": outbox.dropped() + lost},
        "channels": {
            c.name: {"quantity": c.quantity, "unit": c.unit, "sensor": c.sensor, "pin": c.pin}
            for c in channels
        },
    }


@dataclass(frozen=True, slots=True)
class Held:
    """A pack that is not on disk yet, and the pulses that it reports."""

    entry: Entry
    taken: Taken


class Node:
    """Ties sampler, outbox and delivery together.

    ``interval_s``: seconds between two samples. ``simulated``: the sensors are fakes.
    ``counters``: the sampler's, whose pulses outlive packs and processes. ``supervisor``: told of
    each sample that ``run`` took. Delivery
    runs in a thread of its own; sampling goes on into the outbox whether or not a broker, a
    gateway or the time is there.
    """

    def __init__(
        self,
        name: str,
        sampler: Sampling,
        outbox: Outbox,
        broker: Broker,
        clock: Clock,
        *,
        interval_s: float,
        simulated: bool = False,
        counters: Sequence[Counter] = (),
        supervisor: Supervisor | None = None,
    ) -> None:
        self.name = name
        self.boot = new_boot()
        self._sampler = sampler
        self._outbox = outbox
        self._clock = clock
        self._interval_s = interval_s
        self._simulated = simulated
        self._supervisor = supervisor or Supervisor(interval_s, {})
        self._keeper = CounterKeeper(counters, outbox)
        self._unwritten: list[Held] = []
        self._lost = 0
        self.disk_refuses = False
        self._stopping = threading.Event()
        self._started_s = clock.monotonic_s()
        self.dating = Dating(outbox, clock, self.boot)
        self.delivery = Delivery(
            name,
            outbox,
            broker,
            clock,
            boot=self.boot,
            about=self._about,
            dating=self.dating,
            namesake=Namesake(self.boot, self._running_s),
            on_death=self.stop,
        )

    def run(self, first: Callable[[], None] = lambda: None) -> None:
        """Deliver, do ``first``, then sample until ``stop``.

        Raises ``GardenError`` when delivery died: whoever started this node starts it again.
        """
        self.delivery.start()
        self._keeper.start()
        first()
        next_s = self._clock.monotonic_s()
        while not self._stopping.is_set():
            self.sample()
            self._supervisor.sampled()
            next_s = max(next_s + self._interval_s, self._clock.monotonic_s())
            self._stopping.wait(next_s - self._clock.monotonic_s())
        self._supervisor.stopping()
        self.delivery.stop()
        self._keeper.stop()
        if self.delivery.is_dead:
            raise GardenError(
                "DELIVERY_DIED",
                fr="L'envoi des mesures s'est arrêté : relancez le nœud ; rien n'est perdu.",
                en="Delivery has stopped: start the node again; nothing is lost.",
            )

    def stop(self) -> None:
        """Have ``run`` come to its end; safe in a signal handler."""
        self._stopping.set()

    def sample(self) -> None:
        """Take one sample now and keep it on disk; if the disk fails, hold it and go on."""
        sampled = Sampled(self.dating.stamp(), wire.encode_records(self._sampler.sample()))
        self._unwritten.append(Held(self.delivery.number(sampled), self._keeper.packed()))
        counts = self._keeper.counts(held.taken for held in self._unwritten)
        try:
            self.delivery.append(
                [held.entry for held in self._unwritten],
                counts,
                settled=self.delivery.uplink.sends_at_once,
            )
        except StorageError as error:
            if len(self._unwritten) == 1:
                log.error("%s", error)
            self.disk_refuses = True
            self._drop_oldest()
            return
        if len(self._unwritten) > 1:
            log.info("STORAGE_BACK: %d packs held in memory are on disk", len(self._unwritten))
        if any(held.entry.at_ms is None for held in self._unwritten):
            self.dating.undated()
        self._unwritten.clear()
        self.disk_refuses = False

    def now_ms(self) -> int | None:
        """The present, in milliseconds since 1970 UTC, or None while it is not known."""
        return self.dating.stamp().at_ms

    @property
    def gateway_online(self) -> bool:
        """Whether the gateway is reached."""
        return self.delivery.uplink.gateway_online

    def listen(self, topic: str, hear: Callable[[bytes], None]) -> None:
        """Have ``hear`` called with each payload on the retained ``topic``; see ``Uplink``."""
        self.delivery.uplink.listen(topic, hear)

    def _running_s(self) -> float:
        return self._clock.monotonic_s() - self._started_s

    def _drop_oldest(self) -> None:
        """Hold no more packs than memory is meant for; the rain of those that go stays."""
        while len(self._unwritten) > MAX_UNWRITTEN:
            self._keeper.give_back(self._unwritten.pop(0).taken)
            self._lost += 1

    def _about(self) -> dict[str, object]:
        return about(
            self._sampler.channels,
            self._interval_s,
            self._outbox,
            self.dating.source(),
            simulated=self._simulated,
            lost=self._lost,
        )
