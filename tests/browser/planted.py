"""A garden with beds to water, for the tests of Today: a dry greenhouse and what stands around."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import BrowserContext
from served_garden import AIR, NOW_MS, OUT, SILENT, SOIL, ServedGarden

from gateway.api.guard import COOKIE
from gateway.beds.records import BedDetails
from gateway.beds.watches import Wish
from gateway.calibrations import Wanted
from gateway.security.roles import Role
from gateway.store.base import Reading, Series

DAMP = Series("serre", "damp")
WET = Series("potager", "ail-soil")
THIRSTY, MOIST, BLIND, BARE = "laitues", "ail", "fraises", "paillis"
COLD = Series("potager", "ail-froid")


def plant(garden: ServedGarden) -> None:
    """Four beds: one thirsty, one with enough, one that nothing is known of, one empty."""
    gateway = garden.gateway
    for series, quantity, unit in (
        (AIR, "air_temperature", "Cel"),
        (OUT, "air_temperature", "Cel"),
        (DAMP, "relative_humidity", "%RH"),
        (SOIL, "soil_moisture_raw", "/"),
        (WET, "soil_moisture_raw", "/"),
        (SILENT, "air_temperature", "Cel"),
    ):
        garden.know(series, quantity, unit)
    garden.fill(AIR, lambda at_ms: 12.1 + (at_ms // 3_600_000 % 24) / 2)
    garden.fill(OUT, lambda at_ms: 6.0 + (at_ms // 3_600_000 % 24) / 4)
    garden.fill(DAMP, lambda _: 60.0)
    garden.fill(SOIL, lambda at_ms: 0.72 + 0.001 * (at_ms // 3_600_000 % 2))
    garden.fill(WET, lambda at_ms: 0.57 + 0.001 * (at_ms // 3_600_000 % 2))
    wanted = [Wanted(probe, (0.75, 0.0), (0.45, 45.0)) for probe in (SOIL, WET)]
    gateway.catalogue.calibrations.make(wanted, "gardener", NOW_MS)
    for bed, name, crop, glass, watching in (
        (THIRSTY, "Les laitues sous serre", "laitue", True, (SOIL, AIR, DAMP)),
        (MOIST, "L’ail", "ail", False, (WET,)),
        (BLIND, "Les fraises", "fraisier", False, ()),
        (BARE, "Le bac paillé", None, False, ()),
    ):
        details = BedDetails(
            area_m2=2.0,
            name=name,
            soil="limon",
            crop=crop,
            planted_on=date(2025, 9, 20) if crop else None,
            exposure="greenhouse" if glass else "open",
        )
        gateway.catalogue.beds.put(bed, details, NOW_MS)
        gateway.catalogue.watches.wish(bed, [Wish(one, 0) for one in watching], NOW_MS)
    garden.gateway.present.load(gateway.store.newest())
    gateway.advisor.look()


def enter(context: BrowserContext, garden: ServedGarden, role: Role = Role.GARDENER) -> None:
    """The gardener, or whoever has ``role``, has entered with a code in this browser."""
    sessions = garden.gateway.access.sessions
    session = sessions.begin(role, NOW_MS, secure=False)
    context.add_cookies([{"name": COOKIE, "value": session.id, "url": garden.address}])


def chill(garden: ServedGarden) -> None:
    """A thermometer in the moist bed says that its soil is as good as frozen."""
    garden.know(COLD, "soil_temperature", "Cel")
    garden.gateway.catalogue.watches.wish(MOIST, [Wish(WET, 0), Wish(COLD, 0)], NOW_MS)
    garden.say(Reading(COLD, NOW_MS, 0.4))
    garden.gateway.advisor.renew(MOIST)
