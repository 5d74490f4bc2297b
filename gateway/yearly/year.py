"""One year of a garden in figures: workshops, people, hours, sites, advice followed, litres."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.catalogue import Catalogue
from gateway.workshop.tally import Count
from gateway.yearly.columns import COLUMNS, told

HOUR_MS: Final = 3_600_000
TO_WATER: Final = frozenset({"yes", "seedbed"})


@dataclass(frozen=True, slots=True)
class Year:
    """``sessions``: days of workshops. ``advised``: bed-days on which watering was advised, of
    which ``followed`` were watered that day. ``litres``: those that somebody told. ``people``: in
    each column that is counted here, in their order.
    """

    year: int
    workshops: int
    sessions: int
    groups: int
    hours: float
    sites: int
    advised: int
    followed: int
    litres: float
    people: Mapping[str, int]

    def rows(self, language: str) -> Iterator[tuple[str, str]]:
        """Each figure with its name, as it may leave the garden."""
        place, comma = (0, ",") if language == "fr" else (1, ".")
        for names, value in (
            (("année", "year"), str(self.year)),
            (("ateliers", "workshops"), str(self.workshops)),
            (("séances", "sessions"), str(self.sessions)),
            (("groupes", "groups"), str(self.groups)),
            (("heures d'atelier", "hours of workshops"), f"{self.hours:.1f}".replace(".", comma)),
            (("sites", "sites"), str(self.sites)),
            (("arrosages conseillés (bacs × jours)", "waterings advised (beds × days)"),
             str(self.advised)),
            (("dont suivis", "of which followed"), str(self.followed)),
            (("litres versés", "litres given"), f"{self.litres:.0f}"),
        ):  # fmt: skip
            yield names[place], value
        for column, text in told(self.people).items():
            yield COLUMNS[column][place], text


def year_of(
    catalogue: Catalogue, year: int, timezone: str, columns: Collection[str] = COLUMNS
) -> Year:
    """The figures of ``year``, by the garden's own days, with the people in ``columns``."""
    zone = ZoneInfo(timezone)
    counts = [one for one in catalogue.tally.all() if _day(one.begun_ms, zone).year == year]
    advised, followed = _advice(catalogue, year, zone)
    return Year(
        year=year,
        workshops=len(counts),
        sessions=sum(_sessions(one, zone) for one in counts),
        groups=sum(one.groups for one in counts),
        hours=sum(one.ended_ms - one.begun_ms for one in counts) / HOUR_MS,
        sites=_sites(catalogue),
        advised=advised,
        followed=followed,
        litres=_litres(catalogue, year, zone),
        people=catalogue.attendance.sums((one.id for one in counts), columns),
    )


def csv_of(year: Year, language: str) -> str:
    """The figures as a table that French LibreOffice opens."""
    lines = [f'"{name}";{value.replace(".", ",")}' for name, value in year.rows(language)]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def _sessions(one: Count, zone: ZoneInfo) -> int:
    return (_day(one.ended_ms, zone) - _day(one.begun_ms, zone)).days + 1


def _sites(catalogue: Catalogue) -> int:
    """A hub's nodes are ``site.node``; a garden by itself is one site."""
    return max(1, len({node.partition(".")[0] for node in catalogue.nodes() if "." in node}))


def _advice(catalogue: Catalogue, year: int, zone: ZoneInfo) -> tuple[int, int]:
    advised = followed = 0
    day = date(year, 1, 1)
    while day.year == year:
        for bed in catalogue.beds.all():
            given = catalogue.advice.last(bed, day)
            if given is not None and given.verdict in TO_WATER:
                advised += 1
                followed += _is_watered(catalogue, bed, day, zone)
        day += timedelta(days=1)
    return advised, followed


def _is_watered(catalogue: Catalogue, bed: str, day: date, zone: ZoneInfo) -> bool:
    entries = catalogue.journal.of(bed, _midnight(day, zone), _midnight(day + timedelta(1), zone))
    return any(one.source != "rain_probable" for one in entries)


def _litres(catalogue: Catalogue, year: int, zone: ZoneInfo) -> float:
    span = _midnight(date(year, 1, 1), zone), _midnight(date(year + 1, 1, 1), zone)
    entries = (one for bed in catalogue.beds.all() for one in catalogue.journal.of(bed, *span))
    return sum(one.litres or 0.0 for one in entries if one.source != "rain_probable")


def _midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _day(at_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()
