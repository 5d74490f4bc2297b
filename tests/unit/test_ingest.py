"""What the ingest does with what arrives, message by message; the way there is in test_chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import paho.mqtt.client as mqtt
import pytest

from gateway.events import EventHub
from gateway.ingest import MAX_BATCH_READINGS, TELL_EVERY_S, Ingest
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Series
from sensor_node import wire
from sensor_node.clock import FakeClock
from sensor_node.link import MqttLink

NODE, BOOT = "potager-1", "7c1e9a52d01b44f3"
CHANNELS = ("air", "ground", "pond")
AIR = Series(NODE, "air")
MINUTE_MS = 60_000


class Link:
    """A connection that keeps what it was told."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []
        self.published: list[tuple[str, bytes]] = []

    def subscribe(self, topics: list[str]) -> None:
        """Nobody is there to send anything."""

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        self.published.append((topic, payload))

    def acknowledge(self, message: mqtt.MQTTMessage) -> None:
        self.acknowledged.append(message.mid)

    def wake(self) -> None:
        """Its ticks are the test's own."""


class Door:
    """A gateway and the ingest before it, on a clock that the test moves."""

    def __init__(self, data: Path) -> None:
        self.clock = FakeClock()
        self.gateway = Gateway.open(GatewaySettings(data=data), self.clock)
        self.gateway.events = EventHub(self.clock)
        self.ingest, self.link, self.seq = Ingest(self.gateway), Link(), 0
        self.ingest.connected(cast(MqttLink, self.link))
        self.page = self.gateway.events.subscribe()

    def receive(self, value: float, *, minutes_ago: float = 0) -> None:
        """A pack in which every channel has ``value``."""
        self.seq += 1
        at_ms = self.clock.wall_ms() - round(minutes_ago * MINUTE_MS)
        records = tuple(wire.Record(channel, "Cel", value) for channel in CHANNELS)
        pack = wire.Pack(NODE, BOOT, self.seq, at_ms, "ntp", records)
        topic = wire.pack_topic(NODE, BOOT, self.seq)
        message = mqtt.MQTTMessage(mid=self.seq, topic=topic.encode())
        message.payload, message.qos = wire.encode_pack(pack), 1
        self.ingest.received(message)

    def acks(self) -> list[wire.Ranges]:
        """What the node has been told is committed since the last call."""
        said, self.link.published = self.link.published, []
        topic = wire.node_topic(NODE, "ack")
        return [wire.decode_ack(payload).ranges for heard, payload in said if heard == topic]

    def told(self) -> list[dict[str, Any]]:
        """What open pages have been told of the air since the last call."""
        events, self.page._seen, _ = self.gateway.events._after(self.page._seen)
        readings = [json.loads(event.data) for event in events if event.kind == "reading"]
        return [reading for reading in readings if reading["channel"] == str(AIR)]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    door = Door(tmp_path)
    yield door
    door.gateway.close()


def test_a_batch_that_is_full_is_committed_while_more_is_being_read(door: Door) -> None:
    packs = -(-MAX_BATCH_READINGS // len(CHANNELS))
    for number in range(packs + 1):
        door.receive(20.0, minutes_ago=packs - number)
    assert door.gateway.store.count() == packs * len(CHANNELS)
    assert door.link.acknowledged == list(range(1, packs + 1))
    door.ingest.tick(idle=True)
    assert len(door.link.acknowledged) == packs + 1


def test_while_packs_pour_in_nodes_are_told_of_several_commits_together(door: Door) -> None:
    door.receive(20.0, minutes_ago=900)
    door.ingest.tick(idle=True)
    assert door.acks() == [((1, 1),)]
    packs = 3 * -(-MAX_BATCH_READINGS // len(CHANNELS))
    for number in range(packs):
        door.receive(20.0, minutes_ago=packs - number)
        assert door.ingest.tick(idle=False) == 0  # more is done at once, not in a while
    assert len(door.link.acknowledged) == packs + 1
    assert door.acks() == []
    door.clock.advance(TELL_EVERY_S)
    door.ingest.tick(idle=False)
    assert door.acks() == [((2, packs + 1),)]


def test_what_nodes_were_not_told_before_the_connection_was_lost_they_ask_again(door: Door) -> None:
    door.receive(20.0)
    door.ingest.tick(idle=True)
    door.acks()
    for _ in range(MAX_BATCH_READINGS):
        door.receive(20.0)
    door.ingest.disconnected(stopping=False)
    door.ingest.connected(cast(MqttLink, door.link))
    door.clock.advance(TELL_EVERY_S)
    door.ingest.tick(idle=True)
    assert door.acks() == []
    door.seq = 1
    door.receive(20.0)
    door.ingest.tick(idle=True)
    assert door.acks() == [((2, 2),)]


def test_pages_hear_of_a_channel_at_most_once_a_second_and_then_of_its_newest(door: Door) -> None:
    for value in (20.0, 21.0, 22.0):
        door.receive(value)
        door.ingest.tick(idle=True)
        door.clock.advance(0.1)
    assert [reading["value"] for reading in door.told()] == [20.0]
    door.clock.advance(1)
    door.ingest.tick(idle=True)
    assert [reading["value"] for reading in door.told()] == [22.0]
    door.clock.advance(1)
    door.ingest.tick(idle=True)
    assert door.told() == []


def test_pages_hear_of_filled_history_at_once_and_then_each_five_seconds(door: Door) -> None:
    door.clock.advance(60)
    door.receive(20.0)
    door.ingest.tick(idle=True)
    door.told()
    for minutes_ago in (30, 20, 10):
        door.receive(20.0, minutes_ago=minutes_ago)
        door.ingest.tick(idle=True)
    now_ms = door.clock.wall_ms()
    (first,) = door.told()
    assert (first["from_ms"], first["to_ms"]) == (now_ms - 30 * MINUTE_MS,) * 2
    door.clock.advance(5)
    door.ingest.tick(idle=True)
    (rest,) = door.told()
    assert (rest["from_ms"], rest["to_ms"]) == (now_ms - 20 * MINUTE_MS, now_ms - 10 * MINUTE_MS)
