"""``GET /health``: how the gateway is, number by number, and what to do about each."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway import checks
from gateway.api.context import Language, TheGateway
from gateway.api.guard import allow
from gateway.api.shapes import GatewayCheck, GatewayHealth
from gateway.security.roles import Action
from gateway.times import to_rfc3339

router = APIRouter(tags=["health"])


@router.get(
    "/health", dependencies=[allow(Action.READ)], summary="How the gateway is, and what to do"
)
def health(gateway: TheGateway, language: Language, response: Response) -> GatewayHealth:
    """Every check with its state and numbers; one that is not good has a stable `code` and says
    in the reader's language what is wrong and what to do.
    """
    response.headers["Cache-Control"] = "no-store"
    found = checks.checks(gateway)
    return GatewayHealth(
        state=checks.worst(found),
        time=to_rfc3339(gateway.clock.wall_ms()),
        checks=[
            GatewayCheck(
                name=check.name,
                state=check.state,
                code=check.code or None,
                text=check.text(language) or None,
                values=dict(check.values),
            )
            for check in found
        ],
    )
