"""The shapes of the alerts, as a program sees them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, FiniteFloat

from gateway.api.bed_shapes import Spoken
from gateway.api.shapes import TIME

LONGEST_H = 24 * 60


class AlertShape(BaseModel):
    """An alert, in the reader's language."""

    id: int
    code: str = Field(examples=["frost_watch"])
    severity: Literal["urgent", "warning"]
    where: str = Field(description="Whose it is; empty: the whole garden", examples=["bac-1"])
    what: str = Field(examples=["risk of frost tonight (minimum expected 2.1 °C)"])
    do: str = Field(description="What to do", examples=["Get the fleece ready."])
    since: str = TIME
    ended: str | None = Field(description="null: it still holds")
    bed: str | None
    node: str | None
    channel: str | None = Field(examples=["potager-1/bac-1-soil"])
    values: dict[str, float | str] = Field(description="What it is seen by")
    silenced: bool = Field(description="Whether a person wants to hear nothing of it now")
    silenced_until: str | None
    silenced_by: str | None = Field(description="A role, never a name")


class AlertList(BaseModel):
    """Alerts: what holds, or all of a period."""

    alerts: list[AlertShape]


class Silence(Spoken):
    """For how long nobody wants to hear of it; no body at all: until tomorrow."""

    hours: FiniteFloat = Field(default=24, gt=0, le=LONGEST_H, examples=[24])
    by: str = Field(default="gardener", description="A role, never a name")
