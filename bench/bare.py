"""``python -m bench.bare PORT FILE PACKS``: the least that takes readings in without losing one.

It prints, for each commit, when it was made (monotonic seconds), how many packs it held, and the
processor time used so far. With 0 packs it only opens its session at the broker.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateway.broker import HOST

READINGS_A_BATCH = 500
"""As many as the gateway takes."""


class Bare:
    """No validation, no acks to nodes, no live topics, no pages."""

    def __init__(self, file: str, packs: int) -> None:
        self._left = packs
        self._rows: list[tuple[str, int, float]] = []
        self._messages: list[mqtt.MQTTMessage] = []
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS readings (channel TEXT, time INTEGER, value REAL,"
            " PRIMARY KEY (channel, time)) WITHOUT ROWID"
        )

    def connected(self, client: mqtt.Client, *_: object) -> None:
        """Subscribe; where that is all, it is over once the broker has confirmed."""
        client.subscribe("jardin/v1/+/pack/+/+", 1)

    def subscribed(self, client: mqtt.Client, *_: object) -> None:
        """Leave where there is nothing to take in."""
        if self._left == 0:
            client.disconnect()

    def received(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        """Keep the readings of one pack; commit a whole batch."""
        records = json.loads(message.payload)
        node, at_ms = records[0]["bn"], round(records[0]["bt"] * 1000)
        self._rows += [(node + r["n"], at_ms, r["v"]) for r in records if "v" in r]
        self._messages.append(message)
        self._left -= 1
        if len(self._rows) >= READINGS_A_BATCH or self._left == 0:
            self._commit(client)

    def _commit(self, client: mqtt.Client) -> None:
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO readings VALUES (?, ?, ?)", self._rows)
        self._db.execute("COMMIT")
        print(time.monotonic(), len(self._messages), time.process_time(), flush=True)
        for message in self._messages:
            client.ack(message.mid, 1)
        self._rows.clear()
        self._messages.clear()
        if self._left == 0:
            client.disconnect()


def main() -> None:
    """Take ``PACKS`` in and leave."""
    port, file, packs = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    bare = Bare(file, packs)
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id="bare", clean_session=False, manual_ack=True
    )
    client.max_inflight_messages_set(1000)
    client.on_connect = bare.connected
    client.on_subscribe = bare.subscribed
    client.on_message = bare.received
    client.connect(HOST, port)
    client.loop_forever()


if __name__ == "__main__":
    main()
