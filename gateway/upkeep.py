"""What a running gateway does for its data: every ten seconds, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from gateway.nightly import Nightly
from gateway.retention import Retention, kept_since_ms
from gateway.service import Gateway
from gateway.space import database_bytes
from gateway.workshop.hush import Hush
from sensor_node.errors import NetworkError, StorageError

EVERY_S: Final = 10.0

log = logging.getLogger("jardin.care")


class _Stopped(Exception):
    """The gateway is told to stop."""


class Upkeep:
    """The care of ``gateway``'s data. ``on_damage`` is told when a database is found damaged while
    it is in use: only a new start can mend it.
    """

    def __init__(
        self, gateway: Gateway, on_damage: Callable[[StorageError], None] = lambda _error: None
    ) -> None:
        self._gateway = gateway
        self._on_damage = on_damage
        self._nightly = Nightly(gateway.settings, gateway.carebook)
        self._hush_groups = Hush(gateway.settings.broker)
        self._hushed = 0
        self._stopping = threading.Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Inside, the thread is at work; a backup that is being made at the end is given up."""
        thread = threading.Thread(target=self._run, name="upkeep")
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()

    def turn(self) -> None:
        """Do what is due."""
        gateway, now_ms = self._gateway, self._gateway.clock.wall_ms()
        if gateway.commit_error is not None and gateway.commit_error.code == "DATABASE_DAMAGED":
            self._on_damage(gateway.commit_error)
            return
        self._hush()
        gateway.carebook.reload()
        if gateway.clock.synchronised():
            gateway.workshops.tidy()
            gateway.carebook.date_damages(now_ms)
            gateway.carebook.sized(now_ms, database_bytes(gateway.settings.data))
            self._forget(now_ms)
        if not self._nightly.is_due(now_ms):
            return
        try:
            backup = self._nightly.run(now_ms, self._go_on)
        except StorageError as error:
            log.error("%s", error)
        except _Stopped:
            return  # it is still due, and made at the next start
        else:
            log.info("BACKED_UP: %s", backup.path)

    def _hush(self) -> None:
        """What groups left at the broker goes with them."""
        gateway = self._gateway
        gone = gateway.workshops.erased + gateway.workshops.strays
        if gone != self._hushed:
            self._hush_groups.due = True
        if not (self._hush_groups.due and gateway.broker_up):
            return
        try:
            cleared = self._hush_groups.turn(gateway.workshops.plants())
            if cleared and gateway.keys is not None:
                gateway.keys.have_saved()
        except NetworkError as error:
            log.warning("%s", error)
            return
        self._hushed = gone
        if cleared:
            log.info("GROUPS_CLEARED: %s", cleared)

    def _forget(self, now_ms: int) -> None:
        """Once a school year: let go of the traces of the ones before."""
        gateway = self._gateway
        if not gateway.settings.privacy.forget:
            return
        # A restored store has another id: what came back with it is looked through again.
        done = f"{kept_since_ms(now_ms, gateway.settings.timezone)} {gateway.store.id}"
        if done == gateway.carebook.forgotten:
            return
        retention = Retention(gateway)
        if old := retention.preview():
            retention.apply(old)
            log.info("FORGOTTEN: %s", old.counts)
        gateway.carebook.forgot(done)

    def _go_on(self, _step: str, _done: float) -> None:
        if self._stopping.is_set():
            raise _Stopped

    def _run(self) -> None:
        while True:
            try:
                self.turn()
            except Exception:
                log.exception("UPKEEP_FAILED")
            if self._stopping.wait(EVERY_S):
                return
