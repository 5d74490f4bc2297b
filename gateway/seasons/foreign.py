"""A foreign garden: a CSV of somebody's season becomes a garden for a while, with the same rules.

Its columns are mapped as ``jardin-node replay`` maps them; a probe's volts are counted as its
converter would count them. Nothing is skipped in silence: the account says what became of each
line.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Final

from gateway.beds.journal import Told
from gateway.beds.records import BedRecord
from gateway.beds.situations import local
from gateway.beds.watches import IN_THE_SOIL, Wish
from gateway.calibrations import Wanted
from gateway.seasons.described import ForeignBed, Points
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Reading, Series
from gateway.watering.soils import DEFAULT, SOILS, Soil
from sensor_node import wire
from sensor_node.clock import FakeClock
from sensor_node.conversions import CONVERSIONS, VOLTS
from sensor_node.errors import UsageError
from sensor_node.recording import Account, ChannelMap, Recording, RecordingMap, Row

NODE: Final = "recording"
FULL_SCALE_V: Final = 3.3
FULL_SCALE: Final = 1023
"""Of an MCP3008, as a node has it."""
ROWS_A_COMMIT: Final = 5000
_MEASURED: Final = "measured-{}"
_AIR: Final = frozenset({"air_temperature", "relative_humidity", "illuminance", "wind_speed"})


@dataclass(slots=True)
class Lines(Account):
    """What became of the lines: ``rows`` = ``invalid`` + ``empty`` + ``repeated`` + ``taken``.

    ``repeated``: another line has the same time; what both have is as the later one says.
    """

    taken: int = 0
    first_ms: int | None = None
    last_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """A foreign garden, and what its file says beside readings.

    ``measured``: by bed and day, depletion in mm.
    """

    gateway: Gateway
    records: tuple[BedRecord, ...]
    first: date
    last: date
    account: Lines
    measured: Mapping[str, Mapping[date, float]]


@contextmanager
def foreign_garden(
    description: RecordingMap,
    lines: Iterable[str],
    beds: Sequence[ForeignBed],
    latitude_deg: float | None,
) -> Iterator[Foreign]:
    """The garden of a recording; gone in the end.

    Raises ``UsageError`` for a file without any reading, a column or a channel that there is not,
    and a probe whose numbers have no meaning; ``ConfigError`` for a map that cannot be.
    """
    recording = Recording(_with_measured(description, beds))
    _check(recording, beds)
    with TemporaryDirectory(prefix="jardin-", ignore_cleanup_errors=True) as folder:
        settings = GatewaySettings(
            data=Path(folder), timezone=description.time.zone, latitude=latitude_deg
        )
        clock = FakeClock()
        with closing(Gateway.open(settings, clock)) as gateway:
            yield _Settling(gateway, clock, recording, beds).settle(lines)


def _with_measured(description: RecordingMap, beds: Sequence[ForeignBed]) -> RecordingMap:
    """The map with the columns of measured depletions."""
    more = [
        {"column": one.measured, "channel": _MEASURED.format(number), "quantity": "number"}
        for number, one in enumerate(beds)
        if one.measured is not None
    ]
    return replace(description, channels=[*description.channels, *more])


def _check(recording: Recording, beds: Sequence[ForeignBed]) -> None:
    quantities = {one.channel: one.quantity for one in recording.channels}
    for bed in beds:
        for name in bed.channels or ():
            if name not in quantities:
                near = ", ".join(difflib.get_close_matches(name, quantities, n=3) or quantities)
                raise UsageError(
                    "NO_SUCH_CHANNEL",
                    fr=f"Bac « {bed.bed} » : la carte n'a pas de voie « {name} » ; "
                    f"il y a : {near}.",
                    en=f"Bed '{bed.bed}': the map has no channel '{name}'; there is: {near}.",
                )
        for name in _standing_in(bed, beds, quantities):
            if quantities[name] == "soil_moisture_raw" and not _has_meaning(bed.points):
                raise _no_meaning(name)


def _has_meaning(points: Points) -> bool:
    return points.air is not None and (points.water, points.field_capacity) != (None, None)


def _standing_in(
    bed: ForeignBed, beds: Sequence[ForeignBed], quantities: Mapping[str, str]
) -> list[str]:
    """The channels of ``bed``: as told, or all that can only be its where it is the only one."""
    if bed.channels is not None:
        return list(bed.channels)
    if len(beds) > 1:
        return []
    inside = _AIR if bed.details.exposure == "greenhouse" else frozenset()
    wanted = IN_THE_SOIL | inside | {"water_volume"}
    return [name for name, quantity in quantities.items() if quantity in wanted]


class _Settling:
    """One recording on its way into a garden of its own."""

    def __init__(
        self,
        gateway: Gateway,
        clock: FakeClock,
        recording: Recording,
        beds: Sequence[ForeignBed],
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._recording = recording
        self._beds = beds
        self._maps = {one.channel: one for one in recording.channels}
        self._quantities = {name: one.quantity for name, one in self._maps.items()}
        self._account = Lines()
        self._batch: list[Reading] = []
        self._seen: set[int] = set()
        self._poured: list[tuple[str, int, float]] = []
        self._measured: dict[str, dict[int, float]] = defaultdict(dict)

    def settle(self, lines: Iterable[str]) -> Foreign:
        """Read the lines, and make the beds."""
        catalogue, account = self._gateway.catalogue, self._account
        for name, quantity in self._quantities.items():
            catalogue.see_channel(Series(NODE, name), wire.QUANTITIES[quantity].unit, quantity)
        self._read(lines)
        if account.first_ms is None or account.last_ms is None:
            raise UsageError(
                "RECORDING_EMPTY",
                fr="Aucune ligne du fichier n'a de mesure lisible : "
                f"{account.rows} lignes lues. Vérifiez la carte (colonnes, format de l'heure).",
                en=f"No line of the file has a readable value: {account.rows} lines read. Check "
                "the map (columns, format of the time).",
            )
        self._clock.set_wall(account.last_ms)
        self._gateway.present.load(self._gateway.store.newest())
        records = tuple(self._make(bed) for bed in self._beds)
        zone = self._gateway.settings.timezone
        first, last = (local(at, zone).date() for at in (account.first_ms, account.last_ms))
        return Foreign(self._gateway, records, first, last, account, self._by_day(zone))

    # --- reading ------------------------------------------------------------------------------

    def _read(self, lines: Iterable[str]) -> None:
        for row in self._account.rows_of(self._recording.read(lines)):
            if row is not None:
                self._take(row)
        self._commit()

    def _take(self, row: Row) -> None:
        account = self._account
        values = dict(row.values) | {name: _counted(volts) for name, volts in row.volts.items()}
        if row.at_ms in self._seen:
            account.repeated += 1
        else:
            account.taken += 1
            self._seen.add(row.at_ms)
        self._keep(row.at_ms, values)

    def _keep(self, at_ms: int, values: Mapping[str, float]) -> None:
        account = self._account
        for name, value in values.items():
            if self._quantities[name] == "number":
                self._measured[name][at_ms] = value
                continue
            if self._quantities[name] == "water_volume" and value > 0.0:
                self._poured.append((name, at_ms, value))
            self._batch.append(Reading(Series(NODE, name), at_ms, value))
            account.first_ms = at_ms if account.first_ms is None else min(account.first_ms, at_ms)
            account.last_ms = at_ms if account.last_ms is None else max(account.last_ms, at_ms)
        if len(self._batch) >= ROWS_A_COMMIT:
            self._commit()

    def _commit(self) -> None:
        self._gateway.store.commit(self._batch, [])
        self._batch = []

    # --- the beds -----------------------------------------------------------------------------

    def _make(self, bed: ForeignBed) -> BedRecord:
        catalogue, now_ms = self._gateway.catalogue, self._clock.wall_ms()
        standing = _standing_in(bed, self._beds, self._quantities)
        soil = SOILS.get(bed.details.soil or "", DEFAULT)
        wanted = [
            Wanted(Series(NODE, name), *points)
            for name in standing
            if (points := _calibration(self._maps[name], bed.points, soil)) is not None
        ]
        catalogue.calibrations.make(wanted, "gardener", now_ms)
        record = catalogue.beds.put(bed.bed, bed.details, now_ms)
        catalogue.watches.wish(bed.bed, [Wish(Series(NODE, name), 0) for name in standing], now_ms)
        poured = {at: (name, litres) for name, at, litres in self._poured if name in standing}
        for at_ms, (_name, litres) in sorted(poured.items()):
            cans = litres / bed.details.can_l
            catalogue.journal.tell(bed.bed, Told(at_ms, litres, cans, "logged", None), now_ms)
        return record

    def _by_day(self, zone: str) -> dict[str, dict[date, float]]:
        """The mean of what was measured on each day, by bed."""
        found = {}
        for number, bed in enumerate(self._beds):
            days: dict[date, list[float]] = defaultdict(list)
            for at_ms, mm in self._measured.get(_MEASURED.format(number), {}).items():
                days[_measured_day(at_ms, zone)].append(mm)
            found[bed.bed] = {on: round(fmean(values), 3) for on, values in days.items()}
        return found


def _measured_day(at_ms: int, zone: str) -> date:
    """The day whose morning a measurement is nearest to: one at midnight is of the day it names."""
    moment = local(at_ms, zone)
    return moment.date() if moment.hour < 18 else moment.date() + timedelta(days=1)


# --- what a probe's numbers mean --------------------------------------------------------------


def _calibration(
    mapped: ChannelMap, points: Points, soil: Soil
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Two points for a probe; None for what already says percent, or is no probe.

    A field capacity alone would stand for "in water": the line goes on to the soil's saturation.
    """
    if mapped.quantity not in ("soil_moisture_raw", "soil_moisture"):
        return None
    said = {key: _in_our_unit(mapped, getattr(points, key)) for key in Points.__dataclass_fields__}
    dry = said["air"] if said["air"] is not None else 0.0
    capacity, water = said["field_capacity"], said["water"]
    if capacity is not None:
        wet = dry + (capacity - dry) * soil.saturation / soil.field_capacity
        return (dry, 0.0), (wet, 100.0 * soil.saturation)
    if mapped.quantity == "soil_moisture_raw" and water is not None:
        return (dry, 0.0), (water, 100.0)
    return None


def _counted(volts: float) -> float:
    """The fraction of its full scale that a converter of ten bits gives; it has two ends."""
    return round(min(1.0, max(0.0, volts / FULL_SCALE_V)) * FULL_SCALE) / FULL_SCALE


def _in_our_unit(mapped: ChannelMap, value: float | None) -> float | None:
    if value is None:
        return None
    if mapped.conversion == VOLTS:
        return value / FULL_SCALE_V
    return CONVERSIONS[mapped.conversion].formula(value)


def _no_meaning(name: str) -> UsageError:
    return UsageError(
        "PROBE_WITHOUT_MEANING",
        fr=f"Ce que donne la sonde « {name} » n'a pas encore de sens : dites ce qu'elle donnait à "
        "l'air (--air) et dans l'eau (--water), ou à la capacité au champ (--field-capacity), "
        "dans l'unité du fichier. Une sonde qui donne des % d'eau s'écrit :soil_moisture.",
        en=f"What probe '{name}' gives has no meaning yet: say what it gave in the air (--air) and "
        "in water (--water), or at field capacity (--field-capacity), in the file's unit. A probe "
        "that gives % of water is written :soil_moisture.",
    )
