"""What stands on a board, on MQTT, retained, for lamps and displays at the beds."""

from __future__ import annotations

from collections.abc import Callable

from gateway.beds.board import Board
from gateway.live import Publish


class LiveBoard:
    """Keeps each place's topic at what stands on ``board``; empty clears it.

    ``topic``: the topic of a place. All calls come from the link's thread.
    """

    def __init__(self, board: Board, publish: Publish, topic: Callable[[str], str]) -> None:
        self._board = board
        self._publish = publish
        self._topic = topic
        self._told: dict[str, bytes] = {}

    def renew(self) -> None:
        """A new connection: everything is to be said again, withdrawals too."""
        self._told.clear()

    def tick(self) -> None:
        """Publish what has changed."""
        for place, payload in self._board.shown().items():
            if self._told.get(place) != payload:
                self._publish(self._topic(place), payload, retain=True)
                self._told[place] = payload
