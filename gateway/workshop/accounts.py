"""The groups' way into the garden's broker: their tokens are its passwords until the end."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.service import Gateway
from sensor_node import wire


class GroupAccounts:
    """At the broker of ``gateway``; of a garden without keys there are none."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._told: Mapping[str, str] | None = None
        self._again = False

    def turn(self) -> None:
        """Have the broker know the groups of now. Raises ``StorageError``, and ``NetworkError``
        where it does not take them; it is told again then.
        """
        keys = self._gateway.keys
        if keys is None:
            return
        tokens = self._tokens()
        if tokens == self._told:
            return
        # The book may hold them and the broker's files not: only a turn that ends well tells.
        again, self._again = self._again, True
        keys.settle_groups(tokens, self._gateway.clock.wall_ms(), again=again)
        self._told, self._again = tokens, False

    def _tokens(self) -> Mapping[str, str]:
        """By the names of the accounts; a workshop that was ended has none."""
        return {
            wire.SANDBOX + group.plant: group.token
            for workshop in self._gateway.workshops.all()
            if workshop.about.ended_ms is None
            for group in workshop.session.groups()
        }
