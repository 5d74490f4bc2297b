"""The card that this program runs on, as an update sees it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.bundle.host import Host
from gateway.folder import DATABASES
from gateway.kit import refusals, releases
from gateway.kit.health import Watch, look_of
from gateway.kit.safekeeping import FilesKept, GardenKept
from gateway.kit.system import System
from gateway.kit.updating import Card
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.clock import SystemClock

GATEWAY_TOML: Final = Path("etc/jardin/gateway.toml")
NODE_DATA: Final = Path("var/lib/jardin-node")
COPIES: Final = 3
"""The copy itself, the zip it is packed into, and as much again to spare."""


class CardKept:
    """All databases of a card: the garden's together, each other one by itself."""

    def __init__(self, settings: GatewaySettings | None, node_data: Path | None) -> None:
        data = settings.data if settings else None
        self._garden = GardenKept(settings) if settings else None
        self._folders = [folder for folder in (data, node_data) if folder and folder.is_dir()]
        self._files = [FilesKept(folder) for folder in self._folders]

    def keep(self) -> None:
        """Copy them. Raises ``StorageError``."""
        if self._garden is not None:
            self._garden.keep(_now_ms())
        for files in self._files:
            files.keep()

    def put_back(self) -> None:
        """Where the newer version has changed their layout, the copies come back."""
        if self._garden is not None:
            self._garden.put_back(_now_ms())
        for files in self._files:
            files.put_back()

    def bytes(self) -> int:
        """How much room a copy may take."""
        names = (*DATABASES, "outbox.sqlite")
        found = (folder / name for folder in self._folders for name in names)
        return COPIES * sum(path.stat().st_size for path in found if path.exists())


def card_of(
    system: System,
    *,
    pause: Callable[[float], object] = time.sleep,
    host: Host | None = None,
    watch: Callable[..., Watch] = Watch,
) -> Card:
    """The card whose system is ``system``. Raises ``GardenError`` where it is none."""
    release = releases.current(system.root)
    if release is None:
        raise refusals.no_card()
    role = release.role
    settings = None
    if role != "node":
        settings = settings_file.load(GatewaySettings, system.root / GATEWAY_TOML)
    node_data = system.root / NODE_DATA if role != "gateway" else None
    port = settings.http.port if settings else 0
    return Card(
        role=role,
        system=system,
        kept=CardKept(settings, node_data),
        watch=watch(look_of(role, port, system), pause),
        host=host or Host.here(system.root),
    )


def stay_in_this_version() -> None:
    """Start this program again by the true path of its environment where it came by a link: what
    it loads after the switch would else be of the other version.
    """
    true = Path(sys.prefix).resolve()
    if sys.prefix != str(true):
        python = str(true / "bin" / "python")
        os.execv(python, [python, *sys.orig_argv[1:]])  # noqa: S606 - our own program


def _now_ms() -> int:
    return SystemClock().wall_ms()
