"""``GET /healthz``: whether the gateway lives, for whatever restarts or watches it."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import APIRouter, Response
from starlette.responses import JSONResponse

from gateway.api.context import TheGateway
from gateway.api.guard import allow
from gateway.security.roles import Action
from gateway.store.base import knock
from sensor_node.errors import GardenError

router = APIRouter(tags=["health"])
log = logging.getLogger(__name__)


# Described by hand: for the first model of an answer FastAPI loads all of pydantic 1 as well, and
# those 1.5 MB would be there in every garden that is watched.
_PARTS: Final = ("store", "ingest", "broker")
_SHAPE: Final = {
    "title": "Liveness",
    "description": "Whether the parts of the gateway answer.",
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": ["ok", "failing"]},
        **{part: {"type": "boolean"} for part in _PARTS},
    },
    "required": ["status", *_PARTS],
}
_CONTENT: Final = {"application/json": {"schema": _SHAPE}}


@router.get(
    "/healthz",
    dependencies=[allow(Action.ENTER)],
    summary="Whether the gateway lives",
    response_class=JSONResponse,
    responses={
        200: {"content": _CONTENT},
        503: {"content": _CONTENT, "description": "A part does not answer"},
    },
)
def healthz(gateway: TheGateway) -> Response:
    """200 while the store answers, the ingest runs and the broker is connected; else 503."""
    parts = (_store_answers(gateway), gateway.ingest_alive, gateway.broker_up)
    well = all(parts)
    told = {"status": "ok" if well else "failing", **dict(zip(_PARTS, parts, strict=True))}
    return JSONResponse(told, 200 if well else 503, {"Cache-Control": "no-store"})


def _store_answers(gateway: TheGateway) -> bool:
    if gateway.commit_error is not None:
        return False
    try:
        knock(gateway.store)
    except GardenError as error:
        log.error("the store does not answer: %s", error)
        return False
    return True
