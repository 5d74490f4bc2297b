"""The shapes of keys: what is told of them, and what is asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.security.roles import Action, Role, Scope

Label = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Id = Annotated[str, Field(max_length=80)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Asker(BaseModel):
    """Whoever asks."""

    role: Role
    scopes: list[Scope]
    own: str | None = Field(description="The node or sandbox that the key writes to")
    signed_in: bool
    csrf: str = Field(description="For `X-CSRF-Token`; empty without a session")
    can: list[Action]


class TokenShape(BaseModel):
    """A token, without itself. `used`: when a program last showed it, to the minute."""

    id: int
    label: str
    scopes: list[Scope]
    node: str | None
    made: str
    until: str
    used: str | None
    revoked: str | None


class NewTokenShape(TokenShape):
    """A token that was just made: `token` is shown this once."""

    token: str


class TokenList(BaseModel):
    tokens: list[TokenShape]


class TokenWish(_Asked):
    """`node`: the node or sandbox (`atelier.tomate`) whose readings it sends."""

    label: Label = Field(examples=["station-meteo"], description="The program's, nobody's name")
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope), examples=[["send"]])
    node: Id | None = Field(None, examples=["meteo"])
    days: int = Field(365, ge=1, le=3650)


class CodeShape(BaseModel):
    """A code, without itself."""

    id: int
    role: Role
    plant: str | None
    until: str
    once: bool


class CodeList(BaseModel):
    codes: list[CodeShape]


class NewCodeShape(BaseModel):
    """A code that was just made: it is shown this once."""

    code: str
    role: Role
    plant: str | None
    until: str


class CodeWish(_Asked):
    """`plant`: which group, for the role `group`."""

    role: Literal[Role.READER, Role.GROUP, Role.GARDENER] = Role.GARDENER
    plant: Id | None = Field(None, examples=["tomate"])
    hours: int = Field(12, ge=1, le=24 * 31)


class PassphraseWish(_Asked):
    passphrase: str = Field(max_length=200, examples=["bêche arrosoir lundi citron"])


class DoorShape(BaseModel):
    """How long the door stays shut to codes and to passphrases after wrong tries."""

    codes_wait_s: float
    passphrases_wait_s: float


class ChangeShape(BaseModel):
    id: int
    time: str
    by: str = Field(description="A role, `program` or `console`")
    what: str = Field(examples=["TOKEN_MADE"])
    about: str


class ChangeList(BaseModel):
    """`next`: give it as `before` for older ones; null where there are none."""

    changes: list[ChangeShape]
    next: int | None
