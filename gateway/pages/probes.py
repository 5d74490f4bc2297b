"""All probes in one list: what each gives now, which are calibrated; a class's thirty at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api.guard import who_asks
from gateway.api.problems import status_of
from gateway.calibrations import Wanted
from gateway.pages import frame
from gateway.pages.calibrate import PLACE, SEE_OTHER, RawView, make, raw_view, script_texts, typed
from gateway.pages.frame import Reader, reader_of
from gateway.pages.points import Points, points_of
from gateway.pages.probe import Probe, probes
from gateway.pages.standing import spoken_in
from gateway.pages.words import N_
from gateway.service import Gateway
from gateway.watering.soils import DEFAULT
from sensor_node.errors import GardenError

UNDO_MS: Final = 3_600_000
"""So long a calibration is undone from the list; later from its own page."""
ABSENT: Final = N_("Ce nombre manque.")
BOTH: Final = N_("Il faut les deux nombres de cette sonde, ou aucun.")


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed: three columns side by side, and what dry and drained mean for all."""

    channels: Sequence[str]
    dry: Sequence[str]
    wet: Sequence[str]
    dry_is: str
    wet_is: str


@dataclass(frozen=True, slots=True)
class Row:
    """One probe of the list. ``wrong``: by its two fields."""

    channel: str
    node: str
    label: str
    bed: str
    raw: RawView
    made: str
    undo: int | None
    dry: str
    wet: str
    wrong: dict[str, str]


def answer(gateway: Gateway, request: Request) -> Response:
    """The page for ``request``."""
    reader = reader_of(gateway, request)
    html = _List(gateway, reader, None).render(request.query_params.get("fait", ""))
    return frame.answer(request, reader, html)


def keep(gateway: Gateway, request: Request, told: Typed, take: str = "") -> Response:
    """Calibrate what was typed, all or none; ``take``: only fill a column with what is read now."""
    reader = reader_of(gateway, request)
    listed = _List(gateway, reader, told)
    if take in ("sec", "humide"):
        listed.take(take)
        return frame.answer(request, reader, listed.render())
    wanted = listed.wanted()
    if wanted is None:
        return frame.answer(request, reader, listed.render(), 422)
    try:
        made = make(gateway, wanted, who_asks(request).name)
    except GardenError as error:
        html = listed.render(trouble=error.text(spoken_in(reader.language)))
        return frame.answer(request, reader, html, status_of(error))
    return RedirectResponse(f"{PLACE}?fait={len(made)}", SEE_OTHER)


class _List:
    def __init__(self, gateway: Gateway, reader: Reader, told: Typed | None) -> None:
        self._gateway = gateway
        self._reader = reader
        self._probes = probes(gateway)
        self._dry = {} if told is None else dict(zip(told.channels, told.dry, strict=False))
        self._wet = {} if told is None else dict(zip(told.channels, told.wet, strict=False))
        self._dry_is = told.dry_is if told else typed(50 * DEFAULT.wilting_point, 1, reader)
        self._wet_is = told.wet_is if told else typed(100 * DEFAULT.field_capacity, 1, reader)
        self._wrong: dict[str, dict[str, str]] = {}
        self._all_wrong: dict[str, str] = {}
        self._nothing = False

    def take(self, column: str) -> None:
        """Fill what is empty of ``column`` with what each probe gives now."""
        of = self._dry if column == "sec" else self._wet
        for probe in self._probes:
            name = str(probe.series)
            if not of.get(name, "").strip() and probe.raw.mean is not None:
                of[name] = typed(probe.raw.mean, 3, self._reader)

    def wanted(self) -> list[Wanted] | None:
        """What is to be made; None where something is wrong, which the page then says."""
        wanted = []
        for probe in self._probes:
            name = str(probe.series)
            dry, wet = self._dry.get(name, "").strip(), self._wet.get(name, "").strip()
            if not dry and not wet:
                continue
            points = points_of(self._row(dry, wet))
            self._note(name, points, dry, wet)
            if points.whole:
                wanted.append(points.wanted(probe.series))
        self._nothing = not wanted and not self._wrong and not self._all_wrong
        return None if self._wrong or self._all_wrong or self._nothing else wanted

    def _row(self, dry: str, wet: str) -> dict[str, str]:
        return {"sec": dry, "humide": wet, "sec_vaut": self._dry_is, "humide_vaut": self._wet_is}

    def _note(self, name: str, points: Points, dry: str, wet: str) -> None:
        for field, what in points.wrong.items():
            if field.endswith("vaut"):
                self._all_wrong[field] = what
            else:
                self._wrong.setdefault(name, {})[field] = what
        for field in ("sec_vaut", "humide_vaut"):
            if not points.typed[field]:
                self._all_wrong[field] = ABSENT
        if not (dry and wet):
            self._wrong.setdefault(name, {})["humide" if dry else "sec"] = BOTH

    def render(self, done: str = "", trouble: str = "") -> str:
        last_event_id = self._gateway.events.last_id
        rows = [self._view(probe) for probe in self._probes]
        return frame.render(
            self._gateway,
            self._reader,
            "probes.html",
            "/mesures",
            rows=rows,
            without=sum(not row.made for row in rows),
            dry_is=self._dry_is,
            wet_is=self._wet_is,
            wrong=self._all_wrong,
            wrong_count=len(self._wrong) + len(self._all_wrong),
            nothing=self._nothing,
            done=int(done) if done.isascii() and done.isdigit() and len(done) < 4 else 0,
            trouble=trouble,
            page={
                "now": self._gateway.clock.wall_ms(),
                "language": self._reader.language,
                "timezone": self._gateway.settings.timezone,
                "lastEventId": last_event_id,
                "texts": script_texts(self._reader),
            },
        )

    def _view(self, probe: Probe) -> Row:
        held, name = probe.held, str(probe.series)
        now_ms = self._gateway.clock.wall_ms()
        fresh = held is not None and now_ms - held.made_ms < UNDO_MS
        return Row(
            channel=name,
            node=probe.series.node,
            label=probe.series.channel,
            bed="" if probe.bed is None else (probe.bed.details.name or probe.bed.bed),
            raw=raw_view(probe.raw, self._reader),
            made="" if held is None else self._reader.write.date(held.made_ms),
            undo=held.id if held is not None and fresh else None,
            dry=self._dry.get(name, ""),
            wet=self._wet.get(name, ""),
            wrong=self._wrong.get(name, {}),
        )
