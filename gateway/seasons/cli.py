"""``jardin-gateway advise --history``: a season as a table, as a CSV and as a drawing."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from gateway import folder
from gateway.beds.records import BedRecord
from gateway.progress import ProgressBar
from gateway.seasons import table
from gateway.seasons.days import SeasonDay, season_days
from gateway.seasons.described import beds_of
from gateway.seasons.foreign import Lines, foreign_garden
from gateway.seasons.plot import plot
from gateway.seasons.rehearsal import rehearsal_of
from gateway.seasons.season import Season
from gateway.seasons.sheet import Dialect, write_season
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.console import pick
from sensor_node.database import storage_error
from sensor_node.errors import UsageError, language_of
from sensor_node.recording_flags import map_of, open_recording

USUAL_DAYS: Final = 90
MOST_DAYS: Final = 1100
MOST_BEDS: Final = 6
SHOWN_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be replayed; ``trims``: days without anything at either end are left out."""

    gateway: Gateway
    records: Sequence[BedRecord]
    days: Sequence[date]
    trims: bool
    measured: Mapping[str, Mapping[date, float]]


def replay_seasons(options: argparse.Namespace) -> int:
    """Replay the seasons that ``options`` ask for; returns 0."""
    language = language_of()
    with _asked(options) as asked:
        seasons = _seasons(asked)
    # The files come first: whoever looks at the top of the table alone (`| head`) has them too.
    written = []
    if options.output is not None:
        dialect: Dialect = options.format or ("csv-fr" if language == "fr" else "csv")
        written.append(_write(options.output, write_season(seasons, dialect)))
    if options.plot is not None:
        written.append(_write(options.plot, [plot(seasons, language)]))
    for line in (*_told(seasons, options.by, language), *written):
        print(line)
    return 0


def _seasons(asked: _Asked) -> list[Season]:
    bar = ProgressBar(len(asked.days))
    with rehearsal_of(asked.gateway) as rehearsal:
        found = season_days(rehearsal, asked.records, asked.days, bar.tell)
    bar.end(len(asked.days))
    found = {bed: _with_measured(days, asked.measured.get(bed, {})) for bed, days in found.items()}
    first, last = _lived(found.values()) if asked.trims else (0, len(asked.days))
    return [Season(one, tuple(found[one.bed][first:last])) for one in asked.records]


def _with_measured(days: Iterable[SeasonDay], measured: Mapping[date, float]) -> list[SeasonDay]:
    return [replace(day, measured_mm=measured.get(day.on)) for day in days]


def _lived(found: Iterable[Sequence[SeasonDay]]) -> tuple[int, int]:
    """From which day to which any bed has something to tell; all where none has."""
    lived = [
        at for days in found for at, day in enumerate(days)
        if not day.gap or day.waterings or day.verdict is not None
    ]  # fmt: skip
    return (min(lived), max(lived) + 1) if lived else (0, MOST_DAYS)


# --- what is asked for ------------------------------------------------------------------------


@contextmanager
def _asked(options: argparse.Namespace) -> Iterator[_Asked]:
    if options.csv is not None:
        with _foreign(options) as asked:
            yield asked
        return
    if options.config is None:
        raise UsageError(
            "HISTORY_OF_WHAT",
            fr="Dites de quel jardin : --config gateway.toml, ou --csv FICHIER.csv avec --map.",
            en="Say of which garden: --config gateway.toml, or --csv FILE.csv with --map.",
        )
    settings = settings_file.load(GatewaySettings, options.config)
    with folder.existing(settings.data), closing(Gateway.open(settings)) as gateway:
        records = _own(gateway, options.bed)
        today = gateway.advisor.today()
        planted = [p for one in records if (p := one.details.planted_on) is not None]
        usual = today - timedelta(days=USUAL_DAYS)
        days = _days(options, min(planted, default=usual), today)
        yield _Asked(gateway, records, days, options.first is None, {})


@contextmanager
def _foreign(options: argparse.Namespace) -> Iterator[_Asked]:
    beds = beds_of(options)
    latitude = None if options.latitude is None else _latitude(options.latitude)
    with (
        open_recording(options.csv) as lines,
        foreign_garden(map_of(options), lines, beds, latitude) as found,
    ):
        for line in account_of(found.account):
            print(line)
        days = _days(options, found.first, found.last)
        yield _Asked(found.gateway, found.records, days, False, found.measured)


