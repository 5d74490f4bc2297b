"""A garden as it is run keeps nothing of who came, and erases what it has kept."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from harness import eventually
from keyed import Voice, broker_of, keyed_garden, running_gateway
from traces import found_in

VISITOR = "127.0.0.77"
"""An address that nothing else of this test has."""
RETAINED = b"retained-traceable"
QUEUED = b"queued-traceable"


def send_raw(address: str, request: bytes) -> None:
    """What no browser would send, from the visitor's address."""
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), 10, source_address=(VISITOR, 0)) as door:
        door.sendall(request)
        with suppress(OSError):  # what it did not read makes it hang up at once
            door.shutdown(socket.SHUT_WR)
            while door.recv(4096):
                pass


def distrust(port: int) -> None:
    """A browser that does not know the garden's authority, and goes."""
    with (
        socket.create_connection(("127.0.0.1", port), 10, source_address=(VISITOR, 0)) as door,
        pytest.raises(ssl.SSLError),
    ):
        ssl.create_default_context().wrap_socket(door, server_hostname="jardin.local")


def test_no_address_of_a_visitor_is_in_any_log_or_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    garden = keyed_garden(tmp_path)
    with broker_of(garden), running_gateway(garden) as address:
        with httpx.Client(
            base_url=f"http://{address}",
            transport=httpx.HTTPTransport(local_address=VISITOR),
            headers={"User-Agent": "agent-traceable", "X-Forwarded-For": "192.0.2.99"},
        ) as visitor:
            for path in ("/", "/api/v1/garden", "/api/v1/nowhere", "/../etc/passwd", "/entrer"):
                visitor.get(path)
            visitor.post("/entrer", data={"code": "bcdf-ghjk"})
            visitor.post("/api/v1/readings", content=b"\xff{")
        for request in (b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01" + b"\x00" * 40, b"GET /"):
            send_raw(address, request)
        for greeting in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05hello"):
            send_raw(f"127.0.0.1:{garden.settings.https.port}", greeting)
        distrust(garden.settings.https.port)
        node = garden.account("bac-1")
        Voice(node).enter().leave()
        with socket.create_connection(
            (node.host, node.port), 10, source_address=(VISITOR, 0)
        ) as door:
            door.sendall(b"no TLS\r\n" * 10)

    logs = capfd.readouterr()
    (tmp_path / "gateway.log").write_text(logs.out + logs.err)
    traces = [VISITOR.encode(), b"agent-traceable", b"192.0.2.99", b"bcdf-ghjk", b"bcdfghjk"]
    assert found_in([tmp_path], traces) == []
    assert (tmp_path / "data/mosquitto.log").exists()


def test_after_everything_is_erased_the_broker_holds_nothing_either(tmp_path: Path) -> None:
    garden = keyed_garden(tmp_path)
    data = garden.place.data
    with broker_of(garden) as broker:
        with running_gateway(garden):
            pass  # its session at the broker stays
        gateway = Voice(garden.broker).enter()
        for topic in ("live/channel/atelier.tomate/secret", "bac-1/about"):
            gateway.say(f"jardin/v1/{topic}", RETAINED, retain=True)
        gateway.say("jardin/v1/bac-1/pack/7c1e9a52d01b44f3/1", QUEUED)
        gateway.leave()
        broker.send_signal(signal.SIGUSR1)  # have what it remembers in its file
        eventually(
            lambda: (
                {what for _, what in found_in([data], [RETAINED, QUEUED])} == {RETAINED, QUEUED}
            ),
            "mosquitto writes its file",
        )

        command = [sys.executable, "-m", "gateway", "erase", "--all", "--yes"]
        done = subprocess.run(
            [*command, "--config", str(garden.config)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        eventually(
            lambda: found_in([data], [RETAINED, QUEUED]) == [], "mosquitto writes its file anew"
        )
        listener = Voice(garden.broker).enter()
        listener.subscribe("jardin/v1/#")
        listener.say("jardin/v1/hub/x", b"mark")
        eventually(lambda: listener.hears("jardin/v1/hub/x", b"mark"), "the marker arrives")
        assert [topic for topic, _ in listener.heard if topic != "jardin/v1/hub/x"] == []
        listener.leave()
    assert found_in([data], [RETAINED, QUEUED]) == []
    assert garden.place.is_made  # the nodes come in as before
