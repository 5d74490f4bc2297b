"""Somebody with each kind of key, at each door of a garden: what tests of access share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI

from gateway.api.app import create_app
from gateway.api.guard import COOKIE, CSRF_HEADER, SECURE_COOKIE
from gateway.security.passphrases import hashed
from gateway.security.roles import Holder, Role, Scope
from gateway.service import Gateway
from gateway.settings import AccessSettings, GatewaySettings
from sensor_node.clock import FakeClock

NOW_MS: Final = 1_763_785_800_000
HTTPS_PORT: Final = 8443
KEEPERS_WORDS: Final = "bêche arrosoir lundi citron"
GARDENERS_WORDS: Final = "mulch paille brouette vert"


@dataclass(frozen=True)
class Way:
    """How somebody comes: from which machine, to which address."""

    name: str
    url: str
    host: str

    @property
    def secure(self) -> bool:
        return self.url.startswith("https")

    @property
    def safe(self) -> bool:
        return self.secure or self.name == "here"


HERE: Final = Way("here", "http://localhost:8000", "127.0.0.1")
FAR: Final = Way("far", "http://jardin.local:8000", "192.0.2.7")
SAFE: Final = Way("safe", "https://jardin.local:8443", "192.0.2.7")
WAYS: Final = (HERE, FAR, SAFE)


class Client:
    """A browser or a program that speaks to the application without a socket."""

    def __init__(self, runner: asyncio.Runner, app: FastAPI, way: Way) -> None:
        self._runner = runner
        self._app = app
        self._way = way
        self.headers: dict[str, str] = {"Accept-Language": "en", "Accept": "application/json"}

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._request(method, path, **more))

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(
            self._app, raise_app_exceptions=False, client=(self._way.host, 50000)
        )
        headers = self.headers | more.pop("headers", {})
        async with httpx.AsyncClient(transport=transport, base_url=self._way.url) as client:
            return await client.request(method, path, headers=headers, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> httpx.Response:
        return self.request("PUT", path, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        return self.request("DELETE", path, **more)


@dataclass
class People:
    """A garden with two passphrases, and whoever comes to it."""

    gateway: Gateway
    clock: FakeClock
    app: FastAPI
    runner: asyncio.Runner
    tokens: dict[Scope, str] = field(default_factory=dict)

    def client(self, way: Way, holder: Holder | None = None, **headers: str) -> Client:
        """A browser, or a program, with the key of ``holder``; a page's writes say so."""
        client = Client(self.runner, self.app, way)
        if isinstance(holder, Scope):
            client.headers["Authorization"] = f"Bearer {self.token(holder)}"
        elif holder not in (None, Role.STRANGER, Role.READER):
            self.sign_in(client, way, Role(holder))
        client.headers.update(headers)
        return client

    def sign_in(self, client: Client, way: Way, role: Role) -> None:
        plant = "tomate" if role == Role.GROUP else None
        session = self.gateway.access.sessions.begin(
            role, self.clock.wall_ms(), secure=way.secure, plant=plant
        )
        name = SECURE_COOKIE if way.secure else COOKIE
        client.headers.update({"Cookie": f"{name}={session.id}", CSRF_HEADER: session.csrf})

    def token(self, scope: Scope) -> str:
        if scope not in self.tokens:
            node = "meteo" if scope == Scope.SEND else None
            now_ms = self.clock.wall_ms()
            self.tokens[scope], _ = self.gateway.catalogue.keyring.tokens.make(
                str(scope), [scope], node, now_ms + 86_400_000, now_ms
            )
        return self.tokens[scope]


@contextmanager
def people_of(folder: Path, *, private: bool = False, keeper: bool = True) -> Iterator[People]:
    """A garden with both doors open, served without a socket."""
    settings = GatewaySettings(data=folder, access=AccessSettings(private=private))
    clock = FakeClock(NOW_MS)
    with closing(Gateway.open(settings, clock)) as gateway, asyncio.Runner() as runner:
        gateway.broker_up = gateway.ingest_alive = True
        gateway.catalogue.set_about("potager-1", {"channels": {"sol": {"quantity": "rain"}}})
        if keeper:
            _know_passphrases(gateway)
        app = create_app(gateway)
        app.state.https_port = HTTPS_PORT
        yield People(gateway, clock, app, runner)


def _know_passphrases(gateway: Gateway) -> None:
    """Both passphrases, hashed at a cost that a test can pay many times."""
    words = {Role.KEEPER: KEEPERS_WORDS, Role.GARDENER: GARDENERS_WORDS}
    with gateway.catalogue.keyring.database.writing() as db:
        for role, text in words.items():
            db.execute("INSERT INTO passphrases VALUES (?, ?, 0)", (role, hashed(text, n=2, p=1)))
