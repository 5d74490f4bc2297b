"""One MQTT connection that never gives up.

paho-mqtt does the protocol; this module decides when to connect, waits with back-off and full
jitter, and runs everything in one thread: network, handler and timers never race. Used by the
node's uplink and by the gateway's ingest alike.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from sensor_node.clock import Clock
from sensor_node.errors import NetworkError
from sensor_node.settings import build, section, setting
from sensor_node.trust import garden_context

KEEPALIVE_S = 30
CONNECT_TIMEOUT_S = 5.0
CONNACK_TIMEOUT_S = 10.0
PACKETS_A_TURN = 32
"""Read before timers and the handler's tick have their turn again."""
LONGEST_WAIT_S = 5.0
"""No longer without a look at the keep-alive."""


@dataclass(frozen=True)
class Broker:
    """Where the MQTT broker is and how to enter."""

    host: str = setting("localhost", fr="adresse du serveur MQTT", en="address of the MQTT broker")
    port: int = setting(1883, fr="port MQTT", en="MQTT port", least=1, most=65535)
    username: str = setting("", fr="nom MQTT de ce nœud", en="this node's MQTT name")
    password: str = setting("", fr="mot de passe MQTT", en="MQTT password")
    password_file: Path | None = setting(
        None,
        fr="fichier dont la première ligne est le mot de passe MQTT",
        en="file whose first line is the MQTT password",
    )
    ca: Path | None = setting(
        None,
        fr="certificat de l'autorité du jardin ; avec lui, la liaison est chiffrée (TLS)",
        en="certificate of the garden's authority; with it the link is encrypted (TLS)",
    )

    def secret(self) -> str:
        """The password, from its file where there is one. Raises ``NetworkError``."""
        if self.password_file is None:
            return self.password
        return _read(self.password_file).split("\n", maxsplit=1)[0].strip("\r")

    def tls(self) -> ssl.SSLContext | None:
        """TLS with the garden's authority pinned; None: a plain link. Raises ``NetworkError``."""
        if self.ca is None:
            return None
        try:
            return garden_context(_read(self.ca))
        except (ssl.SSLError, ValueError) as error:
            raise _key_unreadable(self.ca, error) from error

    def __repr__(self) -> str:
        return f"Broker({self.host}:{self.port})"


@dataclass(frozen=True)
class _BrokerAlone:
    broker: Broker = section(Broker)


def broker_from_environment() -> Broker:
    """The broker that ``JARDIN_BROKER_HOST``, ``…_PORT``, ``…_USERNAME`` and ``…_PASSWORD`` name,
    for commands that have no settings file. Raises ``ConfigError``.
    """
    return build(_BrokerAlone, {}, os.environ).broker


@dataclass(frozen=True, slots=True)
class Backoff:
    """Full-jitter back-off: a random wait between 0 and ``base_s`` doubled at each attempt."""

    base_s: float
    longest_s: float

    def wait_s(self, attempt: int, rng: random.Random) -> float:
        """Seconds to wait before attempt ``attempt`` (0 is the first repetition)."""
        return rng.uniform(0, min(self.longest_s, self.base_s * 2.0 ** min(attempt, 32)))


ABSENT = Backoff(1.0, 60.0)
REFUSED = Backoff(20.0, 300.0)
"""A wrong password does not mend itself in a second."""


class Handler(Protocol):
    """What a link serves. All calls come from the link's own thread."""

    def connected(self, link: MqttLink) -> None:
        """The broker has accepted the session: subscribe, publish what must be said."""

    def received(self, message: mqtt.MQTTMessage) -> None:
        """A message came."""

    def disconnected(self, *, stopping: bool) -> None:
        """The connection is over; every message in flight on it is void. ``stopping``: we left."""

    def failed(self, error: NetworkError) -> None:
        """A connection attempt failed; another one follows."""

    def tick(self, *, idle: bool) -> float:
        """Do what is due. ``idle``: nothing more waits to be read. Returns the seconds after
        which it wants to be called again.
        """

    def wants_input(self) -> bool:
        """False stops reading from the broker until it is True again."""


