"""The further crops of a bed in its form: a row of fields for each, with its share of the ground.

The first crop has fields of its own and what the others leave. A row goes away with its button,
or when it is left empty; neither needs a script.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gateway.api.bed_crops import shares_of
from gateway.api.bed_shapes import BedCrop
from gateway.api.problems import Problem
from gateway.beds.records import BedDetails
from gateway.pages import fields
from gateway.pages.words import N_

Row = Mapping[str, str]
"""One crop as it was typed."""
PARTS: Final = ("crop", "share", "planted_on", "sown", "emerged_on")
EMPTY: Final[Row] = dict.fromkeys(PARTS, "")
MOST: Final = 8
"""Crops of a bed, the first one too."""
ADD, REMOVE = "plus", "moins"
CHOOSE: Final = N_("Choisissez dans la liste.")
DAY: Final = N_("Écrivez une date comme 15/05/2026.")
SHARE: Final = N_("Écrivez une part de 1 à 99 %, ou rien.")
TOO_MUCH: Final = N_("Ensemble, ces parts ne laissent rien à la première culture : baissez-en une.")
UNSOWN: Final = N_("Rien ne lève avant d’être semé : corrigez l’une des deux dates.")
_FIELD = re.compile(rf"({'|'.join(PARTS)})-([2-{MOST}])")


def rows_of_form(form: Mapping[str, Sequence[str]]) -> tuple[Row, ...]:
    """The rows that were sent, with one more or one less where a button for that was pressed."""
    numbers = sorted({found[2] for name in form if (found := _FIELD.fullmatch(name))})
    gone = set(form.get(REMOVE, ()))
    rows = [
        {part: (form.get(f"{part}-{at}") or [""])[-1].strip() for part in PARTS}
        for at in numbers
        if at not in gone
    ]
    if ADD in form and len(rows) < MOST - 1:
        rows.append(dict(EMPTY))
    return tuple(rows)


def rows_of_bed(told: BedDetails) -> tuple[Row, ...]:
    """What grows in a bed beside its first crop; equal shares are the usual and not written."""
    each = 1 / (len(told.others) + 1)
    alike = all(math.isclose(one.share, each, abs_tol=1e-3) for one in told.others)
    return tuple(
        {
            "crop": one.crop,
            "share": "" if alike else f"{100 * one.share:.4g}",
            "planted_on": "" if one.planted_on is None else one.planted_on.isoformat(),
            "sown": "on" if one.sown else "",
            "emerged_on": "" if one.emerged_on is None else one.emerged_on.isoformat(),
        }
        for one in told.others
    )


def filled(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows that say something."""
    return tuple(row for row in rows if any(row.values()))


def check(
    rows: Sequence[Row], known: Mapping[str, object], tell: Callable[[str], str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What the rows say, and by field what is wrong with them."""
    reading: dict[str, tuple[Callable[[str], Any], str]] = {
        "crop": (fields.one_of(known), CHOOSE),
        "share": (fields.share, SHARE),
        "planted_on": (fields.day, DAY),
        "sown": (bool, ""),
        "emerged_on": (fields.day, DAY),
    }
    found, errors = [], {}
    for at, row in enumerate(rows, 2):
        said: dict[str, Any] = {}
        for part, (read, expected) in reading.items() if any(row.values()) else ():
            try:
                said[part] = read(row[part])
            except ValueError:
                errors[f"{part}-{at}"] = tell(expected)
        planted_on, emerged_on = said.get("planted_on"), said.get("emerged_on")
        if planted_on and emerged_on and emerged_on < planted_on:
            errors[f"emerged_on-{at}"] = tell(UNSOWN)
        found += [said] if said else []
    if not errors and _too_much(found):
        errors["share-2"] = tell(TOO_MUCH)
    return found, errors


def together(named: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """``named`` with all crops of the bed; without a first one, the second takes its place."""
    first = {part: named.get(part) for part in PARTS} | {"share": None}
    grown = [one for one in (first, *others) if one["crop"]]
    if grown:
        grown[0] = {**grown[0], "share": None}
    only = {part: one for part, one in (grown or [first])[0].items() if part != "share"}
    several = [BedCrop(**one) for one in grown] if len(grown) > 1 else []
    return {**named, **only, "crops": several}


def _too_much(found: Sequence[Mapping[str, Any]]) -> bool:
    try:
        shares_of([None, *(one["share"] for one in found)])
    except Problem:
        return True
    return False
