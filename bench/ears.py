"""``python -m bench.ears HTTP MQTT STREAMS``: how late open pages hear what nodes publish.

Listens at the broker and on ``STREAMS`` streams of events until its standard input is closed. A
reading's way begins when its pack is heard at the broker and ends when a stream has its event. A
line of JSON at the end: of each reading how late it was, in seconds, how many never came, and how
many bytes each stream brought.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import threading
import time
from typing import Final

import paho.mqtt.client as mqtt

from gateway.broker import HOST
from sensor_node import wire
from sensor_node.link import Broker, client_of

LEFT_S: Final = 5.0
"""A reading published this shortly before the end is not waited for."""
ASK: Final = b"GET /api/v1/events HTTP/1.1\r\nHost: jardin.test\r\n\r\n"

Key = tuple[str, int]


class Packs:
    """When each reading was published: (channel, time) to seconds, monotonic."""

    def __init__(self, port: int) -> None:
        self.published_s: dict[Key, float] = {}
        self._client = client_of(Broker(HOST, port), "bench-ears")
        self._client.on_connect = self._ask
        self._client.on_message = self._hear
        self._client.connect(HOST, port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _ask(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(f"{wire.BASE}/+/pack/+/+", 1)

    def _hear(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        now_s = time.monotonic()
        pack = wire.decode_pack(message.topic, bytes(message.payload))
        for record in pack.records:
            if record.value is not None:
                self.published_s[f"{pack.node}/{record.channel}", pack.at_ms] = now_s


class Streams:
    """Streams of events; the first one's are read, the others' bytes counted."""

    def __init__(self, port: int, count: int) -> None:
        self.heard_s: dict[Key, float] = {}
        self.bytes = [0] * count
        self._rest = b""
        self._chosen = selectors.DefaultSelector()
        for number in range(count):
            door = socket.create_connection((HOST, port))
            door.sendall(ASK)
            self._chosen.register(door, selectors.EVENT_READ, number)

    def listen(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            for key, _ in self._chosen.select(0.2):
                assert isinstance(key.fileobj, socket.socket)
                data = key.fileobj.recv(1 << 16)
                if not data:
                    self._chosen.unregister(key.fileobj)
                self.bytes[key.data] += len(data)
                if key.data == 0:
                    self._read(data)

    def _read(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        now_s = time.monotonic()
        for line in lines:
            if line.startswith(b"data: {"):
                event = json.loads(line[len(b"data: ") :])
                if "channel" in event and "t" in event:
                    self.heard_s.setdefault((event["channel"], event["t"]), now_s)

    def close(self) -> None:
        for key in list(self._chosen.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._chosen.close()


def main() -> None:
    """Listen to the end, and say how late it was."""
    http, port, count = map(int, sys.argv[1:4])
    packs, streams, stopping = Packs(port), Streams(http, count), threading.Event()
    thread = threading.Thread(target=streams.listen, args=(stopping,))
    thread.start()
    print("listening", flush=True)
    sys.stdin.read()
    due_s = time.monotonic() - LEFT_S
    stopping.set()
    thread.join()
    packs.close()
    streams.close()
    due = {key: at_s for key, at_s in packs.published_s.items() if at_s < due_s}
    late_s = [streams.heard_s[key] - at_s for key, at_s in due.items() if key in streams.heard_s]
    told = {"late_s": late_s, "missing": len(due) - len(late_s), "bytes": streams.bytes}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
