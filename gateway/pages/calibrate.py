"""Calibrating one probe, step by step: dry soil, then watered and drained; what that gives; undo.

What was found so far stands in the page's address: it can be left, kept and come back to the next
day, and nothing is lost with a page that has grown old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api.calibrations import unknown_calibration
from gateway.api.context import unknown_channel
from gateway.api.guard import who_asks
from gateway.api.problems import status_of
from gateway.calibrations import Calibration, Wanted
from gateway.live import tell_recalibrated
from gateway.pages import frame, words
from gateway.pages.frame import Reader, reader_of
from gateway.pages.points import FIELDS, points_of
from gateway.pages.probe import Probe, Raw, probe_of
from gateway.pages.roles import ROLE_WORDS
from gateway.pages.script_texts import of_a_form
from gateway.pages.standing import spoken_in
from gateway.pages.words import N_
from gateway.scale import line_through
from gateway.security.roles import Role
from gateway.service import Gateway
from gateway.store.base import Series
from sensor_node.errors import GardenError

SEE_OTHER: Final = 303
PLACE: Final = "/etalonner"
RAW_DECIMALS: Final = 3
TWICE_MS: Final = 3_600_000
"""The same two points within an hour are the same wish, sent again after a lost answer."""
PROGRAM: Final = N_("programme")
STATES: Final = {
    "calm": N_("Le nombre est calme : vous pouvez le prendre."),
    "moving": N_("Attendez que le nombre se calme."),
    "few": N_("Encore une ou deux mesures, pour voir si le nombre est calme."),
    "silent": N_("La sonde n’a rien dit dernièrement : vérifiez-la, ainsi que son nœud."),
}


@dataclass(frozen=True, slots=True)
class RawView:
    """The raw number as it is shown; ``number`` is empty where there is none."""

    state: str
    number: str
    typed: str
    spread: str
    words: str
    at_ms: int | None
    age: str


@dataclass(frozen=True, slots=True)
class Made:
    """One calibration of the history."""

    id: int
    when: str
    by: str
    dry: tuple[str, str]
    wet: tuple[str, str]
    since: str
    undone: str
    holds: bool


def answer(
    gateway: Gateway, request: Request, name: str, trouble: str = "", status: int = 200
) -> Response:
    """The page for ``request``. ``trouble``: why what was asked for was not done."""
    reader = reader_of(gateway, request)
    html = _Guide(gateway, reader, request, _known(gateway, name)).render(trouble)
    return frame.answer(request, reader, html, status)


def keep(gateway: Gateway, request: Request, name: str, since: str) -> Response:
    """Make the calibration that the address says, once however often it is sent.

    ``since``: ``toujours`` where the one that holds is to be replaced in all of the past too.
    """
    probe = _known(gateway, name)
    points = points_of(request.query_params)
    if not points.whole:
        return answer(gateway, request, name, status=422)
    always = since == "toujours" and probe.replaceable
    wanted = points.wanted(probe.series, 0 if always else None)
    try:
        made = make(gateway, [wanted], who_asks(request).name)
    except GardenError as error:
        speaks = spoken_in(reader_of(gateway, request).language)
        return answer(gateway, request, name, error.text(speaks), status_of(error))
    return RedirectResponse(f"{PLACE}/{name}?fait={made[0].id}", SEE_OTHER)


def make(gateway: Gateway, wanted: list[Wanted], by: str) -> list[Calibration]:
    """All of ``wanted``, or none; what was just made and is sent again is not made twice."""
    now_ms = gateway.clock.wall_ms()
    known = {one.series: _just_made(gateway, one, now_ms) for one in wanted}
    fresh = [one for one in wanted if known[one.series] is None]
    made = gateway.catalogue.calibrations.make(fresh, by, now_ms) if fresh else []
    tell_recalibrated(gateway, [one.series for one in made])
    return [*(one for one in known.values() if one), *made]


def undo(gateway: Gateway, request: Request, name: str, number: int) -> Response:
    """Take one back; to the page that it was asked on."""
    series = Series(*name.partition("/")[::2])
    undone = gateway.catalogue.calibrations.undo(series, number, gateway.clock.wall_ms())
    if undone is None:
        raise unknown_calibration(series, number)
    tell_recalibrated(gateway, [series])
    return RedirectResponse(f"{PLACE}/{name}?annule={number}", SEE_OTHER)


def _just_made(gateway: Gateway, wanted: Wanted, now_ms: int) -> Calibration | None:
    of_it = gateway.catalogue.calibrations.of(wanted.series)
    newest = next((one for one in of_it if one.undone_ms is None), None)
    if newest is None or now_ms - newest.made_ms > TWICE_MS:
        return None
    same = (newest.low, newest.high) == (wanted.low, wanted.high)
    return newest if same and wanted.from_ms in (None, newest.from_ms) else None


def _known(gateway: Gateway, name: str) -> Probe:
    probe = probe_of(gateway, Series(*name.partition("/")[::2]))
    if probe is None:
        raise unknown_channel(gateway, name)
    return probe


class _Guide:
    def __init__(self, gateway: Gateway, reader: Reader, request: Request, probe: Probe) -> None:
        self._gateway = gateway
        self._reader = reader
        self._write = reader.write
        self._probe = probe
        self._query = request.query_params
        self._points = points_of(self._query)

    def render(self, trouble: str) -> str:
        last_event_id = self._gateway.events.last_id
        probe, points = self._probe, self._points
        step = self._step()
        return frame.render(
            self._gateway,
            self._reader,
            "calibrate.html",
            "/mesures",
            keep=self._keep(),
            channel=str(probe.series),
            address=f"{PLACE}/{probe.series}",
            bed=None if probe.bed is None else (probe.bed.details.name or probe.bed.bed),
            soil=probe.soil.fr if spoken_in(self._reader.language) == "fr" else probe.soil.en,
            soil_known=probe.bed is not None and probe.bed.details.soil is not None,
            interval=words.lasting(probe.interval_s, self._reader.language),
            step=step,
            typed=points.typed,
            wrong=points.wrong,
            dry_pct=self._typed(probe.dry_pct, 1),
            drained_pct=self._typed(probe.drained_pct, 1),
            raw=raw_view(probe.raw, self._reader),
            replaceable=probe.replaceable,
            result=self._result() if step == 3 else None,
            doubts=points.doubts if step == 3 else [],
            save=f"{PLACE}/{probe.series}?{self._fields(*FIELDS)}",
            again={
                "sec": self._again("humide", "humide_vaut"),
                "humide": self._again("sec", "sec_vaut"),
            },
            done=self._done("fait"),
            undone=self._done("annule"),
            history=[self._made(one) for one in probe.made],
            trouble=trouble,
            page={
                "now": self._gateway.clock.wall_ms(),
                "channel": str(probe.series),
                "language": self._reader.language,
                "timezone": self._gateway.settings.timezone,
                "lastEventId": last_event_id,
                "texts": script_texts(self._reader),
            },
        )

    def _step(self) -> int:
        points = self._points
        for step, names in ((1, ("sec", "sec_vaut")), (2, ("humide", "humide_vaut"))):
            if any(name in points.wrong or name not in points.values for name in names):
                return step
        return 3

    def _keep(self) -> str:
        fields = self._fields(*FIELDS)
        return f"&{fields}" if fields else ""

    def _fields(self, *names: str) -> str:
        typed = self._points.typed
        return urlencode({name: typed[name] for name in names if typed[name]})

    def _again(self, *names: str) -> str:
        """The address at which one step is taken again and the other is kept."""
        return f"{PLACE}/{self._probe.series}?{self._fields(*names)}"

    def _result(self) -> dict[str, Any]:
        """What the two points would give, before they are kept."""
        values = self._points.values
        line = line_through(
            (values["sec"], values["sec_vaut"]), (values["humide"], values["humide_vaut"])
        )
        mean = self._probe.raw.mean
        now = None if mean is None else line.of(mean)
        return {
            "dry": (self._raw(values["sec"]), self._pct(values["sec_vaut"])),
            "wet": (self._raw(values["humide"]), self._pct(values["humide_vaut"])),
            "now": None if now is None or mean is None else (self._raw(mean), self._pct(now)),
            "beyond": now is not None and not -5 <= now <= 105,
            "per_point": self._raw(abs(1 / line.slope)),
        }

    def _done(self, name: str) -> Made | None:
        asked = self._query.get(name, "")
        return next((self._made(one) for one in self._probe.made if str(one.id) == asked), None)

    def _made(self, one: Calibration) -> Made:
        held = self._probe.held
        return Made(
            id=one.id,
            when=self._write.moment(one.made_ms),
            by=self._reader.tell(_role(one.by)),
            dry=(self._raw(one.low[0]), self._pct(one.low[1])),
            wet=(self._raw(one.high[0]), self._pct(one.high[1])),
            since="" if one.from_ms == 0 else self._write.moment(one.from_ms),
            undone="" if one.undone_ms is None else self._write.moment(one.undone_ms),
            holds=held is not None and held.id == one.id,
        )

    def _raw(self, value: float) -> str:
        return self._write.number(value, RAW_DECIMALS)

    def _pct(self, value: float) -> str:
        return f"{self._write.number(value, 1, exact=False)}\u00a0%"

    def _typed(self, value: float, decimals: int) -> str:
        return typed(value, decimals, self._reader)


def typed(value: float, decimals: int, reader: Reader) -> str:
    """A number as the reader types it; digits stay those of every keyboard."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals == 1 else text
    return text.replace(".", ",") if reader.language == "fr" else text