def _own(gateway: Gateway, names: Sequence[str] | None) -> list[BedRecord]:
    known = gateway.catalogue.beds.all(removed=names is not None)
    for name in names or ():
        if name not in known:
            raise no_such_bed(name, known)
    found = [known[name] for name in dict.fromkeys(names or known)]
    if not found or len(found) > MOST_BEDS:
        some = ", ".join(sorted(known)) or "-"
        raise UsageError(
            "WHICH_BEDS",
            fr=f"Dites quels bacs, {MOST_BEDS} au plus : --bed NOM. Il y a : {some}.",
            en=f"Say which beds, {MOST_BEDS} at the most: --bed NAME. There is: {some}.",
        )
    return found


def no_such_bed(name: str, known: Iterable[str]) -> UsageError:
    """What is wrong with a bed that there is not, with those that read like it."""
    known = sorted(known)
    near = ", ".join(difflib.get_close_matches(name, known, n=3) or known) or "-"
    return UsageError(
        "NO_SUCH_BED",
        fr=f"Il n'y a pas de bac « {name} » ; il y a : {near}.",
        en=f"There is no bed '{name}'; there is: {near}.",
    )


def _days(options: argparse.Namespace, first: date, last: date) -> list[date]:
    """The days asked for, none after ``last``."""
    first = first if options.first is None else day_of(options.first)
    last = last if options.last is None else min(last, day_of(options.last))
    count = (last - first).days + 1
    if not 0 < count <= MOST_DAYS:
        raise UsageError(
            "WRONG_DAYS",
            fr=f"Du {first} au {last} : il faut au moins un jour de ce jardin, et au plus "
            f"{MOST_DAYS}.",
            en=f"From {first} to {last}: there must be at least one day of this garden, and at "
            f"most {MOST_DAYS}.",
        )
    return [first + timedelta(days=number) for number in range(count)]


def day_of(text: str) -> date:
    """The day that ``text`` writes; raises ``UsageError``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "NO_SUCH_DAY",
            fr=f"« {text} » n'est pas un jour : écrivez-le comme 2026-05-01.",
            en=f"'{text}' is no day: write it like 2026-05-01.",
        ) from None


def _latitude(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = 1000.0
    if -90.0 <= value <= 90.0:
        return value
    raise UsageError(
        "WRONG_LATITUDE",
        fr=f"« {text} » n'est pas une latitude : un nombre de -90 à 90, comme 47.3.",
        en=f"'{text}' is no latitude: a number from -90 to 90, like 47.3.",
    )


# --- what is said -----------------------------------------------------------------------------


def _told(seasons: Sequence[Season], by: str, language: str) -> Iterator[str]:
    draw = table.weeks_table if by == "week" else table.days_table
    for season in seasons:
        yield f"{season.name} — {table.about(season, language)}"
        yield from draw(season, language)
        yield ""
    yield from table.summary_table(seasons, language)
    yield from table.notes(seasons, language)


def account_of(account: Lines) -> Iterator[str]:
    """What became of the file's lines, and the first that could not be read."""
    rows = [
        (pick("lignes lues", "lines read"), account.rows),
        (pick("  invalides", "  invalid"), account.invalid),
        (pick("  sans valeur", "  without a value"), account.empty),
        (pick("  à la même heure", "  at the same time"), account.repeated),
        (pick("  prises", "  taken"), account.taken),
    ]
    if account.cells_unreadable:
        rows.append((pick("cellules illisibles", "cells unreadable"), account.cells_unreadable))
    yield from (f"{name:<24}{number:>9}" for name, number in rows)
    word = pick("ligne", "line")
    for one in account.problems[:SHOWN_LINES]:
        yield f"{word} {one.line}{f', {one.column}' if one.column else ''}: {one.reason}"
    more = len(account.problems) - SHOWN_LINES
    if more > 0:
        yield pick(f"… et {more} autres", f"… and {more} more")
    yield ""


def _write(path: Path, chunks: Iterable[str]) -> str:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(chunks)
    except OSError as error:
        raise storage_error(error, path) from error
    return pick(f"écrit : {path}", f"written: {path}")
