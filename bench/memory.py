"""The memory of a node's process: a soil probe and a DHT22 on fakes, delivering to mosquitto."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from queue import Queue

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.figures import Figure
from gateway.broker import HOST, own_broker

PACKS = 3
GOAL_MB = 40
PATIENCE_S = 60

CONFIG = """
node = "bench"
data = "{folder}"
interval_s = 10
clock = "system"
pins = "fake"

[broker]
host = "{host}"
port = {port}

[[sensors]]
type = "soil-mcp3008"
channel = "soil"
adc_channel = 0

[[sensors]]
type = "dht22"
pin = 4
temperature = "air"
humidity = "humidity"
"""


def measure(folder: Path) -> list[Figure]:
    """The resident memory once a few packs have left; nothing where there is no /proc."""
    if not Path("/proc/self/status").exists():
        return []
    broker = own_broker(folder / "broker")
    broker.start()
    try:
        return [Figure("memory of a node", "MB", [_resident_mb(folder, broker.port)], most=GOAL_MB)]
    finally:
        broker.stop()


def _resident_mb(folder: Path, port: int) -> float:
    config = folder / "node.toml"
    config.write_text(CONFIG.format(folder=folder / "node", host=HOST, port=port))
    packs = _listen(port)
    node = subprocess.Popen([sys.executable, "-m", "sensor_node", "run", "--config", str(config)])
    try:
        for _ in range(PACKS):
            packs.get(timeout=PATIENCE_S)
        status = Path(f"/proc/{node.pid}/status").read_text()
        kilobytes = next(line.split()[1] for line in status.splitlines() if "VmRSS" in line)
        return int(kilobytes) / 1000
    finally:
        node.terminate()
        node.wait()


def _listen(port: int) -> Queue[str]:
    """The topics of the packs that arrive; a gateway's word keeps them coming."""
    packs: Queue[str] = Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: packs.put(message.topic)
    client.connect(HOST, port)
    client.subscribe("jardin/v1/+/pack/+/+", 1)
    state = '{"state": "online", "store": "bench", "time": 0, "clock": "trusted"}'
    client.publish("jardin/v1/gateway/state", state, qos=1, retain=True)
    client.loop_start()
    return packs