class MqttLink:
    """A connection to ``broker`` for ``handler``, kept up by ``run`` until ``stop``.

    ``will``: (topic, payload) published retained by the broker if this process vanishes.
    """

    def __init__(
        self,
        broker: Broker,
        handler: Handler,
        clock: Clock,
        *,
        client_id: str,
        clean_session: bool = True,
        manual_ack: bool = False,
        will: tuple[str, bytes] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._broker = broker
        self._handler = handler
        self._clock = clock
        self._client_id = client_id
        self._clean_session = clean_session
        self._manual_ack = manual_ack
        self._will = will
        self._rng = rng or random.Random()
        self._stopping = threading.Event()
        self._abandoned = False
        self._waker, self._wakee = socket.socketpair()
        self._waker.setblocking(False)
        self._wakee.setblocking(False)
        self._client: mqtt.Client | None = None
        self._refusal: str | None = None
        self._is_up = False
        self._unconfirmed = 0
        self._received = 0

    # --- for the handler, in the link's thread ------------------------------------------------

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish now; silently dropped while there is no connection."""
        if self._client is not None and self._is_up:
            self._client.publish(topic, payload, qos=qos, retain=retain)
            self._unconfirmed += qos > 0

    def subscribe(self, topics: list[str]) -> None:
        """Subscribe at QoS 1."""
        if self._client is not None:
            self._client.subscribe([(topic, 1) for topic in topics])

    def acknowledge(self, message: mqtt.MQTTMessage) -> None:
        """Send the PUBACK of a message received on this connection (with ``manual_ack``)."""
        if self._client is not None and message.qos == 1:
            self._client.ack(message.mid, 1)

    # --- from any thread ----------------------------------------------------------------------

    def wake(self) -> None:
        """Have ``tick`` called soon."""
        with contextlib.suppress(OSError):  # full: one waits already; closed: nobody is left
            self._waker.send(b"w")

    def stop(self) -> None:
        """Have ``run`` say goodbye and return."""
        self._stopping.set()
        self.wake()

    def abandon(self) -> None:
        """Have ``run`` return without a word, as if the battery were flat."""
        self._abandoned = True
        self.stop()

    def run(self, farewell: Callable[[], None] | None = None) -> None:
        """Keep the connection up until ``stop``; ``farewell`` may publish last words."""
        attempt = 0
        try:
            while not self._stopping.is_set():
                started = self._clock.monotonic_s()
                error = self._session(farewell)
                if self._clock.monotonic_s() - started > 2 * LONGEST_WAIT_S:
                    attempt = 0
                if error is not None:
                    self._handler.failed(error)
                backoff = REFUSED if error and error.code == "BROKER_REFUSED" else ABSENT
                self._rest(backoff.wait_s(attempt, self._rng))
                attempt += 1
        finally:
            self._waker.close()
            self._wakee.close()

    def _session(self, farewell: Callable[[], None] | None) -> NetworkError | None:
        """One connection from beginning to end; returns why it never came up."""
        self._refusal = None
        try:
            client = self._client = self._new_client()
            client.connect(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
        except (OSError, ValueError) as error:
            self._client = None
            return no_connection(self._broker, error)
        was_up = self._serve(client, farewell)
        self._client = None
        if self._refusal is not None:
            return broker_refused(self._broker, self._refusal)
        if not was_up:
            return broker_absent(self._broker, TimeoutError("no answer"))
        return None

    def _serve(self, client: mqtt.Client, farewell: Callable[[], None] | None) -> bool:
        deadline = self._clock.monotonic_s() + CONNACK_TIMEOUT_S
        wait_s, was_up = 0.0, False
        while client.socket() is not None:
            if self._stopping.is_set():
                self._say_goodbye(client, farewell)
                break
            idle = self._network(client, wait_s)
            if client.socket() is None or self._refusal is not None:
                break
            if not self._is_up:
                wait_s = 0.1
                if self._clock.monotonic_s() > deadline:
                    break
                continue
            was_up = True
            wait_s = min(self._handler.tick(idle=idle), LONGEST_WAIT_S)
        if self._is_up:
            self._is_up = False
            self._handler.disconnected(stopping=self._stopping.is_set())
        _close(client)
        return was_up

    def _network(self, client: mqtt.Client, wait_s: float) -> bool:
        """Read, write, keep alive once; whether nothing is left to be read."""
        sock: Any = client.socket()
        reading = not self._is_up or self._handler.wants_input()
        inputs = [self._wakee, sock] if reading else [self._wakee]
        outputs = [sock] if client.want_write() else []
        if reading and _has_decrypted(sock):
            wait_s = 0.0
        try:
            readable, writable, _ = select.select(inputs, outputs, [], max(wait_s, 0.0))
        except (OSError, ValueError):
            return True
        if self._wakee in readable:
            self._drain_wakes()
        drained = True
        if sock in readable or (reading and _has_decrypted(sock)):
            drained = self._read(client)
        if writable and client.socket() is not None:
            client.loop_write()
        if client.socket() is not None:
            client.loop_misc()
        return drained

    def _read(self, client: mqtt.Client) -> bool:
        """Take a turn's worth of packets; whether that was all that waits."""
        for _ in range(PACKETS_A_TURN):
            before = self._received
            client.loop_read()
            sock: Any = client.socket()
            if sock is None:
                return True
            if client.want_write():
                client.loop_write()  # what was said in a callback, acknowledgements above all
            if self._received == before and not (
                _has_decrypted(sock) or select.select([sock], [], [], 0.0)[0]
            ):
                return True
        return False

    def _say_goodbye(self, client: mqtt.Client, farewell: Callable[[], None] | None) -> None:
        """Publish the last words and give the broker two seconds to take them."""
        if not self._is_up or self._abandoned:
            return
        if farewell is not None:
            farewell()
        end = self._clock.monotonic_s() + 2.0
        while self._unconfirmed and client.socket() is not None and self._clock.monotonic_s() < end:
            self._network(client, 0.05)
        client.disconnect()

    def _rest(self, seconds: float) -> None:
        """Wait, with the handler's timers running, until ``seconds`` are over or ``stop``."""
        end = self._clock.monotonic_s() + seconds
        while not self._stopping.is_set() and (left := end - self._clock.monotonic_s()) > 0:
            wait_s = min(left, self._handler.tick(idle=True), LONGEST_WAIT_S)
            select.select([self._wakee], [], [], max(wait_s, 0.0))
            self._drain_wakes()

    def _drain_wakes(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wakee.recv(4096):
                pass

    def _new_client(self) -> mqtt.Client:
        client = client_of(
            self._broker,
            self._client_id,
            clean_session=self._clean_session,
            manual_ack=self._manual_ack,
        )
        client.max_inflight_messages_set(1000)
        if self._will is not None:
            client.will_set(*self._will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    def _on_connect(
        self,
        client: mqtt.Client,
        _data: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            return
        self._is_up = True
        self._unconfirmed = 0
        self._handler.connected(self)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._received += 1
        self._handler.received(message)

    def _on_publish(self, *_: object) -> None:
        self._unconfirmed -= 1


def client_of(
    broker: Broker, client_id: str, *, clean_session: bool = True, manual_ack: bool = False
) -> mqtt.Client:
    """A client that is ready to connect to ``broker``. Raises ``NetworkError`` where what it needs
    to enter cannot be read.
    """
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=clean_session,
        manual_ack=manual_ack,
        reconnect_on_failure=False,
    )
    client.connect_timeout = CONNECT_TIMEOUT_S
    if broker.username:
        client.username_pw_set(broker.username, broker.secret())
    if (context := broker.tls()) is not None:
        client.tls_set_context(context)
    return client


def _has_decrypted(sock: Any) -> bool:
    """Whether TLS has taken more off the wire than was read: select does not see that."""
    pending = getattr(sock, "pending", None)
    return pending is not None and pending() > 0


def _close(client: mqtt.Client) -> None:
    """Close the socket without the broker's consent, so that the last will is published."""
    sock = client.socket()
    if sock is not None:
        sock.close()


def no_connection(broker: Broker, error: Exception) -> NetworkError:
    """Why no connection to ``broker`` came about."""
    if isinstance(error, NetworkError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return _broker_not_ours(broker, error)
    return broker_absent(broker, error)


def broker_absent(broker: Broker, error: Exception) -> NetworkError:
    """Nobody answers at the broker's address."""
    where, why = f"{broker.host}:{broker.port}", str(error) or type(error).__name__
    return NetworkError(
        "BROKER_ABSENT",
        fr=f"Le serveur MQTT {where} ne répond pas ({why}) : vérifiez qu'il est allumé, et les "
        "réglages broker.host et broker.port.",
        en=f"The MQTT broker {where} does not answer ({why}): check that it is running, and the "
        "settings broker.host and broker.port.",
    )


def broker_refused(broker: Broker, reason: str) -> NetworkError:
    """The broker answers, but does not let this client in."""
    where = f"{broker.host}:{broker.port}"
    return NetworkError(
        "BROKER_REFUSED",
        fr=f"Le serveur MQTT {where} refuse l'entrée ({reason}) : vérifiez les réglages "
        "broker.username et broker.password.",
        en=f"The MQTT broker {where} refuses to let us in ({reason}): check the settings "
        "broker.username and broker.password.",
    )


def _broker_not_ours(broker: Broker, error: ssl.SSLCertVerificationError) -> NetworkError:
    where, why = f"{broker.host}:{broker.port}", error.verify_message
    return NetworkError(
        "BROKER_NOT_OURS",
        fr=f"Le serveur MQTT {where} ne prouve pas qu'il est celui du jardin ({why}) : rien ne lui "
        "est envoyé. Vérifiez broker.host ; si le jardin a été refait, ou a changé de nom, "
        "« jardin-node join » à nouveau.",
        en=f"The MQTT broker {where} does not prove that it is the garden's ({why}): nothing is "
        "sent to it. Check broker.host; if the garden was made anew, or has another name, "
        "'jardin-node join' again.",
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _key_unreadable(path, error) from error


def _key_unreadable(path: Path, error: Exception) -> NetworkError:
    why = getattr(error, "strerror", None) or error
    return NetworkError(
        "KEY_UNREADABLE",
        fr=f"{path}, dont il faut pour entrer au serveur MQTT, ne se lit pas ({why}) : vérifiez "
        "broker.ca et broker.password_file, et les droits de ces fichiers.",
        en=f"{path}, which is needed to enter the MQTT broker, cannot be read ({why}): check "
        "broker.ca and broker.password_file, and the permissions of these files.",
    )
