"""``GET /channels``: what is measured, and the newest value of each."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.api.context import TheGateway, unknown_channel, unknown_node
from gateway.api.guard import allow
from gateway.api.languages import by_preference
from gateway.api.problems import Problem, unknown
from gateway.api.shapes import Channel, ChannelList, Latest, LatestOfChannel
from gateway.catalogue import ChannelInfo
from gateway.present import Latest as Present
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.store.base import Series
from gateway.times import to_rfc3339
from gateway.workshop.workshop import Workshop
from sensor_node.wire import QUANTITIES

router = APIRouter(tags=["channels"])

NodeName = Annotated[str, Path(examples=["potager-1"])]
ChannelName = Annotated[str, Path(examples=["air"])]


@router.get(
    "/channels", dependencies=[allow(Action.READ)], summary="All channels with their newest value"
)
def channels(
    gateway: TheGateway,
    node: Annotated[str | None, Query(description="Only this node's")] = None,
    quantity: Annotated[
        str | None, Query(description="Only this quantity", examples=["air_temperature"])
    ] = None,
    bed: Annotated[str | None, Query(description="Only those that watch this bed")] = None,
) -> ChannelList:
    """Each channel with its newest value, its age and its quality."""
    if node is not None and (workshop := gateway.workshops.of_node(node)) is not None:
        return _of_group(workshop, node, quantity)
    _check_filters(gateway, node, quantity, bed)
    known, present = gateway.measured.channels(), gateway.present.all()
    watching = {one.series for one in gateway.catalogue.watches.now() if one.bed == bed}
    return ChannelList(
        channels=[
            channel_shape(known[series], present.get(series))
            for series in sorted(known)
            if node in (None, series.node)
            and quantity in (None, known[series].quantity)
            and (bed is None or series in watching)
        ]
    )


@router.get("/channels/{node}/{channel}", dependencies=[allow(Action.READ)], summary="One channel")
def one_channel(gateway: TheGateway, node: NodeName, channel: ChannelName) -> Channel:
    """One channel with its newest value."""
    info = _known(gateway, Series(node, channel))
    return channel_shape(info, _present(gateway, info.series))


@router.get(
    "/channels/{node}/{channel}/latest",
    dependencies=[allow(Action.READ)],
    summary="The newest value of one channel",
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": "21.4"}}},
        404: {"description": "`UNKNOWN_CHANNEL`, or `NO_FRESH_VALUE` (`old=ok` gives it anyway)"},
    },
    response_model=LatestOfChannel,
)
def latest(
    *,
    request: Request,
    gateway: TheGateway,
    node: NodeName,
    channel: ChannelName,
    format_: Annotated[
        Literal["json", "text"] | None,
        Query(alias="format", description="`text`: just the number. Wins over `Accept`."),
    ] = None,
    old: Annotated[
        Literal["ok"] | None, Query(description="`ok`: also a value that is not fresh")
    ] = None,
) -> LatestOfChannel | Response:
    """A value is fresh for three sampling intervals of its node, and a fault is no value."""
    info = _known(gateway, Series(node, channel))
    present = _present(gateway, info.series)
    as_text = format_ == "text" or (format_ is None and _prefers_text(request))
    fresh = present is not None and present.quality in ("good", "suspect")
    if present is None or not (fresh or old) or (as_text and present.value is None):
        raise _no_fresh_value(info, present)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if as_text:
        return Response(
            plain_number(present.value or 0.0), headers=headers, media_type="text/plain"
        )
    shape = LatestOfChannel(
        channel=str(info.series),
        quantity=info.quantity,
        unit=info.unit,
        **latest_shape(present).model_dump(),
    )
    return Response(shape.model_dump_json(), headers=headers, media_type="application/json")


def channel_shape(info: ChannelInfo, present: Present | None) -> Channel:
    """A channel as programs see it; pages and event streams use the same words."""
    return Channel(
        channel=str(info.series),
        node=info.series.node,
        name=info.series.channel,
        quantity=info.quantity,
        unit=info.unit,
        sensor=info.sensor,
        pin=info.pin,
        simulated=info.simulated,
        latest=None if present is None else latest_shape(present),
    )


def latest_shape(present: Present) -> Latest:
    """The newest thing known of a channel, as programs see it."""
    return Latest(
        time=to_rfc3339(present.at_ms),
        value=present.value,
        age_s=round(present.age_s, 3),
        quality=present.quality,
        fault=present.fault,
        doubt=present.doubt,
    )


def plain_number(value: float) -> str:
    """``value`` as a program or a display reads it: ``21.5``, ``3``, never ``1e-05``."""
    text = repr(value)
    if "e" in text:
        text = f"{value:.12f}".rstrip("0")
    return text.removesuffix(".0").removesuffix(".")


def _known(gateway: Gateway, series: Series) -> ChannelInfo:
    info = gateway.readable.channel(series)
    if info is None:
        raise unknown_channel(gateway, str(series))
    return info


def _present(gateway: Gateway, series: Series) -> Present | None:
    workshop = gateway.workshops.of_node(series.node)
    return (gateway if workshop is None else workshop.sandbox).present.get(series)


def _of_group(workshop: Workshop, node: str, quantity: str | None) -> ChannelList:
    present = workshop.sandbox.present
    return ChannelList(
        channels=[
            channel_shape(info, present.get(series))
            for series, info in workshop.sandbox.channels(node).items()
            if quantity in (None, info.quantity)
        ]
    )


def _check_filters(
    gateway: Gateway, node: str | None, quantity: str | None, bed: str | None
) -> None:
    if node is not None and gateway.catalogue.node(node) is None:
        raise unknown_node(gateway, node)
    if quantity is not None and quantity not in QUANTITIES:
        raise unknown("UNKNOWN_QUANTITY", ("grandeur", "quantity"), quantity, QUANTITIES)
    if bed is not None and bed not in (beds := gateway.catalogue.beds.all()):
        raise unknown("UNKNOWN_BED", ("bac", "bed"), bed, beds)


def _prefers_text(request: Request) -> bool:
    for kind in by_preference(request.headers.get("accept", "")):
        if kind in ("application/json", "*/*", "application/*", "text/html"):
            return False
        if kind in ("text/plain", "text/*"):
            return True
    return False


def _no_fresh_value(info: ChannelInfo, present: Present | None) -> Problem:
    name = str(info.series)
    if present is None:
        fr, en = "rien n'a encore été mesuré", "nothing has been measured yet"
    elif present.value is None:
        fr = f"le capteur n'a pas donné de valeur ({present.fault})"
        en = f"the sensor gave no value ({present.fault})"
    else:
        at = to_rfc3339(present.at_ms)
        fr = f"la dernière date de {at} ; ?old=ok la donne quand même"
        en = f"the last one is of {at}; ?old=ok gives it all the same"
    return Problem(
        404,
        "NO_FRESH_VALUE",
        fr=f"Pas de valeur fraîche pour « {name} » : {fr}.",
        en=f"There is no fresh value of '{name}': {en}.",
    )
