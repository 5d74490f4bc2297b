"""Too much, too big, too slow, too clever: refused in words, counted, and the garden goes on."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Final

import httpx
import pytest
from harness import eventually
from keyed import KeyedGarden, Voice, broker_of, enters, keyed_garden, running_gateway
from prometheus_client.parser import text_string_to_metric_families

from sensor_node import wire
from sensor_node.link import Broker

WITHIN_S: Final = 2.0
READINGS: Final = 12
"""Readings of an ordinary node, one after the other, while the flood lasts."""
HTTP: Final = {"trust_env": False, "timeout": 30}

TRICKS: Final = (
    "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd",
    "/static/..%2f..%2fetc%2fpasswd",
    "/static//etc/passwd", "/api/v1/%2e%2e/tokens", "/api/v1//tokens", "//api/v1/tokens",
    "/api/v1/tokens%00", "/api/v1/tokens;x", "/confiance/../keys/authority.key",
    "/static/%252e%252e/keys/authority.key", "/%2e%2e/keys/authority.key", "/\\..\\..\\keys",
)  # fmt: skip


class Ordinary:
    """A node that measures, and how long the garden takes to have each reading on disk."""

    def __init__(self, garden: KeyedGarden, address: str) -> None:
        self._voice = Voice(garden.account("bac-1"), "bac-1").enter()
        self._voice.subscribe("jardin/v1/bac-1/ack")
        self._boot = secrets.token_hex(8)
        self._seq = 0
        self._web = httpx.Client(base_url=f"http://{address}", **HTTP)  # type: ignore[arg-type]

    def measure(self) -> float:
        """Send one pack; returns after how many seconds it is acknowledged and on the page."""
        self._seq += 1
        begun, value = time.monotonic(), 10 + self._seq / 100
        at_s = round(time.time(), 3)
        pack = [
            {"bn": "bac-1/", "bt": at_s, "n": "air", "u": "Cel", "v": value},
            {"n": "clock", "vs": "ntp"},
        ]
        topic = wire.pack_topic("bac-1", self._boot, self._seq)
        self._voice.say(topic, json.dumps(pack).encode())
        eventually(self._is_acknowledged, "the pack is acknowledged")
        eventually(lambda: self._latest() == value, "the reading is on the page")
        return time.monotonic() - begun

    def _is_acknowledged(self) -> bool:
        return any(
            first <= self._seq <= last
            for topic, payload in self._voice.heard
            if topic.endswith("/ack")
            for first, last in wire.decode_ack(payload).ranges
        )

    def _latest(self) -> float | None:
        answer = self._web.get("/api/v1/channels/bac-1/air/latest?old=ok")
        return float(answer.json()["value"]) if answer.status_code == 200 else None

    def leave(self) -> None:
        self._voice.leave()
        self._web.close()


class Flood:
    """Programs that do one thing as fast as they can, until the end of the block."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.answers: Counter[tuple[int, str]] = Counter()

    def run(self, once: Callable[[], None], programs: int) -> None:
        for _ in range(programs):
            thread = threading.Thread(target=self._repeat, args=(once,))
            self._threads.append(thread)
            thread.start()

    def _repeat(self, once: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            with suppress(httpx.TransportError, OSError):
                once()

    def note(self, answer: httpx.Response) -> None:
        is_problem = answer.headers.get("content-type") == "application/problem+json"
        self.answers[answer.status_code, answer.json()["code"] if is_problem else ""] += 1

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def flooding() -> Iterator[Flood]:
    flood = Flood()
    try:
        yield flood
    finally:
        flood.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KeyedGarden, str]]:
    garden = keyed_garden(tmp_path_factory.mktemp("flood"))
    settings = garden.config.read_text(encoding="utf-8")
    garden.config.write_text(f'clock = "system"\n{settings}', encoding="utf-8")
    with broker_of(garden), running_gateway(garden) as address:
        yield garden, address


@pytest.fixture
def node(served: tuple[KeyedGarden, str]) -> Iterator[Ordinary]:
    ordinary = Ordinary(*served)
    ordinary.measure()  # the first one makes the channel
    try:
        yield ordinary
    finally:
        ordinary.leave()


