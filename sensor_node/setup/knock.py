"""One knock at the broker's door: is it there, does it let this node in, is a gateway behind it?"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import paho.mqtt.client as mqtt

from sensor_node import wire
from sensor_node.errors import NetworkError, PackRefused
from sensor_node.link import Broker, broker_absent, broker_refused, client_of, no_connection
from sensor_node.setup.finding import Finding, bad, good, odd
from sensor_node.wiring import Words

NAME = Words("nom du serveur", "broker's name")
DOOR = Words("serveur MQTT", "MQTT broker")
LOGIN = Words("entrée MQTT", "MQTT login")
GATEWAY = Words("passerelle", "gateway")
PATIENCE_S = 5.0
STATE_S = 1.0
"""A retained state follows the subscription's answer at once; this is for a slow Wi-Fi."""


def network(broker: Broker, patience_s: float = PATIENCE_S) -> Iterator[Finding]:
    """Name, door, login and gateway, as far as each lets the next be asked.

    The login is a real one, with another client id than the node's, so that a node that runs
    keeps its connection.
    """
    try:
        found = socket.getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM)
    except OSError as error:
        yield bad(NAME, _name_unknown(broker, error))
        return
    address = str(found[0][4][0])
    yield good(NAME, f"{broker.host} est {address}", f"{broker.host} is {address}")
    try:
        socket.create_connection((broker.host, broker.port), patience_s).close()
    except OSError as error:
        yield bad(DOOR, broker_absent(broker, error))
        return
    yield good(DOOR, f"répond sur le port {broker.port}", f"answers on port {broker.port}")
    yield from _inside(broker, patience_s)


def _inside(broker: Broker, patience_s: float) -> Iterator[Finding]:
    try:
        knock = _Knock(broker, patience_s)
    except NetworkError as error:
        yield bad(LOGIN, error)
        return
    try:
        refusal = knock.enter()
        if refusal is not None:
            yield bad(LOGIN, refusal)
            return
        name = broker.username
        yield good(
            LOGIN,
            f"acceptée ({name})" if name else "acceptée, sans mot de passe",
            f"accepted ({name})" if name else "accepted, without a password",
        )
        yield _gateway(knock.gateway_state())
    finally:
        knock.leave()


def _gateway(state: dict[str, Any] | None) -> Finding:
    if state is None or state.get("state") != "online":
        return bad(GATEWAY, _gateway_silent())
    if state.get("clock") != "trusted":
        return odd(
            GATEWAY,
            "en ligne, mais elle ne connaît pas l'heure : donnez-la-lui",
            "online, but it does not know the time: tell it",
        )
    return good(GATEWAY, "en ligne, et elle connaît l'heure", "online, and it knows the time")


class _Knock:
    """An MQTT session of a few seconds, in the caller's thread."""

    def __init__(self, broker: Broker, patience_s: float) -> None:
        self._broker = broker
        self._patience_s = patience_s
        self._refusal: str | None = None
        self._is_in = self._is_subscribed = False
        self._state: bytes | None = None
        self._client = client_of(broker, f"jardin-doctor-{secrets.token_hex(4)}")
        self._client.connect_timeout = patience_s
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def enter(self) -> NetworkError | None:
        """Log in; why that failed, or None."""
        try:
            self._client.connect(self._broker.host, self._broker.port)
        except (OSError, ValueError) as error:
            return no_connection(self._broker, error)
        self._until(lambda: self._is_in or self._refusal is not None, self._patience_s)
        if self._refusal is not None:
            return broker_refused(self._broker, self._refusal)
        return None if self._is_in else broker_absent(self._broker, TimeoutError("no answer"))

    def gateway_state(self) -> dict[str, Any] | None:
        """What the gateway says of itself, None where nobody says anything."""
        self._client.subscribe(wire.gateway_state_topic(), qos=1)
        self._until(lambda: self._is_subscribed, self._patience_s)
        self._until(lambda: self._state is not None, STATE_S)
        try:
            return None if self._state is None else wire.decode_object(self._state)
        except PackRefused:
            return None

    def leave(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop(0.1)

    def _until(self, holds: Callable[[], bool], patience_s: float) -> None:
        end = time.monotonic() + patience_s
        while not holds() and time.monotonic() < end:
            if self._client.loop(0.1) != mqtt.MQTT_ERR_SUCCESS:
                return

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        self._is_in = not reason.is_failure
        if reason.is_failure:
            self._refusal = str(reason)

    def _on_subscribe(self, *_: Any) -> None:
        self._is_subscribed = True

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._state = bytes(message.payload)


def _name_unknown(broker: Broker, error: OSError) -> NetworkError:
    return NetworkError(
        "NAME_UNKNOWN",
        fr=f"Le réseau ne connaît pas « {broker.host} » ({error.strerror or error}) : vérifiez "
        "le réglage broker.host, et que le Pi est sur le réseau du jardin.",
        en=f"The network does not know '{broker.host}' ({error.strerror or error}): check the "
        "setting broker.host, and that the Pi is on the garden's network.",
    )


def _gateway_silent() -> NetworkError:
    return NetworkError(
        "GATEWAY_SILENT",
        fr="Aucune passerelle ne se dit en ligne : lancez « jardin-gateway run ». Le nœud garde "
        "ses mesures d'ici là.",
        en="No gateway says that it is online: start 'jardin-gateway run'. The node keeps what it "
        "measures until then.",
    )
