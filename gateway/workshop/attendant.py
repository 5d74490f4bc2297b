"""What goes on by itself while workshops are on: groups' sayings, their accounts, their pots."""

from __future__ import annotations

import logging
from typing import Final

from gateway.rounds import Rounds, Tried
from gateway.service import Gateway
from gateway.workshop.accounts import GroupAccounts
from gateway.workshop.pots import POTS_EVERY_S, Pots
from gateway.workshop.sayings import Sayings

EVERY_S: Final = 0.5
"""What a group says is on the wall by the wall's next look."""

log = logging.getLogger("jardin.workshop")


class Attendant(Rounds):
    """Does it again and again in a thread of its own; use it in a ``with``."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__("workshops", self.turn, EVERY_S)
        self._gateway = gateway
        self._accounts = GroupAccounts(gateway)
        self._sayings = Sayings(gateway)
        self._pots = Pots(gateway)
        self._pots_due_s = 0.0
        self._tried = Tried(log, "WORKSHOPS_FAILED", logging.WARNING)

    def turn(self) -> None:
        """Do what is due; what fails is said once, and tried again at the next turn."""
        self._tried.do("accounts", self._accounts.turn)
        self._tried.do("sayings", self._sayings.turn)
        now_s = self._gateway.clock.monotonic_s()
        if now_s >= self._pots_due_s:
            self._pots_due_s = now_s + POTS_EVERY_S
            self._tried.do("pots", self._pots.turn)
