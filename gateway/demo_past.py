"""The demo's past mornings: each bed gets the advice that it would have been given on them.

A garden in service keeps what it was told, and makes up nothing afterwards. The demo's past is
simulated as a whole, and whoever counts a bed's water by hand needs mornings to compare with.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from gateway.seasons.rehearsal import rehearsal_of
from gateway.service import Gateway
from gateway.times import HOUR_MS
from sensor_node.garden.demo import NODES

DAYS: Final = 7
LOOK_EVERY_S: Final = 2.0
NEAR_MS: Final = 12 * HOUR_MS
"""A node whose newest reading is this young has brought the week: one of them has been silent
for hours.
"""

log = logging.getLogger("jardin.demo")


def live_past(gateway: Gateway, days: int = DAYS, going: Callable[[], bool] = lambda: True) -> int:
    """Advise on the mornings that gave no advice; how many advices that made. Nothing is kept where
    ``going`` says no in between.

    Raises ``StorageError``.
    """
    today = gateway.advisor.today()
    mornings = [today - timedelta(days=ago) for ago in range(days, 0, -1)]
    records = list(gateway.catalogue.beds.all().values())
    made = []
    with rehearsal_of(gateway) as rehearsal:
        for record in records:
            rehearsal.prepare(record, mornings)
        for on in mornings:
            if not going():
                return 0
            found = [rehearsal.morning(record, on) for record in records]
            made += [morning.given for morning in found if not morning.as_given]
    for given in made:
        gateway.catalogue.advice.keep(given)
    return len(made)


class PastMornings:
    """Lives them once the nodes have brought their week, in a thread of its own."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="past mornings")

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Live no further morning; safe in a signal handler."""
        self._stopping.set()

    def stop(self) -> None:
        """End, and wait for it."""
        self.end()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            if self._week_is_here():
                self._live()
                return

    def _live(self) -> None:
        try:
            live_past(self._gateway, going=lambda: not self._stopping.is_set())
        except Exception:
            if not self._stopping.is_set():  # else the databases were closed under it
                log.exception("PAST_MORNINGS_FAILED")

    def _week_is_here(self) -> bool:
        oldest_ms = self._gateway.clock.wall_ms() - NEAR_MS
        newest = {
            series.node: latest.at_ms
            for series, latest in self._gateway.present.all().items()
            if latest.at_ms >= oldest_ms
        }
        return all(node.node in newest for node in NODES)
