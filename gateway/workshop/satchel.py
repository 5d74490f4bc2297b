"""What a class takes home: one zip that needs neither garden nor network."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from gateway.catalogue import ChannelInfo
from gateway.formats import Row, cell, write_csv, write_csv_fr
from gateway.store.base import LATEST_MS, Point, Series
from gateway.workshop.chart import chart
from gateway.workshop.workshop import MINUTE_MS, Workshop
from gateway.yearly.columns import COLUMNS, told
from sensor_node import wire

PIECE: Final = 5000
PAGE, NOTES = "index.html", "notes.csv"
WORDS: Final = {
    "fr": {
        "csv": "mesures.csv",
        "csv_fr": "mesures-fr.csv",
        "count": "compte.csv",
        "charts": "courbes",
        "columns": "heure;groupe;note",
        "colon": "\N{NO-BREAK SPACE}: ",
        "comma": ",",
        "file": "Les mesures de tous les groupes",
        "spreadsheet": "pour LibreOffice et Excel en français\N{NO-BREAK SPACE}; cochez "
        "«\N{NO-BREAK SPACE}Détecter les nombres spéciaux\N{NO-BREAK SPACE}», pour que les dates "
        "en soient",
        "programs": "pour les programmes et les tableurs en anglais",
        "notes": "Notes",
        "none": "Ce groupe n'a rien mesuré.",
        "counts": "Ce qui reste\N{NO-BREAK SPACE}: un compte",
        "offline": "Cette page s'ouvre sans réseau et sans le jardin. Aucun nom n'y figure"
        "\N{NO-BREAK SPACE}: les groupes sont des plantes.",
    },
    "en": {
        "csv": "readings.csv",
        "csv_fr": "readings-fr.csv",
        "count": "count.csv",
        "charts": "charts",
        "columns": "time;group;note",
        "colon": ": ",
        "comma": ".",
        "file": "The readings of all groups",
        "spreadsheet": "for LibreOffice and Excel in French; tick 'Detect special numbers', so "
        "that dates are dates",
        "programs": "for programs and spreadsheets in English",
        "notes": "Notes",
        "none": "This group has measured nothing.",
        "counts": "What stays: a count",
        "offline": "This page opens without a network and without the garden. No name is in it: "
        "groups are plants.",
    },
}
STYLE: Final = (
    "body{font:1rem/1.5 sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;"
    "overflow-wrap:break-word}"
    # On a phone a chart keeps letters that can be read, and moves aside under the finger.
    ".chart{overflow-x:auto;margin:.5rem 0}"
    "svg{display:block;width:100%;min-width:34rem;height:auto}"
    "td{padding:0 1rem .25rem 0}"
    "blockquote{margin:.5rem 0;padding:.25rem 1rem;border-left:4px solid #6f9a50;"
    "white-space:pre-wrap}"
)


def pack(
    workshop: Workshop, timezone: str, language: str, people: Mapping[str, int] | None = None
) -> bytes:
    """The zip of ``workshop``: a page, both CSVs, a chart of each channel, the notes, and the count
    that stays, with the ``people`` that came, by column. In French where ``language`` has none.
    """
    satchel = _Satchel(workshop, timezone, language if language in WORDS else "fr")
    words, charts = satchel.words, dict(satchel.charts())
    counts = list(satchel.counts(people or {}))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for series, drawn in charts.items():
            name = str(series).removeprefix(wire.SANDBOX).replace("/", "-")
            file.writestr(f"{words['charts']}/{name}.svg", drawn)
        file.writestr(words["csv"], "".join(write_csv(_rows(workshop))))
        file.writestr(words["csv_fr"], "".join(write_csv_fr(_rows(workshop), ZoneInfo(timezone))))
        file.writestr(NOTES, satchel.notes_csv())
        file.writestr(words["count"], _counts_csv(counts))
        file.writestr(PAGE, satchel.page(charts, counts))
    return held.getvalue()


def _rows(workshop: Workshop) -> Iterator[Row]:
    for series, info in workshop.sandbox.channels().items():
        for point in _points(workshop, series):
            yield _row(info, point)


def _row(info: ChannelInfo, point: Point) -> Row:
    return Row(point.at_ms, *info.series, info.quantity, info.unit, point.value)


def _points(workshop: Workshop, series: Series) -> Iterator[Point]:
    from_ms = 0
    while piece := workshop.sandbox.store.points(series, from_ms, LATEST_MS, PIECE):
        yield from piece
        from_ms = piece[-1].at_ms + 1


def _counts_csv(counts: Sequence[tuple[str, str]]) -> str:
    return "\ufeff" + "".join(f'"{name}";{value}\r\n' for name, value in counts)


@dataclass(frozen=True, slots=True)
class _Satchel:
    """What is written of ``workshop`` in ``language``, one of those of ``WORDS``."""

    workshop: Workshop
    timezone: str
    language: str

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.language]

    def charts(self) -> Iterator[tuple[Series, str]]:
        """A drawing of each channel that has points."""
        from gateway.pages.words import UNITS  # noqa: PLC0415 - words are loaded when needed

        for series, info in self.workshop.sandbox.channels().items():
            if points := list(_points(self.workshop, series)):
                unit = UNITS.get(info.unit or "", info.unit)
                title = f"{self._name(series.node.removeprefix(wire.SANDBOX))} · {series.channel}"
                yield series, chart(title, unit, points, self.timezone, self.words["comma"])

    def notes_csv(self) -> str:
        notes = self.workshop.session.notes()
        lines = ["\ufeff" + self.words["columns"]]
        lines += [f"{self._when(n.at_ms)};{n.plant};{cell(n.text, ';')}" for n in notes]
        return "\r\n".join(lines) + "\r\n"

    def counts(self, people: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        """What is kept of the workshop, as it may leave the garden."""
        count, place = self.workshop.count(), 0 if self.language == "fr" else 1
        for names, number in (
            (("groupes", "groups"), count.groups),
            (("mesures", "readings"), count.readings),
            (("notes", "notes"), count.notes),
            (("minutes", "minutes"), (count.ended_ms - count.begun_ms) // MINUTE_MS),
        ):
            yield names[place], str(number)
        for column, text in told(people).items():
            yield COLUMNS[column][place], text

    def page(self, charts: Mapping[Series, str], counts: Sequence[tuple[str, str]]) -> str:
        words, about, colon = self.words, self.workshop.about, self.words["colon"]
        counted = "".join(
            f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in counts
        )
        plants = [(self._name(one.plant), one.plant) for one in self.workshop.session.groups()]
        sections = "".join(self._section(*plant, charts) for plant in sorted(plants))
        files = "".join(
            f'<li><a href="{words[name]}">{words[name]}</a>{colon}{words[use]}</li>'
            for name, use in (("csv_fr", "spreadsheet"), ("csv", "programs"))
        )
        return (
            f'<!doctype html><html lang="{self.language}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>{escape(about.title)}</title><style>{STYLE}</style>"
            f"<h1>{escape(about.title)}</h1><p>{self._when(about.begun_ms)}</p>"
            f"<p>{words['offline']}</p><h2>{words['file']}</h2><ul>{files}</ul>"
            f"<h2>{words['counts']}</h2><table>{counted}</table>{sections}</html>\n"
        )

    def _section(self, name: str, plant: str, charts: Mapping[Series, str]) -> str:
        mine = [
            f'<div class="chart" tabindex="0">{drawn}</div>'
            for series, drawn in charts.items()
            if series.node == wire.SANDBOX + plant
        ]
        notes = "".join(
            f"<blockquote>{escape(n.text)}<br><small>{self._when(n.at_ms)}</small></blockquote>"
            for n in self.workshop.session.notes(plant)
        )
        written = f"<h3>{self.words['notes']}</h3>{notes}" if notes else ""
        body = "".join(mine) or f"<p>{self.words['none']}</p>"
        return f"<h2>{escape(name)}</h2>{body}{written}"

    def _name(self, plant: str) -> str:
        """What the group is called."""
        from gateway.pages.plants import plant_words  # noqa: PLC0415 - words are loaded when needed
        from gateway.translations import installed  # noqa: PLC0415

        return plant_words(plant, installed().of(self.language))

    def _when(self, at_ms: int) -> str:
        moment = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(self.timezone))
        return moment.strftime("%d/%m/%Y %H:%M:%S")
