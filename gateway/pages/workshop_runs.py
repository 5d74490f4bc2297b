"""The pages of whoever runs a workshop: begin, the big screen, and what is done with groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from gateway.api.guard import who_asks
from gateway.api.workshops import erased, zip_of
from gateway.bounds import within
from gateway.keys import qr
from gateway.keys.names import usual_host
from gateway.pages.workshop_view import View, tried
from gateway.security.refusals import AccessRefused
from gateway.service import Gateway
from gateway.workshop.asked import MOST_GROUPS, MOST_MINUTES, titled
from gateway.workshop.refusals import unknown_workshop
from gateway.workshop.workshop import Workshop
from gateway.yearly.columns import MOST
from sensor_node.errors import GardenError, UsageError

ALL = "/ateliers"
HERE = ("localhost", "127.0.0.1", "::1")


def show_all(
    gateway: Gateway, request: Request, error: GardenError | None = None, **typed: str
) -> Response:
    """The form that begins a workshop, those that are on, and how many there were."""
    view, here = View(gateway, request), gateway.workshops.all()
    there = {one.id for one in here}
    counts = [one for one in gateway.catalogue.tally.all() if one.id not in there]
    return view.page(
        "workshop_all.html",
        error,
        workshops=[view.about(one) for one in here],
        counted=(len(counts), sum(one.groups for one in counts)),
        typed={"title": "", "minutes": "120", "groups": "12"} | typed,
        most_groups=MOST_GROUPS,
    )


def begin(gateway: Gateway, request: Request, title: str, minutes: str, groups: str) -> Response:
    """Begin one, and go to its big screen."""
    try:
        named = titled(title)
        many, long = int(_within(groups, MOST_GROUPS)), _within(minutes, MOST_MINUTES)
    except UsageError as error:
        return show_all(gateway, request, error, title=title, minutes=minutes, groups=groups)
    workshop = gateway.workshops.begin(named, many, long)
    gateway.access.note(who_asks(request).name, "WORKSHOP_BEGUN", workshop.id)
    return RedirectResponse(f"{ALL}/{workshop.id}/mur", 303)


def show(
    gateway: Gateway, request: Request, workshop_id: str, error: GardenError | None = None
) -> Response:
    """All groups and what can be done with each."""
    try:
        workshop = gateway.workshops.get(workshop_id)
    except AccessRefused as gone:
        return show_all(gateway, request, gone)
    view, columns = View(gateway, request), gateway.settings.report.chosen
    counted = gateway.catalogue.attendance.of(workshop.id, columns)
    return view.page(
        "workshop_run.html",
        error,
        workshop=view.about(workshop),
        groups=view.groups(workshop),
        columns=[
            (column, names[0 if view.language == "fr" else 1], counted.get(column, ""))
            for column, names in columns.items()
        ],
    )


def show_wall(gateway: Gateway, request: Request, workshop_id: str) -> Response:
    """The big screen: the code, and all groups."""
    try:
        workshop = gateway.workshops.get(workshop_id)
    except AccessRefused as gone:
        return show_all(gateway, request, gone)
    view, address = View(gateway, request), address_of(request)
    link = f"{address}?code={quote(workshop.about.code)}"
    return view.page(
        "workshop_wall.html",
        workshop=view.about(workshop),
        groups=view.groups(workshop),
        address=address.removeprefix("http://"),
        qr=Markup(qr.svg(link, sized=False).decode()),  # noqa: S704 - drawn by us, from our own address
    )


def take_home(gateway: Gateway, request: Request, workshop_id: str) -> Response:
    """The groups' file."""
    try:
        workshop = gateway.workshops.get(workshop_id)
        return zip_of(gateway, workshop, View(gateway, request).language)
    except AccessRefused as error:
        return show(gateway, request, workshop_id, error)


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form of people says: the names of its columns, and what was typed in each."""

    columns: Sequence[str]
    texts: Sequence[str]

    def numbers(self) -> dict[str, int]:
        """Column by column; an empty field is nobody. Raises ``UsageError``."""
        if len(self.columns) != len(self.texts):
            raise UsageError(
                "COUNT_WRONG",
                fr="Cette page a changé entre-temps : ouvrez-la de nouveau et retapez les nombres.",
                en="This page has changed meanwhile: open it again and type the numbers anew.",
            )
        return {
            column: int(_within(text, MOST)) if text.strip(" 0") else 0
            for column, text in zip(self.columns, self.texts, strict=True)
        }


def count(gateway: Gateway, request: Request, workshop_id: str, typed: Typed) -> Response:
    """Keep how many people came; a column that the form does not have keeps what it has."""

    def act() -> None:
        workshop, numbers = gateway.workshops.get(workshop_id), typed.numbers()
        columns = [one for one in gateway.settings.report.chosen if one in numbers]
        gateway.catalogue.attendance.put(workshop.id, numbers, columns)

    to = f"{ALL}/{workshop_id}"
    return tried(act, to, lambda error: show(gateway, request, workshop_id, error))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a button of ``show`` asks for, of which group and how many minutes."""

    what: str
    plant: str
    minutes: str


def do(gateway: Gateway, request: Request, workshop_id: str, asked: Asked) -> Response:
    """Do what a button of ``show`` asks for."""

    def act() -> None:
        _act(gateway, request, gateway.workshops.get(workshop_id), asked)

    to = ALL if asked.what == "effacer" else f"{ALL}/{workshop_id}"
    return tried(act, to, lambda error: show(gateway, request, workshop_id, error))


def _act(gateway: Gateway, request: Request, workshop: Workshop, asked: Asked) -> None:
    match asked.what:
        case "pause":
            workshop.pause()
        case "reprendre":
            workshop.resume()
        case "prolonger":
            workshop.extend(_within(asked.minutes, MOST_MINUTES))
        case "terminer":
            gateway.workshops.end(workshop)
            gateway.access.note(who_asks(request).name, "WORKSHOP_ENDED", workshop.id)
        case "effacer":
            erased(gateway, workshop, who_asks(request))
        case "code":
            workshop.session.new_code(asked.plant)
        case "geler" | "degeler":
            workshop.session.mark(asked.plant, frozen=int(asked.what == "geler"))
        case "main":
            workshop.raise_hand(asked.plant, up=False)
        case _:
            raise unknown_workshop()


def address_of(request: Request) -> str:
    """What pupils type: this garden by a name that leads here from their machines too."""
    base = urlsplit(str(request.base_url))
    if base.hostname not in HERE:
        return f"{base.scheme}://{base.netloc}/atelier"
    port = f":{base.port}" if base.port not in (None, 80) else ""
    return f"http://{usual_host()}{port}/atelier"


def _within(text: str, most: int) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = 0.0
    return within(number, 1, most)
