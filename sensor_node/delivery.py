"""Delivery as a whole: outbox, uplink and link in a thread, for whatever makes packs.

A node that samples, a recording that is replayed and a simulated past all hand their packs to
this one class, so all of them take the same way to the gateway.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sensor_node.clock import Clock
from sensor_node.dating import Stamp
from sensor_node.errors import NetworkError
from sensor_node.link import Broker, MqttLink
from sensor_node.namesake import Namesake
from sensor_node.outbox import Count, Entry, Outbox
from sensor_node.uplink import Dating, Tally, Uplink

PATIENCE_S = 30.0

log = logging.getLogger("jardin.delivery")


class Connection(Protocol):
    """A link and its thread's work; ``MqttLink`` is the real one, tests pass others."""

    def run(self, farewell: Callable[[], None] | None = None) -> None: ...

    def wake(self) -> None: ...

    def stop(self) -> None: ...

    def abandon(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Sampled:
    """What one sampling moment gave, encoded by ``wire.encode_records``."""

    stamp: Stamp
    records: str


class Delivery:
    """Delivers packs of one boot of the node ``name`` through ``outbox`` to ``broker``.

    ``connect`` makes the connection of an uplink; the default is an MQTT link. ``on_death`` is
    called if delivery ends by an error that nobody foresaw: a node that does not deliver must not
    look alive, and whoever watches it starts it again.
    """

    def __init__(
        self,
        name: str,
        outbox: Outbox,
        broker: Broker,
        clock: Clock,
        *,
        boot: str,
        about: Callable[[], dict[str, object]],
        dating: Dating | None = None,
        namesake: Namesake | None = None,
        connect: Callable[[Uplink], Connection] | None = None,
        on_death: Callable[[], None] = lambda: None,
    ) -> None:
        self._outbox = outbox
        self._boot = boot
        self._seq = 0
        self._acked = threading.Condition()
        self._news = False
        self.is_dead = False
        self.uplink = Uplink(
            name, outbox, clock, about, dating=dating, namesake=namesake, on_news=self._notice
        )
        if connect is None:
            self.link: Connection = MqttLink(
                broker,
                self.uplink,
                clock,
                client_id=f"jardin-{name}-{boot}",
                will=self.uplink.will,
            )
        else:
            self.link = connect(self.uplink)
        self._on_death = on_death
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)

    @property
    def tally(self) -> Tally:
        """Packs sent, repeated, acknowledged and refused so far."""
        return self.uplink.tally

    def start(self) -> None:
        """Begin to deliver what is in the outbox, and what comes."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye and wait for the end."""
        self.link.stop()
        self._thread.join()

    def vanish(self) -> None:
        """End as a flat battery does: without goodbye, so that the broker says ``lost``."""
        self.link.abandon()
        self._thread.join()

    def number(self, sampled: Sampled) -> Entry:
        """``sampled`` as the next entry of this boot."""
        self._seq += 1
        stamp = sampled.stamp
        return Entry(self._boot, self._seq, stamp.mono_s, stamp.at_ms, stamp.clock, sampled.records)

    def append(
        self, entries: Sequence[Entry], counts: Sequence[Count] = (), *, settled: bool = True
    ) -> None:
        """Put ``entries`` and ``counts`` on disk at once, then have the entries sent.

        ``settled`` False: their time may be laid anew until they are sent. Raises
        ``StorageError``.
        """
        self._outbox.append(entries, counts, settled=settled)
        self.link.wake()

    def wait_until_waiting(self, most: int, patience_s: float = PATIENCE_S) -> None:
        """Return once at most ``most`` packs wait for their acknowledgement.

        Raises ``NetworkError`` when the broker could not be reached at all, or when ``patience_s``
        pass without an acknowledgement: nothing is lost, the packs stay in the outbox.
        """
        with self._acked:
            while self._outbox.waiting_count() > most:
                if not self._acked.wait_for(self._has_news, patience_s) or self._is_hopeless():
                    raise self._why_nothing_comes()
                self._news = False

    def _has_news(self) -> bool:
        return self._news or self._is_hopeless()

    def _is_hopeless(self) -> bool:
        """The very first connection failed: whoever waits would wait for nothing."""
        return self.uplink.refusal is not None and not self.uplink.was_connected

    def _run(self) -> None:
        try:
            self.link.run(self.uplink.farewell)
        except Exception:
            log.exception("DELIVERY_DIED: the packs are in the outbox; start the node again")
            self.is_dead = True
            self._on_death()

    def _notice(self) -> None:
        with self._acked:
            self._news = True
            self._acked.notify_all()

    def _why_nothing_comes(self) -> NetworkError:
        if self.uplink.refusal is not None:
            return self.uplink.refusal
        return NetworkError(
            "GATEWAY_SILENT",
            fr="Le serveur MQTT répond, mais aucune passerelle n'accuse réception : démarrez "
            "jardin-gateway. Rien n'est perdu, la suite partira la prochaine fois.",
            en="The MQTT broker answers, but no gateway acknowledges: start jardin-gateway. "
            "Nothing is lost, the rest will leave next time.",
        )
