"""Workshops as programs see them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.workshop.asked import MOST_GROUPS, MOST_MINUTES, TITLE_CHARACTERS
from gateway.workshop.session import NOTE_CHARACTERS

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Minutes = Annotated[float, Field(ge=1, le=MOST_MINUTES, allow_inf_nan=False)]


class NewWorkshop(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[Text, Field(max_length=TITLE_CHARACTERS)] = Field(examples=["La terre a soif"])
    minutes: Minutes = Field(120, description="How long; it can be extended")
    groups: int = Field(12, ge=1, le=MOST_GROUPS)


class Joining(BaseModel):
    """`code`: of the big screen, or a group's own. `plant`: absent with a group's own code, or
    where any free one will do; its French or its English word.
    """

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40, examples=["bcdf-ghjk"])
    plant: str | None = Field(None, max_length=40, examples=["tomate"])


class Joined(BaseModel):
    """What a group needs: its node, its token, and three lines of Python with both."""

    workshop: str
    plant: str
    node: str
    token: str
    lines: str
    until: str


class GroupShape(BaseModel):
    plant: str
    node: str
    here: bool = Field(description="Its page or program was heard in the last half minute")
    hand: str | None = Field(description="Calls for help since")
    frozen: bool
    told: str | None = Field(description="Why something of it was not taken a moment ago: a code")
    channel: str | None = Field(description="Of the last value")
    value: float | None
    time: str | None


class WorkshopShape(BaseModel):
    """`code`: to whoever runs the workshop only."""

    id: str
    title: str
    code: str | None
    begun: str
    left_s: int
    paused: bool
    over: bool
    ended: bool
    most_groups: int
    groups: list[GroupShape]


class WorkshopList(BaseModel):
    workshops: list[WorkshopShape]


class More(BaseModel):
    model_config = ConfigDict(extra="forbid")

    minutes: Minutes = 15


class Hand(BaseModel):
    model_config = ConfigDict(extra="forbid")

    up: bool


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[Text, Field(max_length=NOTE_CHARACTERS)]


class NoteShape(BaseModel):
    plant: str
    time: str
    text: str


class NoteList(BaseModel):
    notes: list[NoteShape]


class NewCode(BaseModel):
    plant: str
    code: str


class PeopleShape(BaseModel):
    """`counts`: by the columns of the closed list, such as `participants` and `girls`."""

    model_config = ConfigDict(extra="forbid")

    counts: dict[str, int] = Field(max_length=40, examples=[{"participants": 12, "girls": 5}])


class Counted(BaseModel):
    """What stays of a workshop that is erased."""

    groups: int
    readings: int
    notes: int
