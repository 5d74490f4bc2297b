"""What the pages of workshops share: how they are drawn, and how a group stands in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api.channels import plain_number
from gateway.api.problems import status_of
from gateway.pages import frame, words
from gateway.pages.plants import plant_words
from gateway.pages.words import N_
from gateway.present import Latest
from gateway.service import Gateway
from gateway.workshop.workshop import Standing, Workshop
from sensor_node.errors import GardenError, StorageError

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group as the wall shows it."""

    plant: str
    name: str
    here: bool
    state: str
    hand: str
    frozen: bool
    told: str
    code: str
    channel: str
    value: str
    age: str


class View:
    """The words of one reader of one page."""

    def __init__(self, gateway: Gateway, request: Request) -> None:
        self._reader = frame.reader_of(gateway, request)
        self.language = self._reader.language
        self.texts = self._reader.texts
        self._gateway = gateway
        self._request = request

    def page(self, template: str, error: GardenError | None = None, **more: Any) -> Response:
        """A page, with what went wrong above it. It is never kept by a browser."""
        told = "" if error is None else error.text(self.language)
        html = frame.render(self._gateway, self._reader, template, error=told, **more)
        status = 200 if error is None else status_of(error)
        response = frame.answer(self._request, self._reader, html, status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def about(self, workshop: Workshop) -> dict[str, Any]:
        """What every page tells of a workshop."""
        about = workshop.about
        return {
            "id": workshop.id,
            "title": about.title,
            "code": about.code,
            "most": about.groups,
            "left": -(-workshop.left_ms() // MINUTE_MS),
            "paused": about.paused,
            "over": workshop.is_over(),
            "ended": about.ended_ms is not None,
        }

    def groups(self, workshop: Workshop) -> list[GroupView]:
        """All groups, those who call for help first."""
        now_ms = self._gateway.clock.wall_ms()
        return [self._group(one, now_ms) for one in workshop.standings()]

    def name(self, plant: str) -> str:
        """What the plant is called."""
        return plant_words(plant, self.texts)

    def value(self, latest: Latest, unit: str | None) -> str:
        """A value as its reader writes numbers, with its unit."""
        number = plain_number(latest.value or 0.0)
        if self.language != "en":
            number = number.replace(".", ",")
        symbol = words.UNITS.get(unit or "", unit or "")
        return f"{number} {symbol}".strip()

    def ago(self, age_s: float) -> str:
        """How long ago."""
        return words.ago(age_s, self.texts, self.language)

    def _group(self, one: Standing, now_ms: int) -> GroupView:
        group, latest = one.group, one.latest
        raised = group.hand_ms
        return GroupView(
            plant=group.plant,
            name=self.name(group.plant),
            here=one.here,
            state=self.texts.gettext(_STATES[one.here]),
            hand="" if raised is None else self.ago((now_ms - raised) / 1000),
            frozen=group.frozen,
            told="" if one.told is None else one.told.text(self.language),
            code=group.code or "",
            channel="" if latest is None else latest.series.channel,
            value="" if latest is None else self.value(latest, None),
            age="" if latest is None else self.ago(latest.age_s),
        )


_STATES = {True: N_("connecté"), False: N_("pas de nouvelles")}


def tried(do: Callable[[], object], to: str, failed: Callable[[GardenError], Response]) -> Response:
    """Do what a form asks and go to the page ``to``; what is refused is told on the page."""
    try:
        do()
    except StorageError:
        raise
    except GardenError as error:
        return failed(error)
    return RedirectResponse(to, 303)
