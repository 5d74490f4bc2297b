"""``python month.py FOLDER DAYS INTERVAL_MIN OUTAGE_DAYS``: a node's life, as fast as it goes.

The node, its six drivers on fake parts, its outbox on disk and its uplink are the real ones; the
clock is told what time it is, and the link leads to a gateway that acknowledges at once. What
goes wrong now and then goes wrong here too: see ``Life``. For each day that is over it prints a
line of JSON with what the process then holds; a process of its own has nobody else's memory in it.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tracemalloc
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt

from sensor_node import wire
from sensor_node.clock import FakeClock
from sensor_node.drivers import build_sensors
from sensor_node.errors import NetworkError
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.dht22 import frame, pulses
from sensor_node.link import Broker
from sensor_node.node import Node
from sensor_node.outbox import Outbox
from sensor_node.sampler import Sampler

NODE = "potager-1"
NOBODY = Broker("127.0.0.1", 1)
MINUTES_A_DAY = 1440
DHT_PIN, RAIN_PIN, BME_ADDRESS = 4, 17, 0x76
SENSORS: list[dict[str, object]] = [
    {"type": "soil-mcp3008", "channel": "soil", "adc_channel": 0, "samples": 4},
    {"type": "dht22", "pin": DHT_PIN, "temperature": "air", "humidity": "humidity"},
    {"type": "ds18b20", "channel": "ground"},
    {"type": "bme280", "temperature": "greenhouse", "pressure": "pressure"},
    {"type": "bh1750", "channel": "light"},
    {"type": "rain-gauge", "channel": "rain", "pin": RAIN_PIN},
]


class GatewayLink:
    """A link to a gateway that acknowledges every pack; its words are to be ``heard``."""

    def __init__(self) -> None:
        self._words: list[tuple[str, bytes]] = []
        self._clock: FakeClock | None = None

    def tell_time(self, clock: FakeClock) -> None:
        """From now on it answers a question about the time, with that of ``clock``."""
        self._clock = clock

    def subscribe(self, topics: list[str]) -> None:
        state = {"state": "online", "store": "store-1"}
        self._words.append((wire.gateway_state_topic(), wire.encode_object(state)))

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        if (address := wire.pack_address(topic)) is not None:
            _, boot, seq = address
            ack = wire.Ack(boot, ((seq, seq),), "store-1")
            self._words.append((wire.node_topic(NODE, "ack"), wire.encode_ack(ack)))
        elif topic.endswith("/clock/ask") and self._clock is not None:
            question = wire.decode_object(payload)
            answer = {"id": question["id"], "t": self._clock.wall_ms() / 1000, "trusted": True}
            self._words.append((wire.node_topic(NODE, "clock/answer"), wire.encode_object(answer)))

    def heard(self) -> list[mqtt.MQTTMessage]:
        """What it said since the last call."""
        messages = []
        for topic, payload in self._words:
            message = mqtt.MQTTMessage(topic=topic.encode())
            message.payload = payload
            messages.append(message)
        self._words.clear()
        return messages


@dataclass(frozen=True)
class Held:
    """What the process holds at the end of ``day``. ``rss_kb`` and ``python_kb``: memory, of the
    process and of its Python objects; ``file_kb`` and ``wal_kb``: the outbox and its log.
    """

    day: int
    rss_kb: int
    python_kb: int
    threads: int
    files: int
    file_kb: int
    wal_kb: int
    waiting: int


class Life:
    """A node that takes a pack each ``interval_min`` and starts without the time, for an hour.

    Then each day: the wall clock steps by a second and a half, NTP is gone for an hour, a measure
    of the DHT22 arrives broken, it rains; each week the BME280 is unplugged for a day; and from
    the middle of all ``days`` on the broker is away for ``outage_days``.
    """

    def __init__(self, folder: Path, days: int, interval_min: int, outage_days: float) -> None:
        self.clock = FakeClock(synchronised=False)
        self.board = FakeBoard(counts=600)
        self.outbox = Outbox(folder / "outbox.sqlite")
        sampler = Sampler(build_sensors(SENSORS, self.board))
        self.node = Node(
            NODE,
            sampler,
            self.outbox,
            NOBODY,
            self.clock,
            interval_s=60.0 * interval_min,
            simulated=True,
            counters=sampler.counters,
        )
        self._interval_min = interval_min
        self.uplink = self.node.delivery.uplink
        self.link = GatewayLink()
        self._bme280: Any = self.board.i2c.parts[BME_ADDRESS]
        middle = days * MINUTES_A_DAY // 2
        self._outage = range(middle, middle + round(outage_days * MINUTES_A_DAY))
        self._connect()

    def minute(self, number: int) -> None:
        """What happens in it, a pack where it is time for one, and its way to the gateway."""
        self.clock.advance(60)
        self.board.let_pass(60)
        self._weather(number)
        self._faults(*divmod(number, MINUTES_A_DAY))
        if number % self._interval_min == 0:
            self.node.sample()
        if number == self._outage.start:
            self.uplink.disconnected(stopping=False)
        elif number == self._outage.stop and self._outage:
            self._connect()
        elif number in self._outage:
            self.uplink.failed(NetworkError("BROKER_ABSENT", fr="Personne.", en="Nobody."))
        self._deliver()

    def held(self, day: int) -> Held:
        """What the process holds now."""
        gc.collect()
        status = Path("/proc/self/status").read_text().splitlines()
        path = self.outbox.path
        return Held(
            day,
            next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")),
            tracemalloc.get_traced_memory()[0] // 1024,
            len(os.listdir("/proc/self/task")),
            len(os.listdir("/proc/self/fd")),
            path.stat().st_size // 1024,
            path.with_name(path.name + "-wal").stat().st_size // 1024,
            self.outbox.waiting_count(),
        )

    def end(self) -> dict[str, int]:
        """What became of all packs."""
        tally = {
            "acknowledged": self.uplink.tally.acknowledged,
            "dropped": self.outbox.dropped(),
            "estimated": sum(entry.clock == "estimated" for entry, _ in self.outbox.entries()),
        }
        self.node.stop()
        self.node.run()  # lets go of its link
        self.outbox.close()
        return tally

    def _weather(self, number: int) -> None:
        self.board.adc.counts[0] = 500 + number % 200
        self.board.dht22_parts[DHT_PIN].temperature_c = 10 + number % 100 / 10
        self.board.one_wire.plug_in().measures(12 + number % 16 / 16)
        self.board.i2c.parts[0x23].lux = float(number % MINUTES_A_DAY)  # type: ignore[attr-defined]
        if number % 30 == 0:
            self.board.tip(RAIN_PIN, 3)

    def _faults(self, day: int, minute: int) -> None:
        if minute == 60:
            self.clock.keeper = "ntp"
            self.link.tell_time(self.clock)
        elif minute == 120:
            step_ms = 1500 if day % 2 else -1500
            self.clock.set_wall(self.clock.wall_ms() + step_ms)
        elif minute == 180:
            broken = pulses(frame(20.0, 50.0)[:-1] + b"\x00")
            self.board.dht22_parts[DHT_PIN].queue(*[broken] * 4)
        elif minute in (300, 360):
            self.clock.keeper = "ntp" if minute == 360 else None
        elif minute == 0 and day % 7 == 1:
            del self.board.i2c.parts[BME_ADDRESS]
        elif minute == 0 and day % 7 == 2:
            self.board.i2c.parts[BME_ADDRESS] = self._bme280

    def _connect(self) -> None:
        self.uplink.connected(self.link)

    def _deliver(self) -> None:
        self.uplink.tick(idle=True)
        while messages := self.link.heard():
            for message in messages:
                self.uplink.received(message)
            self.uplink.tick(idle=True)


def main() -> None:
    """Live for so many days, and tell."""
    days = int(sys.argv[2])
    tracemalloc.start()
    life = Life(Path(sys.argv[1]), days, int(sys.argv[3]), float(sys.argv[4]))
    for day in range(days):
        for minute in range(MINUTES_A_DAY):
            life.minute(day * MINUTES_A_DAY + minute)
        print(json.dumps(asdict(life.held(day + 1))), flush=True)
    print(json.dumps(life.end()))


if __name__ == "__main__":
    main()
