"""What groups say on MQTT becomes readings in their sandboxes, as what they send over HTTP.

Nobody answers on MQTT: what is not taken is told on the group's page and on the wall.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from gateway.security.refusals import AccessRefused
from gateway.sent import Sent
from gateway.service import Gateway
from gateway.workshop.refusals import not_sayable, thinned
from gateway.workshop.said import MOST_BYTES, Heard
from gateway.workshop.telling import tell_group_reading
from gateway.workshop.workshop import Workshop
from sensor_node import wire


class Sayings:
    """Of all groups of ``gateway``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def turn(self) -> None:
        """Keep what was said since the last time. Raises ``StorageError``."""
        workshops = self._gateway.workshops
        for plant, heard in self._gateway.said.take().items():
            workshop = workshops.of_node(wire.SANDBOX + plant)
            if workshop is None:
                workshops.strays += 1
                continue
            workshop.see(plant)
            try:
                self._keep(workshop, plant, heard)
            except AccessRefused as error:
                workshop.tell(plant, error)

    def _keep(self, workshop: Workshop, plant: str, heard: Heard) -> None:
        workshop.check_writable(plant)
        sent = list(_readings(heard))
        kept = self._at_its_pace(workshop, plant, sent, heard.lost)
        moved, _ = workshop.take(plant, kept)
        for series in moved:
            tell_group_reading(self._gateway, workshop, series)
        if lost := heard.lost + len(sent) - len(kept):
            raise thinned(lost)
        if len(sent) < len(heard.messages):
            raise not_sayable()

    def _at_its_pace(
        self, workshop: Workshop, plant: str, sent: Sequence[Sent], lost: int
    ) -> Sequence[Sent]:
        """All of them; of a program that goes too fast the newest of each channel."""
        pace, key = self._gateway.access.pace, workshop.key_of(plant)
        try:
            pace.take(key, len(sent) + lost)
        except AccessRefused:
            newest = list({one.channel: one for one in sent}.values())
            pace.take(key, len(newest))
            return newest
        return sent


def _readings(heard: Heard) -> Iterator[Sent]:
    for leaf, payload, at_ms in heard.messages:
        say, _, channel = leaf.partition("/")
        value = _number(payload)
        if say == "say" and wire.is_id(channel) and value is not None:
            yield Sent(channel, None, at_ms, value)


def _number(payload: bytes) -> float | None:
    if len(payload) > MOST_BYTES:
        return None
    try:
        value = float(payload.decode("ascii"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
