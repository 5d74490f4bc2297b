"""The keeper's keys: tokens, codes, passphrases, the door and the log of changes."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Response

from gateway.api.context import MAX_ID, TheGateway
from gateway.api.guard import TheAsker, allow
from gateway.api.key_shapes import (
    Asker,
    ChangeList,
    ChangeShape,
    CodeList,
    CodeShape,
    CodeWish,
    DoorShape,
    NewCodeShape,
    NewTokenShape,
    PassphraseWish,
    TokenList,
    TokenShape,
    TokenWish,
)
from gateway.api.problems import Problem
from gateway.security.access import Who
from gateway.security.giving import Giver
from gateway.security.roles import Action, Role
from gateway.security.tokens import Token
from gateway.service import Gateway
from gateway.times import to_rfc3339

router = APIRouter(tags=["keys"])

Number = Annotated[int, Path(ge=1, le=MAX_ID, examples=[3])]
KEYS: Final = [allow(Action.KEYS)]


@router.get("/who", dependencies=[allow(Action.ENTER)], summary="What this key opens")
def who(asker: TheAsker, response: Response) -> Asker:
    """The role of whoever asks, and what may be done with it."""
    response.headers["Cache-Control"] = "no-store"
    return Asker(
        role=asker.role,
        scopes=sorted(asker.scopes),
        own=asker.own,
        signed_in=asker.signed_in,
        csrf=asker.csrf,
        can=[action for action in Action if asker.can(action)],
    )


@router.get("/tokens", dependencies=KEYS, summary="All tokens of programs")
def tokens(gateway: TheGateway) -> TokenList:
    """Newest first, also revoked and expired ones, each with its last use."""
    return TokenList(tokens=[_token(one) for one in gateway.catalogue.keyring.tokens.all()])


@router.post("/tokens", dependencies=KEYS, status_code=201, summary="Make a token")
def make_token(
    gateway: TheGateway, asker: TheAsker, body: TokenWish, response: Response
) -> NewTokenShape:
    """The token is shown in this answer and never again."""
    response.headers["Cache-Control"] = "no-store"
    text, token = _giver(gateway, asker).token(body.label, body.scopes, body.node, body.days)
    return NewTokenShape(token=text, **_token(token).model_dump())


@router.delete("/tokens/{number}", dependencies=KEYS, summary="Revoke a token")
def revoke_token(gateway: TheGateway, asker: TheAsker, number: Number) -> TokenShape:
    """It opens nothing from now on, and stays in the list."""
    token = _giver(gateway, asker).revoke_token(number)
    if token is None:
        raise Problem(
            404,
            "UNKNOWN_TOKEN",
            fr=f"Il n'y a pas de jeton n° {number}.",
            en=f"There is no token number {number}.",
        )
    return _token(token)


@router.get("/codes", dependencies=KEYS, summary="The codes that open something now")
def codes(gateway: TheGateway) -> CodeList:
    """Without what they read: whoever forgot one makes another."""
    found = gateway.catalogue.keyring.codes.all(gateway.clock.wall_ms())
    return CodeList(
        codes=[
            CodeShape(
                id=c.id, role=c.role, plant=c.plant, until=to_rfc3339(c.until_ms), once=c.once
            )
            for c in found
        ]
    )


@router.post("/codes", dependencies=KEYS, status_code=201, summary="Make a code")
def make_code(
    gateway: TheGateway, asker: TheAsker, body: CodeWish, response: Response
) -> NewCodeShape:
    """Eight letters for a room, good for `hours`; it is shown in this answer and never again."""
    response.headers["Cache-Control"] = "no-store"
    text, until_ms = _giver(gateway, asker).code(body.role, body.plant, body.hours)
    return NewCodeShape(code=text, role=body.role, plant=body.plant, until=to_rfc3339(until_ms))


@router.delete("/codes/{number}", dependencies=KEYS, status_code=204, summary="Revoke a code")
def revoke_code(gateway: TheGateway, asker: TheAsker, number: Number) -> None:
    """Whoever came in by it is out."""
    if not _giver(gateway, asker).revoke_code(number):
        raise Problem(
            404,
            "UNKNOWN_CODE",
            fr=f"Il n'y a pas de code n° {number}.",
            en=f"There is no code number {number}.",
        )


@router.put("/passphrases/{role}", dependencies=KEYS, status_code=204, summary="Set a passphrase")
def set_passphrase(
    gateway: TheGateway,
    asker: TheAsker,
    role: Annotated[Literal[Role.GARDENER, Role.KEEPER], Path()],
    body: PassphraseWish,
) -> None:
    """Everybody of that role who is in has to enter again with the new one."""
    _giver(gateway, asker).passphrase(role, body.passphrase)


@router.get("/door", dependencies=KEYS, summary="Whether wrong tries have shut the door")
def door(gateway: TheGateway) -> DoorShape:
    """It opens by itself, within a minute."""
    return _door(gateway)


@router.delete("/door", dependencies=KEYS, summary="Open the door again")
def lift(gateway: TheGateway, asker: TheAsker) -> DoorShape:
    """Wrong tries are forgotten."""
    gateway.access.lift()
    gateway.access.note(asker.name, "DOOR_LIFTED")
    return _door(gateway)


@router.get("/audit", dependencies=[allow(Action.AUDIT)], summary="What was changed, by which role")
def audit(
    gateway: TheGateway,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many")] = 100,
    before: Annotated[
        int | None, Query(ge=1, le=MAX_ID, description="Only older ones than this id")
    ] = None,
) -> ChangeList:
    """Changes of settings and keys, newest first; no names, for nobody has one here."""
    found = gateway.catalogue.keyring.audit.newest(limit + 1, before)
    changes = [
        ChangeShape(id=c.id, time=to_rfc3339(c.at_ms), by=c.by, what=c.what, about=c.about)
        for c in found[:limit]
    ]
    return ChangeList(changes=changes, next=changes[-1].id if len(found) > limit else None)


def _giver(gateway: Gateway, asker: Who) -> Giver:
    return Giver(gateway.catalogue.keyring, gateway.clock, asker.name)


def _door(gateway: Gateway) -> DoorShape:
    access = gateway.access
    return DoorShape(
        codes_wait_s=round(access.for_codes.wait_s(), 1),
        passphrases_wait_s=round(access.for_passphrases.wait_s(), 1),
    )


def _token(token: Token) -> TokenShape:
    return TokenShape(
        id=token.id,
        label=token.label,
        scopes=sorted(token.scopes),
        node=token.node,
        made=to_rfc3339(token.made_ms),
        until=to_rfc3339(token.until_ms),
        used=None if token.used_ms is None else to_rfc3339(token.used_ms),
        revoked=None if token.revoked_ms is None else to_rfc3339(token.revoked_ms),
    )
