"""A short visit to the broker in the caller's thread: is one let in, and what is retained there."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import paho.mqtt.client as mqtt

from sensor_node.link import Broker, broker_refused, client_of, no_connection

PATIENCE_S: Final = 5.0


@contextmanager
def visit(broker: Broker, client_id: str | None = None) -> Iterator[Session]:
    """A session, ended at the end. ``client_id``: whose; what waited for it is then gone.

    Raises ``NetworkError`` where nobody answers (``BROKER_ABSENT``) or whoever answers lets us not
    in (``BROKER_REFUSED``).
    """
    client = client_of(broker, client_id or f"jardin-keys-{secrets.token_hex(8)}")
    client.connect_timeout = PATIENCE_S
    session = Session(client)
    try:
        _enter(broker, client, session)
        yield session
    finally:
        client.disconnect()
        if (left := client.socket()) is not None:
            left.close()


def _enter(broker: Broker, client: mqtt.Client, session: Session) -> None:
    try:
        client.connect(broker.host, broker.port)
        session.until(lambda: session.answer is not None)
    except (OSError, ValueError) as error:
        raise no_connection(broker, error) from error
    if session.answer is None:
        raise no_connection(broker, TimeoutError("no answer"))
    if session.answer.is_failure:
        raise broker_refused(broker, str(session.answer))


class Session:
    """See ``visit``."""

    def __init__(self, client: mqtt.Client) -> None:
        self.answer: Any = None
        self._client = client
        self._heard: list[mqtt.MQTTMessage] = []
        self._confirmed = 0
        client.on_connect = self._connected
        client.on_message = lambda _client, _data, message: self._heard.append(message)
        client.on_publish = self._published

    def retained(self, filters: list[str], fence: str) -> list[str]:
        """The topics below ``filters`` on which something is retained. ``fence``: a topic that
        this session may write and read, and nobody else uses.
        """
        self._client.subscribe([(each, 1) for each in [*filters, fence]])
        mark = secrets.token_bytes(8)
        # What is retained comes before what is published after the subscription.
        self._client.publish(fence, mark, qos=1)
        self.until(lambda: any(bytes(message.payload) == mark for message in self._heard))
        return [message.topic for message in self._heard if message.retain and message.payload]

    def clear(self, topics: list[str]) -> None:
        """Nothing is retained on ``topics`` any more."""
        wanted = self._confirmed + len(topics)
        for topic in topics:
            self._client.publish(topic, b"", qos=1, retain=True)
        self.until(lambda: self._confirmed >= wanted)

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the session live until ``holds``, at the most ``PATIENCE_S``."""
        end = time.monotonic() + PATIENCE_S
        while not holds() and time.monotonic() < end:
            if self._client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS:
                return

    def _connected(self, _client: Any, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        self.answer = reason

    def _published(self, *_: Any) -> None:
        self._confirmed += 1
