"""Inviting a node, and letting in whoever shows the invitation: once, in time, and in few tries.

A link is good for a week and shows 128 random bits, which nobody guesses. A typed code is good for
ten minutes and five tries, counted for the code and not for an address, of which anybody has many.
Both survive a restart. An invitation that is shown a second time, with another password than
before, is refused and told to the keeper: one of the two was a thief.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.keys.acl import Identity
from gateway.keys.book import Account, Book, Entries, Invitation
from gateway.keys.passwords import hashed
from sensor_node import joining
from sensor_node.errors import UsageError
from sensor_node.joining import JoinLink, digest, keys_of, new_code

LINK_MS: Final = 7 * 86_400_000
CODE_MS: Final = 10 * 60_000
CODE_TRIES: Final = 5
NAMES_TRIED: Final = 20


def invite_by_link(
    book: Book, link: JoinLink, now_ms: int, *, again: bool, good_ms: int = LINK_MS
) -> None:
    """Await the node of ``link``. ``again``: also where it has an account already; ``good_ms``: how
    long the link is good.
    """
    with book.alone() as entries:
        _check_new(entries, link.node, again=again)
        entries.invite(link.node, digest(link.secret), now_ms, now_ms + good_ms)


def invite_by_code(book: Book, node: str, now_ms: int, *, again: bool) -> str:
    """Await ``node``; returns the code that is to be typed there."""
    with book.alone() as entries:
        _check_new(entries, node, again=again)
        code = _free_code(entries)
        keys = keys_of(code)
        entries.invite(node, digest(keys.claim), now_ms, now_ms + CODE_MS, (keys.name, keys.proof))
    return code


def _free_code(entries: Entries) -> str:
    """A code whose first letters no other one has: they are how it is looked up."""
    for _ in range(NAMES_TRIED):
        code = new_code()
        if entries.by_code(code[: joining.NAME_LETTERS]) is None:
            break
    return code


def _check_new(entries: Entries, node: str, *, again: bool) -> None:
    if not again and node in entries.accounts():
        raise UsageError(
            "NODE_HAS_KEYS",
            fr=f"{node} a déjà ses clés. S'il les a perdues (carte remplacée), ajoutez --again : "
            "les anciennes ne vaudront plus dès que les nouvelles sont prises.",
            en=f"{node} has its keys already. If it has lost them (a new card), add --again: the "
            "old ones are void as soon as the new ones are taken.",
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """What a node shows that was told a code."""

    code_name: str
    nonce: str
    proof: str


def prove(book: Book, shown: Shown, authority: str, now_ms: int) -> str:
    """The gateway's proof for whoever has proved to know a code. Raises ``UsageError``.

    ``authority``: the SHA-256 of its certificate.
    """
    with book.alone() as entries:
        invitation = entries.by_code(shown.code_name)
        key = None if invitation is None else invitation.proof
        refusal = _refusal(invitation, now_ms)
        if refusal is None and invitation is not None and key is not None:
            if joining.same(joining.node_proof(key, shown.nonce), shown.proof):
                return joining.gateway_proof(key, shown.nonce, authority)
            entries.count_try(invitation.id)
            refusal = _wrong_code(CODE_TRIES - invitation.tries - 1)
    raise refusal or _unknown()


def admit(book: Book, claim: str, password: str, now_ms: int) -> str:
    """Make the account of whoever shows ``claim``, with the password that it has chosen; returns
    the node's name. Asking again with the same one is the same answer. Raises ``UsageError``.
    """
    with book.alone() as entries:
        invitation = entries.by_claim(digest(claim))
        if invitation is None:
            refusal: UsageError | None = _unknown()
        elif invitation.used_ms is not None:
            refusal = _used(entries, invitation, password, now_ms)
        else:
            refusal = _refusal(invitation, now_ms)
            if refusal is None:
                _let_in(entries, invitation, password, now_ms)
    if refusal is not None or invitation is None:
        raise refusal or _unknown()
    return invitation.node


def _let_in(entries: Entries, invitation: Invitation, password: str, now_ms: int) -> None:
    entries.use(invitation.id, digest(password), now_ms)
    entries.put(Account(invitation.node, Identity.NODE, hashed(password), now_ms))


def _used(
    entries: Entries, invitation: Invitation, password: str, now_ms: int
) -> UsageError | None:
    """None for whoever used it before and has not heard the answer."""
    is_same = joining.same(invitation.used_with or "", digest(password))
    if is_same and invitation.node in entries.accounts():
        return None
    entries.repeated(invitation.id, now_ms)
    return UsageError(
        "INVITATION_USED",
        fr="Cette invitation a déjà servi. Si ce n'est pas vous qui l'avez prise, quelqu'un l'a "
        f"volée : « jardin-gateway node remove {invitation.node} », puis « node add ».",
        en="This invitation was used already. If it was not you who took it, somebody has stolen "
        f"it: 'jardin-gateway node remove {invitation.node}', then 'node add'.",
    )


def _refusal(invitation: Invitation | None, now_ms: int) -> UsageError | None:
    if invitation is None:
        return _unknown()
    if invitation.is_over(now_ms):
        return UsageError(
            "INVITATION_OVER",
            fr="Cette invitation n'est plus valable (un code vaut dix minutes, un fichier une "
            "semaine) : faites-en une autre avec « jardin-gateway node add ».",
            en="This invitation is no longer good (a code is good for ten minutes, a file for a "
            "week): make another one with 'jardin-gateway node add'.",
        )
    if invitation.code_name is not None and invitation.tries >= CODE_TRIES:
        return UsageError(
            "TOO_MANY_TRIES",
            fr="Cinq essais ont échoué avec ce code, il ne vaut plus : faites-en un autre avec "
            "« jardin-gateway node add --code ».",
            en="Five tries have failed with this code, it is no longer good: make another one with "
            "'jardin-gateway node add --code'.",
        )
    return None


def _wrong_code(left: int) -> UsageError:
    return UsageError(
        "CODE_WRONG",
        fr=f"Ce code n'est pas le bon ; essais restants : {left}. Relisez-le lettre à lettre.",
        en=f"This is not the right code; tries left: {left}. Read it again letter by letter.",
    )


def _unknown() -> UsageError:
    return UsageError(
        "INVITATION_UNKNOWN",
        fr="Ce jardin n'attend personne avec cette invitation : est-ce le bon jardin ? Sinon, "
        "faites-en une autre avec « jardin-gateway node add ».",
        en="This garden awaits nobody with this invitation: is it the right garden? Else make "
        "another one with 'jardin-gateway node add'.",
    )


@dataclass(frozen=True, slots=True)
class Theft:
    """An invitation of ``node`` was shown by two, the second time at ``at_ms``."""

    node: str
    at_ms: int


def thefts(book: Book) -> list[Theft]:
    """What the keeper should look at: not yet answered by another invitation or a removal."""
    newest = {invitation.node: invitation for invitation in book.invitations()}
    accounts = book.accounts()
    return [
        Theft(node, invitation.repeated_ms)
        for node, invitation in newest.items()
        if invitation.repeated_ms is not None and node in accounts
    ]
