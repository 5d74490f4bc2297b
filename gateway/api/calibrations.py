"""Calibrating a channel by two points, and taking that back; one at a time or a class's thirty."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from gateway.api.channels import ChannelName, NodeName
from gateway.api.context import MAX_ID, TheGateway, unknown_channel
from gateway.api.guard import allow
from gateway.api.problems import Problem
from gateway.api.shapes import (
    CalibrationBatch,
    CalibrationList,
    CalibrationPoint,
    CalibrationShape,
    NewCalibration,
)
from gateway.calibrations import Calibration, Wanted
from gateway.live import tell_recalibrated
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.store.base import Series
from gateway.times import from_rfc3339, to_rfc3339

router = APIRouter(tags=["calibrations"])

OF_CHANNEL = "/channels/{node}/{channel}/calibrations"


@router.get(
    OF_CHANNEL, dependencies=[allow(Action.READ)], summary="All calibrations of one channel"
)
def calibrations(gateway: TheGateway, node: NodeName, channel: ChannelName) -> CalibrationList:
    """Newest first, also those that were undone."""
    series = _known(gateway, f"{node}/{channel}")
    made = gateway.catalogue.calibrations.of(series)
    return CalibrationList(calibrations=[_shape(one) for one in made])


@router.post(
    OF_CHANNEL,
    dependencies=[allow(Action.CALIBRATE)],
    status_code=201,
    summary="Calibrate one channel",
)
def calibrate(
    gateway: TheGateway, node: NodeName, channel: ChannelName, body: NewCalibration
) -> CalibrationShape:
    """Two points: what the sensor gave, and what that meant. All of history follows at once.

    `CALIBRATION_POINTS` where the two are no line, `CALIBRATION_IMPOSSIBLE` for a quantity that
    has none.
    """
    series = _known(gateway, f"{node}/{channel}")
    return _shape(*_make(gateway, [_wanted(series, body)], body.by))


@router.post(
    "/calibrations",
    dependencies=[allow(Action.CALIBRATE)],
    status_code=201,
    summary="Calibrate many channels",
)
def calibrate_many(gateway: TheGateway, body: CalibrationBatch) -> CalibrationList:
    """All of them or, where one is wrong, none."""
    wanted = [_wanted(_known(gateway, one.channel), one) for one in body.calibrations]
    return CalibrationList(calibrations=[_shape(one) for one in _make(gateway, wanted, body.by)])


@router.delete(
    OF_CHANNEL + "/{number}", dependencies=[allow(Action.CALIBRATE)], summary="Undo a calibration"
)
def undo(
    gateway: TheGateway,
    node: NodeName,
    channel: ChannelName,
    number: Annotated[int, Path(ge=1, le=MAX_ID, examples=[3])],
) -> CalibrationShape:
    """What held before holds again, for all of history. The calibration stays in the list."""
    series = _known(gateway, f"{node}/{channel}")
    undone = gateway.catalogue.calibrations.undo(series, number, gateway.clock.wall_ms())
    if undone is None:
        raise unknown_calibration(series, number)
    tell_recalibrated(gateway, [series])
    return _shape(undone)


def unknown_calibration(series: Series, number: int) -> Problem:
    """The problem of a calibration that ``series`` never had."""
    return Problem(
        404,
        "UNKNOWN_CALIBRATION",
        fr=f"« {series} » n'a pas d'étalonnage n° {number}.",
        en=f"'{series}' has no calibration number {number}.",
    )


def _make(gateway: Gateway, wanted: list[Wanted], by: str) -> list[Calibration]:
    made = gateway.catalogue.calibrations.make(wanted, by, gateway.clock.wall_ms())
    tell_recalibrated(gateway, [one.series for one in made])
    return made


def _wanted(series: Series, body: NewCalibration) -> Wanted:
    low, high = ((point.raw, point.value) for point in body.points)
    return Wanted(series, low, high, None if body.from_ is None else from_rfc3339(body.from_))


def _known(gateway: Gateway, name: str) -> Series:
    series = Series(*name.partition("/")[::2])
    if gateway.catalogue.channel(series) is None:
        raise unknown_channel(gateway, name)
    return series


def _shape(one: Calibration) -> CalibrationShape:
    return CalibrationShape(
        id=one.id,
        channel=str(one.series),
        points=[CalibrationPoint(raw=raw, value=value) for raw, value in (one.low, one.high)],
        from_=to_rfc3339(one.from_ms),
        by=one.by,
        made=to_rfc3339(one.made_ms),
        undone=None if one.undone_ms is None else to_rfc3339(one.undone_ms),
    )
