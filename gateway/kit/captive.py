"""The small page for a phone that asks whether its Wi-Fi leads anywhere: the kit's addresses.

Such a page opens in a window of the phone's own, which forgets whoever signs in: so nothing else of
the garden is served there.
"""

from __future__ import annotations

from html import escape
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.api.languages import reader_language
from gateway.kit.doors import doors_of
from gateway.settings import GatewaySettings

HOSTS: Final = frozenset(
    {
        "captive.apple.com",
        "www.apple.com",
        "connectivitycheck.gstatic.com",
        "connectivitycheck.android.com",
        "clients3.google.com",
        "www.gstatic.com",
        "www.google.com",
        "connectivity.samsung.com.cn",
        "connect.rom.miui.com",
        "connectivitycheck.platform.hicloud.com",
        "www.msftconnecttest.com",
        "www.msftncsi.com",
        "ipv6.msftconnecttest.com",
        "detectportal.firefox.com",
        "nmcheck.gnome.org",
        "connectivity-check.ubuntu.com",
        "network-test.debian.org",
        "fedoraproject.org",
        "spectrum.s3.amazonaws.com",
    }
)
"""Of phones, tablets and computers; whatever they ask there, they mean the network."""
PATHS: Final = frozenset(
    {
        "/generate_204",
        "/gen_204",
        "/hotspot-detect.html",
        "/library/test/success.html",
        "/connecttest.txt",
        "/ncsi.txt",
        "/redirect",
        "/success.txt",
        "/canonical.html",
        "/check_network_status.txt",
        "/connectivity-check.html",
        "/kindle-wifi/wifistub.html",
    }
)
WORDS: Final = {
    "fr": (
        "Le Wi-Fi du jardin",
        "Vous y êtes. Il ne mène pas à internet. Ouvrez votre navigateur habituel et tapez une de "
        "ces adresses ; si la première ne répond pas, coupez les données mobiles.",
    ),
    "en": (
        "The garden's Wi-Fi",
        "You are in. It does not lead to the internet. Open your usual browser and type one of "
        "these addresses; if the first does not answer, turn mobile data off.",
    ),
}


class Captive:
    """Answers the probes of phones in the stead of the whole internet."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = Headers(scope=scope).get("host", "").partition(":")[0]
            if scope["path"] in PATHS or host.lower() in HOSTS:
                await self._page(Request(scope))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _page(self, request: Request) -> HTMLResponse:
        language = reader_language(request, self._settings.language)
        title, told = WORDS.get(language, WORDS["fr"])
        doors = "".join(f"<li>{escape(door.link)}</li>" for door in doors_of(self._settings))
        html = (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{title}</title><h1>{title}</h1><p>{told}</p><ul>{doors}</ul></html>\n"
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})
