"""What node.toml may say: the one table behind the file, JARDIN_… variables and the docs."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sensor_node import credentials, outbox, settings, wire
from sensor_node.link import Broker
from sensor_node.settings import section, setting
from sensor_node.signals.settings import SignalSettings


@dataclass(frozen=True)
class NodeSettings:
    """The settings of a node."""

    node: str = setting(fr="nom du nœud", en="name of the node")
    data: Path = setting(fr="dossier de la boîte d'envoi", en="folder of the outbox")
    interval_s: float = setting(
        300.0, fr="secondes entre deux mesures", en="seconds between two samples", unit="s",
        least=10, most=3600,
    )  # fmt: skip
    language: str = setting(
        "fr", fr="langue des messages", en="language of the messages", choices=("fr", "en")
    )
    clock: str = setting(
        "auto",
        fr="« auto » : NTP ou la passerelle donne l'heure ; « system » : cette horloge est crue",
        en="'auto': NTP or the gateway gives the time; 'system': this clock is believed",
        choices=("auto", "system"),
    )
    pins: str = setting(
        "gpio",
        fr="« gpio » : les vraies broches ; « fake » : des capteurs factices",
        en="'gpio': the real pins; 'fake': fake sensors",
        choices=("gpio", "fake"),
    )
    outbox_packs: int = setting(
        outbox.DEFAULT_CAPACITY,
        fr="paquets gardés au plus dans la boîte d'envoi",
        en="packs kept in the outbox at the most",
        least=100,
    )
    broker: Broker = section(Broker)
    signals: SignalSettings = section(SignalSettings)
    sensors: list[object] = field(default_factory=list)

    @property
    def outbox_path(self) -> Path:
        """The outbox's file."""
        return self.data / "outbox.sqlite"


def load(path: Path) -> NodeSettings:
    """The settings in ``path``, and the keys beside it where the node has joined.

    Raises ``ConfigError`` that names the key and what to write.
    """
    table = settings.read_toml(path)
    if (joined := credentials.joined_beside(path)) is not None:
        table = credentials.with_garden(table, joined)
    loaded = settings.build(NodeSettings, table, os.environ)
    wire.check_id(loaded.node, "node")
    loaded.signals.check()
    return loaded
