"""``jardin-gateway passphrase``, ``code`` and ``token``: keys, from the garden's own computer."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gateway import folder
from gateway.bounds import check_range
from gateway.catalogue import Catalogue
from gateway.security.audit import CONSOLE
from gateway.security.giving import Giver
from gateway.security.keyring import Keyring
from gateway.security.roles import Role, Scope
from gateway.security.tokens import Token
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.clock import SystemClock
from sensor_node.console import pick
from sensor_node.errors import UsageError

LEAST: Final = 0.01
MOST_HOURS: Final = 24 * 31
MOST_DAYS: Final = 3650
MOST_NUMBER: Final = 2**63 - 1
"""What SQLite can number."""


def set_passphrase(config: Path, role: str) -> int:
    """Ask for the passphrase of ``role`` twice, or read it from the standard input; returns 0."""
    settings = settings_file.load(GatewaySettings, config)
    text = _ask() if sys.stdin.isatty() else sys.stdin.readline()
    with _giver(settings) as (giver, _):
        giver.passphrase(Role(role), text)
    print(
        pick(
            "C'est fait. Qui était entré avec l'ancienne phrase doit entrer de nouveau.",
            "Done. Whoever was in by the old passphrase has to enter again.",
        )
    )
    return 0


def make_code(config: Path, role: str, plant: str | None, hours: float) -> int:
    """Print a new code and until when it is good; returns 0. The gateway may be running."""
    check_range("--hours", hours, LEAST, MOST_HOURS)
    settings = settings_file.load(GatewaySettings, config)
    with _giver(settings) as (giver, _):
        text, until_ms = giver.code(Role(role), plant, hours)
    until = _local(settings, until_ms)
    if role == Role.KEEPER:
        address = f"http://localhost:{settings.http.port}/entrer?code={text}"
        print(
            pick(
                f"{address}\nUne seule fois, sur cet ordinateur, avant le {until}.",
                f"{address}\nOnce, on this computer, before {until}.",
            )
        )
        return 0
    print(pick(f"{text}\nSur la page /entrer, jusqu'au {until}.",
               f"{text}\nOn the page /entrer, until {until}."))  # fmt: skip
    return 0


def create_token(
    config: Path, label: str, scopes: Sequence[str], node: str | None, days: float
) -> int:
    """Print a new token, once; returns 0."""
    check_range("--days", days, LEAST, MOST_DAYS)
    settings = settings_file.load(GatewaySettings, config)
    with _giver(settings) as (giver, _):
        text, token = giver.token(label, sorted({Scope(scope) for scope in scopes}), node, days)
    print(text)
    until = _local(settings, token.until_ms)
    print(
        pick(
            f"Jeton n° {token.id}, jusqu'au {until}. Il ne sera plus montré : copiez-le maintenant "
            "dans le programme (Authorization: Bearer …).",
            f"Token number {token.id}, until {until}. It will not be shown again: copy it into the "
            "program now (Authorization: Bearer …).",
        ),
        file=sys.stderr,
    )
    return 0


def list_tokens(config: Path) -> int:
    """Print every token with its last use; returns 0."""
    settings = settings_file.load(GatewaySettings, config)
    folder.check_made(settings.data)
    with _giver(settings) as (_, keyring):
        tokens = keyring.tokens.all()
    for token in tokens:
        print(_line(settings, token))
    if not tokens:
        print(pick("Aucun jeton.", "No token."))
    return 0


def revoke_token(config: Path, number: int) -> int:
    """Revoke the token of that number; returns 0. Raises ``UsageError`` where there is none."""
    settings = settings_file.load(GatewaySettings, config)
    folder.check_made(settings.data)
    with _giver(settings) as (giver, _):
        if not 0 < number <= MOST_NUMBER or giver.revoke_token(number) is None:
            raise UsageError(
                "UNKNOWN_TOKEN",
                fr=f"Il n'y a pas de jeton n° {number} : voyez « jardin-gateway token list ».",
                en=f"There is no token number {number}: see 'jardin-gateway token list'.",
            )
    print(pick(f"Le jeton n° {number} n'ouvre plus rien.", f"Token {number} opens nothing now."))
    return 0


@contextmanager
def _giver(settings: GatewaySettings) -> Iterator[tuple[Giver, Keyring]]:
    """The keys of the garden, which may be running."""
    with folder.shared(settings.data), closing(Catalogue(settings.data / "garden.sqlite")) as known:
        clock = SystemClock(trusted=settings.clock == "system")
        yield Giver(known.keyring, clock, CONSOLE), known.keyring


def _ask() -> str:
    text = getpass.getpass(pick("Nouvelle phrase : ", "New passphrase: "))
    if getpass.getpass(pick("Encore une fois : ", "Once more: ")) != text:
        raise UsageError(
            "PASSPHRASE_TWICE",
            fr="Les deux phrases diffèrent : recommencez. Rien n'a été changé.",
            en="The two passphrases differ: try again. Nothing was changed.",
        )
    return text


def _line(settings: GatewaySettings, token: Token) -> str:
    never = pick("jamais utilisé", "never used")
    used = never if token.used_ms is None else _local(settings, token.used_ms)
    end = pick("jusqu'au ", "until ") + _local(settings, token.until_ms)
    if token.revoked_ms is not None:
        end = pick("révoqué le ", "revoked ") + _local(settings, token.revoked_ms)
    scopes = " ".join(sorted(token.scopes))
    return (
        f"{token.id:>4}  {token.label:<24} {scopes:<16} {token.node or '-':<20} {used:<16}  {end}"
    )


def _local(settings: GatewaySettings, at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, ZoneInfo(settings.timezone)).strftime(
        "%Y-%m-%d %H:%M"
    )
