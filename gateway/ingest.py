"""Ingest: what arrives by MQTT is validated, committed in batches, and only then acknowledged.

One thread does it all: read until 500 readings, 200 ms, or nothing more is waiting; commit;
PUBACK; tell the nodes, at once or, while more is waiting, of several commits together. A commit
that fails keeps its batch and is tried again: until it succeeds nobody gets an acknowledgement,
neither the broker nor a node.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt

from gateway.acks import PendingAcks
from gateway.alarms.alarms import topic_of
from gateway.batch import Batch, Outcome
from gateway.beds.live import LiveBoard
from gateway.kit.blank import since_ms
from gateway.live import LiveTopics
from gateway.quarantine import Refused
from gateway.service import Gateway
from gateway.store.base import Reading, Series
from gateway.times import AHEAD_MS
from sensor_node import wire
from sensor_node.errors import GardenError, NetworkError, PackRefused, StorageError
from sensor_node.link import Broker, MqttLink

MAX_BATCH_READINGS = 500
MAX_BATCH_S = 0.2
TELL_EVERY_S = 0.05
"""While packs pour in, nodes are told of what was committed no more often than this."""
MAX_PENDING_MESSAGES = 5000
"""Above this the gateway stops reading: the broker keeps the rest."""
RETRY_S = 1.0
STATE_EVERY_S = 60.0
CLIENT_ID = "jardin-gateway"

log = logging.getLogger("jardin.ingest")


class Ingest:
    """The handler of the gateway's link.

    ``base``: the topics' root. ``on_failure`` is told of every connection attempt that failed.
    """

    def __init__(
        self,
        gateway: Gateway,
        base: str = wire.BASE,
        on_failure: Callable[[NetworkError], None] = lambda _error: None,
    ) -> None:
        self._gateway = gateway
        self._base = base
        self._sandbox = f"{base}/{wire.SANDBOX}"
        self._clock = gateway.clock
        self._link: MqttLink | None = None
        self._batch = Batch()
        self._messages: list[mqtt.MQTTMessage] = []
        self._untold = PendingAcks()
        self._tell_due_s = 0.0
        self._begun_s: float | None = None
        self._retry_s = 0.0
        self._state_due_s = 0.0
        self._last_error: str | None = None
        self._live = LiveTopics(gateway, self._publish, base)
        self._boards = (
            LiveBoard(gateway.advisor.board, self._publish, lambda p: wire.advice_topic(p, base)),
            LiveBoard(gateway.alarms.shown, self._publish, lambda p: topic_of(p, base)),
        )
        self._on_failure = on_failure
        self._blank_since_ms = since_ms(gateway.settings.data)
        self.was_connected = False

    def new_link(self) -> MqttLink:
        """The gateway's connection: a persistent session, acknowledged by hand."""
        return MqttLink(
            self._gateway.settings.broker,
            self,
            self._clock,
            client_id=client_id(self._gateway.settings.broker),
            clean_session=False,
            manual_ack=True,
            will=(wire.gateway_state_topic(self._base), wire.encode_object({"state": "lost"})),
        )

    def farewell(self) -> None:
        """The last words of a clean stop."""
        self._say_state("offline")

    # --- handler of the link ------------------------------------------------------------------

    def connected(self, link: MqttLink) -> None:
        self._link = link
        leaves = ("pack/+/+", "state", "about", "clock/ask", "say/+")
        link.subscribe([f"{self._base}/+/{leaf}" for leaf in leaves])
        self._say_state("online")
        self._live.renew()
        for board in self._boards:
            board.renew()
        self._gateway.advisor.board.on_change = link.wake
        self._gateway.alarms.shown.on_change = link.wake
        self._gateway.broker_up = self.was_connected = True
        self._live.tell_state("gateway", "online")
        if self._last_error is not None:
            log.info("BROKER_BACK: the MQTT broker answers again")
        self._last_error = None

    def disconnected(self, *, stopping: bool) -> None:
        self._link = None
        self._gateway.broker_up = False
        self._live.tell_state("gateway", "lost")
        # Unacknowledged, all of it comes again on the next connection of this session.
        self._clear()
        self._untold.clear()
        if not stopping:
            log.warning("BROKER_LOST: the MQTT broker is gone; the pages go on with what is stored")
            self._last_error = "BROKER_LOST"

    def failed(self, error: NetworkError) -> None:
        self._say_once(error)
        self._on_failure(error)

    def wants_input(self) -> bool:
        return len(self._messages) < MAX_PENDING_MESSAGES

    def received(self, message: mqtt.MQTTMessage) -> None:
        if self._begun_s is None:
            self._begun_s = self._clock.monotonic_s()
        self._messages.append(message)
        self._gateway.vitals.pending = len(self._messages)
        try:
            self._take(message.topic, bytes(message.payload), retained=message.retain)
        except PackRefused as error:
            self._refuse(message.topic, bytes(message.payload), error)
        if self._batch.size >= MAX_BATCH_READINGS:
            # At once: a turn of reading may bring ten times as much.
            self._commit_if_due(idle=False)

    def tick(self, *, idle: bool) -> float:
        now_s = self._clock.monotonic_s()
        if self._link is not None and now_s >= self._state_due_s:
            self._say_state("online")
        self._commit_if_due(idle=idle)
        self._tell_nodes_if_due(now_s, idle=idle)
        if self._messages:
            return max(0.0, self._retry_s - now_s)
        if self._untold:
            return 0.0
        for board in self._boards:
            board.tick()
        return self._live.tick(now_s)

    # --- taking in ----------------------------------------------------------------------------

    def _take(self, topic: str, payload: bytes, *, retained: bool) -> None:
        if "/pack/" in topic:
            self._take_pack(wire.decode_pack(topic, payload, self._base), payload)
            return
        if self._is_kept_apart(topic, payload, retained=retained):
            return
        parts = wire.split_topic(topic, self._base)
        if parts is None:
            raise _unexpected(topic)
        node, leaf = parts
        if leaf == ["state"]:
            self._batch.states[node] = _state(payload)
        elif leaf == ["about"]:
            self._take_about(node, wire.decode_object(payload))
        elif leaf == ["clock", "ask"]:
            if not retained:
                self._answer_clock(node, payload)
        elif leaf[0] == "say" and len(leaf) == 2:
            if not retained:
                self._take_saying(node, leaf[1], payload)
        else:
            raise _unexpected(topic)

    def _is_kept_apart(self, topic: str, payload: bytes, *, retained: bool) -> bool:
        """Our own state, which +/state hears too; and what groups say, which is no part of the
        garden: another thread keeps it in their sandboxes.
        """
        if not topic.startswith(self._sandbox):
            return topic == wire.gateway_state_topic(self._base)
        if not retained:
            plant, _, leaf = topic.removeprefix(self._sandbox).partition("/")
            self._gateway.said.hear(plant, leaf, payload, self._clock.wall_ms())
        return True

    def _take_about(self, node: str, about: dict[str, Any]) -> None:
        if about.get("yields") is not True:  # the name is another node's: see namesake.py
            self._batch.abouts[node] = about

    def _take_pack(self, pack: wire.Pack, payload: bytes) -> None:
        if pack.at_ms < self._blank_since_ms:
            self._batch.pass_over(pack)
        elif pack.at_ms <= self._clock.wall_ms() + AHEAD_MS:
            self._batch.take(pack, payload)
        elif self._clock.synchronised():
            raise PackRefused(
                "IN_THE_FUTURE",
                fr="Paquet refusé : son heure est plus de dix minutes en avance.",
                en="Pack refused: its time is more than ten minutes ahead.",
            )
        # else: who is wrong is not known. Without an ack the node keeps the pack and asks again.

    def _take_saying(self, node: str, channel: str, payload: bytes) -> None:
        if not wire.is_id(channel):
            raise _unexpected(f"say/{channel}")
        try:
            value = float(payload.decode("ascii"))
        except ValueError:
            value = float("nan")
        if not wire.is_finite_number(value):
            raise PackRefused(
                "NOT_A_NUMBER",
                fr="Un simple nombre est attendu, comme 21.5.",
                en="A plain number is expected, as 21.5.",
            )
        self._batch.take_saying(Reading(Series(node, channel), self._clock.wall_ms(), value))

    def _answer_clock(self, node: str, payload: bytes) -> None:
        question = wire.decode_object(payload)
        answer = {
            "id": question.get("id"),
            "t": self._clock.wall_ms() / 1000,
            "trusted": self._clock.synchronised(),
        }
        self._publish(wire.node_topic(node, "clock/answer", self._base), wire.encode_object(answer))

    def _refuse(self, topic: str, payload: bytes, error: GardenError) -> None:
        parts = wire.split_topic(topic, self._base)
        refused = Refused(
            node=parts[0] if parts else None,
            topic=topic,
            channel=None,
            code=error.code,
            text_fr=error.fr,
            text_en=error.en,
            payload=payload[: 2 * wire.MAX_PACK_BYTES],
            received_ms=self._clock.wall_ms(),
        )
        self._batch.refuse(refused, wire.pack_address(topic, self._base))

    # --- committing ---------------------------------------------------------------------------

    def _commit_if_due(self, *, idle: bool) -> None:
        now_s = self._clock.monotonic_s()
        if self._messages and self._is_due(now_s, idle=idle):
            self._commit(now_s, idle=idle)

    def _is_due(self, now_s: float, *, idle: bool) -> bool:
        if now_s < self._retry_s:
            return False
        return (
            idle
            or self._batch.size >= MAX_BATCH_READINGS
            or (self._begun_s is not None and now_s - self._begun_s >= MAX_BATCH_S)
        )

    def _commit(self, now_s: float, *, idle: bool) -> None:
        begun_s = self._clock.monotonic_s()
        try:
            outcome = self._batch.commit(self._gateway)
        except StorageError as error:
            self._retry_s = now_s + RETRY_S
            self._gateway.vitals.failed()
            if self._gateway.commit_error is None:
                self._gateway.commit_error = error
                self._live.tell_state("gateway", "failing")
            self._say_once(error)
            return
        if self._gateway.commit_error is not None:
            self._gateway.commit_error = None
            self._live.tell_state("gateway", "online")
        self._last_error = None
        self._gateway.vitals.committed(
            len(self._batch.packs),
            len(outcome.refused),
            outcome.committed,
            self._clock.monotonic_s() - begun_s,
        )
        if outcome.committed.replaced:
            log.info("REPLACED: %d readings got another value", outcome.committed.replaced)
        self._acknowledge(outcome)
        self._tell_nodes_if_due(now_s, idle=idle)
        self._clear()
        self._live.show(outcome, now_s)

    def _acknowledge(self, outcome: Outcome) -> None:
        self._untold.add(self._batch.seen, outcome.refused)
        if self._link is not None:
            for message in self._messages:
                self._link.acknowledge(message)

    def _tell_nodes_if_due(self, now_s: float, *, idle: bool) -> None:
        if not self._untold or not (idle or now_s >= self._tell_due_s):
            return
        self._tell_due_s = now_s + TELL_EVERY_S
        for node, ack in self._untold.take(self._gateway.store.id):
            self._publish(wire.node_topic(node, "ack", self._base), wire.encode_ack(ack))

    def _clear(self) -> None:
        self._batch = Batch()
        self._messages = []
        self._gateway.vitals.pending = 0
        self._begun_s = None
        self._retry_s = 0.0

    def _say_state(self, state: str) -> None:
        self._state_due_s = self._clock.monotonic_s() + STATE_EVERY_S
        fields = {
            "state": state,
            "store": self._gateway.store.id,
            "time": self._clock.wall_ms() / 1000,
            "clock": "trusted" if self._clock.synchronised() else "untrusted",
        }
        self._publish(wire.gateway_state_topic(self._base), wire.encode_object(fields), retain=True)

    def _publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        if self._link is not None:
            self._link.publish(topic, payload, qos=qos, retain=retain)

    def _say_once(self, error: GardenError) -> None:
        if error.code != self._last_error:
            log.error("%s", error)
        self._last_error = error.code


def client_id(broker: Broker) -> str:
    """The name of the gateway's session at ``broker``.

    Whoever comes with this name takes the session over, so behind an encrypted door, where others
    have accounts, nobody else can know it. Raises ``NetworkError``.
    """
    if broker.ca is None:
        return CLIENT_ID
    return f"{CLIENT_ID}-{hashlib.sha256(broker.secret().encode()).hexdigest()[:32]}"


def _unexpected(topic: str) -> PackRefused:
    return PackRefused(
        "BAD_TOPIC", fr=f"Sujet inattendu : {topic}", en=f"Unexpected topic: {topic}"
    )


def _state(payload: bytes) -> str:
    state = payload[:20].decode(errors="replace")
    if state not in ("online", "offline", "lost"):
        raise PackRefused("BAD_STATE", fr=f"État inconnu : {state}", en=f"Unknown state: {state}")
    return state
