"""The first start of a kit: whoever holds its printed sheet names the garden and becomes keeper.

The code on the sheet opens only while the garden has no keeper's passphrase, so the next school
starts with the same sheet. By the everyday door it makes a gardener, who can run a workshop;
the passphrase is chosen at the safe door, where nobody reads along.
"""

from __future__ import annotations

import hmac

from gateway.kit import garden
from gateway.kit.garden import Garden
from gateway.security.codes import plain
from gateway.security.giving import Giver
from gateway.security.refusals import AccessRefused, https_needed, wrong_key
from gateway.security.roles import Role
from gateway.security.sessions import Session
from gateway.service import Gateway

BY = "first start"
"""Whoever changed something with the code of the sheet, in the log."""


class Welcome:
    """The first start of the kit behind ``gateway``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._code = gateway.settings.kit.code

    @property
    def is_open(self) -> bool:
        """Whether the code of the sheet opens: there is one, and no keeper yet."""
        return self._code is not None and not self.has_keeper

    @property
    def has_keeper(self) -> bool:
        """Whether the keeper's passphrase was chosen."""
        return Role.KEEPER in self._gateway.access.keyring.passphrases.roles()

    @property
    def garden(self) -> Garden | None:
        """What was told of the garden; None before that."""
        return garden.kept(self._gateway.settings.data)

    def enter(self, code: str, *, secure: bool) -> Session:
        """A gardener's session for whoever has the sheet. Raises ``AccessRefused``."""
        self._check(code)
        access, now_ms = self._gateway.access, self._gateway.clock.wall_ms()
        session = access.sessions.begin(Role.GARDENER, now_ms, secure=secure)
        access.note(BY, "FIRST_START_ENTERED")
        return session

    def become_keeper(
        self, code: str, passphrase: str, *, secure: bool, safe: bool, address: str | None
    ) -> Session:
        """Choose the keeper's passphrase, once; the session of whoever did.

        ``safe``: by https or on this computer; ``address``: where that door is. Raises
        ``AccessRefused``.
        """
        if not safe:
            raise https_needed(address)
        self._check(code)
        access, clock = self._gateway.access, self._gateway.clock
        if not Giver(access.keyring, clock, BY).passphrase(Role.KEEPER, passphrase, first=True):
            raise closed()  # somebody else with the sheet was quicker, by a second
        return access.sessions.begin(Role.KEEPER, clock.wall_ms(), secure=secure)

    def name(self, told: Garden, by: str) -> None:
        """Keep what was told of the garden; the gateway then begins again with it.

        Raises ``UsageError`` where this is no kit, and ``StorageError``.
        """
        self._gateway.settings.kit.check_is_kit()
        garden.keep(self._gateway.settings.data, told)
        self._gateway.access.note(by, "GARDEN_NAMED")
        self._gateway.begin_again()

    def _check(self, code: str) -> None:
        if not self.is_open:
            raise closed()
        with self._gateway.access.for_codes.one_try():
            if not hmac.compare_digest(plain(code).encode(), plain(self._code or "").encode()):
                raise wrong_key()


def closed() -> AccessRefused:
    """To whoever comes with the sheet once there is a keeper."""
    return AccessRefused(
        403,
        "FIRST_START_OVER",
        fr="Ce kit est déjà en route : la feuille n'ouvre plus rien. Demandez un code au "
        "responsable ; s'il a perdu sa phrase, « Phrase perdue » de la feuille dit que faire.",
        en="This kit is started already: the sheet opens nothing any more. Ask the keeper for a "
        "code; if the passphrase is lost, 'Lost passphrase' on the sheet says what to do.",
    )
