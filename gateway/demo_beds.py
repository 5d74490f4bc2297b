"""The demo's beds as its gardener would have told them, and the cans that were noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from gateway.beds.journal import Told
from gateway.beds.records import BedDetails
from gateway.beds.situations import local
from gateway.beds.watches import Wish
from gateway.service import Gateway
from gateway.store.base import Series
from sensor_node.console import pick
from sensor_node.garden import LOAM, SANDY_LOAM, BedPlan, Ground, Watering
from sensor_node.garden.demo import BEDS, NODES, UNDER_GLASS

CAN_L: Final = 10.0
NAMES: Final = {
    "tomates": ("Les tomates sous serre", "The tomatoes under glass"),
    "paillis": ("Le bac paillé", "The mulched bed"),
    "nu": ("Le bac à terre nue", "The bare bed"),
    "fraises": ("Les fraises", "The strawberries"),
    "ail": ("L’ail", "The garlic"),
    "aromatiques": ("Les aromatiques", "The herbs"),
}
WINTER_NAMES: Final = {
    "tomates": ("Les laitues sous serre", "The lettuces under glass"),
    "nu": ("Les fèves", "The broad beans"),
}
SOILS: Final[Mapping[Ground, str]] = {LOAM: "limon", SANDY_LOAM: "limon-sableux"}
FORGOTTEN: Final = 5
"""Of so many waterings one was not noted: the probes will have seen it."""


def plant(gateway: Gateway, poured: Mapping[str, Sequence[Watering]]) -> None:
    """Make the beds, with what watches them and what was ``poured`` by bed."""
    now_ms = gateway.clock.wall_ms()
    on = local(now_ms, gateway.settings.timezone).date()
    catalogue = gateway.catalogue
    for plan in BEDS:
        catalogue.beds.put(plan.bed, _details(plan, on), now_ms)
        catalogue.watches.wish(plan.bed, [Wish(one) for one in _watching(plan)], now_ms)
        for number, watering in enumerate(poured.get(plan.bed, ())):
            if number % FORGOTTEN:
                litres = watering.mm * plan.area_m2
                told = Told(watering.at_ms, litres, litres / CAN_L, "logged", "gardener")
                catalogue.journal.tell(plan.bed, told, now_ms)


def _details(plan: BedPlan, on: date) -> BedDetails:
    crop = plan.crop_on(on)
    grows = crop.perennial or crop.day_of_season(on) is not None
    names = NAMES if crop is plan.crop else WINTER_NAMES
    return BedDetails(
        area_m2=plan.area_m2,
        name=pick(*names[plan.bed]),
        soil=SOILS[plan.ground],
        crop=crop.name if grows else None,
        planted_on=_last_planting(crop.planted, on) if grows else None,
        depth_m=plan.depth_m,
        exposure="greenhouse" if plan.under_glass else "open",
        mulched=plan.mulched,
    )


def _last_planting(planted: tuple[int, int], on: date) -> date:
    """This year's planting, or last year's where that is still to come."""
    this_year = date(on.year, *planted)
    return this_year if this_year <= on else date(on.year - 1, *planted)


def _watching(plan: BedPlan) -> list[Series]:
    """The bed's own probe and, under glass, the air that is in there too."""
    return [
        Series(node.node, channel.channel)
        for node in NODES
        for channel in node.channels
        if channel.feed == plan.bed or (plan.under_glass and channel.feed == UNDER_GLASS)
    ]
