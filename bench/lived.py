"""A garden that people have lived with for a year, on the store of ``bench.years``.

Its beds are watched by a node each. Every morning of the year the garden's own advisor told what
one of them needs, and people poured as it said; rain and a few notes were written down. The others
are of the last days. All of it is kept beside the store for the next run.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bench.years import END_MS, NODES, TIMEZONE, Years
from gateway.beds.journal import Told
from gateway.beds.rainbook import RainTold
from gateway.beds.records import BedDetails, BedRecord
from gateway.beds.situations import local
from gateway.beds.watches import Wish
from gateway.calibrations import Wanted
from gateway.catalogue import MIGRATIONS
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Series
from gateway.watering.beds import Exposure
from gateway.watering.samples import at_local_hour_ms
from sensor_node.clock import FakeClock

CROPS: Final = ("tomate", "laitue", "fraisier", "carotte", "haricot-vert", "ail")
BED: Final = "bac-2"
"""The one with a year of advice. The first stands under glass."""
OTHER: Final = "bac-3"
NOW_MS: Final = END_MS
"""Two in the morning: what stands is of the day before, and the newest reading is fresh."""
YEAR_DAYS: Final = 365
OTHERS_DAYS: Final = 3
MORNING_H: Final = 7
CAN_L: Final = 10.0
RAIN_SHARE: Final = 0.3
MOST_RAIN_MM: Final = 12.0
NOTE_EVERY_DAYS: Final = 9


@dataclass(frozen=True)
class Lived:
    """The data of a gateway in ``folder``; ``live_s``: how long the year took, None for before."""

    folder: Path
    readings: int
    live_s: float | None


def lived_on(years: Years, days: int = YEAR_DAYS) -> Lived:
    """The garden on ``years``, lived for ``days`` where it is not there yet."""
    name = f"{years.folder.name}-lived-{days}-{len(MIGRATIONS)}"
    folder = years.folder.with_name(name)
    if folder.exists():
        return Lived(folder, years.readings, None)
    unfinished = folder.with_name(name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    began_s = time.monotonic()
    _take_over(years, unfinished)
    _live(unfinished, days)
    live_s = time.monotonic() - began_s
    unfinished.rename(folder)
    return Lived(folder, years.readings, live_s)


def _take_over(years: Years, folder: Path) -> None:
    """The names of the channels are copied; the readings, which nobody changes, are shared."""
    with (
        closing(sqlite3.connect(years.folder / "garden.sqlite")) as old,
        closing(sqlite3.connect(folder / "garden.sqlite")) as new,
    ):
        old.backup(new)
    (folder / "store.sqlite").symlink_to(years.store_path.resolve())


def _live(folder: Path, days: int) -> None:
    mornings = list(_mornings(days))
    clock = FakeClock(_morning_ms(mornings[0]))
    settings = GatewaySettings(data=folder, timezone=TIMEZONE, latitude=47.3, longitude=5.0)
    with closing(Gateway.open(settings, clock)) as gateway:
        _plant(gateway)
        beds = gateway.catalogue.beds.all()
        for left, morning in zip(range(days - 1, -1, -1), mornings, strict=True):
            clock.set_wall(_morning_ms(morning))
            _tell_of_yesterday(gateway, morning)
            for bed, record in beds.items():
                if bed == BED or left < OTHERS_DAYS:
                    _obey(gateway, record)


def _mornings(days: int) -> Iterator[date]:
    last = local(NOW_MS, TIMEZONE).date()
    return (last - timedelta(days=number) for number in range(days, 0, -1))


def _morning_ms(on: date) -> int:
    return at_local_hour_ms(on, MORNING_H, TIMEZONE)


def _plant(gateway: Gateway) -> None:
    now_ms, catalogue = gateway.clock.wall_ms(), gateway.catalogue
    probes = [Series(node, "soil") for node in NODES]
    held = {one.series for one in catalogue.calibrations.all()}
    wanted = [Wanted(one, (0.8, 0.0), (0.2, 45.0)) for one in probes if one not in held]
    catalogue.calibrations.make(wanted, "gardener", now_ms)
    planted_on = local(now_ms, TIMEZONE).date()
    for number, (crop, node) in enumerate(zip(CROPS, NODES, strict=False), start=1):
        exposure: Exposure = "greenhouse" if number == 1 else "open"
        details = BedDetails(2.0, f"Bac {number}", "limon", crop, planted_on, exposure=exposure)
        catalogue.beds.put(f"bac-{number}", details, now_ms)
        here = ("soil", "ground", "air", "humidity") if number == 1 else ("soil", "ground")
        wishes = [Wish(Series(node, channel), 0) for channel in here]
        catalogue.watches.wish(f"bac-{number}", wishes, now_ms)


def _tell_of_yesterday(gateway: Gateway, morning: date) -> None:
    """Rain from the gardener's glass, and what they saw."""
    now_ms, rng = gateway.clock.wall_ms(), random.Random(morning.toordinal())
    if rng.random() < RAIN_SHARE:
        mm = round(rng.uniform(0.5, MOST_RAIN_MM), 1)
        told = RainTold(mm, "gardener", on=morning - timedelta(days=1))
        gateway.catalogue.rain.tell(told, now_ms)
    if morning.toordinal() % NOTE_EVERY_DAYS == 0:
        text = f"Des pucerons sur {rng.randint(2, 9)} feuilles, des coccinelles aussi."
        gateway.catalogue.notes.tell(BED, text, "gardener", now_ms, now_ms)


def _obey(gateway: Gateway, record: BedRecord) -> None:
    """Have the bed's advice made, and pour what it says."""
    given = gateway.advisor.advice_of_today(record)
    cans = given.told("fr")["cans"]
    if cans:
        now_ms = gateway.clock.wall_ms()
        told = Told(now_ms + 1, CAN_L * cans, cans, "logged", "gardener")
        gateway.catalogue.journal.tell(record.bed, told, now_ms)
