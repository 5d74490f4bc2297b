"""What gateway.toml says of a kit that is lent to schools."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateway.kit.network_state import STATE
from sensor_node.settings import setting


@dataclass(frozen=True)
class KitSettings:
    """What this computer lets the garden do with it."""

    requests: Path | None = setting(
        None,
        fr="dossier où le système est prié de ce qui demande des droits ; sans lui, jamais",
        en="folder in which the system is asked for what takes rights; without it, never",
    )
    network: Path = setting(
        STATE,
        fr="fichier où le gardien du câble dit ce qu'il sait des réseaux",
        en="file in which the guard of the cable says what it knows of the networks",
    )
