"""What integration tests share: real brokers, a gateway in this process, an ear on the wire."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import NoReturn
from urllib.request import ProxyHandler, build_opener

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from gateway.broker import HOST, MosquittoBroker, find_mosquitto, free_port
from gateway.ingest import Ingest
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.settings import StoreSettings
from sensor_node.clock import Clock, SystemClock
from sensor_node.link import Broker as BrokerAddress

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
PATIENCE_S = 20.0
_DIRECTLY = build_opener(ProxyHandler({}))
ECHO = "jardin/v1/ear/echo"
"""Nobody else listens to it."""


def shared_data(name: str) -> Path:
    """A recording of `../shared/data`; the test skips where it is absent."""
    path = SHARED / "data" / name
    if not path.exists():
        pytest.skip(f"needs the recording {name}, which is not beside this checkout")
    return path


def missing(program: str) -> NoReturn:
    """Skip for want of ``program``; where `make test` has to install it, fail instead."""
    if os.environ.get("CI"):
        pytest.fail(f"{program} is not installed: make test should have done it")
    pytest.skip(f"needs {program}: apt install {program}")


def new_mosquitto(folder: Path, port: int | None = None) -> MosquittoBroker:
    """A mosquitto of the test's own, not started; the test skips where it is not installed."""
    program = find_mosquitto()
    if program is None:
        missing("mosquitto")
    return MosquittoBroker(folder, port or free_port(), program)


def eventually(holds: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until ``holds``; fails with ``what`` was expected after ``patience_s``."""
    end = time.monotonic() + patience_s
    pause = threading.Event()
    while not holds():
        if time.monotonic() > end:
            pytest.fail(f"not within {patience_s:g} s: {what}")
        pause.wait(0.02)


def environment() -> dict[str, str]:
    """For a program of this checkout, in English: nothing of the developer's own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("JARDIN_")}
    return {**kept, "JARDIN_LANGUAGE": "en", "PYTHONPATH": str(ROOT)}


def answers(address: str) -> bool:
    """Whether the gateway whose door is at ``address`` says that it is well.

    By the standard library: the tests of a node run where there is none of a gateway's.
    """
    try:
        with _DIRECTLY.open(f"{address}/healthz", timeout=5) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (OSError, HTTPException):
        return False


class GatewayInProcess:
    """A gateway whose ingest runs in a thread of this test, without a web server."""

    def __init__(self, settings: GatewaySettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.gateway = Gateway.open(settings, clock or SystemClock(trusted=True))
        self._ingest = Ingest(self.gateway)
        self._link = self._ingest.new_link()
        self._thread = threading.Thread(target=self._link.run, args=(self._ingest.farewell,))

    @classmethod
    def on(
        cls,
        data: Path,
        broker_port: int,
        clock: Clock | None = None,
        store: StoreSettings | None = None,
    ) -> GatewayInProcess:
        """One with its data in ``data``, and nothing else told but its broker."""
        settings = GatewaySettings(
            data=data,
            broker=BrokerAddress(host=HOST, port=broker_port),
            store=store or StoreSettings(),
        )
        return cls(settings, clock)

    def __enter__(self) -> GatewayInProcess:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin, and be connected; what never connects is stopped, and fails the test."""
        self._thread.start()
        try:
            eventually(lambda: self.gateway.broker_up, "the gateway is connected")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Say goodbye and end; nothing more where that was done."""
        self._end(self._link.stop)

    def vanish(self) -> None:
        """End without a word, as if the power were cut."""
        self._end(self._link.abandon)

    def _end(self, leave: Callable[[], None]) -> None:
        if self._thread.is_alive():
            leave()
            self._thread.join()
        self.gateway.close()


@contextlib.contextmanager
def gateway_on(data: Path, broker_port: int, clock: Clock | None = None) -> Iterator[Gateway]:
    """A running gateway, stopped at the end."""
    with GatewayInProcess.on(data, broker_port, clock) as process:
        yield process.gateway


class Ear:
    """An MQTT client that hears everything of the garden and can say something itself."""

    def __init__(self, port: int, *, clean: bool = True) -> None:
        self.messages: list[tuple[str, bytes, bool]] = []
        self._subscribed = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="ear")
        self._client.on_message = self._hear
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.connect(HOST, port)
        self._client.loop_start()
        self._client.subscribe("jardin/v1/#", qos=1)
        assert self._subscribed.wait(PATIENCE_S)

    def _hear(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        self.messages.append((message.topic, bytes(message.payload), message.retain))

    def say(self, topic: str, payload: bytes | str, *, qos: int = 1, retain: bool = False) -> None:
        """Publish and wait for the broker's PUBACK."""
        self._client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(PATIENCE_S)

    def on(self, topic: str) -> list[bytes]:
        """Every payload heard on ``topic``, retained ones too."""
        return [payload for heard, payload, _ in list(self.messages) if heard == topic]

    def kept(self) -> dict[str, bytes]:
        """What is retained of the garden, by topic; all has come once our own word is back."""
        self.say(ECHO, b"?")
        eventually(lambda: bool(self.on(ECHO)), "what is retained has come")
        return {topic: payload for topic, payload, kept in list(self.messages) if kept and payload}

    def close(self) -> None:
        leave(self._client)


def leave(client: mqtt.Client) -> None:
    """Disconnect ``client`` and end its loop.

    Its sockets are closed here: its callbacks hold whoever holds it, and the garbage collector may
    come to the sockets before it comes to the client, which would have closed them.
    """
    client.disconnect()
    client.loop_stop()
    client._reset_sockets()


PACKET_NAMES = {1: "CONNECT", 3: "PUBLISH", 4: "PUBACK", 8: "SUBSCRIBE", 12: "PINGREQ"}


class Wiretap:
    """A TCP relay in front of a broker that counts the MQTT packets a client sends through it."""

    def __init__(self, broker_port: int) -> None:
        self.sent: Counter[str] = Counter()
        self.published: list[str] = []
        self._broker_port = broker_port
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                broker = socket.create_connection((HOST, self._broker_port))
                self._sockets += [client, broker]
                for pair, watch in (((client, broker), True), ((broker, client), False)):
                    thread = threading.Thread(target=self._relay, args=(*pair, watch))
                    self._threads.append(thread)
                    thread.start()

    def _relay(self, source: socket.socket, sink: socket.socket, watch: bool) -> None:
        rest = b""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if watch:
                    rest = self._count(rest + data)
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _count(self, data: bytes) -> bytes:
        while True:
            length, at, shift = 0, 1, 0
            while at < len(data):
                length |= (data[at] & 0x7F) << shift
                shift += 7
                at += 1
                if not data[at - 1] & 0x80:
                    break
            else:
                return data
            if len(data) < at + length:
                return data
            kind = PACKET_NAMES.get(data[0] >> 4, "other")
            self.sent[kind] += 1
            if kind == "PUBLISH":
                size = int.from_bytes(data[at : at + 2], "big")
                self.published.append(data[at + 2 : at + 2 + size].decode())
            data = data[at + length :]

    def close(self) -> None:
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join()
