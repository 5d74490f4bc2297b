"""``jardin-node join``: with an invitation, the node gets its name and keys in the garden."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sensor_node.console import pick, run_command
from sensor_node.errors import language_of

if TYPE_CHECKING:
    from sensor_node.credentials import Credentials


def add_arguments(join: argparse.ArgumentParser) -> None:
    """What ``join`` understands."""
    join.add_argument(
        "invitation",
        metavar=pick("INVITATION", "INVITATION"),
        help=pick(
            "fichier d'invitation, son texte (jardin://…), ou code de 16 lettres",
            "invitation's file, its text (jardin://…), or code of 16 letters",
        ),
    )
    join.add_argument(
        "--gateway",
        metavar=pick("ADRESSE", "ADDRESS"),
        help=pick(
            "adresse de la passerelle, comme 192.168.1.10 ou jardin.local:8000. Par défaut : "
            "celle de l'invitation, sinon jardin.local",
            "address of the gateway, as 192.168.1.10 or jardin.local:8000. Default is the "
            "invitation's, else jardin.local",
        ),
    )
    join.add_argument(
        "--config",
        type=Path,
        default=Path("node.toml"),
        metavar="node.toml",
        help=pick(
            "réglages du nœud ; les clés vont à côté, dans garden.toml",
            "the node's settings; the keys go beside, into garden.toml",
        ),
    )
    join.set_defaults(command=run_join)


def run_join(options: argparse.Namespace) -> int:
    """Join, and try the broker's door."""
    language = _language(options.config)
    return run_command(lambda: _join(options, language), language)


def _join(options: argparse.Namespace, language: str) -> int:
    from sensor_node import credentials  # noqa: PLC0415 - --help needs none of these
    from sensor_node.join import Joining, read_invitation  # noqa: PLC0415

    invitation = read_invitation(options.invitation)
    own_name = _own_name(options.config)
    if invitation.link is not None:
        credentials.check_name(own_name, invitation.link.node)  # before it is used
        credentials.check_free(options.config, invitation.link.node)
    joined = credentials.joined_beside(options.config)
    if joined is not None and joined.get("invitation") == invitation.mark:
        print(_already(joined["node"], language), flush=True)
        return _try_door(options.config, language)
    joining = Joining(invitation, options.config, options.gateway, language)
    given = joining.account()
    credentials.check_name(own_name, given.node)
    credentials.check_free(options.config, given.node)
    path = joining.keep(given)
    print(_told(given, path, options.config, language), flush=True)
    return _try_door(options.config, language)


def _try_door(config: Path, language: str) -> int:
    from sensor_node import settings  # noqa: PLC0415
    from sensor_node.credentials import Joined, file_beside  # noqa: PLC0415
    from sensor_node.doctor_cli import tell  # noqa: PLC0415
    from sensor_node.setup.knock import network  # noqa: PLC0415

    joined = settings.load(Joined, file_beside(config), {})
    return tell(network(joined.broker), language)


def _told(given: Credentials, path: Path, config: Path, language: str) -> str:
    fr = language == "fr"
    joined = (
        f"{given.node} fait partie du jardin. Ses clés sont dans {path}, que lui seul peut lire."
        if fr
        else f"{given.node} is part of the garden. Its keys are in {path}, which it alone can read."
    )
    if config.exists():
        return joined
    more = (
        f"Il reste à dire ce qui est branché : jardin-node init --output {config}"
        if fr
        else f"What is connected is still to be told: jardin-node init --output {config}"
    )
    return f"{joined}\n{more}"


def _already(node: str, language: str) -> str:
    if language == "fr":
        return f"{node} fait déjà partie du jardin, avec cette invitation."
    return f"{node} is part of the garden already, with this invitation."


def _own_name(config: Path) -> object:
    """The name in node.toml, None where there is no such file yet. Raises ``ConfigError``."""
    from sensor_node import settings  # noqa: PLC0415

    return settings.read_toml(config).get("node") if config.exists() else None


def _language(config: Path) -> str:
    """node.toml's, where it can be read; what is wrong with it is said later."""
    from sensor_node import settings  # noqa: PLC0415
    from sensor_node.errors import LANGUAGES, ConfigError  # noqa: PLC0415

    try:
        told = settings.read_toml(config).get("language") if config.exists() else None
    except ConfigError:
        told = None
    return told if told in LANGUAGES else language_of()
