"""``jardin-gateway doctor``: what is well, what is not, and what to do about it."""

from __future__ import annotations

import json
import sys
import textwrap
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.kit import network_words
from gateway.kit.network_state import read
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.clock import SystemClock
from sensor_node.console import pick
from sensor_node.errors import NetworkError, language_of

WIDTH: Final = 80
PATIENCE_S: Final = 10.0
MARKS: Final = {"good": "✓", "warning": "!", "unknown": "?", "bad": "✗"}
NAMES: Final = {
    "ingest": ("réception", "intake"),
    "broker": ("serveur MQTT", "MQTT broker"),
    "commit": ("écriture", "writing"),
    "queue": ("file d'attente", "queue"),
    "databases": ("bases", "databases"),
    "disk": ("disque", "disk"),
    "backup": ("sauvegarde", "backup"),
    "quarantine": ("quarantaine", "quarantine"),
    "clock": ("heure", "time"),
    "nodes": ("nœuds", "nodes"),
    "forecast": ("prévision", "forecast"),
    "keys": ("clés", "keys"),
    "messages": ("messages", "messages"),
    "gateway": ("passerelle", "gateway"),
    "cable": ("câble", "cable"),
    "wifi": ("Wi-Fi", "Wi-Fi"),
    "kits": ("autres kits", "other kits"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was looked at, as the gateway or its networks tell it."""

    name: str
    state: str
    text: str
    code: str | None = None


def examine(config: Path, *, as_json: bool) -> int:
    """Ask the running gateway how it is; where it does not answer, tell that and what is known
    without it. Returns 4 where something is bad, else 0.
    """
    settings = settings_file.load(GatewaySettings, config)
    told = _of_the_gateway(settings)
    if as_json:
        print(json.dumps([_object(one) for one in told], ensure_ascii=False, indent=1))
    else:
        for one in told:
            print(*_lines(one), sep="\n")
    return NetworkError.exit_code if any(one.state == "bad" for one in told) else 0


def _of_the_gateway(settings: GatewaySettings) -> list[Told]:
    address = f"http://127.0.0.1:{settings.http.port}/api/v1/health"
    asked = urllib.request.Request(address, headers={"Accept-Language": language_of()})
    # Whatever proxy this computer has, it is not for its own doors.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=PATIENCE_S) as response:
            found = json.load(response)["checks"]
            return [_told(one) for one in found]
    except (OSError, ValueError, KeyError, TypeError):
        return [_unheard(), *_networks(settings)]


def _told(check: Mapping[str, Any]) -> Told:
    return Told(
        str(check["name"]), str(check["state"]), str(check.get("text") or ""), check.get("code")
    )


def _unheard() -> Told:
    error = NetworkError(
        "DOCTOR_UNHEARD",
        fr="La passerelle ne répond pas ici : systemctl status jardin-gateway en dit la raison. Si "
        "elle est privée, sa page « Santé » dit le reste à qui est entré.",
        en="The gateway does not answer here: systemctl status jardin-gateway says why. If it is "
        "private, its page 'Health' tells the rest to whoever has entered.",
    )
    return Told("gateway", "bad", error.text(language_of()), error.code)


def _networks(settings: GatewaySettings) -> list[Told]:
    state = read(settings.kit.network)
    found = [] if state is None else network_words.found(state, SystemClock().monotonic_s())
    return [Told(one.name, one.state, pick(one.fr, one.en), one.code or None) for one in found]


def _lines(one: Told) -> Sequence[str]:
    """``✓ heure             bien``, in the characters that this terminal has."""
    name = pick(*NAMES.get(one.name, (one.name, one.name)))
    text = one.text or pick("tout va bien", "all is well")
    if one.code:
        text = f"{text} ({one.code})"
    first = f"{MARKS.get(one.state, '?')} {name:<16} "
    lines = textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first))
    encoding = sys.stdout.encoding or "ascii"
    return [line.encode(encoding, "replace").decode(encoding) for line in lines]


def _object(one: Told) -> dict[str, str | None]:
    return {"check": one.name, "state": one.state, "code": one.code, "text": one.text or None}
