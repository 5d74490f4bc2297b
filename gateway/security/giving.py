"""Giving keys out and taking them back, for the command line and for the keeper's pages alike.

Each is written down in the log.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.security.codes import HOURS
from gateway.security.keyring import Keyring
from gateway.security.roles import Role, Scope
from gateway.security.sessions import DAY_MS, HOUR_MS
from gateway.security.tokens import DAYS, Token
from gateway.workshop.plants import PLANTS
from sensor_node import wire
from sensor_node.clock import Clock
from sensor_node.errors import UsageError


class Giver:
    """Gives keys of the ``keyring`` in the name of ``by``: a role, or the console."""

    def __init__(self, keyring: Keyring, clock: Clock, by: str) -> None:
        self._keyring = keyring
        self._clock = clock
        self._by = by

    def passphrase(self, role: Role, text: str, *, first: bool = False) -> bool:
        """Set the passphrase of ``role``; ``first``: only where there is none yet, and whether it
        is set. Raises ``AccessRefused`` for a weak one.
        """
        is_set = self._keyring.passphrases.put(role, text, self._clock.wall_ms(), first=first)
        if is_set:
            self._note("PASSPHRASE_SET", role)
        return is_set

    def code(self, role: Role, plant: str | None = None, hours: float = HOURS) -> tuple[str, int]:
        """A new code and when it ends. Raises ``UsageError`` for a plant that is none."""
        if (role == Role.GROUP) != (plant is not None) or (plant and plant not in PLANTS):
            raise _which_plant()
        now_ms = self._clock.wall_ms()
        until_ms = now_ms + round(hours * HOUR_MS)
        text = self._keyring.codes.make(role, until_ms, now_ms, plant)
        self._note("CODE_MADE", f"{role} {plant or ''}".strip())
        return text, until_ms

    def revoke_code(self, number: int) -> bool:
        """Take a code back, with the sessions it began; whether there was one."""
        found = self._keyring.codes.revoke(number)
        if found:
            self._note("CODE_REVOKED", str(number))
        return found

    def token(
        self, label: str, scopes: Sequence[Scope], node: str | None, days: float = DAYS
    ) -> tuple[str, Token]:
        """A new token and what is known of it. Raises ``UsageError`` where the node is missing,
        superfluous or no name.
        """
        if (Scope.SEND in scopes) != (node is not None) or (node and not is_writable(node)):
            raise _which_node()
        now_ms = self._clock.wall_ms()
        until_ms = now_ms + round(days * DAY_MS)
        text, token = self._keyring.tokens.make(label, scopes, node, until_ms, now_ms)
        self._note("TOKEN_MADE", f"{token.id} {' '.join(sorted(scopes))} {node or ''}".strip())
        return text, token

    def revoke_token(self, number: int) -> Token | None:
        """Take a token back; None where there is none of that number."""
        token = self._keyring.tokens.revoke(number, self._clock.wall_ms())
        if token is not None:
            self._note("TOKEN_REVOKED", str(number))
        return token

    def _note(self, what: str, about: str) -> None:
        self._keyring.audit.note(self._by, what, about, self._clock.wall_ms())


def is_writable(node: str) -> bool:
    """Whether a program may be given ``node``: a name of its own, or a group's sandbox."""
    return wire.is_id(node.removeprefix(wire.SANDBOX))


def _which_plant() -> UsageError:
    some = ", ".join(PLANTS[:8])
    return UsageError(
        "CODE_PLANT",
        fr=f"Un code de groupe a une plante, les autres n'en ont pas : {some}…",
        en=f"A group's code has a plant, the others have none: {some}…",
    )


def _which_node() -> UsageError:
    return UsageError(
        "TOKEN_NODE",
        fr="Un jeton « send » est lié à un nœud (node) : un nom comme « meteo », ou "
        "« atelier.tomate » ; les autres n'en ont pas.",
        en="A token 'send' is bound to a node: a name as 'meteo', or 'atelier.tomate'; the others "
        "have none.",
    )
