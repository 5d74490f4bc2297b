"""The gateway's intake through mosquitto, against the least that could do the same.

A: the gateway as a user runs it: validation, nodes' acks, live topics, pages, one event reader.
B: ``bare.py``: paho, JSON, the same batches into SQLite (WAL, FULL), acknowledged by hand.

For each round the packs are published by a process of their own while A or B is away; mosquitto
keeps them for the persistent session. Then A or B alone runs, and its pace is that of what it has
committed, from its first commit (for A: from when its event reader is connected) to its last. The
processor time is of A's or B's own process over the same packs: another program that keeps the
computer busy weighs less on it than on the pace.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import NamedTuple

import paho.mqtt.client as mqtt

from bench.figures import Figure
from bench.gateway import CONFIG, get, running
from bench.usage import cpu_s, is_known, peak_mb, usage
from gateway.broker import HOST, find_mosquitto, free_port, own_broker
from sensor_node.link import Broker, client_of

GOAL = 0.6
PEAK_GOAL_MB = 100
IDLE_GOAL_MB = 60
READINGS_A_PACK = 6
PATIENCE_S = 60
REST_S = 5


class Commit(NamedTuple):
    """``packs`` were on disk at ``at_s`` (monotonic), when the process had used ``cpu_s``."""

    at_s: float
    packs: int
    cpu_s: float


class Pace(NamedTuple):
    """What was taken in: packs a second, and processor time of each."""

    packs_a_s: float
    us_a_pack: float


@dataclass
class Memory:
    """Of the gateway, in megabytes: the most in each round, at rest, and after a first page."""

    peak: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)


def measure(folder: Path, packs: int, rounds: int) -> list[Figure]:
    """A and B in turn: their paces, what they cost, and the gateway's memory."""
    if find_mosquitto() is None or not is_known():
        print("no mosquitto or no /proc: the intake is not measured", file=sys.stderr)
        return []
    ours: list[Pace] = []
    bare: list[Pace] = []
    memory = Memory()
    for number in range(rounds):
        place = folder / str(number)
        ours.append(_gateway_pace(place / "a", packs, memory))
        bare.append(_bare_pace(place / "b", packs))
        words = f"{ours[-1].packs_a_s:,.0f} and {bare[-1].packs_a_s:,.0f} packs/s"
        ratio = ours[-1].packs_a_s / bare[-1].packs_a_s
        print(f"round {number + 1}: {words}, ratio {ratio:.2f}", file=sys.stderr)
    return list(_figures(ours, bare, memory))


def _figures(ours: list[Pace], bare: list[Pace], memory: Memory) -> Iterator[Figure]:
    readings = f"{READINGS_A_PACK} readings"
    pairs = list(zip(ours, bare, strict=True))
    yield Figure(f"bare paho + SQLite, packs of {readings}", "packs/s", [b.packs_a_s for b in bare])
    yield Figure("gateway, everything on", "packs/s", [a.packs_a_s for a in ours])
    yield Figure("  ratio", "", [a.packs_a_s / b.packs_a_s for a, b in pairs], least=GOAL)
    yield Figure("  bare, processor time", "us/pack", [b.us_a_pack for b in bare])
    yield Figure("  gateway, processor time", "us/pack", [a.us_a_pack for a in ours])
    yield Figure("  bare to gateway", "", [b.us_a_pack / a.us_a_pack for a, b in pairs])
    yield Figure("gateway's memory, most", "MB", memory.peak, most=PEAK_GOAL_MB)
    yield Figure("  at rest", "MB", memory.idle, most=IDLE_GOAL_MB)
    yield Figure("  at rest, after a page", "MB", memory.page)


