"""A garden with keys: its broker, encrypted, and clients that enter it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import paho.mqtt.client as mqtt
from harness import PATIENCE_S, answers, environment, eventually, leave, missing

from gateway import children
from gateway.broker import HOST, find_mosquitto, free_port
from gateway.keys.acl import Identity
from gateway.keys.book import Account, Book
from gateway.keys.broker import Doors, publish_tables
from gateway.keys.making import Plan, make_garden
from gateway.keys.passwords import hashed, new_password
from gateway.keys.place import Place
from gateway.keys.session import visit
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.clock import Clock, SystemClock
from sensor_node.errors import NetworkError
from sensor_node.link import Broker, client_of


@dataclass
class KeyedGarden:
    """What ``jardin-gateway init`` made in a folder, with ports of this machine alone."""

    place: Place
    config: Path
    doors: Doors

    @property
    def settings(self) -> GatewaySettings:
        return settings_file.load(GatewaySettings, self.config, {})

    @property
    def broker(self) -> Broker:
        """As the gateway enters it."""
        return self.settings.broker

    def book(self) -> closing[Book]:
        return closing(Book(self.place.book))

    def account(self, name: str, identity: Identity = Identity.NODE) -> Broker:
        """A new account, and how it enters the broker."""
        password = new_password()
        with self.book() as book:
            with book.alone() as entries:
                entries.put(Account(name, identity, hashed(password), 0))
            publish_tables(self.place, book, self.broker)
        return replace(self.broker, username=name, password=password, password_file=None)


def keyed_garden(
    folder: Path, *, plain: bool = False, clock: Clock | None = None, name: str = "Essai"
) -> KeyedGarden:
    """A new garden in ``folder``; ``plain``: with a door in the clear."""
    place, config = Place(folder / "data"), folder / "gateway.toml"
    doors = Doors(free_port(), free_port() if plain else None)
    make_garden(place, config, Plan(name, "en", doors), clock or SystemClock())
    http, https = free_port(), free_port()
    with config.open("a", encoding="utf-8") as file:
        file.write(f'\n[http]\nhost = "{HOST}"\nport = {http}\n[https]\nport = {https}\n')
    return KeyedGarden(place, config, doors)


@contextmanager
def broker_of(garden: KeyedGarden) -> Iterator[subprocess.Popen[bytes]]:
    """The garden's own mosquitto, running."""
    program = find_mosquitto()
    if program is None:
        missing("mosquitto")
    conf = garden.place.broker / "mosquitto.conf"
    process = children.start([program, "-c", str(conf)], garden.place.data / "mosquitto.log")
    try:
        eventually(lambda: enters(garden.broker), "the garden's broker lets its gateway in")
        yield process
    finally:
        children.stop([process])


@contextmanager
def running_gateway(garden: KeyedGarden) -> Iterator[str]:
    """The garden's gateway as it is run; gives the address of its everyday door."""
    command = [sys.executable, "-m", "gateway", "run", "--config", str(garden.config)]
    address = f"{HOST}:{garden.settings.http.port}"
    process = subprocess.Popen(command, env=environment())
    try:
        eventually(lambda: answers(f"http://{address}"), "the gateway answers")
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def enters(broker: Broker) -> bool:
    """Whether the broker is there and lets this account in."""
    try:
        with visit(broker):
            return True
    except NetworkError:
        return False


class Voice:
    """A client that hears and says, under its own account."""

    def __init__(self, broker: Broker, client_id: str = "") -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.gone = threading.Event()
        self._in = threading.Event()
        self._subscribed = threading.Event()
        self._client = client_of(broker, client_id or f"voice-{broker.username}-{id(self)}")
        self._client.on_connect = lambda *_: self._in.set()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_disconnect = lambda *_: self.gone.set()
        self._client.on_message = self._hear
        self._will = (f"jardin/v1/{broker.username}/state", b"lost")
        self._broker = broker

    def enter(self, *, will: bool = False) -> Voice:
        if will:
            self._client.will_set(*self._will, qos=1, retain=True)
        self._client.connect(self._broker.host, self._broker.port)
        self._client.loop_start()
        assert self._in.wait(PATIENCE_S)
        return self

    def subscribe(self, *topics: str) -> None:
        self._subscribed.clear()
        self._client.subscribe([(topic, 1) for topic in topics])
        assert self._subscribed.wait(PATIENCE_S)

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish and wait for the PUBACK, which also a denied message gets."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENCE_S)

    def hears(self, topic: str, payload: bytes) -> bool:
        return (topic, payload) in self.heard

    def leave(self) -> None:
        leave(self._client)

    def _hear(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))
