"""What stands where the gateway would: it acknowledges every pack, and counts what arrives."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateway.broker import HOST
from sensor_node import wire

STORE = "bench"
PATIENCE_S = 90


class StandIn:
    """Hears everything on the broker at ``port``."""

    def __init__(self, port: int) -> None:
        self._readings: Counter[str] = Counter()
        self._news = threading.Condition()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="stand-in")
        self._client.on_connect = self._greet
        self._client.on_message = self._hear
        self._client.connect(HOST, port)
        self._client.loop_start()

    def readings(self) -> Counter[str]:
        """How many arrived so far, by the name of who sent them."""
        with self._news:
            return self._readings.copy()

    def wait_for(self, name: str) -> None:
        """Return once a reading came from ``name``. Raises ``TimeoutError``."""
        with self._news:
            if not self._news.wait_for(lambda: self._readings[name] > 0, PATIENCE_S):
                raise TimeoutError(f"nothing from {name} within {PATIENCE_S} s")

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _greet(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe("#", 1)
        state = {"state": "online", "store": STORE, "time": time.time(), "clock": "trusted"}
        client.publish(wire.gateway_state_topic(), wire.encode_object(state), 1, retain=True)

    def _hear(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        name, count = message.topic.split("/")[0], 0
        if (address := wire.pack_address(message.topic)) is not None:
            name, boot, seq = address
            ack = wire.Ack(boot, ((seq, seq),), STORE)
            client.publish(wire.node_topic(name, "ack"), wire.encode_ack(ack), 1)
            count = len(wire.decode_pack(message.topic, bytes(message.payload)).records)
        elif message.topic.endswith("/pack"):
            count = len(json.loads(message.payload)["readings"])
        elif "/sensor/" in message.topic:
            count = 1
        with self._news:
            self._readings[name] += count
            self._news.notify_all()
