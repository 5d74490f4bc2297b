"""``jardin-node join``: from an invitation to credentials that the broker has accepted."""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sensor_node import credentials
from sensor_node.credentials import Credentials
from sensor_node.errors import NetworkError, UsageError
from sensor_node.gateway_door import Account, Garden, GatewayDoor
from sensor_node.joining import JoinLink, digest, keys_of, parse_link, typed

PENDING: Final = ".joining.json"
DEFAULT_GATEWAY: Final = "jardin.local"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What was given on the command line: a link or a code."""

    link: JoinLink | None
    code: str | None = field(repr=False)

    @property
    def mark(self) -> str:
        """Which one it is, without telling it."""
        return digest(str(self.link or self.code))


def read_invitation(text: str) -> Invitation:
    """The invitation that ``text`` is: a link, a code of 16 letters, or a file with a link in it.

    Raises ``UsageError``.
    """
    if text.startswith("jardin:"):
        return Invitation(parse_link(text), None)
    path = Path(text)
    if path.is_file():
        return Invitation(parse_link(_first_line(path)), None)
    code = typed(text)
    if code is None:
        raise UsageError(
            "INVITATION_UNREADABLE",
            fr=f"« {text[:40]} » n'est ni un fichier d'invitation ni un code de 16 lettres "
            "(lettres sans I ni O, chiffres de 2 à 9) : relisez-le, ou faites-en un autre avec "
            "« jardin-gateway node add ».",
            en=f"'{text[:40]}' is neither an invitation's file nor a code of 16 letters (letters "
            "without I and O, digits from 2 to 9): read it again, or make another one with "
            "'jardin-gateway node add'.",
        )
    return Invitation(None, code)


def _first_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    return next((line for line in lines if line.startswith("jardin:")), "")


@dataclass(frozen=True, slots=True)
class Pending:
    """What is kept until the account is ours: a cut, or a kill, may have hidden that it is."""

    mark: str
    garden: Garden
    claim: str = field(repr=False)
    password: str = field(repr=False)


class Joining:
    """Joins with ``invitation``; what is needed goes beside ``config``, the node's node.toml.

    ``gateway``: its address, None for the invitation's own or ``jardin.local``.
    """

    def __init__(
        self, invitation: Invitation, config: Path, gateway: str | None, language: str
    ) -> None:
        link = invitation.link
        self._invitation = invitation
        self._config = config
        self._pending = credentials.file_beside(config).with_name(PENDING)
        address = gateway or (link.gateway if link else DEFAULT_GATEWAY)
        self._door = GatewayDoor(address, language)

    def account(self) -> Credentials:
        """Take the account; after a failure it can be asked for again. Raises ``NetworkError``
        and ``StorageError``.
        """
        pending = self._resumed() or self._begun()
        try:
            account = self._door.account(pending.garden, pending.claim, pending.password)
        except NetworkError as error:
            if error.code.startswith("INVITATION_"):
                self._forget()  # nothing can come of it any more
            raise
        return _credentials(pending, account)

    def keep(self, given: Credentials) -> Path:
        """Write them down; returns garden.toml's path. Raises ``StorageError``."""
        path = credentials.write(given, self._config)
        self._forget()
        return path

    def _begun(self) -> Pending:
        link, code = self._invitation.link, self._invitation.code
        if link is not None:
            garden, claim = self._door.garden_with(link.authority), link.secret
        else:
            keys = keys_of(code or "")
            garden, claim = self._door.garden_of(keys), keys.claim
        password = secrets.token_urlsafe(32)
        pending = Pending(self._invitation.mark, garden, claim, password)
        credentials.write_private(self._pending, _written(pending))
        return pending

    def _resumed(self) -> Pending | None:
        try:
            pending = _read(self._pending.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if pending.mark != self._invitation.mark:
            return None
        return replace(pending, garden=replace(pending.garden, host=self._door.host))

    def _forget(self) -> None:
        with contextlib.suppress(OSError):
            self._pending.unlink()


def _credentials(pending: Pending, account: Account) -> Credentials:
    garden = pending.garden
    return Credentials(
        account.node,
        pending.mark,
        garden.host,
        account.broker_port,
        pending.password,
        garden.authority,
    )


def _written(pending: Pending) -> str:
    garden = pending.garden
    return json.dumps(
        {
            "mark": pending.mark,
            "garden": [garden.host, garden.https_port, garden.authority],
            "claim": pending.claim,
            "password": pending.password,
        }
    )


def _read(text: str) -> Pending:
    kept = json.loads(text)
    host, port, authority = kept["garden"]
    return Pending(kept["mark"], Garden(host, port, authority), kept["claim"], kept["password"])
