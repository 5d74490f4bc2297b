"""garden.toml: what the garden gave this node when it joined, beside its node.toml.

node.toml is the gardener's, to be shown and changed; garden.toml is the garden's, and secret. Where
both speak of the broker, garden.toml is right.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sensor_node import settings
from sensor_node.damage import beside, sync_folder
from sensor_node.database import storage_error
from sensor_node.errors import ConfigError
from sensor_node.link import Broker
from sensor_node.settings import section, setting
from sensor_node.setup.toml_text import toml_comment, toml_value
from sensor_node.trust import fingerprint

FILE: Final = "garden.toml"


@dataclass(frozen=True)
class Joined:
    """What garden.toml says."""

    node: str = setting(fr="nom du nœud dans le jardin", en="the node's name in the garden")
    invitation: str = setting("", fr="quelle invitation a servi", en="which invitation was used")
    broker: Broker = section(Broker)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a node that joined needs to enter. ``authority``: its certificate, PEM;
    ``invitation``: a digest of the one that was used.
    """

    node: str
    invitation: str
    host: str
    port: int
    password: str = field(repr=False)
    authority: str = field(repr=False)


def file_beside(config: Path) -> Path:
    """garden.toml beside this node.toml."""
    return config.absolute().with_name(FILE)


def joined_beside(config: Path) -> Mapping[str, Any] | None:
    """The tables of garden.toml beside this node.toml, None where the node has not joined.

    Raises ``ConfigError``.
    """
    path = file_beside(config)
    if not path.exists():
        return None
    table = settings.read_toml(path)
    settings.build(Joined, table)
    return table


def with_garden(table: Mapping[str, Any], joined: Mapping[str, Any]) -> dict[str, Any]:
    """node.toml's ``table`` with what the garden gave. Raises ``ConfigError`` for two names."""
    check_name(table.get("node"), joined["node"])
    return {**table, "node": joined["node"], "broker": joined["broker"]}


def check_name(own: object, joined: str) -> None:
    """A node that speaks under a name that is not its account's is heard by nobody."""
    if own not in (None, joined):
        raise ConfigError(
            "NODE_NAME_DIFFERS",
            fr=f"node.toml dit « {own} », mais le jardin connaît ce nœud comme « {joined} » : "
            f'écrivez node = "{joined}", ou invitez « {own} » avec « jardin-gateway node add ».',
            en=f"node.toml says '{own}', but the garden knows this node as '{joined}': write "
            f"node = \"{joined}\", or invite '{own}' with 'jardin-gateway node add'.",
        )


def check_free(config: Path, node: str) -> None:
    """The keys of one node are not written over those of another. Raises ``ConfigError``."""
    joined = joined_beside(config)
    if joined is not None and joined["node"] != node:
        path, other = file_beside(config), joined["node"]
        raise ConfigError(
            "KEYS_OF_ANOTHER",
            fr=f"{path} tient déjà les clés de « {other} », un autre nœud : donnez à « {node} » un "
            "dossier à lui (--config), ou, si ce nœud-là n'est plus, effacez ce fichier.",
            en=f"{path} holds the keys of '{other}' already, another node: give '{node}' a folder "
            "of its own (--config), or, if that node is no more, delete this file.",
        )


def write(credentials: Credentials, config: Path) -> Path:
    """Write garden.toml beside ``config``, whole or not at all, for its owner alone.

    The authority's file bears its fingerprint, so that the old garden.toml is right until the new
    one is. Raises ``StorageError``.
    """
    path = file_beside(config)
    authority = path.with_name(f"authority-{fingerprint(credentials.authority)[:16]}.crt")
    write_private(authority, credentials.authority)
    write_private(path, _text(credentials, authority))
    return path


def write_private(path: Path, text: str) -> None:
    """Give ``path`` this ``text``, for its owner alone, whole or not at all. What root writes is
    given to whom the folder belongs. Raises ``StorageError``.
    """
    part = beside(path, ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with open(part, "w", encoding="utf-8", opener=_private) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _give_to_owner(part)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _give_to_owner(path: Path) -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        owner = path.parent.stat()
        with contextlib.suppress(OSError):
            os.chown(path, owner.st_uid, owner.st_gid)


def _text(credentials: Credentials, authority: Path) -> str:
    lines = [
        toml_comment("Écrit par « jardin-node join » ; secret. Written by 'jardin-node join'."),
        f"node = {toml_value(credentials.node)}",
        f"invitation = {toml_value(credentials.invitation)}",
        "",
        "[broker]",
        f"host = {toml_value(credentials.host)}",
        f"port = {credentials.port}",
        f"username = {toml_value(credentials.node)}",
        f"password = {toml_value(credentials.password)}",
        f"ca = {toml_value(str(authority))}",
    ]
    return "\n".join(lines) + "\n"
