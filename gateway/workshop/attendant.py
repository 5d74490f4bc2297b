"""What goes on by itself while workshops are on: groups' sayings, their accounts, their pots."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final

from gateway.service import Gateway
from gateway.workshop.accounts import GroupAccounts
from gateway.workshop.pots import POTS_EVERY_S, Pots
from gateway.workshop.sayings import Sayings
from sensor_node.errors import GardenError

EVERY_S: Final = 0.5
"""What a group says is on the wall by the wall's next look."""

log = logging.getLogger("jardin.workshop")


class Attendant:
    """Does it again and again in a thread of its own; use it in a ``with``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._accounts = GroupAccounts(gateway)
        self._sayings = Sayings(gateway)
        self._pots = Pots(gateway)
        self._pots_due_s = 0.0
        self._last: dict[str, str] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="workshops")

    def __enter__(self) -> Attendant:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def turn(self) -> None:
        """Do what is due; what fails is said once, and tried again at the next turn."""
        self._try("accounts", self._accounts.turn)
        self._try("sayings", self._sayings.turn)
        now_s = self._gateway.clock.monotonic_s()
        if now_s >= self._pots_due_s:
            self._pots_due_s = now_s + POTS_EVERY_S
            self._try("pots", self._pots.turn)

    def _try(self, name: str, do: Callable[[], None]) -> None:
        try:
            do()
        except GardenError as error:
            if self._last.get(name) != error.code:
                log.warning("%s", error)
            self._last[name] = error.code
        else:
            self._last.pop(name, None)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_S):
            try:
                self.turn()
            except Exception:
                log.exception("WORKSHOPS_FAILED")
