"""Delivery: what is in the outbox goes to the gateway, at least once, until it is acknowledged.

The rules: the oldest first while the newest goes out at once; at most 100 packs under way; none
but the newest while the gateway is not online; sent again after 30 s, doubling to 10 minutes with
jitter; a broker's PUBACK means nothing, only the gateway's ack marks a pack. A gateway that is a
node of a regional hub delivers through this same class.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import paho.mqtt.client as mqtt

from sensor_node import wire
from sensor_node.clock import Clock
from sensor_node.errors import NetworkError, PackRefused, StorageError
from sensor_node.namesake import Namesake
from sensor_node.outbox import Entry, Outbox

MAX_UNDER_WAY = 100
FIRST_RESEND_S = 30.0
LONGEST_RESEND_S = 600.0
ABOUT_EVERY_S = 3600.0
EXPIRE_EVERY_S = 3600.0
IDLE_S = 60.0
DATING_EVERY_S = 1.0
STORAGE_RETRY_S = 5.0

log = logging.getLogger("jardin.uplink")


class Link(Protocol):
    """What the uplink needs of a connection; ``MqttLink`` is the real one."""

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> None: ...

    def subscribe(self, topics: list[str]) -> None: ...


class Dating(Protocol):
    """What settles the time of packs; see ``sensor_node.dating``."""

    @property
    def is_settled(self) -> bool:
        """Whether the time is known and no pack waits for it: no need to look each second."""

    def receive(self, payload: bytes) -> None:
        """An answer of the gateway's clock."""

    @property
    def is_held(self) -> bool:
        """Whether nothing should leave, as the gateway is about to confirm the time."""

    def tick(self, ask: Callable[[bytes], None] | None) -> bool:
        """Settle what can be settled; ``ask`` sends a question, None while no gateway answers.

        Returns whether waiting packs were dated that could not be sent before.
        """


@dataclass(slots=True)
class _Flight:
    """A pack under way: what it is, when it goes out again, and how often it went."""

    entry: Entry
    due_s: float
    sent: int


@dataclass(slots=True)
class Tally:
    """Packs: sent, sent again, acknowledged for the first time, and set aside by the gateway."""

    sent: int = 0
    resent: int = 0
    acknowledged: int = 0
    refused: int = 0


