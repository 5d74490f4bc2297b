"""The three addresses of a kit: a number, and two names for whoever's phone knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from gateway.settings import GatewaySettings

NAMES: Final = ("jardin.lan", "jardin.local")
PLAIN_PORT: Final = 80


@dataclass(frozen=True, slots=True)
class Door:
    """One address as a person types it, and as a code leads to it."""

    typed: str
    link: str


def doors_of(settings: GatewaySettings, path: str = "") -> list[Door]:
    """The addresses of the kit of ``settings``, the number first: it always works."""
    port = "" if settings.http.port == PLAIN_PORT else f":{settings.http.port}"
    hosts = (settings.kit.address, *NAMES)
    return [Door(f"{host}{port}", f"http://{host}{port}{path}") for host in hosts]


def wifi_code(settings: GatewaySettings) -> str:
    """What a phone's camera joins the kit's Wi-Fi by; empty where this is no kit."""
    kit = settings.kit
    if kit.name is None or not kit.wifi_password:
        return ""
    return f"WIFI:T:WPA;S:{_escaped(kit.name)};P:{_escaped(kit.wifi_password)};;"


def welcome_path(settings: GatewaySettings) -> str:
    """Where the sheet's code leads: the first start, its code filled in."""
    code = settings.kit.code
    return "/bienvenue" if code is None else f"/bienvenue?code={quote(code)}"


def _escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in '\\;,":' else letter for letter in text)
