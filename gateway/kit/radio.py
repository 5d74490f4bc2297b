"""What the kit's own Wi-Fi tells: how many are on it, and whether another kit is near.

Counts and kits' names only: neither a phone's name or address, nor another network's, is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.kit.network_state import SERVES, Radio
from gateway.kit.system import System

KIT_NAMES: Final = "JARDIN-"
"""How the Wi-Fi of every kit is called at first."""
SERVES_MINIMAL: Final = 19
"""How many stations the radio of a Pi takes with the firmware that is not the usual one."""
FIRMWARE: Final = "etc/alternatives/cyfmac43455-sdio.bin"
LEASES: Final = "var/lib/NetworkManager/dnsmasq-{interface}.leases"
NAME: Final = (
    "busctl", "call", "org.freedesktop.Avahi", "/", "org.freedesktop.Avahi.Server",
    "GetHostNameFqdn",
)  # fmt: skip
NEIGHBOURS: Final = (
    "nmcli", "-t", "-e", "yes", "-f", "BSSID,CHAN,SSID", "device", "wifi", "list",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """What ``iw dev … info`` says of the kit's own."""

    ssid: str
    address: str
    channel: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A network that was seen."""

    address: str
    channel: int
    ssid: str


def look_at_radio(system: System, interface: str) -> Radio:
    """Ask the system; what it does not say stays at its default."""
    own = access_point(_told(system, "iw", "dev", interface, "info"))
    name = _quoted(_told(system, *NAME))
    if own is None:
        return Radio(name=name)
    seen = neighbours(_told(system, *NEIGHBOURS, "ifname", interface, "--rescan", "no"))
    kits = [one for one in seen if one.address != own.address and is_kit(one.ssid, own.ssid)]
    return Radio(
        stations=stations(_told(system, "iw", "dev", interface, "station", "dump")),
        room=_room(system.root),
        leases=leases_in(system.root / LEASES.format(interface=interface)),
        same_name=sum(one.ssid == own.ssid for one in kits),
        same_channel=sum(one.channel == own.channel for one in kits),
        name=name,
    )


def is_kit(ssid: str, own: str) -> bool:
    """Whether ``ssid`` is a kit's, by its name."""
    return ssid == own or ssid.startswith(KIT_NAMES)


def access_point(info: str) -> AccessPoint | None:
    """Reads ``iw dev … info``; None where the interface is no access point."""
    if not re.search(r"(?m)^\s*type AP$", info):
        return None
    ssid = re.search(r"(?m)^\s*ssid (.*)$", info)
    address = re.search(r"(?m)^\s*addr ([0-9a-f:]{17})$", info)
    channel = re.search(r"(?m)^\s*channel (\d+)", info)
    return AccessPoint(
        ssid.group(1) if ssid else "",
        address.group(1) if address else "",
        int(channel.group(1)) if channel else 0,
    )


def stations(dump: str) -> int:
    """Counts them in ``iw dev … station dump``."""
    return len(re.findall(r"(?m)^Station [0-9a-f:]{17} ", dump))


def neighbours(table: str) -> list[Neighbour]:
    """Reads ``nmcli -t -f BSSID,CHAN,SSID device wifi list``: colons inside a field are escaped."""
    found = []
    for line in table.splitlines():
        fields = [re.sub(r"\\(.)", r"\1", one) for one in re.split(r"(?<!\\):", line, maxsplit=2)]
        if len(fields) == 3 and fields[1].isdecimal():
            found.append(Neighbour(fields[0].lower(), int(fields[1]), fields[2]))
    return found


def leases_in(path: Path) -> int:
    """How many addresses dnsmasq has given, by the file that it keeps; 0 where there is none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return sum(line[:1].isdecimal() for line in lines)


def _room(root: Path) -> int:
    """By the link that chooses the radio's firmware (Raspberry Pi OS, update-alternatives)."""
    try:
        chosen = (root / FIRMWARE).readlink()
    except OSError:
        return SERVES
    return SERVES_MINIMAL if "minimal" in chosen.name else SERVES


def _quoted(answer: str) -> str:
    """``s "jardin.local"``, as busctl writes a text."""
    found = re.fullmatch(r's "([A-Za-z0-9.-]{1,253})"\s*', answer)
    return found.group(1) if found else ""


def _told(system: System, *command: str) -> str:
    return system.said(*command, patience_s=10.0) or ""
