"""``GET /beds/{bed}/advice``: water today?"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api.bed_shapes import AdviceShape
from gateway.api.beds import BedName
from gateway.api.context import Language, TheGateway
from gateway.api.guard import allow
from gateway.api.problems import Problem, unknown
from gateway.beds.advisor import clock_untrusted
from gateway.security.roles import Action
from gateway.times import to_rfc3339

router = APIRouter(tags=["advice"])


@router.get("/beds/{bed}/advice", dependencies=[allow(Action.READ)], summary="Water today?")
def advice(
    gateway: TheGateway,
    language: Language,
    bed: BedName,
    on: Annotated[date | None, Query(description="A day of the garden; absent: today")] = None,
) -> AdviceShape:
    """Today's is made from what is known now. A past day stays as it was given, also of a bed
    that is no more; `NO_ADVICE` where nothing was advised on that day.
    """
    removed = on is not None and on < gateway.advisor.today()
    known = gateway.catalogue.beds.all(removed=removed)
    if bed not in known:
        raise unknown("UNKNOWN_BED", ("bac", "bed"), bed, known)
    if not gateway.clock.synchronised() and not removed:
        error = clock_untrusted()
        raise Problem(503, error.code, fr=error.fr, en=error.en)
    given = gateway.advisor.advice(known[bed], on)
    if given is None:
        day = "?" if on is None else on.isoformat()
        raise Problem(
            404,
            "NO_ADVICE",
            fr=f"Aucun conseil n'a été donné pour « {bed} » le {day} : un conseil se donne le jour "
            "même, et reste.",
            en=f"No advice was given for '{bed}' on {day}: an advice is given on the day itself, "
            "and stays.",
        )
    return AdviceShape.model_validate(given.told(language) | {"made": to_rfc3339(given.made_ms)})
