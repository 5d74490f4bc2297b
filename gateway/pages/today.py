"""Today: which beds to water, how much, and why; what needs a look stands above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from gateway.alarms.shown import Shown
from gateway.alerts.alert import Severity
from gateway.kit.asking import Steward
from gateway.kit.welcome import Welcome
from gateway.pages import frame
from gateway.pages.beds import BedView, bed_views
from gateway.pages.frame import Reader, reader_of
from gateway.pages.measures import own_troubles
from gateway.pages.script_texts import of_every_page
from gateway.pages.standing import spoken_in
from gateway.pages.weather import Sky, weather_now
from gateway.pages.words import N_
from gateway.service import Gateway
from sensor_node.errors import StorageError

URGENCY: Final[Mapping[Severity, tuple[str, str]]] = {
    "urgent": ("fault", "stop"),
    "warning": ("suspect", "doubt"),
}
FROST: Final = N_("Gel : protégez ce qui craint le froid, n’arrosez pas.")


@dataclass(frozen=True, slots=True)
class Notice:
    """What stands above the beds: ``icon`` and ``tone`` as of a bed's sign.

    ``do``: what to do, empty where the text says it. ``language``: of both. What is not ``urgent``
    stands behind one line.
    """

    icon: str
    tone: str
    text: str
    do: str = ""
    language: str = ""
    urgent: bool = True


def answer(gateway: Gateway, request: Request, trouble: str = "", status: int = 200) -> Response:
    """The page for ``request``. ``trouble``: why what was asked for was not done."""
    reader = reader_of(gateway, request)
    return frame.answer(request, reader, render(gateway, reader, trouble), status)


def render(gateway: Gateway, reader: Reader, trouble: str = "") -> str:
    """The page for ``reader``. ``trouble``: why what was asked for was not done."""
    # Taken first: the stream then repeats what happens while the page is made, and misses nothing.
    last_event_id = gateway.events.last_id
    beds: Sequence[BedView] = ()
    sky: Sequence[Sky] = ()
    alerts: Sequence[Notice] = ()
    blank, away = False, None
    try:
        blank = Welcome(gateway).is_open
        beds, sky = bed_views(gateway, reader), weather_now(gateway, reader)
        alerts = open_alerts(gateway, reader, beds)
    except StorageError as error:
        away = error
    return frame.render(
        gateway,
        reader,
        "today.html",
        "/",
        beds=beds,
        sky=sky,
        notices=[
            *_asked(trouble),
            *alerts,
            *_own(gateway, reader, away),
        ],
        simulated=any(info.simulated for info in gateway.catalogue.channels().values()),
        heard=bool(gateway.catalogue.nodes()),
        settable=Steward(gateway.settings.kit.requests).is_there,
        blank=blank,
        page={
            "now": gateway.clock.wall_ms(),
            "language": reader.language,
            "timezone": gateway.settings.timezone,
            "lastEventId": last_event_id,
            "texts": script_texts(reader),
        },
    )


def open_alerts(gateway: Gateway, reader: Reader, beds: Sequence[BedView]) -> list[Notice]:
    """The alerts that hold and nobody has silenced, the most urgent first."""
    speaks = spoken_in(reader.language)
    found = [_alert(one, speaks) for one in gateway.alarms.board(speaks) if not one.silenced]
    frozen = any(view.state == "frost" for view in beds)
    if frozen and not any(one.icon == "frost" for one in found):
        found.insert(0, Notice("frost", "cold", reader.tell(FROST), language=reader.language))
    return found


def _alert(one: Shown, language: str) -> Notice:
    icon, tone = URGENCY[one.severity]
    if one.code.startswith("frost"):
        icon, tone = "frost", "cold"
    text = " · ".join(filter(None, (one.where, one.what)))
    return Notice(icon, tone, text, one.do, language, one.severity == "urgent")


def _asked(trouble: str) -> list[Notice]:
    return [Notice("fault", "stop", trouble)] if trouble else []


def _own(gateway: Gateway, reader: Reader, away: StorageError | None) -> list[Notice]:
    """What is wrong with the gateway itself."""
    found = own_troubles(gateway, reader.language, reader.texts, away)
    tones = {"fault": "stop", "suspect": "doubt"}
    return [Notice(one.quality, tones[one.quality], one.what) for one in found]


def script_texts(reader: Reader) -> dict[str, object]:
    """What the scripts say; they carry no word of their own."""
    tell = reader.tell
    return {
        **of_every_page(tell),
        "kept": tell("Pas de réseau : c’est gardé ici et sera envoyé dès que possible."),
        "keptShort": tell("À envoyer"),
        "sent": tell("Ce qui attendait est envoyé."),
        "refused": tell("Ce qui attendait n’a pas été accepté : %(why)s"),
        "notYet": tell("Pas encore envoyé : %(why)s"),
        "failed": tell("Cela n’a pas marché. Réessayez."),
    }
