"""The alerts on MQTT, retained, for lamps at the beds and for other programs."""

from __future__ import annotations

from gateway.alarms.alarms import GARDEN
from gateway.beds.board import Board
from gateway.live import Publish
from sensor_node import wire


class LiveAlerts:
    """Keeps ``live/alerts`` and ``live/beds/…/alert`` at what holds; cleared when it is over.

    All calls come from the link's thread.
    """

    def __init__(self, board: Board, publish: Publish, base: str = wire.BASE) -> None:
        self._board = board
        self._publish = publish
        self._base = base
        self._told: dict[str, bytes] = {}

    def renew(self) -> None:
        """A new connection: everything is to be said again, what is over too."""
        self._told.clear()

    def tick(self) -> None:
        """Publish what has changed."""
        for place, payload in self._board.shown().items():
            if self._told.get(place) != payload:
                self._publish(self._topic(place), payload, retain=True)
                self._told[place] = payload

    def _topic(self, place: str) -> str:
        if place == GARDEN:
            return wire.alerts_topic(self._base)
        return wire.alert_topic(place, self._base)
