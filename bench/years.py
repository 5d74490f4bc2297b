"""A garden's data after years: fifty channels, a reading of each every five minutes.

What is filled stays in ``~/.cache/jardin-bench`` for the next run; that folder may be deleted.
"""

from __future__ import annotations

import math
import os
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.calibrations import Wanted
from gateway.catalogue import Catalogue
from gateway.settings import GatewaySettings
from gateway.store.base import Reading, Series
from gateway.store.sqlite import MIGRATIONS, SqliteStore
from sensor_node import wire
from sensor_node.errors import StorageError

NODES = tuple(f"potager-{number}" for number in range(1, 11))
CHANNELS = (
    ("soil", "soil_moisture_raw", 0.5, 4),
    ("ground", "soil_temperature", 12.0, 4),
    ("air", "air_temperature", 14.0, 1),
    ("humidity", "relative_humidity", 60.0, 1),
    ("light", "illuminance", 20_000.0, 2),
)
"""Of each node: name, quantity, a usual value, decimals."""
SERIES = tuple(Series(node, channel) for node in NODES for channel, *_ in CHANNELS)
CALIBRATED = Series(NODES[0], "soil")
STEP_MS = 300_000
DAY_MS = 86_400_000
END_MS = 1_780_272_000_000
"""The first of June 2026, 0 h UTC: the newest reading is the one before."""
TIMEZONE = GatewaySettings.timezone
BYTES_A_READING = 40
"""More than one takes: the room that is looked for on the disk."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jardin-bench"


@dataclass(frozen=True)
class Years:
    """The data of ``readings`` readings in ``folder``, filled in ``fill_s`` (None: before)."""

    folder: Path
    readings: int
    fill_s: float | None

    @property
    def store_path(self) -> Path:
        """The file of the readings and their rollups."""
        return self.folder / "store.sqlite"


def years_of(years: float, *, cache: Path = CACHE) -> Years:
    """What is in ``cache`` for so many ``years``, filled where it is absent.

    Raises ``StorageError`` where there is no room for it.
    """
    days = round(years * 365.25)
    readings = days * (DAY_MS // STEP_MS) * len(SERIES)
    folder = cache / f"{days}-days-{len(MIGRATIONS)}"
    if folder.exists():
        return Years(folder, readings, None)
    unfinished = folder.with_name(folder.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    _look_for_room(unfinished, readings * BYTES_A_READING)
    began_s = time.monotonic()
    _name_channels(unfinished)
    _fill(unfinished, days)
    fill_s = time.monotonic() - began_s
    unfinished.rename(folder)
    return Years(folder, readings, fill_s)


def _look_for_room(folder: Path, bytes_needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < bytes_needed:
        need, there = f"{bytes_needed / 1e9:.1f}", f"{free / 1e9:.1f}"
        raise StorageError(
            "DISK_FULL",
            fr=f"Il faut {need} Go dans {folder}, il en reste {there}.",
            en=f"{need} GB are needed in {folder}, {there} are free.",
        )


def _name_channels(folder: Path) -> None:
    catalogue = Catalogue(folder / "garden.sqlite")
    for node in NODES:
        for channel, quantity, *_ in CHANNELS:
            unit = wire.QUANTITIES[quantity].unit
            catalogue.see_channel(Series(node, channel), unit, quantity)
    dry_and_wet = Wanted(CALIBRATED, (0.8, 0.0), (0.2, 45.0))
    catalogue.calibrations.make([dry_and_wet], "keeper", END_MS)
    catalogue.close()


def _fill(folder: Path, days: int) -> None:
    """A day a commit, in the order of time, as nodes bring them."""
    store = SqliteStore(folder / "store.sqlite", timezone=TIMEZONE)
    for day_ms in range(END_MS - days * DAY_MS, END_MS, DAY_MS):
        store.commit(list(_day(day_ms)), [])
    store.close()


def _day(day_ms: int) -> Iterator[Reading]:
    rng = random.Random(day_ms)
    season = math.sin(2 * math.pi * day_ms / (365.25 * DAY_MS))
    for at_ms in range(day_ms, day_ms + DAY_MS, STEP_MS):
        swing = 1 + 0.2 * season + 0.1 * math.sin(2 * math.pi * at_ms / DAY_MS)
        for place, series in enumerate(SERIES):
            _, _, usual, decimals = CHANNELS[place % len(CHANNELS)]
            value = round(usual * swing * rng.uniform(0.95, 1.05), decimals)
            yield Reading(series, at_ms, value)
