"""A node: samples at an interval, keeps every pack in the outbox, and has it delivered."""

from __future__ import annotations

import logging
import platform
import secrets
import threading
from collections.abc import Sequence

from sensor_node import __version__, wire
from sensor_node.clock import Clock
from sensor_node.dating import Dating, Stamp
from sensor_node.drivers.base import Channel
from sensor_node.errors import StorageError
from sensor_node.link import Broker, MqttLink
from sensor_node.outbox import Entry, Outbox
from sensor_node.sampler import Sampler
from sensor_node.uplink import Uplink

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
) -> dict[str, object]:
    """What a node says of itself, on its ``about`` topic. ``simulated``: its sensors are fakes."""
    return {
        "software": f"jardin-connecte {__version__}",
        "model": f"{platform.machine()} {platform.system()}",
        "interval_s": interval_s,
        "clock": clock,
        "simulated": simulated,
        "outbox": {"waiting": outbox.waiting_count(), "dropped": outbox.dropped()},
        "channels": {
            c.name: {"quantity": c.quantity, "unit": c.unit, "sensor": c.sensor, "pin": c.pin}
            for c in channels
        },
    }


class Node:
    """Ties sampler, outbox and uplink together.

    ``interval_s``: seconds between two samples. ``simulated``: the sensors are fakes. The uplink
    runs in a thread of its own; sampling goes on into the outbox whether or not a broker, a
    gateway or the time is there.
    """

    def __init__(
        self,
        name: str,
        sampler: Sampler,
        outbox: Outbox,
        broker: Broker,
        clock: Clock,
        *,
        interval_s: float,
        simulated: bool = False,
    ) -> None:
        self.name = name
        self._simulated = simulated
        self.boot = new_boot()
        self._sampler = sampler
        self._outbox = outbox
        self._clock = clock
        self._interval_s = interval_s
        self._seq = 0
        self._unwritten: list[Entry] = []
        self._stopping = threading.Event()
        self.dating = Dating(outbox, clock, self.boot)
        self.uplink = Uplink(name, outbox, clock, self._about, dating=self.dating)
        self.link = MqttLink(
            broker,
            self.uplink,
            clock,
            client_id=f"jardin-{name}",
            will=self.uplink.will,
        )

    def run(self) -> None:
        """Sample and deliver until ``stop``."""
        delivery = threading.Thread(
            target=self.link.run, args=(self.uplink.farewell,), name="uplink", daemon=True
        )
        delivery.start()
        next_s = self._clock.monotonic_s()
        while not self._stopping.is_set():
            self.sample()
            next_s = max(next_s + self._interval_s, self._clock.monotonic_s())
            self._stopping.wait(next_s - self._clock.monotonic_s())
        self.link.stop()
        delivery.join()

    def stop(self) -> None:
        """Have ``run`` come to its end; safe in a signal handler."""
        self._stopping.set()

    def sample(self) -> None:
        """Take one sample now."""
        self.keep(self.dating.stamp(), wire.encode_records(self._sampler.sample()))

    def keep(self, stamp: Stamp, records: str) -> None:
        """Write one pack to the outbox and have it sent; if the disk fails, hold it and go on."""
        self._seq += 1
        entry = Entry(self.boot, self._seq, stamp.mono_s, stamp.at_ms, stamp.clock, records)
        self._unwritten.append(entry)
        try:
            self._outbox.append(self._unwritten)
        except StorageError as error:
            if len(self._unwritten) == 1:
                log.error("%s", error)
            del self._unwritten[:-MAX_UNWRITTEN]
            return
        self._unwritten.clear()
        if stamp.at_ms is None:
            self.dating.undated()
        self.link.wake()

    def _about(self) -> dict[str, object]:
        return about(
            self._sampler.channels,
            self._interval_s,
            self._outbox,
            self.dating.source(),
            simulated=self._simulated,
        )
