"""``GET /garden``: the garden as a whole."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter

from gateway.api.context import TheGateway
from gateway.api.shapes import Garden, Place
from gateway.settings import GatewaySettings
from gateway.times import to_rfc3339

router = APIRouter(tags=["garden"])


@router.get("/garden", summary="The garden as a whole")
def garden(gateway: TheGateway) -> Garden:
    """Its name, time zone, place, the state of its clock and the software's version."""
    settings = gateway.settings
    return Garden(
        name=settings.name,
        timezone=settings.timezone,
        language=settings.language,
        place=_place(settings),
        time=to_rfc3339(gateway.clock.wall_ms()),
        clock="trusted" if gateway.clock.synchronised() else "untrusted",
        version=software_version(),
        store=gateway.store.id,
    )


def software_version() -> str:
    """The version of the installed distribution; ``0`` when run from a bare folder."""
    try:
        return version("jardin-connecte")
    except PackageNotFoundError:
        return "0"


def _place(settings: GatewaySettings) -> Place | None:
    if settings.latitude is None or settings.longitude is None:
        return None
    return Place(latitude=round(settings.latitude, 2), longitude=round(settings.longitude, 2))
