"""The crops: those of the table, and those that the garden has added."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path

from gateway.api.context import TheGateway
from gateway.api.crop_shapes import CropChange, CropList, CropShape, NewCrop
from gateway.api.guard import allow
from gateway.api.problems import Problem, unknown
from gateway.beds.own_crops import CropTold, crop_of
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.watering.crops import CROPS, Crop
from sensor_node import wire
from sensor_node.errors import ConfigError

router = APIRouter(prefix="/crops", tags=["beds"])

CropName = Annotated[str, Path(examples=["tomate"])]
_TOLD = tuple(CropChange.model_fields)


@router.get("", dependencies=[allow(Action.READ)], summary="All crops")
def crops(gateway: TheGateway) -> CropList:
    """Those of the table and the garden's own, by id, each with the beds that it grows in."""
    own, growing = gateway.catalogue.crops.all(), _growing(gateway)
    return CropList(crops=[_shape(one, own, growing) for one in _with(own).values()])


@router.post("", dependencies=[allow(Action.BEDS)], status_code=201, summary="Add a crop")
def add_crop(gateway: TheGateway, body: NewCrop) -> CropShape:
    """`CROP_EXISTS` where there is one of that id. Only `kc_mid`: it holds all season, and the
    advice is 10 points less sure.
    """
    try:
        wire.check_id(body.id, "crop")
    except ConfigError as error:
        raise Problem(422, error.code, fr=error.fr, en=error.en) from None
    if body.id in known_crops(gateway):
        raise Problem(
            409,
            "CROP_EXISTS",
            fr=f"Il y a déjà une culture « {body.id} » : prenez un autre identifiant, ou changez "
            "la vôtre par PUT.",
            en=f"There is a crop '{body.id}' already: choose another id, or change your own by "
            "PUT.",
        )
    return _write(gateway, body.id, body.model_dump())


@router.get("/{crop}", dependencies=[allow(Action.READ)], summary="One crop")
def one_crop(gateway: TheGateway, crop: CropName) -> CropShape:
    """One crop, of the table or of the garden's own."""
    return _told(gateway, _known(gateway, crop))


@router.put("/{crop}", dependencies=[allow(Action.BEDS)], summary="Change a crop of one's own")
def change_crop(gateway: TheGateway, crop: CropName, body: CropChange) -> CropShape:
    """What is not named stays. It counts from now on: advice that was given keeps its figures."""
    before = _own(gateway, crop)
    named = {name: getattr(body, name) for name in body.model_fields_set}
    return _write(gateway, crop, _told(gateway, before).model_dump() | named)


@router.delete("/{crop}", dependencies=[allow(Action.BEDS)], summary="Remove a crop of one's own")
def remove_crop(gateway: TheGateway, crop: CropName) -> CropShape:
    """`CROP_IN_USE` while a bed names it."""
    shape = _told(gateway, _own(gateway, crop))
    if not gateway.catalogue.crops.remove(crop):
        beds = ", ".join(shape.beds)
        raise Problem(
            409,
            "CROP_IN_USE",
            fr=f"« {crop} » pousse encore ({beds}) : dites d'abord ce qui y pousse d'autre.",
            en=f"'{crop}' still grows ({beds}): say first what else grows there.",
            more={"beds": shape.beds},
        )
    return shape


def known_crops(gateway: Gateway) -> dict[str, Crop]:
    """The crops that a bed may name: the garden's own come before those of the table."""
    return _with(gateway.catalogue.crops.all())


def _with(own: Mapping[str, Crop]) -> dict[str, Crop]:
    return dict(sorted({**CROPS, **own}.items()))


def _known(gateway: Gateway, crop: str) -> Crop:
    known = known_crops(gateway)
    if crop not in known:
        raise unknown("UNKNOWN_CROP", ("culture", "crop"), crop, known)
    return known[crop]


def _own(gateway: Gateway, crop: str) -> Crop:
    found = _known(gateway, crop)
    if crop not in gateway.catalogue.crops.all():
        raise Problem(
            409,
            "CROP_OF_TABLE",
            fr=f"« {crop} » est de la table (FAO-56), qui ne change pas : ajoutez la vôtre sous un "
            "autre identifiant.",
            en=f"'{crop}' is of the table (FAO-56), which does not change: add your own under "
            "another id.",
        )
    return found


def _write(gateway: Gateway, key: str, told: Mapping[str, Any]) -> CropShape:
    try:
        crop = crop_of(CropTold(key, **{name: told[name] for name in _TOLD}))
    except ValueError:
        raise Problem(
            422,
            "CROP_STAGES",
            fr="« kc_start », « kc_end » et « stages_days » (quatre durées) vont ensemble : donnez "
            "les trois, ou seulement « kc_mid ».",
            en="'kc_start', 'kc_end' and 'stages_days' (four lengths) go together: give all three, "
            "or 'kc_mid' alone.",
        ) from None
    gateway.catalogue.crops.put(crop, gateway.clock.wall_ms())
    shape = _told(gateway, crop)
    for bed in shape.beds:
        gateway.advisor.renew(bed)
    return shape


def _growing(gateway: Gateway) -> dict[str, list[str]]:
    """The beds that each crop grows in, by its id."""
    found: dict[str, list[str]] = {}
    for bed, record in gateway.catalogue.beds.all().items():
        for crop in set(record.details.keys):
            found.setdefault(crop, []).append(bed)
    return found


def _told(gateway: Gateway, crop: Crop) -> CropShape:
    return _shape(crop, gateway.catalogue.crops.all(), _growing(gateway))


def _shape(crop: Crop, own: Container[str], growing: Mapping[str, list[str]]) -> CropShape:
    staged = crop.stages_days is not None
    start, middle, end = crop.kc
    return CropShape(
        id=crop.key,
        fr=crop.fr,
        en=crop.en,
        kc_start=start if staged else None,
        kc_mid=middle,
        kc_end=end if staged else None,
        stages_days=None if crop.stages_days is None else list(crop.stages_days),
        rooting_m=crop.rooting_m,
        p=crop.p,
        base_c=crop.base_c,
        own=crop.key in own,
        beds=growing.get(crop.key, []),
    )
