"""A kit that nobody has started yet, and whoever comes to it."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import httpx
from harness import PATIENCE_S, answers, environment, eventually
from keyed import KeyedGarden, broker_of, keyed_garden
from people import HTTPS_PORT, NOW_MS, People

from gateway.api.app import create_app
from gateway.api.guard import COOKIE, SECURE_COOKIE
from gateway.broker import HOST
from gateway.kit.garden import applied
from gateway.kit.settings import KitSettings
from gateway.kit.system import System
from gateway.service import Gateway
from gateway.settings import AccessSettings, GatewaySettings
from sensor_node.clock import FakeClock

CODE: Final = "bcdf-ghjk"
PHRASE: Final = "pelle brouette mardi cerise"
KIT: Final = KitSettings(name="JARDIN-7f3a", wifi_password="tomate;verte", code=CODE)


@contextmanager
def kit_of(
    folder: Path,
    kit: KitSettings = KIT,
    clock: FakeClock | None = None,
    *,
    private: bool = False,
) -> Iterator[People]:
    """The kit whose data are in ``folder``, as it is after a start; its clock is not trusted."""
    access = AccessSettings(private=private)
    settings = applied(GatewaySettings(data=folder, kit=kit, access=access))
    clock = clock or FakeClock(NOW_MS, synchronised=False)
    with closing(Gateway.open(settings, clock)) as gateway, asyncio.Runner() as runner:
        gateway.broker_up = gateway.ingest_alive = True
        app = create_app(gateway)
        app.state.https_port = HTTPS_PORT
        yield People(gateway, clock, app, runner)


class Pi(System):
    """The computer of the kit: setting its clock sets the fake one."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def has(self, program: str) -> bool:
        return False

    def up_s(self) -> float:
        return self._clock.monotonic_s()

    def keeps_time(self) -> bool:
        return False

    def set_clock(self, at_ms: int) -> None:
        self._clock.set_wall(at_ms)
        self._clock.keeper = "person"


@contextmanager
def after_a_power_cut(kit: People, folder: Path) -> Iterator[People]:
    """The kit as it starts again on what was on its disk at this moment."""
    shutil.copytree(kit.gateway.settings.data, folder)
    clock = FakeClock(kit.clock.wall_ms(), synchronised=False)
    with kit_of(folder, replace(kit.gateway.settings.kit), clock) as again:
        yield again


def cookie_of(answer_cookies: object, *, secure: bool = False) -> str:
    """The session that an answer gave, as the next request brings it."""
    name = SECURE_COOKIE if secure else COOKIE
    return f"{name}={dict(answer_cookies)[name]}"  # type: ignore[call-overload]


# --- with every program real ----------------------------------------------------------------------

NODE: Final = (
    'interval_s = 10\nclock = "system"\npins = "fake"\n'
    '[[sensors]]\ntype = "dht22"\npin = 4\ntemperature = "air"\nhumidity = "humidity"\n'
)


@dataclass
class KitInService:
    """A kit whose broker, gateway and node run as on their cards."""

    garden: KeyedGarden
    gateway: subprocess.Popen[bytes]

    @property
    def data(self) -> Path:
        return self.garden.place.data

    @property
    def plain(self) -> str:
        """Its everyday door, as another machine names it."""
        return f"http://jardin.test:{self.garden.settings.http.port}"

    @property
    def safe(self) -> str:
        return f"https://jardin.test:{self.garden.settings.https.port}"

    @property
    def here(self) -> str:
        return f"http://{HOST}:{self.garden.settings.http.port}"

    def start_again(self) -> None:
        self.gateway = gateway_of(self.garden)

    def nodes(self) -> list[str]:
        told = httpx.get(f"{self.here}/api/v1/nodes", trust_env=False).json()
        return sorted(one["node"] for one in told["nodes"])

    def times_stored(self) -> list[int]:
        with closing(sqlite3.connect(self.data / "store.sqlite")) as db:
            return [row[0] for row in db.execute("SELECT DISTINCT at_ms FROM readings")]

    @contextmanager
    def keeper(self) -> Iterator[httpx.Client]:
        """A program that has become keeper with the code of the sheet."""
        ours = {"Sec-Fetch-Site": "same-origin"}
        with httpx.Client(base_url=self.here, trust_env=False, headers=ours) as client:
            done = client.post("/bienvenue/phrase", data={"code": CODE, "phrase": PHRASE})
            assert done.status_code == 303, done.text
            yield client


@contextmanager
def kit_in_service(folder: Path) -> Iterator[KitInService]:
    """A kit that nobody has started, with one node that has its card already."""
    garden = keyed_garden(folder)
    text = garden.config.read_text(encoding="utf-8").replace('language = "en"', 'language = "fr"')
    kit = f'[kit]\nname = "JARDIN-7f3a"\nwifi_password = "tomate"\ncode = "{CODE}"\n'
    garden.config.write_text(f'clock = "system"\n{text}{kit}', encoding="utf-8")
    node = folder / "node.toml"
    node.write_text(f'data = "{folder}/node"\n{NODE}', encoding="utf-8")
    with broker_of(garden):
        running = KitInService(garden, gateway_of(garden))
        nodes: list[subprocess.Popen[bytes]] = []
        try:
            _join(garden, node)
            command = [sys.executable, "-m", "sensor_node", "run", "--config", str(node)]
            nodes = [subprocess.Popen(command, env=environment())]
            yield running
        finally:
            for process in (*nodes, running.gateway):
                process.terminate()
                process.wait(PATIENCE_S)


def gateway_of(garden: KeyedGarden) -> subprocess.Popen[bytes]:
    """The gateway of ``garden``, answering."""
    command = [sys.executable, "-m", "gateway", "run", "--config", str(garden.config)]
    process = subprocess.Popen(command, env=environment())
    address = f"http://{HOST}:{garden.settings.http.port}"
    eventually(lambda: answers(address), "the kit's gateway answers")
    return process


def _join(garden: KeyedGarden, node: Path) -> None:
    """Its card is made: invited by the gateway, joined by the node."""
    link = node.with_suffix(".join")
    invite = ["-m", "gateway", "node", "add", "potager-1", "--address", HOST]
    join = ["-m", "sensor_node", "join", str(link), "--config", str(node)]
    for arguments in (
        [*invite, "--output", str(link), "--config", str(garden.config)],
        join,
    ):
        subprocess.run(
            [sys.executable, *arguments], env=environment(), check=True, capture_output=True
        )
