"""The beds: what grows where, in what soil, and which channels watch it."""

from __future__ import annotations

import difflib
import hashlib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Header, Path, Response

from gateway.api.bed_crops import crops_of, of_several
from gateway.api.bed_shapes import BedChange, BedList, BedShape, NewBed, WatchedBy
from gateway.api.context import TheGateway, known_bed, unknown_channel
from gateway.api.crops import known_crops
from gateway.api.guard import allow
from gateway.api.problems import Problem
from gateway.api.spans import moment_of_ours
from gateway.beds.records import BedDetails, BedRecord, OtherCrop
from gateway.beds.watches import Watch, Wish
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.store.base import Series
from gateway.times import to_rfc3339
from gateway.watering.soils import SOILS
from sensor_node import wire
from sensor_node.errors import ConfigError

router = APIRouter(tags=["beds"])

writing = threading.RLock()
"""Between looking whether somebody was faster and writing, nobody is."""
_ALIKE = tuple(name for name in BedDetails.__dataclass_fields__ if name != "others")

BedName = Annotated[str, Path(examples=["bac-1"])]
IfMatch = Annotated[
    str,
    Header(description="The `ETag` that the bed had when you read it: refused if it has another"),
]


@router.get("/beds", dependencies=[allow(Action.READ)], summary="All beds")
def beds(gateway: TheGateway) -> BedList:
    """The beds that are there, by id, each with the channels that watch it or did."""
    return BedList(beds=[_shape(gateway, one) for one in gateway.catalogue.beds.all().values()])


@router.post("/beds", dependencies=[allow(Action.BEDS)], status_code=201, summary="Make a bed")
def post_bed(gateway: TheGateway, response: Response, body: NewBed) -> BedShape:
    """`BED_EXISTS` where there is one of that id; one that was removed is taken up again."""
    return _tagged(response, make_bed(gateway, body))


def make_bed(gateway: Gateway, body: NewBed) -> BedShape:
    """Write a new bed down. Raises ``Problem``."""
    try:
        wire.check_id(body.id, "bed")
    except ConfigError as error:
        raise Problem(422, error.code, fr=error.fr, en=error.en) from None
    if gateway.catalogue.beds.get(body.id) is not None:
        raise Problem(
            409,
            "BED_EXISTS",
            fr=f"Il y a déjà un bac « {body.id} » : changez-le par PUT, ou prenez un autre nom.",
            en=f"There is a bed '{body.id}' already: change it by PUT, or choose another name.",
        )
    return _write(gateway, body.id, BedDetails(area_m2=body.area_m2), body)


@router.get("/beds/{bed}", dependencies=[allow(Action.READ)], summary="One bed")
def one_bed(gateway: TheGateway, response: Response, bed: BedName) -> BedShape:
    """One bed with the channels that watch it, and those that did, each with its period."""
    return _tagged(response, _shape(gateway, known_bed(gateway, bed)))


@router.put("/beds/{bed}", dependencies=[allow(Action.BEDS)], summary="Change a bed")
def put_bed(
    gateway: TheGateway, response: Response, bed: BedName, body: BedChange, if_match: IfMatch = ""
) -> BedShape:
    """What is not named stays. A channel that moves to another bed leaves its past where it was.

    With `If-Match`, `BED_CHANGED` where somebody changed the bed meanwhile: `now` is how it is.
    """
    with writing:
        _check_unchanged(_shape(gateway, known_bed(gateway, bed)), body, if_match)
        return _tagged(response, change_bed(gateway, bed, body))


def change_bed(gateway: Gateway, bed: str, body: BedChange) -> BedShape:
    """Write down what changes of a bed. Raises ``Problem``."""
    return _write(gateway, bed, known_bed(gateway, bed).details, body)


@router.delete("/beds/{bed}", dependencies=[allow(Action.BEDS)], summary="Remove a bed")
def remove_bed(gateway: TheGateway, bed: BedName) -> BedShape:
    """The bed is no more; its readings, waterings and advice stay."""
    known_bed(gateway, bed)
    now_ms = gateway.clock.wall_ms()
    gateway.catalogue.watches.end(bed, now_ms)
    gateway.catalogue.beds.remove(bed, now_ms)
    gateway.advisor.withdraw(bed)
    return _shape(gateway, gateway.catalogue.beds.all(removed=True)[bed])


def _tagged(response: Response, shape: BedShape) -> BedShape:
    response.headers["ETag"] = _tag_of(shape)
    return shape


def _tag_of(shape: BedShape) -> str:
    """Another one after each change of the bed."""
    return f'"{hashlib.sha256(shape.model_dump_json().encode()).hexdigest()[:16]}"'


def _check_unchanged(now: BedShape, body: BedChange, if_match: str) -> None:
    wanted = [one.strip().removeprefix("W/") for one in if_match.split(",")]
    if not if_match or "*" in wanted or _tag_of(now) in wanted:
        return
    yours = body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    raise Problem(
        412,
        "BED_CHANGED",
        fr=f"Quelqu'un d'autre a changé le bac « {now.id} » depuis que vous l'avez lu : « yours » "
        "est ce que vous vouliez écrire, « now » ce qu'il est. Choisissez, puis recommencez avec "
        "le nouvel ETag.",
        en=f"Somebody else changed the bed '{now.id}' since you read it: 'yours' is what you "
        "wanted to write, 'now' is how it is. Choose, then try again with the new ETag.",
        more={
            "yours": yours,
            "now": now.model_dump(mode="json", by_alias=True),
            "etag": _tag_of(now),
        },
    )


