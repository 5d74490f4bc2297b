"""The shapes of beds, waterings and advice; the names are part of the contract."""

from __future__ import annotations

import difflib
import json
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, Field, FiniteFloat, model_validator
from pydantic_core import PydanticCustomError

from gateway.api.shapes import TIME, TIME_OR_NEVER
from gateway.beds.notes import MOST_CHARACTERS
from gateway.watering.beds import Exposure, Method
from gateway.watering.verdict import Verdict
from gateway.watering.waterings import Source

_EARLIEST: Final = date(1970, 1, 1)
_LATEST: Final = date(2200, 1, 1)


class Spoken(BaseModel, extra="forbid"):
    """A body that a person may have written by hand: a wrong field is told with the nearest."""

    @model_validator(mode="before")
    @classmethod
    def _name_the_nearest(cls, body: Any) -> Any:
        try:
            json.dumps(body, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            # Half a character: JSON can write it, and neither a page nor a disk can take it.
            raise PydanticCustomError("half_character", "half a character") from None
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for name in body if isinstance(body, dict) else ():
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5) or known
                raise PydanticCustomError(
                    "unknown_field",
                    "there is no field '{name}'; possible: {near}",
                    {"name": str(name)[:80], "near": ", ".join(near)},
                )
        return body


class WatchedBy(BaseModel):
    """A channel that watches the bed, or did."""

    channel: str = Field(examples=["potager-1/bac-1-soil"])
    from_: str | None = Field(
        None,
        alias="from",
        description="Since when; absent in a request: always, or from now on where the channel "
        "watched a bed before",
        examples=["2026-05-01T06:00:00.000Z"],
    )
    to: str | None = Field(None, description="Until when; null: it still does. Never set by you")


class BedChange(Spoken):
    """What changes; what is not named stays as it is."""

    name: str = Field("", max_length=80, examples=["Bac des tomates"])
    soil: str | None = Field(
        None,
        description="`sable`, `limon-sableux`, `limon`, `limon-argileux`, `argile`, `terreau`; "
        "null: nobody has felt it",
        examples=["limon"],
    )
    crop: str | None = Field(None, description="null: the bed is empty", examples=["tomate"])
    planted_on: date | None = Field(
        None, ge=_EARLIEST, le=_LATEST, description="When it was planted, or sown"
    )
    sown: bool = Field(False, description="Whether it was sown in place")
    emerged_on: date | None = Field(
        None, ge=_EARLIEST, le=_LATEST, description="When the seedlings showed"
    )
    stage_days: int = Field(0, ge=-90, le=90, description="How far the crop is ahead of its age")
    area_m2: FiniteFloat = Field(1.0, ge=0.01, le=10_000, examples=[2.0])
    depth_m: FiniteFloat | None = Field(
        None, ge=0.01, le=3, description="Of a raised bed on hard ground; null: open ground"
    )
    exposure: Exposure = "open"
    mulched: bool = False
    method: Method = "can"
    can_l: FiniteFloat = Field(10.0, ge=0.1, le=100, description="What a can holds, in litres")
    channels: list[str | WatchedBy] = Field(
        default_factory=list,
        max_length=50,
        description="Those that watch the bed from now on",
        examples=[["potager-1/bac-1-soil"]],
    )


class NewBed(BedChange):
    """A bed to make; its id and its area are asked for, the rest can come later."""

    id: str = Field(examples=["bac-1"])
    area_m2: FiniteFloat = Field(ge=0.01, le=10_000, examples=[2.0])


class BedShape(BaseModel):
    """A bed."""

    id: str = Field(examples=["bac-1"])
    name: str
    soil: str | None
    crop: str | None
    planted_on: date | None
    sown: bool
    emerged_on: date | None
    stage_days: int
    area_m2: float
    depth_m: float | None
    exposure: Exposure
    mulched: bool
    method: Method
    can_l: float
    channels: list[WatchedBy] = Field(description="Those that watch it, and those that did")
    removed: str | None = TIME_OR_NEVER


class BedList(BaseModel):
    """The beds, by id."""

    beds: list[BedShape]