def _gateway_pace(folder: Path, packs: int, memory: Memory) -> Pace:
    with _broker(folder) as port:
        http = free_port()
        config = folder / "gateway.toml"
        config.write_text(CONFIG.format(folder=folder / "data", host=HOST, port=port, http=http))
        pace, most_mb = gateway_pace(config, http, Broker(HOST, port), packs)
        memory.peak.append(most_mb)
        with running(_command(config)) as pid:
            get(f"http://{HOST}:{http}/healthz").close()
            time.sleep(REST_S)
            memory.idle.append(usage(pid).rss_mb)
            get(f"http://{HOST}:{http}/").read()
            memory.page.append(usage(pid).rss_mb)
        return pace


def gateway_pace(config: Path, http: int, broker: Broker, packs: int) -> tuple[Pace, float]:
    """The pace of the gateway of ``config``, whose pages are on the port ``http``, and the most
    memory that it took; ``broker``: how the packs' publisher enters.
    """
    with running(_command(config)):
        get(f"http://{HOST}:{http}/healthz").close()
    _publish(broker, packs)
    acks = Acks(broker)
    with running(_command(config)) as pid, _event_reader(http) as reading:
        acks.pid = pid
        pace = _pace(acks.commits, packs, since_s=reading)
        most_mb = peak_mb(pid)
    acks.close()
    return pace, most_mb


def _command(config: Path) -> list[str]:
    return [sys.executable, "-m", "gateway", "run", "--config", str(config)]


def _bare_pace(folder: Path, packs: int) -> Pace:
    with _broker(folder) as port:
        command = [sys.executable, "-m", "bench.bare", str(port), str(folder / "bare.sqlite")]
        subprocess.run([*command, "0"], check=True)
        _publish(Broker(HOST, port), packs)
        commits: Queue[Commit] = Queue()
        with subprocess.Popen([*command, str(packs)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                at_s, count, used_s = line.split()
                commits.put(Commit(float(at_s), int(count), float(used_s)))
        return _pace(commits, packs)


def _pace(commits: Queue[Commit], packs: int, since_s: float = 0.0) -> Pace:
    """The pace between the first commit at or after ``since_s`` and the last one."""
    left = packs
    timed: list[Commit] = []
    while left > 0:
        commit = commits.get(timeout=PATIENCE_S)
        left -= commit.packs
        if commit.at_s >= since_s:
            timed.append(commit)
    assert len(timed) > 1, "all was over before the event reader was there"
    first, *rest = timed
    counted = sum(commit.packs for commit in rest)
    if counted < packs / 2:
        print(f"only {counted} of {packs} packs were timed: take more", file=sys.stderr)
    used_us = 1e6 * (timed[-1].cpu_s - first.cpu_s)
    return Pace(counted / (timed[-1].at_s - first.at_s), used_us / counted)


def _publish(broker: Broker, packs: int) -> None:
    told = {"HOST": broker.host, "PORT": broker.port, "USERNAME": broker.username}
    told |= {"PASSWORD_FILE": broker.password_file, "CA": broker.ca}
    entry = {f"JARDIN_BROKER_{name}": str(value) for name, value in told.items() if value}
    command = [sys.executable, "-m", "bench.publisher", str(packs)]
    subprocess.run(command, check=True, env={**os.environ, **entry})


class Acks:
    """What the gateway, process ``pid``, tells its nodes that it has committed."""

    def __init__(self, broker: Broker) -> None:
        self.pid: int | None = None
        self.commits: Queue[Commit] = Queue()
        self._client = client_of(broker, "bench-acks")
        self._client.on_message = self._told
        self._client.connect(broker.host, broker.port)
        self._client.subscribe("jardin/v1/+/ack", 1)
        self._client.loop_start()

    def close(self) -> None:
        """Hear no more."""
        self._client.disconnect()
        self._client.loop_stop()

    def _told(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        packs = sum(last - first + 1 for first, last in json.loads(message.payload)["seq"])
        used_s = cpu_s(self.pid) if self.pid is not None else 0.0
        self.commits.put(Commit(time.monotonic(), packs, used_s))


@contextmanager
def _broker(folder: Path) -> Iterator[int]:
    broker = own_broker(folder / "broker")
    broker.start()
    try:
        yield broker.port
    finally:
        broker.stop()


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
