"""What groups left retained at the broker is cleared when they are gone.

The gateway itself retains nothing of a group; a pupil's device may. The topics of all plants that
are no group just now are looked through at the gateway's start and after each erasing, so that a
broker or a gateway that was off meanwhile changes nothing.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from gateway.keys.session import visit
from gateway.workshop.plants import PLANTS
from sensor_node import wire
from sensor_node.link import Broker

FENCE: Final = f"{wire.BASE}/gateway/workshops"


class Hush:
    """At ``broker``. ``due``: there may be something to clear."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.due = True

    def turn(self, groups: Set[str]) -> int:
        """Clear what is retained of plants that are not in ``groups``; how many topics it was.

        Raises ``NetworkError``; it is still due then.
        """
        gone = [plant for plant in PLANTS if plant not in groups]
        filters = [f"{wire.BASE}/{wire.SANDBOX}{plant}/#" for plant in gone]
        with visit(self._broker) as session:
            topics = session.retained(filters, FENCE)
            session.clear(topics)
        self.due = False
        return len(topics)
