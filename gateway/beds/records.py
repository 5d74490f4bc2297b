"""What people told of their beds; a bed that is gone keeps its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gateway.beds.own_crops import OwnCrops
from gateway.watering.beds import Bed, Exposure, Method, Part
from gateway.watering.crops import CROPS, Crop
from gateway.watering.record import dumps, loads
from gateway.watering.soils import SOILS
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE beds (
        bed        TEXT PRIMARY KEY,
        details    TEXT    NOT NULL,            -- JSON, the fields of BedDetails
        made_ms    INTEGER NOT NULL,
        removed_ms INTEGER
    ) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class OtherCrop:
    """A crop that shares a bed. share: of the bed's ground, above 0 and below 1."""

    crop: str
    share: float
    planted_on: date | None = None
    sown: bool = False
    emerged_on: date | None = None


@dataclass(frozen=True, slots=True)
class BedDetails:
    """What a person says of a bed.

    soil, crop: keys of ``SOILS``, and of ``CROPS`` or the garden's own; None for unknown and for
    an empty bed.
    planted_on: when it was planted or, with ``sown``, sown in place. stage_days: how many days
    the crop is ahead of its age, negative when it lags. depth_m: of a raised bed on hard ground.
    can_l: what a can holds. others: what grows beside ``crop``, which has the rest of the ground.
    """

    area_m2: float
    name: str = ""
    soil: str | None = None
    crop: str | None = None
    planted_on: date | None = None
    sown: bool = False
    emerged_on: date | None = None
    stage_days: int = 0
    depth_m: float | None = None
    exposure: Exposure = "open"
    mulched: bool = False
    method: Method = "can"
    can_l: float = 10.0
    others: tuple[OtherCrop, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The crops that it names, the first one first."""
        return tuple(filter(None, (self.crop, *(one.crop for one in self.others))))

    @property
    def first_planted_on(self) -> date | None:
        """When the first of its crops was planted; None where that is not known of each."""
        days = [self.planted_on, *(one.planted_on for one in self.others)]
        known = [day for day in days if day is not None]
        return min(known) if len(known) == len(days) else None


@dataclass(frozen=True, slots=True)
class BedRecord:
    """A bed of the garden; ``removed_ms`` None: it is there.

    ``own``: the crops that it names and that are the garden's own.
    """

    bed: str
    details: BedDetails
    made_ms: int
    removed_ms: int | None = None
    own: tuple[Crop, ...] = ()

    @property
    def crop(self) -> Crop | None:
        """What grows in it; one that is in no table is as if nobody had told any."""
        return self._named(self.details.crop or "")

    @property
    def crops(self) -> tuple[Crop, ...]:
        """All that grows in it."""
        found = (self._named(key) for key in self.details.keys)
        return tuple(one for one in found if one is not None)

    def _named(self, key: str) -> Crop | None:
        return next((one for one in self.own if one.key == key), CROPS.get(key))

    def _others(self) -> Iterator[Part]:
        for one in self.details.others:
            crop = self._named(one.crop)
            if crop is not None:
                yield Part(crop, one.planted_on, one.share, one.sown, one.emerged_on)

    def as_bed(self, *, weather_inside: bool = False) -> Bed:
        """The bed as the rule sees it.

        ``weather_inside``: its weather is measured under its own glass.
        """
        told = self.details
        return Bed(
            key=self.bed,
            area_m2=told.area_m2,
            soil=SOILS.get(told.soil or ""),
            crop=self.crop,
            planted_on=told.planted_on,
            sown=told.sown,
            emerged_on=told.emerged_on,
            depth_m=told.depth_m,
            mulched=told.mulched,
            exposure=told.exposure,
            weather_inside=weather_inside,
            method=told.method,
            can_l=told.can_l,
            stage_days=told.stage_days,
            others=tuple(self._others()) if self.crop is not None else (),
        )


class Beds:
    """All beds of a garden, in the catalogue's ``database``. Safe to use from several threads.

    Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, database: Database, crops: OwnCrops) -> None:
        self._database = database
        self._crops = crops

    def all(self, *, removed: bool = False) -> dict[str, BedRecord]:
        """The beds by id, in the order of their ids; with ``removed`` also those that are gone."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT bed, details, made_ms, removed_ms FROM beds"
                " WHERE removed_ms IS NULL OR ? ORDER BY bed",
                (removed,),
            ).fetchall()
        own = self._crops.all()
        return {row[0]: _record(row, own) for row in rows}

    def get(self, bed: str) -> BedRecord | None:
        """The bed, or None where there is no such one now."""
        return self.all().get(bed)

    def put(self, bed: str, details: BedDetails, now_ms: int) -> BedRecord:
        """Make the bed, change it, or take up again one that was removed."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO beds (bed, details, made_ms) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET details = excluded.details, removed_ms = NULL",
                (bed, dumps(details), now_ms),
            )
            row = db.execute(
                "SELECT bed, details, made_ms, removed_ms FROM beds WHERE bed = ?", (bed,)
            ).fetchone()
        return _record(row, self._crops.all())

    def remove(self, bed: str, now_ms: int) -> bool:
        """The bed is no more; its history stays. Returns whether it was there."""
        with self._database.writing() as db:
            return bool(
                db.execute(
                    "UPDATE beds SET removed_ms = ? WHERE bed = ? AND removed_ms IS NULL",
                    (now_ms, bed),
                ).rowcount
            )


def _record(row: tuple[Any, ...], crops: Mapping[str, Crop]) -> BedRecord:
    bed, text, made_ms, removed_ms = row
    details = loads(BedDetails, text)
    own = tuple(crops[key] for key in details.keys if key in crops)
    return BedRecord(bed, details, made_ms, removed_ms, own)
