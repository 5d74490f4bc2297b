"""How much room the data take, and how much is left."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.folder import DATABASES
from sensor_node.damage import COMPANIONS, beside

LOW_BYTES: Final = 500_000_000
LOW_SHARE: Final = 0.10
SHARE_COUNTS_BELOW_BYTES: Final = 10_000_000_000
"""Of a large disk a tenth is plenty."""
LOW_DAYS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Room:
    """The disk of the data. ``days_left``: at the growth of late; None: not known, or no end."""

    free_bytes: int
    total_bytes: int
    data_bytes: int
    growth_a_day: float | None

    @property
    def days_left(self) -> float | None:
        """Days until the disk is full, if the data alone grow."""
        if self.growth_a_day is None or self.growth_a_day <= 0:
            return None
        return self.free_bytes / self.growth_a_day

    @property
    def is_low(self) -> bool:
        """Whether it is time to make room."""
        if self.free_bytes < LOW_BYTES:
            return True
        share = self.free_bytes / max(1, self.total_bytes)
        if share < LOW_SHARE and self.free_bytes < SHARE_COUNTS_BELOW_BYTES:
            return True
        return self.days_left is not None and self.days_left < LOW_DAYS


def database_bytes(data: Path) -> int:
    """What the databases in ``data`` take, with their logs."""
    return sum(
        _size(beside(data / name, end)) for name in DATABASES for end in ("", *COMPANIONS[:1])
    )


def disk_of(data: Path) -> tuple[int, int]:
    """Free and total bytes of the disk of ``data``; 0 where it does not say."""
    try:
        usage = shutil.disk_usage(data)
    except OSError:
        return 0, 0
    return usage.free, usage.total


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
