"""The form that describes a bed: what was typed, what is wrong with it, and who was faster.

What somebody typed is never lost: a wrong value stays in its field with what is expected, and who
saves second sees both values where another person has changed the same field meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api import beds as api
from gateway.api.bed_shapes import BedChange, NewBed
from gateway.api.context import known_bed
from gateway.api.crops import known_crops
from gateway.api.problems import status_of
from gateway.beds.observed import WORKSHOP
from gateway.beds.records import BedRecord
from gateway.beds.watches import IN_THE_SOIL
from gateway.catalogue import ChannelInfo
from gateway.letters import slug
from gateway.pages import bedcrops, choices, fields, frame, words
from gateway.pages.bedcrops import CHOOSE, DAY, Row
from gateway.pages.doing import SEE_OTHER
from gateway.pages.frame import Reader, reader_of
from gateway.pages.script_texts import of_a_form
from gateway.pages.standing import spoken_in
from gateway.pages.words import N_
from gateway.service import Gateway
from gateway.watering.soils import SOILS
from sensor_node import wire
from sensor_node.errors import GardenError

Form = Mapping[str, Sequence[str]]
NAMES: Final = (
    "name", "soil", "crop", "planted_on", "sown", "emerged_on", "area_m2", "depth_cm", "exposure",
    "mulched", "method", "can_l",
)  # fmt: skip
NEW: Final[Mapping[str, str]] = {"area_m2": "", "exposure": "open", "method": "can", "can_l": "10"}
KEPT: Final = "garde"
"""In the address of a form that comes back after somebody had to enter anew."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as somebody filled it in; the values are texts, as in their fields."""

    values: Mapping[str, str]
    channels: frozenset[str] = frozenset()
    rows: tuple[Row, ...] | None = ()
    """The crops beside the first; None: nothing is said of them."""

    @classmethod
    def of_form(cls, form: Form) -> Typed:
        values = {name: (form.get(name) or [""])[-1].strip() for name in NAMES}
        return cls(values, frozenset(form.get("channels", ())), bedcrops.rows_of_form(form))

    @classmethod
    def of_bed(cls, gateway: Gateway, record: BedRecord) -> Typed:
        told = record.details
        values = {
            "name": told.name,
            "soil": told.soil or "",
            "crop": told.crop or "",
            "planted_on": "" if told.planted_on is None else told.planted_on.isoformat(),
            "sown": "on" if told.sown else "",
            "emerged_on": "" if told.emerged_on is None else told.emerged_on.isoformat(),
            "area_m2": f"{told.area_m2:g}",
            "depth_cm": "" if told.depth_m is None else f"{100 * told.depth_m:g}",
            "exposure": told.exposure,
            "mulched": "on" if told.mulched else "",
            "method": told.method,
            "can_l": f"{told.can_l:g}",
        }
        watches = gateway.catalogue.watches.of(record.bed)
        channels = frozenset(str(one.series) for one in watches if one.to_ms is None)
        return cls(values, channels, bedcrops.rows_of_bed(told))

    def as_json(self) -> str:
        """What the form goes out with, to see later whether somebody was faster."""
        whole = {**self.values, "channels": sorted(self.channels), "rows": self.rows}
        return json.dumps(whole, ensure_ascii=False)


@dataclass(slots=True)
class Checked:
    """What is to be written, and by field what is wrong or what another person wrote."""

    named: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probe:
    """A channel that may watch the bed."""

    channel: str
    name: str
    where: str
    in_soil: bool
    on: bool


