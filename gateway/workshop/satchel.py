"""What a class takes home: one zip that needs neither garden nor network."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from gateway.catalogue import ChannelInfo
from gateway.formats import Row, cell, write_csv, write_csv_fr
from gateway.store.base import LATEST_MS, Point, Series
from gateway.workshop.chart import chart
from gateway.workshop.session import Note
from gateway.workshop.workshop import MINUTE_MS, Workshop
from gateway.yearly.columns import COLUMNS, shown
from sensor_node import wire

PIECE: Final = 5000
PAGE, CSV, CSV_FR, NOTES = "index.html", "mesures.csv", "mesures-fr.csv", "notes.csv"
COUNT: Final = {"fr": "compte.csv", "en": "count.csv"}
WORDS: Final = {
    "fr": {
        "file": "Les mesures de tous les groupes",
        "spreadsheet": "pour LibreOffice et Excel en français",
        "programs": "pour les programmes et les tableurs en anglais",
        "notes": "Notes",
        "none": "Ce groupe n'a rien mesuré.",
        "values": "valeurs",
        "counts": "Ce qui reste : un compte",
        "dates": "cochez « Détecter les nombres spéciaux », pour que les dates en soient",
        "offline": "Cette page s'ouvre sans réseau et sans le jardin. Aucun nom n'y figure : les "
        "groupes sont des plantes.",
    },
    "en": {
        "file": "The readings of all groups",
        "spreadsheet": "for LibreOffice and Excel in French",
        "programs": "for programs and spreadsheets in English",
        "notes": "Notes",
        "none": "This group has measured nothing.",
        "values": "values",
        "counts": "What stays: a count",
        "dates": "tick 'Detect special numbers', so that dates are dates",
        "offline": "This page opens without a network and without the garden. No name is in it: "
        "groups are plants.",
    },
}


def pack(
    workshop: Workshop, timezone: str, language: str, people: Mapping[str, int] | None = None
) -> bytes:
    """The zip of ``workshop``: a page, both CSVs, a chart of each channel, the notes, and the count
    that stays, with the ``people`` that came, by column.
    """
    counts = list(_counts(workshop, language, people or {}))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        charts = {}
        for series, info in workshop.sandbox.channels().items():
            points = list(_points(workshop, series))
            if points:
                charts[series] = chart(_name(series), info.unit, points, timezone)
                file.writestr(f"courbes/{_name(series).replace('/', '-')}.svg", charts[series])
        file.writestr(CSV, "".join(write_csv(_rows(workshop))))
        file.writestr(CSV_FR, "".join(write_csv_fr(_rows(workshop), ZoneInfo(timezone))))
        file.writestr(NOTES, _notes_csv(workshop.session.notes(), timezone))
        file.writestr(COUNT[_known(language)], _counts_csv(counts))
        file.writestr(PAGE, _page(workshop, charts, counts, timezone, language))
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


def _name(series: Series) -> str:
    return str(series).removeprefix(wire.SANDBOX)


def _notes_csv(notes: list[Note], timezone: str) -> str:
    lines = ["\ufeffheure;groupe;note"]
    lines += [f"{_when(n.at_ms, timezone)};{n.plant};{cell(n.text, ';')}" for n in notes]
    return "\r\n".join(lines) + "\r\n"


def _counts(
    workshop: Workshop, language: str, people: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """What is kept of the workshop, as it may leave the garden."""
    count, place = workshop.count(), 0 if _known(language) == "fr" else 1
    for names, number in (
        (("groupes", "groups"), count.groups),
        (("mesures", "readings"), count.readings),
        (("notes", "notes"), count.notes),
        (("minutes", "minutes"), (count.ended_ms - count.begun_ms) // MINUTE_MS),
    ):
        yield names[place], str(number)
    for column, number in people.items():
        yield COLUMNS[column][place], shown(number)


def _counts_csv(counts: Sequence[tuple[str, str]]) -> str:
    return "\ufeff" + "".join(f'"{name}";{value}\r\n' for name, value in counts)


def _known(language: str) -> str:
    return language if language in WORDS else "fr"


def _when(at_ms: int, timezone: str) -> str:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(timezone)).strftime("%d/%m/%Y %H:%M:%S")


def _page(
    workshop: Workshop,
    charts: dict[Series, str],
    counts: Sequence[tuple[str, str]],
    timezone: str,
    language: str,
) -> str:
    words, about = WORDS[_known(language)], workshop.about
    counted = "".join(f"<tr><td>{name}</td><td>{escape(value)}</td></tr>" for name, value in counts)
    sections = "".join(
        _section(workshop, group.plant, charts, timezone, words)
        for group in sorted(workshop.session.groups(), key=lambda one: one.plant)
    )
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(about.title)}</title>"
        "<style>body{font:1rem/1.5 sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
        "svg{max-width:100%;height:auto}blockquote{margin:.5rem 0;padding:.25rem 1rem;"
        "border-left:4px solid #6f9a50;white-space:pre-wrap}</style>"
        f"<h1>{escape(about.title)}</h1><p>{_when(about.begun_ms, timezone)}</p>"
        f"<p>{words['offline']}</p><h2>{words['file']}</h2><ul>"
        f'<li><a href="{CSV_FR}">{CSV_FR}</a> : {words["spreadsheet"]} ; {words["dates"]}</li>'
        f'<li><a href="{CSV}">{CSV}</a> : {words["programs"]}</li></ul>'
        f"<h2>{words['counts']}</h2><table>{counted}</table>{sections}</html>\n"
    )


def _section(
    workshop: Workshop,
    plant: str,
    charts: dict[Series, str],
    timezone: str,
    words: dict[str, str],
) -> str:
    mine = [drawn for series, drawn in charts.items() if series.node == wire.SANDBOX + plant]
    notes = "".join(
        f"<blockquote>{escape(n.text)}<br><small>{_when(n.at_ms, timezone)}</small></blockquote>"
        for n in workshop.session.notes(plant)
    )
    told = f"<h3>{words['notes']}</h3>{notes}" if notes else ""
    body = "".join(mine) or f"<p>{words['none']}</p>"
    return f"<h2>{escape(plant)}</h2>{body}{told}"