def _write(gateway: Gateway, bed: str, before: BedDetails, body: BedChange) -> BedShape:
    named = {name: getattr(body, name) for name in body.model_fields_set}
    wishes = named.pop("channels", None)
    named.pop("id", None)
    named = of_several(named, before)
    _check(gateway, named)
    details = _of_one_season(replace(before, **named), named)
    wished = None if wishes is None else [_wish(gateway, one) for one in wishes if _is_now(one)]
    now_ms = gateway.clock.wall_ms()
    record = gateway.catalogue.beds.put(bed, details, now_ms)
    if wished is not None:
        gateway.catalogue.watches.wish(bed, wished, now_ms)
    gateway.advisor.renew(bed)
    return _shape(gateway, record)


def _check(gateway: Gateway, named: Mapping[str, Any]) -> None:
    if (soil := named.get("soil")) is not None and soil not in SOILS:
        raise _no_such("UNKNOWN_SOIL", ("terre", "soil"), soil, SOILS.values())
    known = known_crops(gateway)
    for crop in (named.get("crop"), *(one.crop for one in named.get("others", ()))):
        if crop is not None and crop not in known:
            raise _no_such("UNKNOWN_CROP", ("culture", "crop"), crop, known.values())


def _of_one_season(details: BedDetails, named: Mapping[str, Any]) -> BedDetails:
    """``details``, where a bed that is planted anew forgets the seedlings of the season before.

    Raises ``Problem`` where somebody says that seedlings showed before they were sown.
    """
    for one in details.others:
        if _contradict(one):
            raise _dates_contradict(one)
    if not _contradict(details):
        return details
    if named.get("emerged_on") is None:
        return replace(details, emerged_on=None)
    raise _dates_contradict(details)


def _contradict(one: BedDetails | OtherCrop) -> bool:
    planted_on, emerged_on = one.planted_on, one.emerged_on
    return planted_on is not None and emerged_on is not None and emerged_on < planted_on


def _dates_contradict(one: BedDetails | OtherCrop) -> Problem:
    planted_on, emerged_on = one.planted_on, one.emerged_on
    return Problem(
        422,
        "BED_DATES_CONTRADICT",
        fr=f"Rien ne lève ({emerged_on}) avant d'être semé ({planted_on}) : corrigez l'une des "
        "deux dates.",
        en=f"Nothing comes up ({emerged_on}) before it is sown ({planted_on}): correct one of the "
        "two dates.",
    )


class _Named(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def fr(self) -> str: ...
    @property
    def en(self) -> str: ...


def _no_such(code: str, what: tuple[str, str], name: str, table: Iterable[_Named]) -> Problem:
    """The problem of a name that no row has, with the keys of those that read like it."""
    keys = {word.lower(): row.key for row in table for word in (row.key, row.fr, row.en)}
    near = difflib.get_close_matches(name.lower(), keys, n=3, cutoff=0.7)
    found = list(dict.fromkeys(keys[word] for word in near)) or sorted(set(keys.values()))
    fr, en = ("Vouliez-vous dire", "Did you mean") if near else ("Il y a", "There is")
    some = ", ".join(found)
    return Problem(
        422,
        code,
        fr=f"Il n'y a pas de {what[0]} « {name[:80]} ». {fr} : {some}{' ?' if near else '.'}",
        en=f"There is no {what[1]} '{name[:80]}'. {en}: {some}{'?' if near else '.'}",
        more={"near": found if near else []},
    )


def _is_now(one: str | WatchedBy) -> bool:
    """Whether it is about now: a bed's own answer, sent back, names past watches too."""
    return isinstance(one, str) or one.to is None


def _wish(gateway: Gateway, one: str | WatchedBy) -> Wish:
    name = one if isinstance(one, str) else one.channel
    series = Series(*name.partition("/")[::2])
    if gateway.catalogue.channel(series) is None:
        raise unknown_channel(gateway, name)
    if isinstance(one, str) or one.from_ is None:
        return Wish(series)
    return Wish(series, moment_of_ours("from", one.from_, gateway.settings.timezone))


def _shape(gateway: Gateway, record: BedRecord) -> BedShape:
    told = record.details
    return BedShape(
        id=record.bed,
        **{name: getattr(told, name) for name in _ALIKE},
        crops=crops_of(told),
        channels=[_watched(one) for one in gateway.catalogue.watches.of(record.bed)],
        removed=None if record.removed_ms is None else to_rfc3339(record.removed_ms),
    )


def _watched(watch: Watch) -> WatchedBy:
    to = None if watch.to_ms is None else to_rfc3339(watch.to_ms)
    return WatchedBy.model_validate(
        {"channel": str(watch.series), "from": to_rfc3339(watch.from_ms), "to": to}
    )