class BedForm:
    """The form of one bed, or of a new one where ``record`` is None."""

    def __init__(self, gateway: Gateway, request: Request, record: BedRecord | None) -> None:
        self._gateway = gateway
        self._request = request
        self._record = record
        self._reader: Reader = reader_of(gateway, request)

    # --- showing ------------------------------------------------------------------------------

    def show(self) -> Response:
        """As the bed is, or as it was typed before somebody had to enter anew."""
        query = self._request.query_params
        if KEPT not in query:
            return self._page(self._stands(), Checked(), self._stands().as_json())
        form = {name: query.getlist(name) for name in query}
        was = query.get("was", "") or self._stands().as_json()
        return self._page(Typed.of_form(form), Checked(), was, kept=True)

    def _stands(self) -> Typed:
        if self._record is None:
            return Typed({**dict.fromkeys(NAMES, ""), **NEW})
        return Typed.of_bed(self._gateway, self._record)

    def _page(
        self, typed: Typed, checked: Checked, was: str, *, kept: bool = False, grew: bool = False,
        trouble: str = "", status: int = 200,
    ) -> Response:  # fmt: skip
        reader, record = self._reader, self._record
        html = frame.render(
            self._gateway,
            reader,
            "bed_form.html",
            "/",
            bed="" if record is None else record.bed,
            title=reader.tell("Nouveau bac")
            if record is None
            else record.details.name or record.bed,
            page={"texts": of_a_form(reader.tell)},
            typed=typed.values,
            rows=typed.rows or (),
            most_crops=bedcrops.MOST,
            grew=grew,
            errors=checked.errors,
            others=checked.others,
            was=was,
            kept=kept,
            trouble=trouble,
            soils=choices.FEELS,
            crops=choices.crops(reader, self._gateway.catalogue.crops.all()),
            exposures=choices.EXPOSURES,
            methods=choices.METHODS,
            probes=self._probes(typed.channels),
        )
        return frame.answer(self._request, reader, html, status)

    def _probes(self, chosen: frozenset[str]) -> list[Probe]:
        beds = self._gateway.catalogue.beds.all()
        watching = {str(one.series): one.bed for one in self._gateway.catalogue.watches.now()}
        found = [
            self._probe(
                info, chosen, watching, {bed: one.details.name for bed, one in beds.items()}
            )
            for series, info in self._gateway.catalogue.channels().items()
            if not series.node.startswith(WORKSHOP) and info.quantity in words.LOOKS
        ]
        return sorted(found, key=lambda one: (not one.in_soil, not one.on, one.channel))

    def _probe(
        self,
        info: ChannelInfo,
        chosen: frozenset[str],
        watching: Mapping[str, str],
        names: Mapping[str, str],
    ) -> Probe:
        channel = str(info.series)
        bed = watching.get(channel)
        elsewhere = bed is not None and (self._record is None or bed != self._record.bed)
        return Probe(
            channel,
            self._reader.tell(words.look_of(info.quantity).name),
            names.get(bed or "", "") or (bed or "") if elsewhere else "",
            info.quantity in IN_THE_SOIL,
            channel in chosen,
        )

    # --- saving -------------------------------------------------------------------------------

    def save(self, form: Form) -> Response:
        """Write down what was typed, or show it again with what stands in the way."""
        typed = Typed.of_form(form)
        was = (form.get("was") or [""])[-1]
        if bedcrops.ADD in form or bedcrops.REMOVE in form:
            return self._page(typed, Checked(), was, grew=bedcrops.ADD in form)
        before = _went_out(was)
        checked = self._check(typed, before)
        with api.writing:
            if self._record is not None:
                self._record = known_bed(self._gateway, self._record.bed)
                checked.others = self._faster(typed, before)
            if checked.errors or checked.others:
                status = 422 if checked.errors else 409
                now = self._stands().as_json() if checked.others else was
                return self._page(typed, checked, now, status=status)
            try:
                bed = self._write(checked.named)
            except GardenError as error:
                trouble = error.text(spoken_in(self._reader.language))
                return self._page(typed, checked, was, trouble=trouble, status=status_of(error))
        return RedirectResponse(f"/bacs/{bed}", SEE_OTHER)

    def _write(self, named: dict[str, Any]) -> str:
        if self._record is not None:
            return api.change_bed(self._gateway, self._record.bed, BedChange(**named)).id
        bed = _id_of(named["name"], set(self._gateway.catalogue.beds.all(removed=True)))
        return api.make_bed(self._gateway, NewBed(id=bed, **named)).id

    def _faster(self, typed: Typed, before: Typed | None) -> dict[str, str]:
        """By field, what another person wrote since this form went out, as a reader sees it.

        Where nobody can tell how it went out: whatever stands otherwise than it was typed.
        """
        stands = self._stands()
        seen = (typed,) if before is None else (before, typed)
        found = {
            name: self._shown(name, stands.values[name])
            for name in NAMES
            if stands.values[name] not in [one.values.get(name, "") for one in seen]
        }
        if stands.channels not in [one.channels for one in seen]:
            found["channels"] = ", ".join(sorted(stands.channels)) or self._reader.tell("aucun")
        theirs = bedcrops.filled(stands.rows or ())
        told = [bedcrops.filled(one.rows) for one in seen if one.rows is not None]
        if _tells_rows(before) and theirs not in told:
            found["crops"] = self._told(theirs)
        return found

    def _told(self, rows: Sequence[Row]) -> str:
        own = self._gateway.catalogue.crops.all()
        told = [
            choices.crop_name(row["crop"], self._reader, own)
            + (f" ({row['share']} %)" if row["share"] else "")
            for row in rows
        ]
        return ", ".join(told) or self._reader.tell("rien")

    def _shown(self, name: str, value: str) -> str:
        tell = self._reader.tell
        if name == "crop" and value:
            return choices.crop_name(value, self._reader, self._gateway.catalogue.crops.all())
        if name in ("sown", "mulched"):
            return tell("oui") if value else tell("non")
        if not value:
            return tell("rien")
        table: Mapping[str, str] = {
            "soil": {key: one.name for key, one in choices.FEELS.items()},
            "exposure": choices.EXPOSURES,
            "method": choices.METHODS,
        }.get(name, {})  # type: ignore[assignment]
        return tell(table[value]) if value in table else value

    # --- checking -----------------------------------------------------------------------------

    def _check(self, typed: Typed, before: Typed | None) -> Checked:
        checked, values, tell = Checked(), typed.values, self._reader.tell

        def take(name: str, key: str, read: Callable[[str], Any], expected: str) -> None:
            try:
                checked.named[key] = read(values[name])
            except ValueError:
                checked.errors[name] = tell(expected)

        take("name", "name", fields.name_of, N_("Donnez un nom d’au plus 80 caractères."))
        take("soil", "soil", fields.one_of(SOILS, empty=True), CHOOSE)
        take("crop", "crop", fields.one_of(known_crops(self._gateway), empty=True), CHOOSE)
        take("exposure", "exposure", fields.one_of(choices.EXPOSURES), CHOOSE)
        take("method", "method", fields.one_of(choices.METHODS), CHOOSE)
        take("planted_on", "planted_on", fields.day, DAY)
        take("emerged_on", "emerged_on", fields.day, DAY)
        take("area_m2", "area_m2", fields.number(0.01, 10_000),
             N_("Écrivez une surface en m², comme 2 ou 1,5."))  # fmt: skip
        take("depth_cm", "depth_m", fields.depth,
             N_("Écrivez une profondeur en cm, de 1 à 300, ou rien."))  # fmt: skip
        take("can_l", "can_l", fields.number(0.1, 100),
             N_("Écrivez ce que contient l’arrosoir, en litres, comme 10."))  # fmt: skip
        checked.named["sown"] = bool(values["sown"])
        checked.named["mulched"] = bool(values["mulched"])
        self._check_dates(checked)
        self._check_channels(checked, typed)
        if typed.rows or _tells_rows(before):
            self._check_crops(checked, typed.rows or ())
        return checked

    def _check_dates(self, checked: Checked) -> None:
        planted_on, emerged_on = checked.named.get("planted_on"), checked.named.get("emerged_on")
        if planted_on and emerged_on and emerged_on < planted_on:
            checked.errors["emerged_on"] = self._reader.tell(bedcrops.UNSOWN)

    def _check_crops(self, checked: Checked, rows: Sequence[Row]) -> None:
        known = known_crops(self._gateway)
        others, wrong = bedcrops.check(rows, known, self._reader.tell)
        checked.errors |= wrong
        if not checked.errors:
            checked.named = bedcrops.together(checked.named, others)

    def _check_channels(self, checked: Checked, typed: Typed) -> None:
        known = {str(series) for series in self._gateway.catalogue.channels()}
        if missing := sorted(typed.channels - known):
            text = self._reader.tell("Ce capteur n’est plus connu : %(channel)s. Décochez-le.")
            checked.errors["channels"] = text % {"channel": missing[0][:80]}
        checked.named["channels"] = sorted(typed.channels)


def _went_out(was: str) -> Typed | None:
    """The form as it was when it went out; None for what is no such thing any more."""
    try:
        whole = json.loads(was)
        values = {name: str(whole.get(name, "")) for name in NAMES}
        channels = frozenset(map(str, whole.get("channels") or ()))
        if "rows" not in whole:
            return Typed(values, channels, None)
        rows = tuple({part: str(row[part]) for part in bedcrops.PARTS} for row in whole["rows"])
        return Typed(values, channels, rows)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


def _tells_rows(before: Typed | None) -> bool:
    """Whether the form asked for the crops beside the first: one of an older version did not."""
    return before is None or before.rows is not None


def _id_of(name: str, taken: set[str]) -> str:
    """An id that reads like the name and that no bed ever had."""
    base = slug(name.replace("’", " "), 28) or "bac"
    if base not in taken and wire.is_id(base):
        return base
    return next(one for number in range(2, 10_000) if (one := f"{base}-{number}") not in taken)
