"""``GET /beds/{bed}/history``: what was advised, day by day, against what happened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from gateway.api.bed_shapes import HistoryDay, HistoryShape
from gateway.api.beds import BedName
from gateway.api.context import TheGateway
from gateway.api.guard import allow
from gateway.api.problems import Problem, unknown
from gateway.api.spans import span_of
from gateway.beds.situations import local
from gateway.seasons.days import SeasonDay, kept_days
from gateway.seasons.past import Past
from gateway.seasons.season import Season
from gateway.seasons.sheet import write_season
from gateway.security.roles import Action
from gateway.times import DAY_MS

router = APIRouter(tags=["advice"])

MOST_DAYS: Final = 366
SHOWN_DAYS: Final = 30


@router.get(
    "/beds/{bed}/history",
    dependencies=[allow(Action.READ)],
    summary="What was advised, and what happened",
    responses={
        200: {
            "model": HistoryShape,
            "description": "As JSON or CSV",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    },
)
def history(
    *,
    gateway: TheGateway,
    bed: BedName,
    from_: Annotated[
        str | None, Query(alias="from", description="Inclusive; absent: 30 days before `to`")
    ] = None,
    to: Annotated[str | None, Query(description="Exclusive; absent: now")] = None,
    format_: Annotated[
        Literal["json", "csv", "csv-fr"], Query(alias="format", description="How it is written")
    ] = "json",
) -> Response:
    """One row a day: the first advice that was given on it, the waterings of the journal, rain and
    thirst. A day without advice has none here; `jardin-gateway advise --history` recomputes it.
    """
    known = gateway.catalogue.beds.all(removed=True)
    if bed not in known:
        raise unknown("UNKNOWN_BED", ("bac", "bed"), bed, known)
    days = _days(from_, to, gateway.clock.wall_ms(), gateway.settings.timezone)
    past = Past(gateway.settings, gateway.catalogue, gateway.observer)
    season = Season(known[bed], tuple(kept_days(past, known[bed], days)))
    if format_ == "json":
        told = HistoryShape(bed=bed, days=[_shape(day) for day in season.days])
        return Response(told.model_dump_json(), media_type="application/json")
    name = f"{bed}_{days[0]}_{days[-1]}.csv" if days else f"{bed}.csv"
    return Response(
        "".join(write_season([season], format_)),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _days(from_: str | None, to: str | None, now_ms: int, timezone: str) -> list[date]:
    """The days that begin or go on in the span, none after today."""
    if from_ is None and to is None:
        from_ms, to_ms = now_ms - (SHOWN_DAYS - 1) * DAY_MS, now_ms + 1
    else:
        from_ms, to_ms = span_of(from_, to, now_ms + 1, timezone)
    if from_ms < 0 or to_ms - from_ms > MOST_DAYS * DAY_MS:
        raise Problem(
            422,
            "TOO_MANY_DAYS",
            fr=f"Au plus {MOST_DAYS} jours à la fois, après 1970 : choisissez une période plus "
            "courte.",
            en=f"At most {MOST_DAYS} days at a time, after 1970: choose a shorter period.",
            more={"limit": MOST_DAYS},
        )
    first, last = (
        local(from_ms, timezone).date(),
        local(min(to_ms, now_ms + 1) - 1, timezone).date(),
    )
    count = (last - first).days + 1
    return [first + timedelta(days=number) for number in range(count)]


def _shape(day: SeasonDay) -> HistoryDay:
    told = {name: getattr(day, name) for name in HistoryDay.model_fields}
    return HistoryDay.model_validate(told | {"ks": None if day.ks is None else round(day.ks, 2)})
