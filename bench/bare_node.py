"""``python -m bench.bare_node PORT FILE INTERVAL_S``: the least that sends readings and keeps them.

paho in a thread of its own, JSON, and an outbox in SQLite (WAL, FULL) whose packs leave it when
the broker has confirmed them, which is less than a node asks for.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateway.broker import HOST

READINGS = {
    "soil": 0.4312,
    "air": 21.4,
    "humidity": 55.2,
    "ground": 14.9,
    "sea": 1006.5,
    "lux": 1e4,
}
TOPIC = "bare/pack"


class Bare:
    """One table of packs, and which message each went out as."""

    def __init__(self, port: int, file: str) -> None:
        self._lock = threading.Lock()
        self._sent: dict[int, int] = {}
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE packs (id INTEGER PRIMARY KEY, payload TEXT)")
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bare")
        self._client.on_publish = self._confirmed
        self._client.connect(HOST, port)
        self._client.loop_start()

    def keep_and_send(self) -> None:
        """Write a pack, then publish it."""
        payload = json.dumps({"time": time.time(), "readings": READINGS})
        with self._lock:
            row = self._db.execute("INSERT INTO packs (payload) VALUES (?)", (payload,)).lastrowid
            assert row is not None
            self._sent[self._client.publish(TOPIC, payload, qos=1).mid] = row

    def _confirmed(self, _client: mqtt.Client, _data: object, mid: int, *_: Any) -> None:
        with self._lock:
            self._db.execute("DELETE FROM packs WHERE id = ?", (self._sent.pop(mid),))


def main() -> None:
    """Send a pack at each interval until the process is ended."""
    bare = Bare(int(sys.argv[1]), sys.argv[2])
    while True:
        bare.keep_and_send()
        time.sleep(float(sys.argv[3]))


if __name__ == "__main__":
    main()
