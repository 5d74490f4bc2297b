"""``python -m bench.publisher PACKS``: publishes packs of six readings of four nodes.

To the broker that ``JARDIN_BROKER_…`` names.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator

from sensor_node.link import broker_from_environment, client_of

NODES = ("nord", "sud", "est", "ouest")
BOOT = "7c1e9a52d01b44f3"
STEP_S = 10
CHANNELS = (
    ("air", "Cel", 21.4),
    ("humidity", "%RH", 55.2),
    ("bac-1-soil", "/", 0.4312),
    ("bac-2-soil", "/", 0.3921),
    ("bac-3-soil", "/", 0.5087),
    ("greenhouse", "Cel", 27.9),
)


def main() -> None:
    """Publish at QoS 1 until the broker has confirmed every pack."""
    packs, broker = int(sys.argv[1]), broker_from_environment()
    client = client_of(broker, "bench-publisher")
    client.max_inflight_messages_set(1000)
    client.connect(broker.host, broker.port)
    client.loop_start()
    sent = [client.publish(topic, payload, qos=1) for topic, payload in _packs(packs)]
    for info in sent:
        info.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


def _packs(count: int) -> Iterator[tuple[str, str]]:
    rng = random.Random(1)
    rounds = -(-count // len(NODES))
    first_s = int(time.time()) - rounds * STEP_S
    for number in range(count):
        seq, index = divmod(number, len(NODES))
        node = NODES[index]
        yield (
            f"jardin/v1/{node}/pack/{BOOT}/{seq}",
            json.dumps(
                [
                    {"bn": f"{node}/", "bt": first_s + seq * STEP_S, "n": "clock", "vs": "ntp"},
                    *(
                        {"n": channel, "u": unit, "v": round(value * rng.uniform(0.9, 1.1), 4)}
                        for channel, unit, value in CHANNELS
                    ),
                ]
            ),
        )


if __name__ == "__main__":
    main()
