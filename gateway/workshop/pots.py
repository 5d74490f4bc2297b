"""A simulated pot for each group that has no kit: five kits are then enough for thirty-five people.

A pot on a window sill dries within the hour, so that something is seen; ``water`` wets it again.
It is no model of a garden: its channels say that they are simulated wherever they are shown.
"""

from __future__ import annotations

import math
import random
from typing import Final

from gateway.security.refusals import AccessRefused
from gateway.sent import Sent
from gateway.service import Gateway
from gateway.workshop.session import Group
from gateway.workshop.telling import tell_group_reading
from gateway.workshop.workshop import Workshop
from sensor_node import wire

POTS_EVERY_S: Final = 10.0
SOIL, AIR = f"{wire.SIMULATED}sol", f"{wire.SIMULATED}air"
WET, DRY = 0.35, 0.78
"""Of the converter's full scale, as a capacitive probe has it."""
DRIES_IN_S: Final = 1500.0
SUN_EVERY_S: Final = 900.0


def pot(plant: str, wet_for_s: float, at_s: float) -> tuple[float, float]:
    """The probe's share of full scale and the air in °C of the pot of ``plant``.

    ``wet_for_s``: since it was watered; ``at_s``: since 1970, for the sun that comes and goes.
    """
    own = random.Random(f"{plant} {at_s:.0f}")
    place = random.Random(plant).uniform(0, math.tau)
    soil = DRY - (DRY - WET) * math.exp(-max(0.0, wet_for_s) / DRIES_IN_S)
    sun = math.sin(math.tau * at_s / SUN_EVERY_S + place)
    return round(soil + own.gauss(0, 0.003), 4), round(21 + 1.5 * sun + own.gauss(0, 0.1), 1)


class Pots:
    """All simulated pots of ``gateway``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def turn(self) -> None:
        """Each pot gives its values, where its group may write just now."""
        for workshop in self._gateway.workshops.all():
            for group in workshop.session.groups():
                if group.pot_ms is not None:
                    self._measure(workshop, group, group.pot_ms)

    def _measure(self, workshop: Workshop, group: Group, watered_ms: int) -> None:
        now_ms = self._gateway.clock.wall_ms()
        soil, air = pot(group.plant, (now_ms - watered_ms) / 1000, now_ms / 1000)
        try:
            moved, _ = workshop.take(
                group.plant, [Sent(SOIL, "/", now_ms, soil), Sent(AIR, "Cel", now_ms, air)]
            )
        except AccessRefused:
            return  # paused, frozen, over or full: its page says so
        for series in moved:
            tell_group_reading(self._gateway, workshop, series)
