"""Both doors over real sockets: http and https, and clients that mean no good or have no time."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from certificates import make_certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from door import Door, problem
from people import FAR, people_of

from gateway.api.app import create_app
from gateway.api.guard import COOKIE, CSRF_HEADER, SECURE_COOKIE
from gateway.api.middleware import Limits
from gateway.api.patience import PatientProtocol
from gateway.api.server import MOST_HEADER_BYTES, GardenServer, door_config
from gateway.certificates import encryption
from gateway.security.roles import Role
from gateway.settings import GatewaySettings, Https
from sensor_node.errors import ConfigError


class SafeDoor:
    """The https door of a garden that is being served by http already."""

    def __init__(self, door: Door, keys: Path) -> None:
        make_certificate(keys)
        context = encryption(GatewaySettings(data=keys.parent))
        assert context is not None
        self._plain, self._safe = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        app = create_app(door.gateway, pages=False)
        self.port = app.state.https_port = self._safe.getsockname()[1]
        self.plain_port = self._plain.getsockname()[1]
        self.server = GardenServer(door_config(app), door.gateway.events, (self._safe, context))
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self.server.serve([self._plain]))
        )
        trusted = ssl.create_default_context(cafile=keys / "web.crt")
        self.client = httpx.Client(
            base_url=f"https://localhost:{self.port}",
            verify=trusted,
            trust_env=False,
            headers={"Accept-Language": "en"},
        )
        self._thread.start()

    def close(self) -> None:
        self.client.close()
        self.server.should_exit = True
        self._thread.join()
        self._plain.close()
        self._safe.close()


@pytest.fixture
def safe(door: Door, tmp_path: Path) -> Iterator[SafeDoor]:
    with closing(SafeDoor(door, tmp_path / "keys")) as opened:
        yield opened


def keeper_of(door: Door, *, secure: bool) -> dict[str, str]:
    session = door.gateway.access.sessions.begin(Role.KEEPER, door.clock.wall_ms(), secure=secure)
    name = SECURE_COOKIE if secure else COOKIE
    return {"Cookie": f"{name}={session.id}", CSRF_HEADER: session.csrf}


def test_the_keeper_makes_a_token_by_https_and_not_by_http(door: Door, safe: SafeDoor) -> None:
    wish = {"label": "vanne", "scopes": ["water"]}
    by_https = safe.client.post("/api/v1/tokens", json=wish, headers=keeper_of(door, secure=True))
    assert by_https.status_code == 201, by_https.text
    by_http = httpx.post(
        f"http://127.0.0.1:{safe.plain_port}/api/v1/tokens",
        json=wish,
        headers=keeper_of(door, secure=False) | {"Host": "jardin.local", "Accept-Language": "en"},
        trust_env=False,
    )
    told = problem(by_http, 403, "HTTPS_NEEDED")
    assert f"https://jardin.local:{safe.port}/api/v1/tokens" in told["detail"]


def test_both_doors_let_go_of_their_streams_when_the_garden_stops(
    door: Door, safe: SafeDoor
) -> None:
    with safe.client.stream("GET", "/api/v1/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        safe.server.should_exit = True
        list(lines)


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    assert encryption(GatewaySettings(data=tmp_path)) is None
    make_certificate(tmp_path / "keys")
    make_certificate(tmp_path / "others")
    other = Https(key=tmp_path / "others" / "web.key")
    with pytest.raises(ConfigError, match="CERTIFICATE_UNUSABLE"):
        encryption(GatewaySettings(data=tmp_path, https=other))
    absent = Https(certificate=tmp_path / "absent.pem")
    with pytest.raises(ConfigError, match=r"absent\.pem"):
        encryption(GatewaySettings(data=tmp_path, https=absent))
    own = Https(certificate=tmp_path / "others/web.crt", key=tmp_path / "others/web.key")
    assert encryption(GatewaySettings(data=tmp_path, https=own)) is not None


# --- clients that mean no good ------------------------------------------------------------------


def raw(door: Door, *pieces: bytes) -> bytes:
    """What the door says to ``pieces`` until it hangs up."""
    host, port = door.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        for piece in pieces:
            try:
                client.sendall(piece)
            except OSError:
                break  # it has hung up already
        said = b""
        try:
            while more := client.recv(65536):
                said += more
        except ConnectionResetError:
            pass
        return said


def test_headers_have_a_limit(door: Door) -> None:
    bomb = b"X-Bomb: " + b"x" * 1000 + b"\r\n"
    said = raw(door, b"GET /healthz HTTP/1.1\r\nHost: x\r\n", bomb * (MOST_HEADER_BYTES // 900))
    assert said.startswith(b"HTTP/1.1 400 ")
    assert door.get("/garden").status_code == 200


def test_a_body_of_100_mb_is_refused_before_it_comes(door: Door) -> None:
    head = b"POST /api/v1/readings HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n"
    said = raw(door, head + b"Content-Type: application/json\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"TOO_LARGE" in said


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%2f..%2fetc%2fpasswd",
        "/static/%2fetc%2fpasswd",
        "/api/v1/%2e%2e/tokens",
        "/api/v1//tokens",
        "//api/v1/tokens",
        "/api/v1/tokens/",
        "/API/V1/TOKENS",
        "/api/v1/beds/..%2ftokens",
        "/api/v1/tokens%00",
        "/api/v1/tokens;x",
    ],
)
def test_no_trick_of_a_path_gets_past_the_guard(door: Door, path: str) -> None:
    said = raw(door, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    status = int(said.split()[1])
    assert status in (307, 400, 403, 404), said
    assert b"root:" not in said


class Hasty(PatientProtocol):
    head_s: ClassVar[float] = 0.05


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-"])
def test_a_client_that_never_says_what_it_wants_is_let_go(door: Door, begun: bytes) -> None:
    config = door_config(door.app)
    config.http = Hasty
    server = GardenServer(config, door.gateway.events)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        with socket.create_connection(listener.getsockname()[:2], timeout=30) as client:
            client.sendall(begun)
            assert client.recv(100) == b""  # it hangs up; this waits for it
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def test_a_body_that_never_ends_is_a_problem_in_words() -> None:
    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def take(_scope: Any, receive: Any, _send: Any) -> None:
        await receive()

    async def ask() -> None:
        scope = {"type": "http", "method": "GET", "headers": [], "path": "/", "query_string": b""}
        await Limits(take, "fr", body_s=0.01)(scope, never, never)

    with pytest.raises(Exception, match="408"):
        asyncio.run(ask())


def test_the_page_of_trust_shows_the_fingerprint_and_gives_the_certificate(
    tmp_path: Path, built_assets: None
) -> None:
    with people_of(tmp_path) as people:
        client = people.client(FAR)
        assert "jardin-gateway init" in client.get("/confiance").text
        absent = client.get("/confiance/jardin.crt")
        problem(absent, 404, "NO_AUTHORITY")
        make_certificate(tmp_path / "keys")
        (tmp_path / "keys/web.crt").rename(tmp_path / "keys/authority.crt")
        page = client.get("/confiance").text
        given = client.get("/confiance/jardin.crt")
        assert given.headers["content-type"] == "application/x-x509-ca-cert"
        known = x509.load_der_x509_certificate(given.content).fingerprint(hashes.SHA256())
        assert known.hex(" ").upper() in page
        assert "https://jardin.local:8443/entrer" in page
