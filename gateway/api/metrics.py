"""``GET /metrics``: the numbers of the health for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway.api.context import TheGateway
from gateway.api.guard import allow
from gateway.security.roles import Action

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    dependencies=[allow(Action.READ)],
    summary="For Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus text"}},
)
def metrics(gateway: TheGateway) -> Response:
    """Counters since the start and present numbers, in Prometheus's text format."""
    from gateway.metrics import MEDIA_TYPE, exposition  # noqa: PLC0415 - rarely asked for

    return Response(
        exposition(gateway), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"}
    )