def token(garden: KeyedGarden) -> str:
    command = [sys.executable, "-m", "gateway", "token", "create", "flood", "--scope", "send"]
    done = subprocess.run(
        [*command, "--node", "eleve", "--config", str(garden.config)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[0]


def group(garden: KeyedGarden, address: str) -> Broker:
    """A workshop's group, and how it enters the broker."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "workshop", "start", "x", "--config", str(garden.config)],
        capture_output=True,
        text=True,
        check=True,
    )
    joined = httpx.post(
        f"http://{address}/api/v1/workshops/join",
        json={"code": done.stdout.splitlines()[0], "plant": "tomate"},
        **HTTP,  # type: ignore[arg-type]
    ).json()
    broker = replace(
        garden.broker, username=joined["node"], password=joined["token"], password_file=None
    )
    eventually(lambda: enters(broker), "the broker knows the group")
    return broker


def refused(address: str, status: int) -> float:
    """How many requests the garden says that it has refused with ``status``."""
    text = httpx.get(f"http://{address}/metrics", **HTTP).text  # type: ignore[arg-type]
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "jardin_refused_requests_total" and sample.labels["status"] == str(status)
    )


def goes_on(node: Ordinary) -> None:
    took = [node.measure() for _ in range(READINGS)]
    assert max(took) < WITHIN_S, took


@pytest.mark.prove
def test_a_thousand_readings_a_second_by_http_are_slowed_and_the_garden_goes_on(
    served: tuple[KeyedGarden, str], node: Ordinary
) -> None:
    garden, address = served
    body = {"readings": [{"channel": "n", "value": 1.0}] * 100}
    with ExitStack() as stack, flooding() as flood:
        client = stack.enter_context(
            httpx.Client(headers={"Authorization": f"Bearer {token(garden)}"}, **HTTP)  # type: ignore[arg-type]
        )
        url = f"http://{address}/api/v1/readings"
        flood.run(lambda: flood.note(client.post(url, json=body)), 4)
        goes_on(node)
    slowed = sum(count for (status, _), count in flood.answers.items() if status == 429)
    assert slowed > 50, flood.answers
    assert {code for status, code in flood.answers if status == 429} == {"TOO_FAST"}
    assert refused(address, 429) >= slowed


@pytest.mark.prove
def test_a_thousand_messages_a_second_by_mqtt_do_not_hold_the_others_up(
    served: tuple[KeyedGarden, str], node: Ordinary
) -> None:
    garden, _ = served
    pupil = Voice(group(*served), "pupil").enter()
    wild = Voice(garden.account("bac-9"), "bac-9").enter()
    sent = Counter[str]()

    def shout() -> None:
        for _ in range(50):
            for voice, topic in ((pupil, "atelier.tomate/say/n"), (wild, "bac-9/say/n")):
                voice._client.publish(f"jardin/v1/{topic}", b"1.5", 0)
                sent[topic] += 1
            wild._client.publish("jardin/v1/bac-9/pack/x/1", b"\xff" * 9000, 0)
        time.sleep(0.05)  # 1,000 a second each

    with flooding() as flood:
        flood.run(shout, 1)
        goes_on(node)
    pupil.leave()
    wild.leave()
    assert min(sent.values()) > 500


@pytest.mark.prove
def test_bodies_of_100_mb_are_refused_in_words_whether_they_say_so_or_not(
    served: tuple[KeyedGarden, str], node: Ordinary
) -> None:
    _, address = served
    host, _, port = address.partition(":")
    url = f"http://{address}/api/v1/rain"
    before, told = refused(address, 413), []

    def chunked() -> None:
        with socket.create_connection((host, int(port)), 30) as door:
            door.sendall(
                b"POST /api/v1/rain HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
            )
            with suppress(OSError):
                for _ in range(100):
                    door.sendall(b"100000\r\n" + b" " * (1 << 20) + b"\r\n")
            with suppress(OSError):
                told.append(door.recv(4096))

    with flooding() as flood:
        flood.run(lambda: flood.note(httpx.post(url, content=b" " * 10**8, **HTTP)), 1)  # type: ignore[arg-type]
        flood.run(chunked, 1)
        goes_on(node)
    assert refused(address, 413) > before
    assert any(said.startswith(b"HTTP/1.1 4") for said in told)
    with socket.create_connection((host, int(port)), 30) as door:
        head = b"POST /api/v1/rain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        door.sendall(head + b"Content-Length: 100000000\r\n\r\n")
        said = b"".join(iter(lambda: door.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"TOO_LARGE" in said


@pytest.mark.prove
def test_two_hundred_slow_clients_are_let_go_and_the_garden_goes_on(
    served: tuple[KeyedGarden, str], node: Ordinary
) -> None:
    host, _, port = served[1].partition(":")
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection((host, int(port)), 30)) for _ in range(200)
        ]
        for number, client in enumerate(slow):
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-"[: number % 40])
        goes_on(node)
        for client in slow:
            assert client.recv(1000) == b""  # it hangs up; this waits for it


@pytest.mark.prove
def test_tricks_of_a_path_are_refused_and_counted(
    served: tuple[KeyedGarden, str], node: Ordinary
) -> None:
    garden, address = served
    host, _, port = address.partition(":")
    secret = garden.place.authority_key.read_bytes()[:60]
    before = sum(refused(address, status) for status in (403, 404))

    def trick(path: str) -> bytes:
        with socket.create_connection((host, int(port)), 30) as door:
            door.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: door.recv(65536), b""))

    def all_tricks() -> None:
        for path in TRICKS:
            trick(path)

    with flooding() as flood:
        flood.run(all_tricks, 2)
        goes_on(node)
    for path in TRICKS:
        said = trick(path)
        assert int(said.split()[1]) in (307, 400, 403, 404), path
        assert b"root:" not in said
        assert secret not in said
    assert sum(refused(address, status) for status in (403, 404)) >= before + 5


@pytest.mark.prove
def test_after_all_that_the_garden_is_well(served: tuple[KeyedGarden, str], node: Ordinary) -> None:
    goes_on(node)
    assert httpx.get(f"http://{served[1]}/healthz", **HTTP).json()["status"] == "ok"  # type: ignore[arg-type]
