"""What a school takes along when it hands a kit back: one zip that opens without the garden."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gateway.api.series import Wanted, default_aggregate, file_rows
from gateway.archive import prefix_of
from gateway.durable import free_name, sync_file
from gateway.exporting import export_garden
from gateway.formats import Row, write_csv_fr
from gateway.service import Gateway
from gateway.times import DAY_MS, Every, edges
from gateway.workshop.satchel import pack
from gateway.yearly.year import csv_of, year_of
from sensor_node.damage import sync_folder, told

GARDEN, DAYS, REPORT, NOTE = "jardin.jsonl.gz", "jours.csv", "bilan-{}.csv", "LISEZMOI.txt"
WORKSHOPS: Final = "ateliers"
PART: Final = ".part"
NOTES: Final = {
    "fr": (
        "Ce que le jardin a mesuré chez vous. Aucun nom n'y figure.\r\n\r\n"
        f"{DAYS} : chaque jour de chaque mesure, pour LibreOffice.\r\n"
        "bilan-….csv : l'année en nombres (ateliers, groupes, arrosages).\r\n"
        f"{WORKSHOPS} : ce que chaque atelier encore là a mesuré.\r\n"
        f"{GARDEN} : chaque mesure, exacte ; « jardin-gateway import » la reprend ailleurs.\r\n"
    ),
    "en": (
        "What the garden has measured at your place. No name is in it.\r\n\r\n"
        f"{DAYS}: each day of each measure, for LibreOffice.\r\n"
        "bilan-….csv: the year in numbers (workshops, groups, waterings).\r\n"
        f"{WORKSHOPS}: what each workshop that is still here has measured.\r\n"
        f"{GARDEN}: each reading, exactly; 'jardin-gateway import' takes it in elsewhere.\r\n"
    ),
}


def take_along(gateway: Gateway, folder: Path) -> Path:
    """Make the zip of the garden behind ``gateway`` in ``folder``; it has its name when it is
    whole. Raises ``StorageError``.
    """
    with told(folder / GARDEN):
        folder.mkdir(parents=True, exist_ok=True)
        file = free_name(folder / _name(gateway))
        part, inner = file.with_name(file.name + PART), folder / GARDEN
        for left in (part, inner, folder / (GARDEN + PART)):
            left.unlink(missing_ok=True)
        export_garden(gateway, inner)
        try:
            _pack(gateway, part, inner)
        finally:
            inner.unlink(missing_ok=True)
        sync_file(part)
        part.rename(file)
        sync_folder(folder)
    return file


def _pack(gateway: Gateway, part: Path, inner: Path) -> None:
    language, zone = gateway.settings.language, gateway.settings.timezone
    columns = gateway.settings.report.chosen
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        out.write(inner, GARDEN, zipfile.ZIP_STORED)
        with out.open(DAYS, "w") as days:
            for text in write_csv_fr(_days(gateway), ZoneInfo(zone), aggregated=True):
                days.write(text.encode())
        for name, content in _workshops(gateway):
            out.writestr(name, content)
        for year in _years(gateway):
            figures = year_of(gateway.catalogue, year, zone, columns)
            out.writestr(REPORT.format(year), csv_of(figures, language))
        out.writestr(NOTE, NOTES[language])


def _workshops(gateway: Gateway) -> Iterator[tuple[str, bytes]]:
    """What each class measured, also of a workshop that nobody has ended; it counts for the year
    from now on, as it would once it is erased.
    """
    settings, catalogue = gateway.settings, gateway.catalogue
    for workshop in gateway.workshops.all():
        catalogue.tally.put(workshop.count())
        people = catalogue.attendance.of(workshop.id, settings.report.chosen)
        packed = pack(workshop, settings.timezone, settings.language, people)
        yield f"{WORKSHOPS}/atelier-{workshop.id}.zip", packed


def _name(gateway: Gateway) -> str:
    settings = gateway.settings
    moment = datetime.fromtimestamp(gateway.clock.wall_ms() / 1000, UTC)
    day = moment.astimezone(ZoneInfo(settings.timezone)).date()
    # Not the name of a backup: what is taken along outlives the kit's own copies.
    return f"emporter-{prefix_of(settings.name)}{day}.zip"


def _days(gateway: Gateway) -> Iterator[Row]:
    zone = ZoneInfo(gateway.settings.timezone)
    newest = {series: item.at_ms for series, item in gateway.store.newest().items()}
    for series, info in gateway.measured.channels().items():
        first = gateway.store.points(series, 0, 2**53, 1)
        if not first or series not in newest:
            continue
        span = first[0].at_ms, newest[series] + 1
        bounds = edges(*span, Every(1, "d"), zone)
        wanted = Wanted(info, *span, (default_aggregate(info.quantity),), bounds)
        yield from file_rows(gateway.measured, wanted)


def _years(gateway: Gateway) -> range:
    """The years in which this garden has lived."""
    times = [item.at_ms for item in gateway.store.newest().values()]
    times += [one.begun_ms for one in gateway.catalogue.tally.all()]
    firsts = (gateway.store.points(s, 0, 2**53, 1) for s in gateway.store.newest())
    times += [points[0].at_ms for points in firsts if points]
    if not times:
        return range(0)
    first, last = (_year(at_ms) for at_ms in (min(times), max(times) + DAY_MS))
    return range(first, last + 1)


def _year(at_ms: int) -> int:
    return datetime.fromtimestamp(at_ms / 1000, UTC).year
