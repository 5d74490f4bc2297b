"""``/workshops``: sessions and their groups, each with a sandbox of its own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from gateway.api.context import Language, TheGateway
from gateway.api.guard import TheAsker, allow
from gateway.api.workshop_shapes import (
    Counted,
    GroupShape,
    Hand,
    Joined,
    Joining,
    More,
    NewCode,
    NewNote,
    NewWorkshop,
    NoteList,
    NoteShape,
    PeopleShape,
    WorkshopList,
    WorkshopShape,
)
from gateway.security.access import Who
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.times import to_rfc3339
from gateway.workshop.lines import lines_of
from gateway.workshop.refusals import not_a_group, not_ended
from gateway.workshop.satchel import pack
from gateway.workshop.workshop import Standing, Workshop
from sensor_node import wire

router = APIRouter(tags=["workshops"])

WorkshopId = Annotated[str, Path(max_length=40, examples=["5f0c9a1e"])]
Plant = Annotated[str, Path(max_length=40, examples=["tomate"])]
RUN = [allow(Action.WORKSHOP)]


@router.post("/workshops", dependencies=RUN, status_code=201, summary="Begin a workshop")
def begin(gateway: TheGateway, asker: TheAsker, body: NewWorkshop) -> WorkshopShape:
    """It is on from now; `code` is for the big screen."""
    workshop = gateway.workshops.begin(body.title, body.groups, body.minutes)
    gateway.access.note(asker.name, "WORKSHOP_BEGUN", workshop.id)
    return workshop_shape(workshop, with_code=True)


@router.post("/workshops/join", dependencies=[allow(Action.ENTER)], summary="Join as a group")
def join(request: Request, gateway: TheGateway, body: Joining) -> Joined:
    """With the code of the big screen and a plant that is free (absent: any), or with a group's
    own new code.
    """
    workshop, plant = joined(gateway, body.code, body.plant)
    group = workshop.session.known(plant)
    workshop.session.mark(plant, code=None)
    workshop.see(plant)
    address = str(request.base_url).rstrip("/")
    return Joined(
        workshop=workshop.id,
        plant=plant,
        node=wire.SANDBOX + plant,
        token=group.token,
        lines=lines_of(group.token, address),
        until=to_rfc3339(workshop.about.until_ms),
    )


@router.get("/workshops", dependencies=RUN, summary="The workshops that are not erased")
def all_workshops(gateway: TheGateway) -> WorkshopList:
    """Oldest first."""
    found = gateway.workshops.all()
    return WorkshopList(workshops=[workshop_shape(one, with_code=True) for one in found])


@router.get("/workshops/{id}", dependencies=[allow(Action.READ)], summary="One workshop, now")
def one_workshop(gateway: TheGateway, asker: TheAsker, id: WorkshopId) -> WorkshopShape:  # noqa: A002
    """Its groups, those who call for help first."""
    workshop = gateway.workshops.get(id)
    return workshop_shape(workshop, with_code=asker.can(Action.WORKSHOP))


@router.post("/workshops/{id}/pause", dependencies=RUN, summary="All stop, and the time too")
def pause(gateway: TheGateway, id: WorkshopId) -> WorkshopShape:  # noqa: A002
    """Nothing is taken until `resume`."""
    workshop = gateway.workshops.get(id)
    workshop.pause()
    return workshop_shape(workshop, with_code=True)


@router.post("/workshops/{id}/resume", dependencies=RUN, summary="All go on")
def resume(gateway: TheGateway, id: WorkshopId) -> WorkshopShape:  # noqa: A002
    """With what was left of the time."""
    workshop = gateway.workshops.get(id)
    workshop.resume()
    return workshop_shape(workshop, with_code=True)


@router.post("/workshops/{id}/extend", dependencies=RUN, summary="Some minutes more")
def extend(gateway: TheGateway, id: WorkshopId, body: More) -> WorkshopShape:  # noqa: A002
    """From now where the time was up already."""
    workshop = gateway.workshops.get(id)
    workshop.extend(body.minutes)
    return workshop_shape(workshop, with_code=True)


@router.post("/workshops/{id}/end", dependencies=RUN, summary="End it: nobody writes any more")
def end(gateway: TheGateway, asker: TheAsker, id: WorkshopId) -> WorkshopShape:  # noqa: A002
    """Then take `zip`, and `DELETE` it; a day after its end it is erased anyway."""
    workshop = gateway.workshops.get(id)
    gateway.workshops.end(workshop)
    gateway.access.note(asker.name, "WORKSHOP_ENDED", workshop.id)
    return workshop_shape(workshop, with_code=True)


@router.get(
    "/workshops/{id}/zip",
    dependencies=RUN,
    summary="All that the groups made, in one file",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
def take_home(gateway: TheGateway, id: WorkshopId, language: Language) -> Response:  # noqa: A002
    """Readings as both CSVs, charts, notes, and a page that opens without the garden."""
    return zip_of(gateway, gateway.workshops.get(id), language)


@router.get("/workshops/{id}/people", dependencies=RUN, summary="How many people came")
def people(gateway: TheGateway, id: WorkshopId) -> PeopleShape:  # noqa: A002
    """Column by column; nobody has a name."""
    return PeopleShape(counts=_people(gateway, gateway.workshops.get(id)))


@router.put("/workshops/{id}/people", dependencies=RUN, summary="Count the people that came")
def count_people(gateway: TheGateway, id: WorkshopId, body: PeopleShape) -> PeopleShape:  # noqa: A002
    """Instead of what was counted before: for the year's report, and in the groups' file."""
    workshop = gateway.workshops.get(id)
    columns = gateway.settings.report.chosen
    gateway.catalogue.attendance.put(workshop.id, body.counts, columns)
    return PeopleShape(counts=_people(gateway, workshop))


@router.delete("/workshops/{id}", dependencies=RUN, summary="Erase all that the groups made")
def erase(gateway: TheGateway, asker: TheAsker, id: WorkshopId) -> Counted:  # noqa: A002
    """What stays is a count. Only after its end."""
    return erased(gateway, gateway.workshops.get(id), asker)


@router.post(
    "/workshops/{id}/groups/{plant}/code", dependencies=RUN, summary="A new code for a group"
)
def new_code(gateway: TheGateway, id: WorkshopId, plant: Plant) -> NewCode:  # noqa: A002
    """Its computer died: whoever brings this code goes on as this group; the old token is void."""
    return NewCode(plant=plant, code=gateway.workshops.get(id).session.new_code(plant))


@router.post(
    "/workshops/{id}/groups/{plant}/freeze", dependencies=RUN, summary="Stop one group's writing"
)
def freeze(gateway: TheGateway, id: WorkshopId, plant: Plant) -> WorkshopShape:  # noqa: A002
    """The others go on."""
    workshop = gateway.workshops.get(id)
    workshop.session.mark(plant, frozen=1)
    return workshop_shape(workshop, with_code=True)


@router.post("/workshops/{id}/groups/{plant}/thaw", dependencies=RUN, summary="Let it write again")
def thaw(gateway: TheGateway, id: WorkshopId, plant: Plant) -> WorkshopShape:  # noqa: A002
    """As before."""
    workshop = gateway.workshops.get(id)
    workshop.session.mark(plant, frozen=0)
    return workshop_shape(workshop, with_code=True)


@router.post(
    "/workshops/{id}/hand", dependencies=[allow(Action.SEND)], summary="Call for help, or no more"
)
def hand(gateway: TheGateway, asker: TheAsker, id: WorkshopId, body: Hand) -> Hand:  # noqa: A002
    """Of the group whose key this is."""
    workshop, plant = own_of(gateway, asker, id)
    workshop.raise_hand(plant, up=body.up)
    return body


@router.post(
    "/workshops/{id}/notes",
    dependencies=[allow(Action.SEND)],
    status_code=201,
    summary="Write a note",
)
def write(gateway: TheGateway, asker: TheAsker, id: WorkshopId, body: NewNote) -> NoteShape:  # noqa: A002
    """Of the group whose key this is."""
    workshop, plant = own_of(gateway, asker, id)
    gateway.access.take_pace(asker)
    workshop.write(plant, body.text)
    return NoteShape(plant=plant, time=to_rfc3339(gateway.clock.wall_ms()), text=body.text)


@router.get("/workshops/{id}/notes", dependencies=[allow(Action.SEND)], summary="Its own notes")
def notes(gateway: TheGateway, asker: TheAsker, id: WorkshopId) -> NoteList:  # noqa: A002
    """Of the group whose key this is, oldest first."""
    workshop, plant = own_of(gateway, asker, id)
    found = workshop.session.notes(plant)
    shapes = [NoteShape(plant=n.plant, time=to_rfc3339(n.at_ms), text=n.text) for n in found]
    return NoteList(notes=shapes)


def joined(gateway: Gateway, code: str, plant: str | None) -> tuple[Workshop, str]:
    """As ``Workshops.join``, with ``plant`` in the words of a reader; wrong codes slow the door
    down, as at the garden's own.
    """
    from gateway.pages.plants import plant_of  # noqa: PLC0415 - words are loaded when needed

    with gateway.access.for_codes.one_try():
        if not gateway.access.knows(code):
            gateway.workshops.by_code(code)
    return gateway.workshops.join(code, plant and plant_of(plant))


def own_of(gateway: Gateway, asker: Who, workshop_id: str | None = None) -> tuple[Workshop, str]:
    """The workshop and the plant of the group that asks. Raises ``AccessRefused``."""
    workshop = gateway.workshops.of_node(asker.own or "")
    if workshop is None or workshop_id not in (None, workshop.id):
        raise not_a_group()
    return workshop, (asker.own or "").removeprefix(wire.SANDBOX)


def zip_of(gateway: Gateway, workshop: Workshop, language: str) -> Response:
    """The groups' file. Raises ``AccessRefused`` while they still write."""
    if workshop.about.ended_ms is None:
        raise not_ended()
    headers = {
        "Content-Disposition": f'attachment; filename="atelier-{workshop.id}.zip"',
        "Cache-Control": "no-store",
    }
    body = pack(workshop, gateway.settings.timezone, language, _people(gateway, workshop))
    return Response(body, media_type="application/zip", headers=headers)


