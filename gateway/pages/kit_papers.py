"""What a kit has on paper: its addresses on the wall, and the sheet of what is in the box."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from gateway.catalogue import ChannelInfo
from gateway.keys import qr
from gateway.kit.doors import doors_of, welcome_path, wifi_code
from gateway.pages import frame, words
from gateway.pages.measures import in_order
from gateway.pages.workshop_view import View
from gateway.service import Gateway


def addresses(gateway: Gateway, request: Request) -> Response:
    """The three addresses, large, each with its code."""
    doors = [{"typed": door.typed, "qr": _drawn(door.link)} for door in doors_of(gateway.settings)]
    return View(gateway, request).page("kit_addresses.html", doors=doors)


def sheet(gateway: Gateway, request: Request) -> Response:
    """What is in the box, to be printed and to be counted at the return."""
    settings = gateway.settings
    wifi, start = wifi_code(settings), doors_of(settings, welcome_path(settings))[0]
    return View(gateway, request).page(
        "kit_sheet.html",
        kit=settings.kit,
        wifi=_drawn(wifi) if wifi else "",
        start=_drawn(start.link),
        doors=doors_of(settings),
        nodes=_nodes(gateway, request),
    )


def _nodes(gateway: Gateway, request: Request) -> list[dict[str, Any]]:
    tell = frame.reader_of(gateway, request).tell
    by_node: dict[str, list[ChannelInfo]] = {}
    for series, info in gateway.catalogue.channels().items():
        by_node.setdefault(series.node, []).append(info)
    return [
        {
            "node": node,
            "model": str(told.about.get("model", ""))[:60],
            "channels": [
                {
                    "channel": info.series.channel,
                    "name": tell(words.look_of(info.quantity).name),
                    "sensor": info.sensor or "",
                    "pin": info.pin or "",
                }
                for info in sorted(by_node.get(node, []), key=in_order)
            ],
        }
        for node, told in sorted(gateway.catalogue.nodes().items())
    ]


def _drawn(text: str) -> Markup:
    return Markup(qr.svg(text, sized=False).decode())  # noqa: S704 - drawn by us