class WateringChange(Spoken):
    """What is told of a watering; `{"cans": 2}` is enough."""

    at: str | None = Field(None, description="When; absent: now", examples=["2026-05-01T18:30:00Z"])
    litres: FiniteFloat | None = Field(None, ge=0, le=100_000, examples=[20.0])
    cans: FiniteFloat | None = Field(None, ge=0, le=10_000, examples=[2])
    by: str = Field("gardener", description="A role or a plant, never a name")


class NewWatering(WateringChange):
    """A watering to write down; without an amount: somebody watered, nobody knows how much."""

    source: str = Field("logged", description="`logged`, or `valve` from a program")
    key: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="Made by you, new for each watering: sent again with it, it is still one",
        examples=["7c1e9a52d01b44f3"],
    )


class Asks(BaseModel):
    """What only a person can say."""

    code: str = Field(examples=["HOW_MANY_CANS"])
    text: str = Field(examples=["A watering was seen: how many cans was it?"])


class WateringShape(BaseModel):
    """A watering in the journal."""

    id: int
    bed: str
    at: str = TIME
    litres: float | None = Field(description="null: nobody has told how many")
    cans: float | None
    source: Source
    by: str | None
    matched: bool = Field(description="Whether a person and a probe both say so")
    asks: Asks | None


class WateringList(BaseModel):
    """Waterings, newest first."""

    waterings: list[WateringShape]


class NewNote(Spoken):
    """A note to write down."""

    text: str = Field(
        min_length=1,
        max_length=MOST_CHARACTERS,
        description="What there is to see, never about a person",
        examples=["Pucerons sous les feuilles"],
    )
    at: str | None = Field(None, description="When; absent: now", examples=["2026-05-01T18:30:00Z"])
    by: str = Field("gardener", description="A role or a plant, never a name")


class NoteShape(BaseModel):
    """A note on a bed."""

    id: int
    bed: str
    at: str = TIME
    text: str
    by: str


class NoteList(BaseModel):
    """Notes, newest first."""

    notes: list[NoteShape]


class ReasonShape(BaseModel):
    """One reason."""

    code: str = Field(examples=["missing"])
    text: str = Field(examples=["46 mm missing of 112, threshold 45"])


class AdviceShape(BaseModel):
    """The answer for one bed and one day."""

    bed: str = Field(examples=["bac-1"])
    on: date
    verdict: Verdict
    mm: float | None
    litres: float | None
    cans: float | None
    when: str | None
    reasons: list[ReasonShape]
    confidence: int = Field(description="0 to 100")
    inputs: dict[str, Any] = Field(description="The figures that it was made of")
    data_age_s: int | None
    made: str = TIME


class HistoryDay(BaseModel):
    """A day of a bed, 6 h to 6 h; water in mm, null where nothing tells."""

    on: date
    verdict: Verdict | None = Field(description="Of the first advice; null: none was given")
    later: Verdict | None = Field(description="What it had become by the evening; null: the same")
    advised_l: float | None
    confidence: int | None
    missing_mm: float | None = Field(description="Depletion in the morning")
    threshold_mm: float | None = Field(description="RAW")
    total_mm: float | None = Field(description="TAW")
    ks: float | None = Field(description="How freely the plants drink, 0 to 1")
    etc_mm: float | None
    rain_mm: float | None
    given_l: float | None = Field(description="Litres that were told")
    logged: int = Field(description="Waterings that a person or a valve told")
    found: int = Field(description="Those that a probe saw")
    matched: int = Field(description="Those that were told and seen")


class HistoryShape(BaseModel):
    """The days of a bed, oldest first."""

    bed: str = Field(examples=["bac-1"])
    days: list[HistoryDay]


class RestrictionShape(Spoken):
    """A drought restriction: no watering from one hour to another, local time."""

    from_hour: int = Field(0, ge=0, le=23, examples=[8])
    to_hour: int = Field(24, ge=0, le=24, examples=[20])
    until: date | None = Field(None, description="Its last day; null: not known")
