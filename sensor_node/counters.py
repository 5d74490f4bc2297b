"""Counts of pulses that outlive the process, so that no rain is lost with a pack or a process.

The outbox keeps two numbers for each counter: ``counted``, the pulses there ever were, and
``reported``, those that are in packs on disk. ``reported`` grows in the very transaction that
writes the pack; ``counted`` is saved with each pack and about every ten seconds. What lies
between the two belongs to the next pack, also after a kill: that loses the pulses since the last
save, at most, and reports none twice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence

from sensor_node.errors import StorageError
from sensor_node.outbox import Count, Outbox

SAVE_EVERY_S = 9.0
"""Ten seconds, less what a save may take on a slow card."""

Taken = Mapping[str, int]
"""By counter: how many pulses a pack reports."""

log = logging.getLogger("jardin.counters")


class Counter:
    """The pulses of one sensor; ``name`` is its channel's. Safe to use from several threads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._counted = 0
        self._waiting = 0
        self._taken = 0

    @property
    def counted(self) -> int:
        """All pulses there ever were."""
        return self._counted

    def count(self) -> None:
        """One pulse more."""
        with self._lock:
            self._counted += 1
            self._waiting += 1

    def take(self) -> int:
        """The pulses since the last ``take``, for the pack that is being made."""
        with self._lock:
            pulses, self._waiting = self._waiting, 0
            self._taken += pulses
        return pulses

    def packed(self) -> int:
        """How many pulses were taken for the pack that is now made."""
        with self._lock:
            pulses, self._taken = self._taken, 0
        return pulses

    def give_back(self, pulses: int) -> None:
        """The next ``take`` gives these again: their pack never came to the disk."""
        with self._lock:
            self._waiting += pulses

    def resume(self, count: Count) -> None:
        """Go on from what an earlier process left."""
        with self._lock:
            self._counted += count.counted
            self._waiting += count.counted - count.reported


class CounterKeeper:
    """Keeps ``counters`` in the outbox; made, it has them go on from what the outbox kept.

    ``every_s``: seconds between two saves. A disk that fails is told once; the counts stay in
    memory. Raises ``StorageError`` when the outbox cannot be read at the start.
    """

    def __init__(
        self, counters: Sequence[Counter], outbox: Outbox, every_s: float = SAVE_EVERY_S
    ) -> None:
        self._counters = {counter.name: counter for counter in counters}
        self._outbox = outbox
        self._every_s = every_s
        self._failing = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counters", daemon=True)
        self._saved = dict.fromkeys(self._counters, 0)
        for count in outbox.counts() if counters else ():
            if count.name in self._counters:
                self._counters[count.name].resume(count)
                self._saved[count.name] = count.counted

    def start(self) -> None:
        """Begin to save."""
        if self._counters:
            self._thread.start()

    def stop(self) -> None:
        """Save a last time."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self.save()

    def packed(self) -> Taken:
        """What the pack that was just made reports."""
        return {name: counter.packed() for name, counter in self._counters.items()}

    def counts(self, packs: Iterable[Taken]) -> list[Count]:
        """What the outbox is to write in the transaction that writes ``packs``."""
        reported = dict.fromkeys(self._counters, 0)
        for taken in packs:
            for name, pulses in taken.items():
                reported[name] += pulses
        return [Count(name, self._counters[name].counted, n) for name, n in reported.items()]

    def give_back(self, taken: Taken) -> None:
        """A pack is lost that never came to the disk: the next one reports its pulses."""
        for name, pulses in taken.items():
            self._counters[name].give_back(pulses)

    def save(self) -> None:
        """Write what was counted since the last save, if anything."""
        counted = self._counted()
        if counted == self._saved:
            return
        try:
            self._outbox.save_counts(counted)
        except StorageError as error:
            if not self._failing:
                log.error("%s", error)
            self._failing = True
            return
        self._failing = False
        self._saved = counted

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            self.save()

    def _counted(self) -> dict[str, int]:
        return {name: counter.counted for name, counter in self._counters.items()}
