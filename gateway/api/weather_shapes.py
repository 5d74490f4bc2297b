"""The shapes of rain that was typed in and of the forecast; the names are part of the contract."""

from __future__ import annotations

from datetime import date
from typing import Final

from pydantic import BaseModel, Field, FiniteFloat

from gateway.api.bed_shapes import Spoken
from gateway.api.shapes import TIME, Place
from gateway.beds.rainbook import MOST_MM

_EARLIEST: Final = date(1970, 1, 1)
_LATEST: Final = date(2200, 1, 1)


class RainChange(Spoken):
    """What changes; what is not named stays as it is."""

    mm: FiniteFloat = Field(0.0, ge=0, le=MOST_MM, examples=[12.5])
    on: date | None = Field(
        None,
        ge=_EARLIEST,
        le=_LATEST,
        description="The total of this day of the garden, from 6 h to 6 h of the next",
        examples=["2026-07-14"],
    )
    at: str | None = Field(
        None, description="Or a shower at this moment", examples=["2026-07-14T16:00:00Z"]
    )
    by: str = Field("gardener", description="A role or a plant, never a name")


class NewRain(RainChange):
    """Rain to write down; without `on` and `at`: what has fallen just now."""

    mm: FiniteFloat = Field(ge=0, le=MOST_MM, examples=[12.5])


class RainShape(BaseModel):
    """Rain in the book: of a whole day (`on`) or of a shower (`at`)."""

    id: int
    on: date | None
    at: str | None = Field(examples=["2026-07-14T16:00:00.000Z"])
    mm: float
    by: str
    told: str = TIME


class RainList(BaseModel):
    """Rain, the latest first."""

    rain: list[RainShape]


class HourShape(BaseModel):
    """An hour of the forecast; rain and radiation are those of the hour before `at`."""

    at: str = TIME
    temperature_c: float | None
    rain_mm: float | None
    humidity_pct: float | None
    wind_m_s: float | None = Field(description="At 10 m")
    radiation_w_m2: float | None


class DayShape(BaseModel):
    """A day of universal time."""

    on: date
    min_c: float | None
    max_c: float | None


class ExpectedShape(BaseModel):
    """What the advice takes of it."""

    min_c: float | None = Field(description="Of the next 24 h")
    max_c: float | None = Field(description="Of the next 24 h")
    rain_mm: float | None = Field(description="From now until `rain_until`")
    rain_until: str = TIME


class ForecastShape(BaseModel):
    """The last good forecast, with its age."""

    source: str = Field(examples=["Open-Meteo"])
    attribution: str = Field(description="To be shown wherever the forecast is (CC BY 4.0)")
    place: Place
    fetched: str = TIME
    age_s: int
    stale: bool = Field(description="Over 12 h old: the advice does as if there were none")
    expected: ExpectedShape | None = Field(description="null: stale")
    hours: list[HourShape]
    days: list[DayShape]
