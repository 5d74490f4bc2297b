"""A bed of several crops, as it is told and as it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gateway.api.bed_shapes import BedCrop
from gateway.api.problems import Problem
from gateway.beds.records import BedDetails, OtherCrop

_DUST: Final = 0.01
"""How far shares may miss the whole: thirds are told as 0.33."""


def of_several(named: dict[str, Any], before: BedDetails) -> dict[str, Any]:
    """What ``named`` says of a bed, with ``crops`` as the bed's first crop and its others.

    A bed that is told another crop alone has no others any more. Raises ``Problem`` for crops that
    contradict each other.
    """
    is_told = "crops" in named or named.get("crop", before.crop) != before.crop
    told: Sequence[BedCrop] = named.pop("crops", None) or ()
    if not told:
        return named | {"others": ()} if is_told else named
    first, *others = told
    if named.get("crop", first.crop) != first.crop:
        raise Problem(
            422,
            "BED_CROPS_CONTRADICT",
            fr=f"« crop » ({named['crop']}) n'est pas la première de « crops » ({first.crop}) : "
            "donnez l'un ou l'autre.",
            en=f"'crop' ({named['crop']}) is not the first of 'crops' ({first.crop}): give one or "
            "the other.",
        )
    _, *shares = shares_of([one.share for one in told])
    kept = [
        OtherCrop(one.crop, share, one.planted_on, one.sown, one.emerged_on)
        for one, share in zip(others, shares, strict=True)
    ]
    own = {name: getattr(first, name) for name in ("crop", "planted_on", "sown", "emerged_on")}
    return named | own | {"others": tuple(kept)}


def shares_of(told: Sequence[float | None]) -> list[float]:
    """The share of each, which are the whole together; raises ``Problem`` where they cannot be."""
    known = sum(one for one in told if one is not None)
    unnamed = sum(one is None for one in told)
    if known > 1.0 + _DUST or (unnamed and known >= 1.0) or (not unnamed and known < 1.0 - _DUST):
        raise Problem(
            422,
            "CROP_SHARES",
            fr=f"Les parts du bac font {known:g} : ensemble elles font 1, et qui n'en nomme pas se "
            "partage le reste.",
            en=f"The shares of the bed make {known:g}: together they make 1, and those that name "
            "none share the rest.",
        )
    if not unnamed:
        return [(one or 0.0) / known for one in told]
    each = (1.0 - known) / unnamed
    return [each if one is None else one for one in told]


def crops_of(details: BedDetails) -> list[BedCrop]:
    """All crops of a bed that has several, the first one first; none where it has one."""
    if not details.others or details.crop is None:
        return []
    rest = 1.0 - sum(one.share for one in details.others)
    first = OtherCrop(details.crop, rest, details.planted_on, details.sown, details.emerged_on)
    return [
        BedCrop(
            crop=one.crop,
            planted_on=one.planted_on,
            share=round(one.share, 4),
            sown=one.sown,
            emerged_on=one.emerged_on,
        )
        for one in (first, *details.others)
    ]
