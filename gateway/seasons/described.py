"""A foreign garden's beds, told on the command line: what a gardener would have entered."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final, get_args

from gateway.beds.records import BedDetails
from gateway.watering.beds import Exposure, Method
from gateway.watering.crops import CROPS
from gateway.watering.soils import SOILS
from sensor_node import wire
from sensor_node.errors import UsageError

ONE: Final = "bac"
"""The bed of a file that is described without a name."""


@dataclass(frozen=True, slots=True)
class Points:
    """What a probe gave, in the file's own unit, in the air, in water, and in a drained bed."""

    air: float | None = None
    water: float | None = None
    field_capacity: float | None = None


@dataclass(frozen=True, slots=True)
class ForeignBed:
    """One bed of a foreign garden.

    ``channels``: what stands in it; None: whatever can only stand in a bed, where it is the only
    one. ``measured``: the column of a measured depletion in mm.
    """

    bed: str
    details: BedDetails
    channels: tuple[str, ...] | None = None
    points: Points = field(default_factory=Points)
    measured: str | None = None


def beds_of(options: argparse.Namespace) -> list[ForeignBed]:
    """The beds of ``options``: flags for all, ``--bed NAME:key=value,…`` for what differs.

    Raises ``UsageError`` that names what is wrong and what is like it.
    """
    common = {key: value for key in READ if (value := getattr(options, key)) not in (None, False)}
    named = [_named(given) for given in options.bed or [ONE]]
    names = [name for name, _own in named]
    for name in names:
        wire.check_id(name, "--bed")
        if names.count(name) > 1:
            raise _wrong(name, f"« {name} » est là deux fois", f"'{name}' is there twice")
    return [_bed(name, common | own) for name, own in named]


def _named(given: str) -> tuple[str, dict[str, Any]]:
    name, _, rest = given.partition(":")
    own: dict[str, Any] = {}
    for part in filter(None, rest.split(",")):
        key, has_value, value = part.partition("=")
        key = key.strip().replace("-", "_")
        if key not in READ:
            near = ", ".join(difflib.get_close_matches(key, READ, n=2) or READ).replace("_", "-")
            raise _wrong(given, f"« {key} » n'est rien ; il y a : {near}",
                         f"'{key}' is nothing; there is: {near}")  # fmt: skip
        own[key] = value if has_value else True
    return name.strip(), own


def _bed(name: str, told: Mapping[str, Any]) -> ForeignBed:
    read = {key: READ[key](key, value) for key, value in told.items()}
    known = {one.name for one in fields(BedDetails)}
    details = {_FIELDS.get(key, key): value for key, value in read.items()}
    return ForeignBed(
        name,
        BedDetails(**{"area_m2": 1.0} | {k: v for k, v in details.items() if k in known}),
        channels=read.get("channels"),
        points=Points(read.get("air"), read.get("water"), read.get("field_capacity")),
        measured=read.get("measured"),
    )


# --- reading one answer -----------------------------------------------------------------------


def _number(key: str, value: str) -> float:
    try:
        return float(value.replace(",", "."))
    except (ValueError, AttributeError):
        raise _wrong(
            f"{key}={value}", f"{key} est un nombre comme 1.5", f"{key} is a number like 1.5"
        ) from None


def _positive(key: str, value: str) -> float:
    number = _number(key, value)
    if 0.0 < number < 1e6:
        return number
    raise _wrong(f"{key}={value}", f"{key} est au-dessus de 0", f"{key} is above 0")


def _text(_key: str, value: str) -> str:
    return str(value)


def _yes(key: str, value: str | bool) -> bool:
    if value in (True, "yes", "oui"):
        return True
    if value in ("no", "non"):
        return False
    raise _wrong(f"{key}={value}", f"{key} est « oui » ou « non »", f"{key} is 'yes' or 'no'")


def _day(key: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise UsageError(
            "NO_SUCH_DAY",
            fr=f"--{key} : « {value} » n'est pas un jour : écrivez-le comme 2026-05-01.",
            en=f"--{key}: '{value}' is no day: write it like 2026-05-01.",
        ) from None


def _among(names: Iterable[str]) -> Callable[[str, str], str]:
    known = list(names)

    def read(key: str, value: str) -> str:
        if value in known:
            return value
        near = ", ".join(difflib.get_close_matches(str(value), known, n=3) or known)
        raise _wrong(
            f"{key}={value}",
            f"« {value} » n'est pas dans la liste ; il y a : {near}",
            f"'{value}' is not in the list; there is: {near}",
        )

    return read


def _channels(_key: str, value: str) -> tuple[str, ...]:
    return tuple(filter(None, str(value).replace("+", " ").split()))


READ: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "name": _text,
    "area": _positive,
    "soil": _among(SOILS),
    "crop": _among(CROPS),
    "planted": _day,
    "sown": _yes,
    "depth": _positive,
    "exposure": _among(get_args(Exposure)),
    "mulched": _yes,
    "method": _among(get_args(Method)),
    "can": _positive,
    "channels": _channels,
    "air": _number,
    "water": _number,
    "field_capacity": _number,
    "measured": _text,
}
"""What may be told of a bed, and how it is read."""
_FIELDS: Final = {
    "area": "area_m2",
    "planted": "planted_on",
    "depth": "depth_m",
    "can": "can_l",
}


def _wrong(given: str, fr: str, en: str) -> UsageError:
    return UsageError(
        "BED_FLAG_WRONG",
        fr=f"Le bac « {given} » : {fr}. Écrivez par exemple "
        "--bed paillis:mulched,channels=sonde-2.",
        en=f"Bed '{given}': {en}. Write for example --bed mulch:mulched,channels=probe-2.",
    )
