"""The crops that a garden has added to the table's; what was advised by one keeps its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.watering.crops import Crop
from gateway.watering.record import dumps, loads
from sensor_node import wire
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE crops (
        crop    TEXT PRIMARY KEY,
        details TEXT    NOT NULL,               -- JSON, the fields of Crop
        made_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
"""
NAME_CHARS: Final = 40
KC: Final = (0.1, 1.5)
ROOTING_M: Final = (0.05, 3.0)
P: Final = (0.1, 0.8)
BASE_C: Final = (0.0, 20.0)
STAGE_DAYS: Final = (1, 365)
SEEDLING_KCB: Final = 0.15
HEIGHT_M: Final = 0.4
"""Of what is not asked: leaves at the start by FAO-56 Table 17, and the height of most of a kitchen
garden (judgement)."""
_MIDDLE_LESS: Final = 0.05
_LATE_LESS: Final = 0.1
"""What the soil adds to the leaves in the middle and at the end (Tables 12 and 17, most rows)."""


@dataclass(frozen=True, slots=True)
class CropTold:
    """A crop as a gardener finds it in a book.

    kc_start, kc_end, stages_days: all of them, or none where only ``kc_mid`` is known. rooting_m:
    how deep it roots. p: share of its water that it takes without suffering.
    """

    key: str
    fr: str
    en: str
    kc_mid: float
    rooting_m: float
    p: float
    base_c: float
    kc_start: float | None = None
    kc_end: float | None = None
    stages_days: Sequence[int] | None = None


def crop_of(told: CropTold) -> Crop:
    """The crop that was told. Raises ``ValueError`` for what cannot be."""
    staged = told.stages_days is not None
    if (told.kc_start is not None, told.kc_end is not None) != (staged, staged):
        raise ValueError("kc at the start and at the end go with the days of the stages")
    start, middle = told.kc_start or told.kc_mid, told.kc_mid
    end = told.kc_end or told.kc_mid
    leaves = middle - _MIDDLE_LESS
    late = max(0.0, end - _LATE_LESS)
    kcb = (min(SEEDLING_KCB, start), leaves, late) if staged else (leaves, leaves, leaves)
    stages = None
    if told.stages_days is not None:
        initial, development, plateau, last = told.stages_days
        stages = (initial, development, plateau, last)
    return checked(
        Crop(
            told.key,
            told.fr,
            told.en,
            (start, middle, end),
            (kcb[0], kcb[1], kcb[2]),
            told.rooting_m,
            told.p,
            HEIGHT_M,
            told.base_c,
            stages,
        )
    )


def checked(crop: Crop) -> Crop:
    """``crop``, if it can be one; else raises ``ValueError``."""
    bounded = [(one, KC) for one in crop.kc]
    bounded += [(crop.rooting_m, ROOTING_M), (crop.p, P), (crop.base_c, BASE_C)]
    bounded += [(days, STAGE_DAYS) for days in crop.stages_days or ()]
    bounded += [(one, (0.0, KC[1])) for one in crop.kcb] + [(crop.height_m, ROOTING_M)]
    if not wire.is_id(crop.key) or not all(least <= one <= most for one, (least, most) in bounded):
        raise ValueError(f"{crop.key!r} is no crop")
    if not all(0 < len(name) <= NAME_CHARS for name in (crop.fr, crop.en)):
        raise ValueError(f"{crop.key!r} has no name")
    return crop


class OwnCrops:
    """In the catalogue's ``database``. Safe to use from several threads.

    Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Crop]:
        """The garden's own crops, by key."""
        with self._database.reading() as db:
            rows = db.execute("SELECT crop, details FROM crops ORDER BY crop").fetchall()
        return {key: loads(Crop, details) for key, details in rows}

    def put(self, crop: Crop, now_ms: int) -> None:
        """Add ``crop``, or change it: from now on it is so."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO crops (crop, details, made_ms) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET details = excluded.details",
                (crop.key, dumps(crop), now_ms),
            )

    def remove(self, key: str) -> bool:
        """Take it out, unless a bed names it; whether it is gone."""
        with self._database.writing() as db:
            return bool(
                db.execute(
                    "DELETE FROM crops WHERE crop = ?1 AND NOT EXISTS (SELECT 1 FROM beds"
                    " WHERE removed_ms IS NULL AND (json_extract(beds.details, '$.crop') = ?1"
                    " OR EXISTS (SELECT 1 FROM json_each(beds.details, '$.others') AS other"
                    " WHERE json_extract(other.value, '$.crop') = ?1)))",
                    (key,),
                ).rowcount
            )
