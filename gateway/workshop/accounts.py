"""The groups' way into the garden's broker: their tokens are its passwords until the end."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.service import Gateway
from sensor_node import wire
from sensor_node.errors import NetworkError


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
        keys, tokens = self._gateway.keys, self._tokens()
        if keys is None or tokens == self._told:
            return
        try:
            keys.settle_groups(tokens, self._gateway.clock.wall_ms(), again=self._again)
        except NetworkError:
            self._again = True
            raise
        self._told, self._again = tokens, False

    def _tokens(self) -> Mapping[str, str]:
        """By the names of the accounts; a workshop that was ended has none."""
        return {
            wire.SANDBOX + group.plant: group.token
            for workshop in self._gateway.workshops.all()
            if workshop.about.ended_ms is None
            for group in workshop.session.groups()
        }
