"""A season as a CSV that people open: in the two dialects in which readings leave too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from gateway.formats import BOM, cell
from gateway.seasons import told
from gateway.seasons.days import SeasonDay
from gateway.seasons.season import Season

Dialect = Literal["csv", "csv-fr"]
DIALECTS: Final[tuple[Dialect, ...]] = ("csv", "csv-fr")
COLUMNS: Final = (
    "date", "bed", "name", "readings", "advice", "verdict", "later", "advised_l", "given_l",
    "logged", "found", "matched", "rain_mm", "etc_mm", "missing_mm", "threshold_mm", "total_mm",
    "ks", "confidence", "measured_mm",
)  # fmt: skip
COLUMNS_FR: Final = (
    "date", "bac", "nom", "mesures", "conseil", "verdict", "plus tard", "L conseillés",
    "L donnés", "notés", "vus", "notés et vus", "pluie (mm)", "ETc (mm)", "manque (mm)",
    "seuil (mm)", "total (mm)", "Ks", "sûr (%)", "manque mesuré (mm)",
)  # fmt: skip


def write_season(seasons: Iterable[Season], dialect: Dialect) -> Iterator[str]:
    """All days of ``seasons``, one line each; the header always comes."""
    french = dialect == "csv-fr"
    separator = ";" if french else ","
    yield (BOM if french else "") + separator.join(COLUMNS_FR if french else COLUMNS) + "\r\n"
    for season in seasons:
        for day in season.days:
            texts = (cell(text, separator) for text in _texts(season, day, french=french))
            numbers = (_number(value, french=french) for value in _numbers(day))
            yield separator.join((*texts, *numbers)) + "\r\n"


def _texts(season: Season, day: SeasonDay, *, french: bool) -> Iterator[str]:
    yield f"{day.on:%d/%m/%Y}" if french else day.on.isoformat()
    yield season.record.bed
    yield season.name
    yield ("non" if day.gap else "oui") if french else ("no" if day.gap else "yes")
    yield _source(day, french=french)
    yield _verdict(day.verdict, french=french)
    yield _verdict(day.later, french=french)


def _numbers(day: SeasonDay) -> Iterator[float | None]:
    yield from (day.advised_l, day.given_l, day.logged, day.found, day.matched)
    yield from (day.rain_mm, day.etc_mm, day.missing_mm, day.threshold_mm, day.total_mm)
    yield None if day.ks is None else round(day.ks, 2)
    yield from (day.confidence, day.measured_mm)


def _source(day: SeasonDay, *, french: bool) -> str:
    if day.verdict is None:
        return ""
    if day.as_given:
        return "donné" if french else "given"
    return "recalculé" if french else "recomputed"


def _verdict(code: str | None, *, french: bool) -> str:
    if code is None:
        return ""
    return told.verdict(code, "fr") if french else code


def _number(value: float | None, *, french: bool) -> str:
    if value is None:
        return ""
    text = f"{value:g}" if isinstance(value, int) else repr(round(float(value), 3))
    return text.replace(".", ",") if french else text