def raw_view(raw: Raw, reader: Reader) -> RawView:
    """The raw number for ``reader``."""
    if raw.state == "fault":
        told = " ".join(f"{one[:1].upper()}{one[1:]}" for one in _fault(raw, reader))
    else:
        told = reader.tell(STATES[raw.state])
    now = "" if raw.mean is None else reader.write.number(raw.mean, RAW_DECIMALS)
    return RawView(
        state=raw.state,
        number=now,
        typed="" if raw.mean is None else typed(raw.mean, RAW_DECIMALS, reader),
        spread=reader.write.number(raw.spread, RAW_DECIMALS) if raw.count > 1 else "",
        words=told,
        at_ms=raw.newest_ms,
        age="" if raw.newest_ms is None else reader.write.clock(raw.newest_ms),
    )


def _fault(raw: Raw, reader: Reader) -> tuple[str, str]:
    meaning, remedy = words.fault_words(raw.fault, reader.texts)
    return f"{meaning}.", remedy


def _role(by: str) -> str:
    return ROLE_WORDS[Role(by)] if by in set(Role) else PROGRAM


def script_texts(reader: Reader) -> dict[str, object]:
    """What the scripts say: those of a form, and of a guide that is taken up again."""
    resume = reader.tell("Le point sec du %(time)s est gardé sur cet appareil : reprendre")
    return {**of_a_form(reader.tell), "resume": resume}
