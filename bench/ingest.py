"""The gateway's intake through mosquitto, against the least that could do the same.

A: the gateway as a user runs it: validation, nodes' acks, live topics, pages, one event reader.
B: ``bare.py``: paho, JSON, the same batches into SQLite (WAL, FULL), acknowledged by hand.

For each round the packs are published by a process of their own while A or B is away; mosquitto
keeps them for the persistent session. Then A or B alone runs, and its pace is that of what it has
committed, from its first commit (for A: from when its event reader is connected) to its last.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.figures import Figure
from gateway.broker import HOST, find_mosquitto, free_port, own_broker

GOAL = 0.5
READINGS_A_PACK = 6
PATIENCE_S = 60

CONFIG = """
data = "{folder}"
clock = "system"

[broker]
host = "{host}"
port = {port}

[http]
host = "{host}"
port = {http}
"""


class Commit(NamedTuple):
    """``packs`` were on disk at ``at_s`` (monotonic)."""

    at_s: float
    packs: int


def measure(folder: Path, packs: int, rounds: int) -> list[Figure]:
    """Packs a second of A and B in turn, and their ratios."""
    if find_mosquitto() is None:
        print("mosquitto is not installed: the intake is not measured", file=sys.stderr)
        return []
    ours: list[float] = []
    bare: list[float] = []
    for number in range(rounds):
        place = folder / str(number)
        ours.append(_gateway_pace(place / "a", packs))
        bare.append(_bare_pace(place / "b", packs))
        words = f"round {number + 1}: {ours[-1]:,.0f} and {bare[-1]:,.0f} packs/s"
        print(f"{words}, ratio {ours[-1] / bare[-1]:.2f}", file=sys.stderr)
    ratios = [a / b for a, b in zip(ours, bare, strict=True)]
    readings = f"{READINGS_A_PACK} readings"
    return [
        Figure(f"bare paho + SQLite, packs of {readings}", "packs/s", bare),
        Figure("gateway, everything on", "packs/s", ours),
        Figure("  ratio", "", ratios, least=GOAL),
    ]


def _gateway_pace(folder: Path, packs: int) -> float:
    with _broker(folder) as port:
        http = free_port()
        config = folder / "gateway.toml"
        config.write_text(CONFIG.format(folder=folder / "data", host=HOST, port=port, http=http))
        command = [sys.executable, "-m", "gateway", "run", "--config", str(config)]
        with running(command):
            get(f"http://{HOST}:{http}/healthz")
        _publish(port, packs)
        commits = _acks(port)
        with running(command), _event_reader(http) as reading:
            return _pace(commits, packs, since_s=reading)


def _bare_pace(folder: Path, packs: int) -> float:
    with _broker(folder) as port:
        command = [sys.executable, "-m", "bench.bare", str(port), str(folder / "bare.sqlite")]
        subprocess.run([*command, "0"], check=True)
        _publish(port, packs)
        commits: Queue[Commit] = Queue()
        with subprocess.Popen([*command, str(packs)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                at_s, count = line.split()
                commits.put(Commit(float(at_s), int(count)))
        return _pace(commits, packs)


def _pace(commits: Queue[Commit], packs: int, since_s: float = 0.0) -> float:
    """Packs a second between the first and the last commit at or after ``since_s``."""
    left, began_s, counted, last_s = packs, None, 0, 0.0
    while left > 0:
        commit = commits.get(timeout=PATIENCE_S)
        left -= commit.packs
        if began_s is not None:
            counted, last_s = counted + commit.packs, commit.at_s
        elif commit.at_s >= since_s:
            began_s = commit.at_s
    assert began_s is not None, "all was over before the event reader was there"
    if counted < packs / 2:
        print(f"only {counted} of {packs} packs were timed: take more", file=sys.stderr)
    return counted / (last_s - began_s)


def _publish(port: int, packs: int) -> None:
    subprocess.run([sys.executable, "-m", "bench.publisher", str(port), str(packs)], check=True)


def _acks(port: int) -> Queue[Commit]:
    """What the gateway tells its nodes that it has committed, as it tells them."""
    commits: Queue[Commit] = Queue()

    def told(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        ranges = json.loads(message.payload)["seq"]
        commits.put(Commit(time.monotonic(), sum(last - first + 1 for first, last in ranges)))

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = told
    client.connect(HOST, port)
    client.subscribe("jardin/v1/+/ack", 1)
    client.loop_start()
    return commits


@contextmanager
def _broker(folder: Path) -> Iterator[int]:
    broker = own_broker(folder / "broker")
    broker.start()
    try:
        yield broker.port
    finally:
        broker.stop()


@contextmanager
def running(command: list[str]) -> Iterator[None]:
    """A process, told to end at the end."""
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


@contextmanager
def _event_reader(http: int) -> Iterator[float]:
    """A page's stream, read to the end; gives when it was connected (monotonic)."""
    stream = get(f"http://{HOST}:{http}/api/v1/events")

    def read() -> None:
        with contextlib.suppress(OSError, ValueError), stream:
            while stream.read(65536):
                pass

    threading.Thread(target=read, daemon=True).start()
    yield time.monotonic()


def get(address: str) -> Any:
    """The answer to a request that is made again until the gateway is up."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(address)  # noqa: S310 - always http://127.0.0.1
        time.sleep(0.01)
    raise TimeoutError(f"{address} does not answer")
