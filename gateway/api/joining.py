"""Joining: how a node that was invited gets its account.

Certificate and proofs go over the everyday door: there is nothing to trust yet, and nothing secret
in them. The account goes over the encrypted door only. See ``sensor_node.joining``.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from gateway.api.context import TheGateway
from gateway.api.guard import allow, is_secure
from gateway.api.problems import Problem
from gateway.keys.inviting import Shown
from gateway.keys.keyring import Keyring
from gateway.security.roles import Action
from sensor_node.errors import UsageError
from sensor_node.joining import LETTERS, MAX_PASSWORD, NAME_LETTERS

router = APIRouter(tags=["joining"])

ANYBODY: Final = [allow(Action.ENTER)]
"""Also where the garden is private: the invitation itself is the key."""
HEX_32: Final = r"^[0-9a-f]{32}$"
HEX_64: Final = r"^[0-9a-f]{64}$"


class AuthorityShape(BaseModel):
    """The garden's certificate authority, and where an invited node goes with it."""

    certificate: str = Field(description="PEM", examples=["-----BEGIN CERTIFICATE-----…"])
    https_port: int = Field(examples=[8443])


class CodeQuestion(BaseModel):
    """A node that was told a code proves that it knows it."""

    name: str = Field(pattern=f"^[{LETTERS}]{{{NAME_LETTERS}}}$", examples=["ABCD"])
    nonce: str = Field(pattern=HEX_32, examples=["00112233445566778899aabbccddeeff"])
    proof: str = Field(pattern=HEX_64, examples=["0" * 64])


class ProvenAuthority(AuthorityShape):
    """The authority, with the proof that it is that of whoever made the code."""

    proof: str = Field(examples=["0" * 64])


class AccountQuestion(BaseModel):
    """The claim of an invitation, and the password that the node has chosen."""

    claim: str = Field(pattern=HEX_32, examples=["00112233445566778899aabbccddeeff"])
    password: str = Field(min_length=32, max_length=MAX_PASSWORD, pattern=r"^[A-Za-z0-9_-]+$")


class NewAccount(BaseModel):
    """The node's name, which is also its name at the broker, and the broker's encrypted port."""

    node: str = Field(examples=["bac-1"])
    broker_port: int = Field(examples=[8883])


async def _keys(gateway: TheGateway) -> Keyring:
    if gateway.keys is None:
        raise Problem(
            404,
            "NO_KEYS",
            fr="Ce jardin n'a pas encore de clés : lancez « jardin-gateway init » sur la "
            "passerelle.",
            en="This garden has no keys yet: run 'jardin-gateway init' on the gateway.",
        )
    return gateway.keys


TheKeys = Annotated[Keyring, Depends(_keys)]


@router.get(
    "/joining/authority", dependencies=ANYBODY, summary="The garden's certificate authority"
)
def authority(gateway: TheGateway, keys: TheKeys) -> AuthorityShape:
    """To be taken only if its SHA-256 is the one that a person brought along."""
    return AuthorityShape(certificate=keys.authority, https_port=gateway.settings.https.port)


@router.post(
    "/joining/code", dependencies=ANYBODY, summary="The authority, proved to whoever knows a code"
)
def prove(gateway: TheGateway, keys: TheKeys, body: CodeQuestion) -> ProvenAuthority:
    """Five tries for each code, within ten minutes: `CODE_WRONG`, `TOO_MANY_TRIES`,
    `INVITATION_OVER`, `INVITATION_UNKNOWN`.
    """
    try:
        proof = keys.prove(Shown(body.name, body.nonce, body.proof), gateway.clock.wall_ms())
    except UsageError as error:
        raise _refused(error) from error
    port = gateway.settings.https.port
    return ProvenAuthority(certificate=keys.authority, https_port=port, proof=proof)


@router.post(
    "/joining/account",
    status_code=201,
    dependencies=ANYBODY,
    summary="An invited node takes its account",
)
def account(
    request: Request, gateway: TheGateway, keys: TheKeys, body: AccountQuestion
) -> NewAccount:
    """Once for each invitation, over TLS (`TLS_NEEDED`). The same password again, after an answer
    that was lost, is the same answer; another one is `INVITATION_USED`, and the keeper is told.
    """
    if not is_secure(request):
        raise Problem(
            403,
            "TLS_NEEDED",
            fr="Un compte ne se demande que par la porte chiffrée (https).",
            en="An account is asked for at the encrypted door only (https).",
        )
    try:
        node = keys.admit(body.claim, body.password, gateway.clock.wall_ms())
    except UsageError as error:
        raise _refused(error) from error
    return NewAccount(node=node, broker_port=keys.broker_port)


def _refused(error: UsageError) -> Problem:
    return Problem(403, error.code, fr=error.fr, en=error.en)