def erased(gateway: Gateway, workshop: Workshop, asker: Who) -> Counted:
    """Erase it. Raises ``AccessRefused`` while it is on."""
    if workshop.about.ended_ms is None:
        raise not_ended()
    count = workshop.count()
    gateway.workshops.erase(workshop)
    gateway.access.note(asker.name, "WORKSHOP_ERASED", workshop.id)
    return Counted(groups=count.groups, readings=count.readings, notes=count.notes)


def _people(gateway: Gateway, workshop: Workshop) -> dict[str, int]:
    return gateway.catalogue.attendance.of(workshop.id, gateway.settings.report.chosen)


def workshop_shape(workshop: Workshop, *, with_code: bool) -> WorkshopShape:
    """``workshop`` as it is now."""
    about = workshop.about
    return WorkshopShape(
        id=workshop.id,
        title=about.title,
        code=about.code if with_code else None,
        begun=to_rfc3339(about.begun_ms),
        left_s=workshop.left_ms() // 1000,
        paused=about.paused,
        over=workshop.is_over(),
        ended=about.ended_ms is not None,
        most_groups=about.groups,
        groups=[_group_shape(one) for one in workshop.standings()],
    )


def _group_shape(one: Standing) -> GroupShape:
    group, latest = one.group, one.latest
    return GroupShape(
        plant=group.plant,
        node=wire.SANDBOX + group.plant,
        here=one.here,
        hand=None if group.hand_ms is None else to_rfc3339(group.hand_ms),
        frozen=group.frozen,
        told=None if one.told is None else one.told.code,
        channel=None if latest is None else latest.series.channel,
        value=None if latest is None else latest.value,
        time=None if latest is None else to_rfc3339(latest.at_ms),
    )