class Uplink:
    """Delivers ``outbox`` as ``node`` over a link whose handler it is.

    ``about`` gives the node's self-description; ``on_news`` is called after packs were marked
    and after a connection attempt that failed. ``namesake``: watches for another of this name.
    """

    def __init__(
        self,
        node: str,
        outbox: Outbox,
        clock: Clock,
        about: Callable[[], dict[str, object]],
        *,
        dating: Dating | None = None,
        namesake: Namesake | None = None,
        base: str = wire.BASE,
        rng: random.Random | None = None,
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        self._node = node
        self._outbox = outbox
        self._clock = clock
        self._about = about
        self._dating = dating
        self._namesake = namesake
        self._base = base
        self._rng = rng or random.Random()
        self._on_news = on_news
        self._link: Link | None = None
        self._listeners: dict[str, Callable[[bytes], None]] = {}
        self._gateway_online = False
        self._under_way: dict[tuple[str, int], _Flight] = {}
        self._sent_up_to = 0
        self._newest_sent = 0
        self._generation = -1
        self._is_backlog_sent = False
        self._about_due_s = 0.0
        self._expire_due_s = 0.0
        self._last_error: str | None = None
        self._last_storage_error: str | None = None
        self.tally = Tally()
        self.refusal: NetworkError | None = None
        self.was_connected = False
        self._has_left = False

    def listen(self, topic: str, hear: Callable[[bytes], None]) -> None:
        """Have ``hear`` called in the link's thread with each payload on ``topic``, which the
        broker retains: empty when there is none, and at each connection before it comes again.
        From the next connection on.
        """
        self._listeners[topic] = hear

    @property
    def will(self) -> tuple[str, bytes]:
        """What the broker says when this node vanishes."""
        return wire.node_topic(self._node, "state", self._base), b"lost"

    @property
    def gateway_online(self) -> bool:
        """Whether the gateway says that it is there."""
        return self._gateway_online

    @property
    def sends_at_once(self) -> bool:
        """Whether a pack can be sent at once: its time is settled as it is written."""
        is_held = self._dating is not None and self._dating.is_held
        return self._link is not None and not self._yields and not is_held

    def farewell(self) -> None:
        """The last words of a clean stop."""
        self._has_left = True
        if not self._yields:
            self._say("state", b"offline", retain=True)

    # --- handler of the link ------------------------------------------------------------------

    def connected(self, link: Link) -> None:
        self._link = link
        self.was_connected = True
        self._gateway_online = False
        self._forget_flights()
        for hear in self._listeners.values():
            hear(b"")  # what is retained comes again; what was withdrawn meanwhile does not
        link.subscribe(
            [
                *self._listeners,
                wire.node_topic(self._node, "ack", self._base),
                wire.node_topic(self._node, "clock/answer", self._base),
                wire.gateway_state_topic(self._base),
                *self._own_topics(),
            ]
        )
        self._say_online()
        self._about_due_s = 0.0  # it reads the disk, which may fail: said by the tick that follows
        if self._last_error is not None:
            log.info("BROKER_BACK: the MQTT broker answers again")
        self._last_error = self.refusal = None

    def disconnected(self, *, stopping: bool) -> None:
        self._link = None
        self._gateway_online = False
        self._forget_flights()
        if not stopping:
            log.warning("BROKER_LOST: the MQTT broker is gone; sampling goes on into the outbox")
            self._last_error = "BROKER_LOST"

    def failed(self, error: NetworkError) -> None:
        self.refusal = error
        if error.code != self._last_error:  # say a loss once, not at every attempt
            log.warning("%s", error)
        self._last_error = error.code
        self._on_news()

    def received(self, message: mqtt.MQTTMessage) -> None:
        try:
            if message.topic == wire.gateway_state_topic(self._base):
                self._hear_gateway(bytes(message.payload))
            elif message.topic in self._listeners:
                self._listeners[message.topic](bytes(message.payload))
            elif message.topic.endswith("/ack"):
                self._hear_ack(wire.decode_ack(bytes(message.payload)))
            elif message.topic in self._own_topics():
                if not message.retain:  # what is retained was said by an earlier start
                    self._hear_own_name(message.topic, bytes(message.payload))
            elif self._dating is not None:
                self._dating.receive(bytes(message.payload))
        except (PackRefused, StorageError) as error:
            log.warning("%s", error)

    def wants_input(self) -> bool:
        return True

    def tick(self, *, idle: bool) -> float:
        try:
            wait_s = self._pump()
        except StorageError as error:
            if error.code != self._last_storage_error:  # say a loss once
                log.error("%s", error)
            self._last_storage_error = error.code
            return STORAGE_RETRY_S
        if self._last_storage_error is not None:
            log.info("STORAGE_BACK: the outbox can be read again")
        self._last_storage_error = None
        return wait_s

    # --- delivery -----------------------------------------------------------------------------

    def _pump(self) -> float:
        now_s = self._clock.monotonic_s()
        ask = self._ask_time if self._gateway_online else None
        if self._dating is not None and self._dating.tick(ask):
            self._sent_up_to = 0
        if now_s >= self._expire_due_s:
            # The newest pack's time is a trusted one; the wall clock may be anywhere.
            self._outbox.expire(min(self._clock.wall_ms(), self._outbox.newest_ms()))
            self._expire_due_s = now_s + EXPIRE_EVERY_S
        if self._link is None:
            return IDLE_S
        if now_s >= self._about_due_s:
            self._say_about()
        if not self.sends_at_once:
            return self._wait_s(now_s)
        self._send_newest(now_s)
        if self._gateway_online:
            self._send_backlog(now_s)
            self._send_again(now_s)
        return self._wait_s(now_s)

    def _wait_s(self, now_s: float) -> float:
        is_settled = self._dating is None or self._dating.is_settled
        longest_s = IDLE_S if is_settled else DATING_EVERY_S
        if not self._gateway_online:
            return longest_s
        next_due_s = min((f.due_s for f in self._under_way.values()), default=math.inf)
        return min(longest_s, next_due_s - now_s)

    def _send_newest(self, now_s: float) -> None:
        generation = self._outbox.generation
        if generation == self._generation:
            return
        newest = self._outbox.newest()
        self._generation, self._is_backlog_sent = generation, False
        if newest is None or newest.id <= self._newest_sent:
            return
        self._newest_sent = newest.id
        if not self._gateway_online:
            self._under_way.clear()  # nobody is there: all that waits goes again when he is
        if (newest.boot, newest.seq) in self._under_way:
            return
        if len(self._under_way) >= MAX_UNDER_WAY:
            self._set_back_youngest()
        self._send(newest, now_s)

    def _set_back_youngest(self) -> None:
        """Have the last newest, still not acknowledged, wait for its turn with the others."""
        key, flight = max(self._under_way.items(), key=lambda item: item[1].entry.id)
        del self._under_way[key]
        self._sent_up_to = min(self._sent_up_to, flight.entry.id - 1)

    def _send_backlog(self, now_s: float) -> None:
        # One place is kept for the newest.
        while (room := MAX_UNDER_WAY - 1 - len(self._under_way)) > 0 and not self._is_backlog_sent:
            entries = self._outbox.waiting(room, after=self._sent_up_to)
            self._is_backlog_sent = len(entries) < room
            for entry in entries:
                self._sent_up_to = entry.id
                if (entry.boot, entry.seq) not in self._under_way:
                    self._send(entry, now_s)

    def _send_again(self, now_s: float) -> None:
        for flight in list(self._under_way.values()):
            if flight.due_s <= now_s:
                self._publish(flight.entry)
                self.tally.resent += 1
                flight.sent += 1
                flight.due_s = now_s + self._resend_wait_s(flight.sent)

    def _send(self, entry: Entry, now_s: float) -> None:
        self._publish(entry)
        self.tally.sent += 1
        self._under_way[entry.boot, entry.seq] = _Flight(entry, now_s + self._resend_wait_s(1), 1)

    def _resend_wait_s(self, sent: int) -> float:
        wait_s = min(LONGEST_RESEND_S, FIRST_RESEND_S * 2.0 ** min(sent - 1, 16))
        return wait_s * self._rng.uniform(1.0, 1.25)

    def _publish(self, entry: Entry) -> None:
        assert self._link is not None and entry.at_ms is not None and entry.clock is not None  # noqa: S101, PT018 - only settled entries are given out
        self._link.publish(
            wire.pack_topic(self._node, entry.boot, entry.seq, self._base),
            wire.seal(self._node, entry.at_ms, entry.clock, entry.records),
        )

    def _hear_gateway(self, payload: bytes) -> None:
        fields = {"state": "lost"} if payload == b"lost" else wire.decode_object(payload)
        online, store = fields.get("state") == "online", fields.get("store")
        if isinstance(store, str) and store:
            self._adopt(store)
        if online and not self._gateway_online:
            self._forget_flights()
        self._gateway_online = online

    def _hear_ack(self, ack: wire.Ack) -> None:
        self._adopt(ack.store)
        newly = self._outbox.mark(ack)
        if newly:
            self.tally.acknowledged += newly
            self.tally.refused += sum(last - first + 1 for first, last in ack.refused)
        for first, last in ack.ranges:
            for key in [k for k in self._under_way if k[0] == ack.boot and first <= k[1] <= last]:
                del self._under_way[key]
        self._on_news()

    def _adopt(self, store: str) -> None:
        again = self._outbox.adopt(store)
        if again:
            log.info("STORE_NEW: store %s is new; %d packs are sent again", store, again)
            self._forget_flights()

    def _forget_flights(self) -> None:
        """What was under way may be lost: begin again from the oldest that waits."""
        self._under_way.clear()
        self._sent_up_to = self._newest_sent = 0
        self._generation = -1

    def _ask_time(self, payload: bytes) -> None:
        self._say("clock/ask", payload)

    # --- under this name ----------------------------------------------------------------------

    @property
    def _yields(self) -> bool:
        """Whether the name belongs to another node, which was there before."""
        return self._namesake is not None and self._namesake.yields

    def _own_topics(self) -> list[str]:
        if self._namesake is None:
            return []
        return [wire.node_topic(self._node, leaf, self._base) for leaf in ("about", "state")]

    def _hear_own_name(self, topic: str, payload: bytes) -> None:
        """Something said under this node's name, by itself or by another one."""
        assert self._namesake is not None  # noqa: S101 - only then are these topics subscribed
        if topic.endswith("/about"):
            if self._namesake.hear(wire.decode_object(payload)):
                self._say_about()
                self._forget_flights()  # whatever is under way is that of this name's owner
        elif payload != b"online":
            self._say_online()  # the last will of a connection that is no more

    def _say_online(self) -> None:
        # Its own "offline" comes back to it while it waits for the broker to take it.
        if not self._yields and not self._has_left:
            self._say("state", b"online", retain=True)

    def _say_about(self) -> None:
        told = self._about() | (self._namesake.about() if self._namesake else {})
        self._say("about", wire.encode_object(told), retain=not self._yields)
        self._about_due_s = self._clock.monotonic_s() + ABOUT_EVERY_S

    def _say(self, leaf: str, payload: bytes, *, retain: bool = False) -> None:
        if self._link is not None:
            topic = wire.node_topic(self._node, leaf, self._base)
            self._link.publish(topic, payload, retain=retain)
