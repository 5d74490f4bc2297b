"""A kit that nobody has started yet, and whoever comes to it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from people import HTTPS_PORT, NOW_MS, People

from gateway.api.app import create_app
from gateway.api.guard import COOKIE, SECURE_COOKIE
from gateway.kit.garden import applied
from gateway.kit.settings import KitSettings
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.clock import FakeClock

CODE: Final = "bcdf-ghjk"
PHRASE: Final = "pelle brouette mardi cerise"
KIT: Final = KitSettings(name="JARDIN-7f3a", wifi_password="tomate;verte", code=CODE)


@contextmanager
def kit_of(
    folder: Path, kit: KitSettings = KIT, clock: FakeClock | None = None
) -> Iterator[People]:
    """The kit whose data are in ``folder``, as it is after a start; its clock is not trusted."""
    settings = applied(GatewaySettings(data=folder, kit=kit))
    clock = clock or FakeClock(NOW_MS, synchronised=False)
    with closing(Gateway.open(settings, clock)) as gateway, asyncio.Runner() as runner:
        gateway.broker_up = gateway.ingest_alive = True
        app = create_app(gateway)
        app.state.https_port = HTTPS_PORT
        yield People(gateway, clock, app, runner)


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
