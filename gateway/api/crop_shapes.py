"""The shapes of crops; the names are part of the contract."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, FiniteFloat

from gateway.api.bed_shapes import Spoken
from gateway.beds.own_crops import BASE_C, KC, NAME_CHARS, ROOTING_M, STAGE_DAYS, P

_Days = Annotated[int, Field(ge=STAGE_DAYS[0], le=STAGE_DAYS[1])]


class CropChange(Spoken):
    """What changes; what is not named stays as it is."""

    fr: str = Field("", min_length=1, max_length=NAME_CHARS, examples=["oca du Pérou"])
    en: str = Field("", min_length=1, max_length=NAME_CHARS, examples=["oca"])
    kc_mid: FiniteFloat = Field(
        1.0, ge=KC[0], le=KC[1], description="Crop coefficient, full-grown", examples=[1.05]
    )
    kc_start: FiniteFloat | None = Field(
        None, ge=KC[0], le=KC[1], description="At the start; goes with `stages_days`"
    )
    kc_end: FiniteFloat | None = Field(
        None, ge=KC[0], le=KC[1], description="At the end; goes with `stages_days`"
    )
    stages_days: list[_Days] | None = Field(
        None,
        min_length=4,
        max_length=4,
        description="Days of the initial, development, middle and late stage; null: not known, "
        "`kc_mid` holds all season",
        examples=[[30, 40, 45, 30]],
    )
    rooting_m: FiniteFloat = Field(
        0.3, ge=ROOTING_M[0], le=ROOTING_M[1], description="How deep it roots, in m"
    )
    p: FiniteFloat = Field(
        0.35, ge=P[0], le=P[1], description="Share of its water that it takes without suffering"
    )
    base_c: FiniteFloat = Field(
        5.0, ge=BASE_C[0], le=BASE_C[1], description="Below it nothing grows, in °C"
    )


class NewCrop(CropChange):
    """A crop to add; FAO-56 and seed packets have the figures."""

    id: str = Field(examples=["oca"])
    fr: str = Field(min_length=1, max_length=NAME_CHARS, examples=["oca du Pérou"])
    en: str = Field(min_length=1, max_length=NAME_CHARS, examples=["oca"])
    kc_mid: FiniteFloat = Field(
        ge=KC[0], le=KC[1], description="Crop coefficient, full-grown", examples=[1.05]
    )
    rooting_m: FiniteFloat = Field(
        ge=ROOTING_M[0], le=ROOTING_M[1], description="How deep it roots, in m", examples=[0.3]
    )
    p: FiniteFloat = Field(
        ge=P[0],
        le=P[1],
        description="Share of its water that it takes without suffering",
        examples=[0.35],
    )


class CropShape(BaseModel):
    """A crop."""

    id: str = Field(examples=["tomate"])
    fr: str
    en: str
    kc_start: float | None
    kc_mid: float
    kc_end: float | None
    stages_days: list[int] | None
    rooting_m: float
    p: float
    base_c: float
    own: bool = Field(description="Whether the garden added it; the table's do not change")
    beds: list[str] = Field(description="Those that it grows in now")


class CropList(BaseModel):
    """The crops, by id."""

    crops: list[CropShape]
