"""Who is at the door, and how one gets in."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.security import codes
from gateway.security.keyring import Keyring
from gateway.security.refusals import (
    AccessRefused,
    door_slow,
    https_needed,
    key_needed,
    no_keeper,
    not_allowed,
    not_yours,
    token_refused,
    wrong_key,
)
from gateway.security.roles import MATRIX, OWN, Action, Holder, Role, Scope, may
from gateway.security.sessions import Session, Sessions
from gateway.security.throttle import Pace, Throttle
from sensor_node import wire
from sensor_node.clock import Clock

BUSY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever asks: a person of a ``role``, or a program with ``scopes``.

    ``own``: the node or sandbox that the key is bound to. ``csrf``: for a form of a page, empty
    without a session. ``key``: which token, for its pace.
    """

    role: Role
    scopes: frozenset[Scope] = frozenset()
    own: str | None = None
    csrf: str = ""
    key: str = ""
    signed_in: bool = False

    def can(self, action: Action | str) -> bool:
        """Whether this key opens ``action``."""
        wanted = Action(action)
        return any(may(holder, wanted) for holder in self._holders)

    def may_write(self, node: str) -> bool:
        """Whether this key sends readings of ``node``."""
        mine = any(MATRIX[Action.SEND][one] == OWN for one in self._holders)
        return mine and node == self.own

    @property
    def _holders(self) -> tuple[Holder, ...]:
        return self.role, *self.scopes

    @property
    def name(self) -> str:
        """What the log and the journal call it: a role, or ``program``."""
        return "program" if self.key else str(self.role)


class GroupKeys(Protocol):
    """The keys of the groups of workshops, which are kept apart and go with them."""

    def by_token(self, text: str) -> Who | None:
        """The group that shows ``text``. Raises ``AccessRefused``."""

    def by_session(self, session_id: str, *, secure: bool) -> Who | None:
        """The group whose browser brings ``session_id``."""

    def tell(self, node: str, refusal: AccessRefused) -> None:
        """Tell the group ``node`` why something of it was not taken."""


class Access:
    """The garden's doors. ``private``: reading needs a key too; ``groups``: whose workshops."""

    def __init__(self, keyring: Keyring, clock: Clock, store_id: str, *, private: bool) -> None:
        self.keyring = keyring
        self.sessions = Sessions(keyring.database, store_id)
        self.private = private
        self.for_codes = Throttle(clock)
        self.for_passphrases = Throttle(clock)
        self.pace = Pace(clock)
        self.groups: GroupKeys | None = None
        self._clock = clock
        self._trying = threading.Lock()

    def anybody(self) -> Who:
        """Whoever shows no key."""
        return Who(Role.STRANGER if self.private else Role.READER)

    def by_token(self, text: str) -> Who:
        """The program that shows ``text``. Raises ``AccessRefused``."""
        group = None if self.groups is None else self.groups.by_token(text)
        if group is not None:
            return group
        token = self.keyring.tokens.find(text, self._clock.wall_ms())
        if token is None:
            raise token_refused()
        return Who(self.anybody().role, token.scopes, own=token.node, key=str(token.id))

    def by_session(self, session_id: str, *, secure: bool) -> Who | None:
        """The person whose browser brings ``session_id``; None where that opens nothing."""
        session = self.sessions.find(session_id, self._clock.wall_ms(), secure=secure)
        if session is not None:
            return person(session)
        return None if self.groups is None else self.groups.by_session(session_id, secure=secure)

    def check(self, who: Who, action: Action) -> None:
        """Raises ``AccessRefused`` with what to do where ``who`` may not do ``action``."""
        if who.can(action):
            return
        if who.signed_in or who.key:
            raise not_allowed(who.name, action)
        raise key_needed(action) if self.has_keeper() else no_keeper()

    def check_writes(self, who: Who, node: str) -> None:
        """Raises ``AccessRefused`` where ``who`` does not send readings of ``node``."""
        if not who.may_write(node):
            raise not_yours(node, who.own or "-")

    def knows(self, code: str) -> bool:
        """Whether ``code`` opens the garden: whoever brings it elsewhere is not guessing."""
        return self.keyring.codes.is_known(code, self._clock.wall_ms())

    def take_pace(self, who: Who, count: int = 1) -> None:
        """Count requests and readings of a key. Raises ``AccessRefused`` where they are too many;
        a group is told on its page and on the wall as well.
        """
        try:
            self.pace.take(who.key or who.csrf, count)
        except AccessRefused as error:
            if self.groups is not None and who.own:
                self.groups.tell(who.own, error)
            raise

    def has_keeper(self) -> bool:
        """Whether there is any key for people; a link that waits to be opened is none yet."""
        if self.keyring.passphrases.roles():
            return True
        return any(not code.once for code in self.keyring.codes.all(self._clock.wall_ms()))

    def enter(self, text: str, *, secure: bool, safe: bool, address: str | None = None) -> Session:
        """Begin a session for whoever brings the code or passphrase ``text``.

        ``secure``: by https; ``safe``: by https or on this computer, which the keeper's key needs
        (``address``: where that door is). Raises ``AccessRefused``.
        """
        now_ms = self._clock.wall_ms()
        if codes.is_long(text) and not safe:  # before it is used up
            raise https_needed(address)
        code = self._code(text, now_ms) if codes.is_code(text) else None
        role = self._by_passphrase(text) if code is None else code.role
        if role == Role.KEEPER and not safe:
            raise https_needed(address)
        if code is None or code.once:  # a link's own life is not that of its session
            session = self.sessions.begin(role, now_ms, secure=secure)
        else:
            session = self.sessions.begin(
                role,
                now_ms,
                secure=secure,
                plant=code.plant,
                until_ms=code.until_ms,
                code=code.id,
            )
        if role == Role.KEEPER:
            self.note(role, "KEEPER_ENTERED")
        return session

    def note(self, by: str, what: str, about: str = "") -> None:
        """Write a change down in the log."""
        self.keyring.audit.note(by, what, about, self._clock.wall_ms())

    def is_shut(self) -> bool:
        """Whether wrong tries have shut a door just now."""
        return max(self.for_codes.wait_s(), self.for_passphrases.wait_s()) > 0

    def lift(self) -> None:
        """Open the doors that wrong tries have shut."""
        self.for_codes.lift()
        self.for_passphrases.lift()

    def _code(self, text: str, now_ms: int) -> codes.Code:
        with self.for_codes.one_try() if codes.is_short(text) else nullcontext():
            code = self.keyring.codes.use(text, now_ms)
            if code is None:
                raise wrong_key()
            return code

    def _by_passphrase(self, text: str) -> Role:
        # One at a time: each takes 16 MB and all of a core for a while.
        if not self._trying.acquire(blocking=False):
            raise door_slow(BUSY_S)
        try:
            self.for_passphrases.knock()
            role = self.keyring.passphrases.role_of(text)
        finally:
            self._trying.release()
        if role is None:
            raise wrong_key()
        self.for_passphrases.welcome()
        return role


def person(session: Session) -> Who:
    """Whoever is in by ``session``."""
    own = wire.SANDBOX + session.plant if session.plant else None
    return Who(session.role, own=own, csrf=session.csrf, signed_in=True)
