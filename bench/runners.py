"""The programs whose cost is compared, each with its whole configuration."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.six import NUMBERS
from gateway.broker import HOST

ROOT = Path(__file__).parents[1]
PEER_FOLDER = ROOT / ".venv-mqtt-io"
PEER = Path(__file__).with_name("peer") / "run.py"

NODE = """\
node = "{name}"
data = "{folder}"
interval_s = {interval_s}
clock = "system"
pins = "fake"

[broker]
host = "{host}"
port = {port}
"""

SIX_SENSORS = """
[[sensors]]
type = "soil-mcp3008"
channel = "bac-1-soil"
adc_channel = 0

[[sensors]]
type = "dht22"
pin = 4
temperature = "air"
humidity = "humidity"

[[sensors]]
type = "ds18b20"
channel = "ground"

[[sensors]]
type = "bme280"
temperature = "greenhouse"
pressure = "pressure"

[[sensors]]
type = "bh1750"
channel = "light"

[[sensors]]
type = "rain-gauge"
channel = "rain"
pin = 17
"""

MQTT_IO = """\
mqtt:
  host: {host}
  port: {port}
  topic_prefix: mqtt-io
logging:  # by default it says each reading
  version: 1
sensor_modules:
  - name: numbers
    module: fixed
sensor_inputs:
"""
MQTT_IO_SENSOR = """\
  - name: {name}
    module: numbers
    number: {number}
    digits: 4
    interval: {interval_s}
"""


@dataclass(frozen=True)
class Runner:
    """A program to be measured; ``config`` is the text of its configuration."""

    name: str
    command: Sequence[str]
    config: str = ""

    @contextmanager
    def running(self, folder: Path) -> Iterator[int]:
        """Its process id while it runs; what it says goes to a file in ``folder``."""
        with (folder / f"{self.name}.log").open("wb") as log:
            process = subprocess.Popen(self.command, stdout=log, stderr=log)
            try:
                yield process.pid
            finally:
                process.terminate()
                process.wait()


def node(folder: Path, port: int, interval_s: int) -> Runner:
    """A node as a user runs it, with six real drivers on fake parts."""
    command = [sys.executable, "-m", "sensor_node", "run", "--config"]
    return _node("six-drivers", command, folder, port, interval_s=interval_s, sensors=SIX_SENSORS)


def service(folder: Path, port: int, interval_s: int) -> Runner:
    """A node's service alone."""
    command = [sys.executable, "-m", "bench.six"]
    return _node("six-numbers", command, folder, port, interval_s=interval_s)


def bare(folder: Path, port: int, interval_s: int) -> Runner:
    """The least that could do something like it."""
    file = str(folder / "bare.sqlite")
    command = [sys.executable, "-m", "bench.bare_node", str(port), file, str(interval_s)]
    return Runner("bare", command)


def mqtt_io(folder: Path, port: int, interval_s: int) -> Runner | None:
    """mqtt-io from an environment of its own; None where that cannot be installed."""
    subprocess.run([str(ROOT / ".ci/setup"), "peer"], check=False)
    if not (PEER_FOLDER / ".installed").exists():
        return None
    text = MQTT_IO.format(host=HOST, port=port) + "".join(
        MQTT_IO_SENSOR.format(name=name, number=number, interval_s=interval_s)
        for name, (_, number) in NUMBERS.items()
    )
    config = folder / "mqtt-io.yml"
    config.write_text(text)
    return Runner("mqtt-io", [str(PEER_FOLDER / "bin/python"), str(PEER), str(config)], text)


def _node(
    name: str, command: list[str], folder: Path, port: int, *, interval_s: int, sensors: str = ""
) -> Runner:
    text = NODE.format(name=name, folder=folder / name, interval_s=interval_s, host=HOST, port=port)
    config = folder / f"{name}.toml"
    config.write_text(text + sensors)
    return Runner(name, [*command, str(config)], text + sensors)
