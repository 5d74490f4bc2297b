"""``jardin-gateway init``: its arguments, and what it says."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sensor_node.console import pick
from sensor_node.errors import language_of

if TYPE_CHECKING:
    from gateway.keys.names import Names
    from gateway.keys.place import Place

TLS_PORT = 8883


def add_arguments(init: argparse.ArgumentParser) -> None:
    """What ``init`` understands."""
    init.add_argument(
        "--data",
        type=Path,
        metavar=pick("DOSSIER", "FOLDER"),
        help=pick(
            "dossier des données. Par défaut : celui de gateway.toml, sinon jardin-data",
            "folder of the data. Default is gateway.toml's, else jardin-data",
        ),
    )
    init.add_argument("--config", type=Path, default=Path("gateway.toml"), metavar="gateway.toml")
    init.add_argument("--garden", default="Jardin", help=pick("nom du jardin", "garden's name"))
    init.add_argument(
        "--name",
        action="append",
        default=[],
        help=pick(
            "autre nom ou adresse IP de la passerelle (répétable)",
            "further name or IP address of the gateway (repeatable)",
        ),
    )
    init.add_argument(
        "--port", type=int, default=TLS_PORT, help=pick("port MQTT chiffré", "encrypted MQTT port")
    )
    init.add_argument(
        "--plain-port",
        type=int,
        metavar="1883",
        help=pick(
            "ouvrir aussi un port MQTT en clair, pour les seuls sujets « say » des ateliers",
            "also open an MQTT port in the clear, for the workshops' 'say' topics alone",
        ),
    )
    init.add_argument(
        "--renew",
        action="store_true",
        help=pick(
            "refaire les certificats, pour les noms d'aujourd'hui ; aucun nœud ne change",
            "make the certificates anew, for the names of today; no node changes",
        ),
    )
    init.set_defaults(command=run_init)


def run_init(options: argparse.Namespace) -> int:
    """Make the garden's keys, or renew its certificates; returns 0."""
    from gateway.keys.place import Place  # noqa: PLC0415 - --help needs none of these
    from sensor_node.clock import SystemClock  # noqa: PLC0415

    place = Place(_data(options))
    if options.renew:
        from gateway.keys.making import renew  # noqa: PLC0415

        names = renew(place, options.name, SystemClock())
        print(_renewed(names))
        return 0
    from gateway.keys.broker import Doors  # noqa: PLC0415
    from gateway.keys.making import Plan, make_garden  # noqa: PLC0415

    doors = Doors(options.port, options.plain_port)
    plan = Plan(options.garden, language_of(), doors, options.name)
    names = make_garden(place, options.config, plan, SystemClock())
    print(_made(place, options.config, names))
    return 0


def _data(options: argparse.Namespace) -> Path:
    if options.data is not None:
        return Path(options.data)
    if options.config.exists():
        from gateway.settings import GatewaySettings  # noqa: PLC0415
        from sensor_node import settings  # noqa: PLC0415

        return settings.load(GatewaySettings, options.config).data
    return Path("jardin-data")


def _made(place: Place, config: Path, names: Names) -> str:
    from gateway.broker import find_mosquitto  # noqa: PLC0415 - --help needs none of it

    conf = place.broker.resolve() / "mosquitto.conf"
    steps = (
        (f"{find_mosquitto() or 'mosquitto'} -c {conf}", "le serveur MQTT", "the MQTT broker"),
        (f"jardin-gateway run --config {config}", "la passerelle", "the gateway"),
        (f"jardin-gateway node add bac-1 --config {config}", "inviter un nœud", "invite a node"),
    )
    known = ", ".join([*names.hosts, *names.addresses])
    lines = [
        pick(
            f"Le jardin a ses clés, dans {place.keys} ; gardez-en une copie en lieu sûr : sans "
            "elle, une carte perdue fait rejoindre tous les nœuds.",
            f"The garden has its keys, in {place.keys}; keep a copy in a safe place: without one, "
            "a lost card makes all nodes join again.",
        ),
        pick(f"Noms de la passerelle : {known}.", f"The gateway's names: {known}."),
        pick("Et maintenant :", "What is next:"),
        *(f"  {command}\n      {pick(fr, en)}" for command, fr, en in steps),
    ]
    return "\n".join(lines)


def _renewed(names: Names) -> str:
    known = ", ".join([*names.hosts, *names.addresses])
    return pick(
        f"Les certificats sont refaits pour : {known}. Relancez le serveur MQTT et la passerelle.",
        f"The certificates are made anew for: {known}. Start the broker and the gateway again.",
    )
