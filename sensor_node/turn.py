"""Whose turn it is on a bus: sensors are read side by side, and a bus serves one at a time."""

from __future__ import annotations

import threading

from sensor_node.errors import SensorFault

PATIENCE_S = 3.0
"""Longer than all measures of a full bus take, and less than a sensor's time to answer."""


class Turn:
    """A lock around the bus ``name``, taken by ``with``.

    ``patience_s``: how long a sensor waits for its turn; then a ``SensorFault`` is raised, as
    whoever has the turn hangs.
    """

    def __init__(self, name: str, patience_s: float = PATIENCE_S) -> None:
        self.patience_s = patience_s
        self._name = name
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self.patience_s):
            raise self._busy()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _busy(self) -> SensorFault:
        return SensorFault(
            "bus busy",
            code="BUS_BUSY",
            fr=f"Un autre capteur occupe {self._name} et ne le rend pas : débranchez les capteurs "
            "de ce bus un par un pour trouver celui qui le bloque, puis relancez le nœud.",
            en=f"Another sensor holds {self._name} and does not let go: unplug the sensors of that "
            "bus one by one to find the one that blocks it, then start the node again.",
        )
