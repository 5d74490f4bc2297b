"""The advice of the day on MQTT, retained, for lamps and displays at the beds."""

from __future__ import annotations

from gateway.beds.board import Board
from gateway.live import Publish
from sensor_node import wire


class LiveAdvice:
    """Keeps ``live/beds/…/advice`` at what stands; all calls come from the link's thread."""

    def __init__(self, board: Board, publish: Publish, base: str = wire.BASE) -> None:
        self._board = board
        self._publish = publish
        self._base = base
        self._told: dict[str, bytes] = {}

    def renew(self) -> None:
        """A new connection: everything is to be said again, withdrawals too."""
        self._told.clear()

    def tick(self) -> None:
        """Publish what has changed."""
        for bed, payload in self._board.shown().items():
            if self._told.get(bed) != payload:
                self._publish(wire.advice_topic(bed, self._base), payload, retain=True)
                self._told[bed] = payload
