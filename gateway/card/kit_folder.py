"""The kit's folder on the volunteer's computer: what its cards have in common, and all its keys.

``kit.toml`` (names, Wi-Fi), ``data/`` (authority, accounts, invitations: what ``jardin-gateway
init`` makes) and one ``<node>.join`` for each node. Whoever has the folder can make any card of the
kit again; it belongs in a locked drawer. A kill leaves nothing half made that the next run does not
finish.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
import tomllib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from gateway.card.answers import GATEWAY_ADDRESS, Answers, Words
from gateway.card.sheet import FILE as SHEET
from gateway.card.sheet import sheet
from gateway.durable import write_whole
from gateway.keys.book import Book
from gateway.keys.broker import Doors
from gateway.keys.inviting import invite_by_link
from gateway.keys.making import Plan, make_garden
from gateway.keys.place import Place, make_private
from gateway.toml_text import toml_line
from sensor_node.clock import Clock
from sensor_node.damage import told
from sensor_node.errors import ConfigError
from sensor_node.joining import new_link, parse_link
from sensor_node.trust import fingerprint

FILE: Final = "kit.toml"
HTTP_PORT: Final = 80
"""So that phones need no number, and their question whether this is the internet is answered."""
GOOD_MS: Final = 400 * 86_400_000
"""How long the invitations of a kit are good: it may wait for a school year in a cupboard."""
KEYS: Final = (
    "authority.crt", "authority.key", "broker.crt", "broker.key", "web.crt", "web.key",
    "gateway.password",
)  # fmt: skip
BOOK: Final = "keys.sqlite"


@dataclass(frozen=True, slots=True)
class Facts:
    """What all cards of a kit say alike. ``nodes``: their names, with a blank between them;
    ``carried``: those whose invitations the gateway's card took along when it was made.
    """

    name: str
    hostname: str
    garden: str
    language: str
    country: str
    timezone: str
    hotspot: str
    password: str
    code: str
    nodes: str
    carried: str = ""


def new_name() -> str:
    """A kit's name: ``jardin-7f3a``, so that two kits in one room are told apart."""
    return f"jardin-{secrets.token_hex(2)}"


def hotspot_of(name: str) -> str:
    """The Wi-Fi's name of the kit ``name``: ``JARDIN-7f3a``."""
    found = re.search(r"[A-Za-z0-9]{1,8}$", name)
    return f"JARDIN-{found.group() if found else secrets.token_hex(2)}"


class KitFolder:
    """The kit in ``path``; ``is_made`` once its ``facts`` are written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = Place(path / "data")

    @property
    def is_made(self) -> bool:
        """Whether it says what its cards have in common."""
        return (self.path / FILE).exists()

    def facts(self) -> Facts:
        """What it says. Raises ``ConfigError``."""
        path = self.path / FILE
        try:
            return Facts(**tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError(
                "KIT_UNREADABLE",
                fr=f"{path} n'est pas (ou plus) celui d'un kit : remettez-le d'une copie, ou "
                "donnez un autre dossier avec --kit.",
                en=f"{path} is not (or no longer) that of a kit: put it back from a copy, or give "
                "another folder with --kit.",
            ) from error

    def make(self, facts: Facts, clock: Clock) -> None:
        """``facts``, which are checked, its keys and an invitation for each node; of the latter
        what is there already stays as it is. Raises ``StorageError``.
        """
        make_private(self.path)
        self._write_facts(facts)
        config = self.path / "gateway.toml"
        if not (self.place.is_made and config.exists()):
            doors = Doors()
            plan = Plan(facts.garden, facts.language, doors, (GATEWAY_ADDRESS,), facts.hostname)
            make_garden(self.place, config, plan, clock)
        for node in facts.nodes.split():
            if not self.invitation_path(node).exists():
                self._invite(node, clock)

    def gateway_has_card(self, facts: Facts, answers: Answers) -> None:
        """Remember which nodes the gateway awaits, and lay its sheet beside. Raises
        ``StorageError``.
        """
        self._write_facts(replace(facts, carried=facts.nodes))
        path = self.path / SHEET
        with told(path):
            text = sheet(answers, Words(facts.password, facts.code))
            write_whole(path, text.encode(), private=True)

    def invitation_path(self, node: str) -> Path:
        """Where the invitation of ``node`` lies."""
        return self.path / f"{node}.join"

    def invitation(self, node: str, gateway: str) -> str:
        """The invitation of ``node``, who will find the gateway at ``gateway`` (host and port)."""
        path = self.invitation_path(node)
        with told(path):
            text = path.read_text(encoding="ascii")
        return f"{replace(parse_link(text), gateway=gateway)}\n"

    def keys(self) -> Mapping[str, bytes]:
        """The files of ``keys/`` that go onto the gateway's card. Raises ``StorageError``."""
        with told(self.place.keys / "x"):
            files = {name: (self.place.keys / name).read_bytes() for name in KEYS}
            return files | {BOOK: _whole_database(self.place.book)}

    def _invite(self, node: str, clock: Clock) -> None:
        authority = fingerprint(self.place.authority_text())
        link = new_link(f"{GATEWAY_ADDRESS}:{HTTP_PORT}", node, authority)
        with closing(Book(self.place.book)) as book:
            invite_by_link(book, link, clock.wall_ms(), again=True, good_ms=GOOD_MS)
        path = self.invitation_path(node)
        with told(path):
            write_whole(path, f"{link}\n".encode(), private=True)

    def _write_facts(self, facts: Facts) -> None:
        path = self.path / FILE
        lines = [toml_line(name, value) for name, value in asdict(facts).items()]
        head = "# Ce que disent toutes les cartes du kit. What all cards of the kit say alike."
        with told(path):
            write_whole(path, "\n".join([head, *lines, ""]).encode(), private=True)


def _whole_database(path: Path) -> bytes:
    """The database with what still lies in its journal."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.serialize()
