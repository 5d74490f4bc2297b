"""``GET /healthz``: whether the gateway lives, for whatever restarts or watches it."""

from __future__ import annotations

import logging
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from gateway.api.context import TheGateway
from gateway.api.guard import allow
from gateway.security.roles import Action
from gateway.store.base import knock
from sensor_node.errors import GardenError

router = APIRouter(tags=["health"])
log = logging.getLogger(__name__)


class Liveness(BaseModel):
    """Whether the parts of the gateway answer."""

    status: Literal["ok", "failing"]
    store: bool
    ingest: bool
    broker: bool


@router.get(
    "/healthz",
    dependencies=[allow(Action.ENTER)],
    summary="Whether the gateway lives",
    responses={503: {"model": Liveness, "description": "A part does not answer"}},
)
def healthz(gateway: TheGateway, response: Response) -> Liveness:
    """200 while the store answers, the ingest runs and the broker is connected; else 503."""
    store, ingest, broker = _store_answers(gateway), gateway.ingest_alive, gateway.broker_up
    well = store and ingest and broker
    response.status_code = 200 if well else 503
    response.headers["Cache-Control"] = "no-store"
    return Liveness(status="ok" if well else "failing", store=store, ingest=ingest, broker=broker)


def _store_answers(gateway: TheGateway) -> bool:
    if gateway.commit_error is not None:
        return False
    try:
        knock(gateway.store)
    except GardenError as error:
        log.error("the store does not answer: %s", error)
        return False
    return True
