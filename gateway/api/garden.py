"""``GET /garden``: the garden as a whole."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.api.context import TheGateway
from gateway.api.guard import allow
from gateway.api.shapes import Garden, Import, Place
from gateway.catalogue import ImportInfo
from gateway.security.roles import Action
from gateway.settings import GatewaySettings
from gateway.times import to_rfc3339
from sensor_node import __version__

router = APIRouter(tags=["garden"])


@router.get("/garden", dependencies=[allow(Action.READ)], summary="The garden as a whole")
def garden(gateway: TheGateway) -> Garden:
    """Its name, time zone, place, the state of its clock, and what was imported into it."""
    settings = gateway.settings
    return Garden(
        name=settings.name,
        timezone=settings.timezone,
        language=settings.language,
        place=_place(settings),
        time=to_rfc3339(gateway.clock.wall_ms()),
        clock="trusted" if gateway.clock.synchronised() else "untrusted",
        version=__version__,
        store=gateway.store.id,
        imports=[_import(info) for info in gateway.catalogue.imports()],
    )


def _import(info: ImportInfo) -> Import:
    return Import.model_validate(
        {
            "label": info.label,
            "from": to_rfc3339(info.from_ms),
            "to": to_rfc3339(info.to_ms),
            "simulated": info.simulated,
            "rows": info.rows,
        }
    )


def _place(settings: GatewaySettings) -> Place | None:
    if settings.latitude is None or settings.longitude is None:
        return None
    return Place(latitude=round(settings.latitude, 2), longitude=round(settings.longitude, 2))
