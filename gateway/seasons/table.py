"""A season in the terminal: a line a day or a week, and a summary of both beds side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from gateway.seasons import told
from gateway.seasons.days import SeasonDay
from gateway.seasons.season import Season, Summary, doses, monday, summary_of, total

RECOMPUTED: Final = "*"


class _Column(NamedTuple):
    fr: str
    en: str
    cell: Callable[[SeasonDay, str], str]
    right: bool = True


def days_table(season: Season, language: str) -> Iterator[str]:
    """One line a day."""
    columns = [*_DAYS, _MEASURED] if _is_measured(season.days) else list(_DAYS)
    head = [column.fr if language == "fr" else column.en for column in columns]
    rows = [[column.cell(day, language) for column in columns] for day in season.days]
    yield from lined_up(head, rows, [column.right for column in columns])


def weeks_table(season: Season, language: str) -> Iterator[str]:
    """One line a week."""
    french = language == "fr"
    head = (
        ["semaine du", "jours", "conseils", "L conseillés", "L donnés", "notés", "vus", "pluie mm",
         "ETc mm", "manque au plus", "seuil"]
        if french
        else ["week of", "days", "advice", "L advised", "L given", "told", "seen", "rain mm",
              "ETc mm", "most missing", "threshold"]
    )  # fmt: skip
    rows = [_week(days, language) for days in season.weeks()]
    yield from lined_up(head, rows, [index not in (0, 2) for index in range(len(head))])


def _week(days: Sequence[SeasonDay], language: str) -> list[str]:
    found = summary_of(days)
    driest = max((day for day in days if day.missing_mm is not None), default=None, key=_missing)
    given = total(day.given_l for day in days)
    return [
        told.day(monday(days[0].on), language),
        str(found.days - found.gaps),
        _verdicts(found, language),
        told.number(sum(doses(days)) or None, language, 0),
        told.number(given, language, 0),
        str(found.logged),
        str(found.found),
        told.number(found.rain_mm, language),
        told.number(found.etc_mm, language),
        told.number(None if driest is None else driest.missing_mm, language),
        told.number(None if driest is None else driest.threshold_mm, language),
    ]


def _missing(day: SeasonDay) -> float:
    return day.missing_mm or 0.0


def _verdicts(found: Summary, language: str) -> str:
    ranked = sorted(found.verdicts.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{count} {told.verdict(code, language)}" for code, count in ranked]
    if found.gaps:
        parts.append(f"{found.gaps} {'sans mesure' if language == 'fr' else 'without readings'}")
    return ", ".join(parts) or told.NOTHING


# --- a day ------------------------------------------------------------------------------------


def _advice(day: SeasonDay, language: str) -> str:
    if day.gap and day.verdict is None:
        return "(pas de mesures)" if language == "fr" else "(no readings)"
    said = told.verdict(day.verdict, language)
    if day.verdict is not None and not day.as_given:
        said += f" {RECOMPUTED}"
    if day.later is not None and day.later != day.verdict:
        said += f" → {told.verdict(day.later, language)}"
    return said


def _waterings(day: SeasonDay, language: str) -> str:
    """Each watering in a word, those of rain left out."""
    both, logged, seen = (
        ("noté et vu", "noté", "vu") if language == "fr" else ("told and seen", "told", "seen")
    )
    words = [
        both if one.matched else seen if one.source == "detected" else logged
        for one in day.waterings
        if one.source != "rain_probable"
    ]
    rain = sum(one.source == "rain_probable" for one in day.waterings)
    if rain:
        words.append("pluie probable" if language == "fr" else "probable rain")
    return " ; ".join(words) if language == "fr" else "; ".join(words)


def _sure(day: SeasonDay, _language: str) -> str:
    sure = None if day.verdict == "unknown" else day.confidence
    return told.NOTHING if sure is None else f"{sure} %"


_DAYS: Final = (
    _Column("jour", "day", lambda day, language: told.day(day.on, language), False),
    _Column("conseil", "advice", _advice, False),
    _Column("L conseillés", "L advised", lambda d, la: told.number(d.advised_l, la, 0)),
    _Column("L donnés", "L given", lambda d, la: told.number(d.given_l, la, 0)),
    _Column("arrosages", "waterings", _waterings, False),
    _Column("pluie mm", "rain mm", lambda d, la: told.number(d.rain_mm, la)),
    _Column("ETc mm", "ETc mm", lambda d, la: told.number(d.etc_mm, la)),
    _Column("manque mm", "missing mm", lambda d, la: told.number(d.missing_mm, la)),
    _Column("seuil", "threshold", lambda d, la: told.number(d.threshold_mm, la)),
    _Column("total", "total", lambda d, la: told.number(d.total_mm, la)),
    _Column("sûr", "sure", _sure),
)
_MEASURED: Final = _Column("mesuré mm", "measured mm", lambda d, la: told.number(d.measured_mm, la))


def _is_measured(days: Sequence[SeasonDay]) -> bool:
    return any(day.measured_mm is not None for day in days)


# --- the summary ------------------------------------------------------------------------------


def summary_table(seasons: Sequence[Season], language: str) -> Iterator[str]:
    """What each season comes to, side by side."""
    sums = [summary_of(season.days) for season in seasons]
    head = ["bilan" if language == "fr" else "summary", *(season.name for season in seasons)]
    labels = _labels(language)
    columns = [_facts(one, language) for one in sums]
    seen = {code for one in sums for code in one.verdicts}
    rows = [
        [label, *(column[key] for column in columns)]
        for key, label in labels.items()
        if not key.startswith("verdict:") or key.removeprefix("verdict:") in seen
    ]
    rows = [row for row in rows if any(cell != "" for cell in row[1:])]
    yield from lined_up(head, rows, [False, *(True for _ in seasons)])


def _labels(language: str) -> dict[str, str]:
    french = language == "fr"
    verdicts = {f"verdict:{code}": f"  {told.verdict(code, language)}" for code in told.SHORT}
    if french:
        return {
            "days": "jours", "gaps": "  sans mesures", "as_given": "conseils donnés alors",
            "recomputed": "conseils recalculés *", **verdicts,
            "advised": "litres conseillés (une dose par soif)", "given": "litres donnés (notés)",
            "logged": "arrosages notés", "found": "arrosages vus par la sonde",
            "matched": "  à la fois notés et vus", "without": "arrosages sans litres",
            "rain": "pluie, mm", "etc": "soif de la culture (ETc), mm",
            "thirsty": "matins où la plante a soif (Ks < 1)", "sure": "sûreté moyenne",
            "rmse": "écart à la mesure (RMSE), mm", "bias": "biais, mm (positif : trop sec)",
            "compared": "  matins comparés",
        }  # fmt: skip
    return {
        "days": "days", "gaps": "  without readings", "as_given": "advice given then",
        "recomputed": "advice recomputed *", **verdicts,
        "advised": "litres advised (one dose a thirst)", "given": "litres given (told)",
        "logged": "waterings told", "found": "waterings that the probe saw",
        "matched": "  both told and seen", "without": "waterings without litres",
        "rain": "rain, mm", "etc": "thirst of the crop (ETc), mm",
        "thirsty": "mornings on which the plant is thirsty (Ks < 1)", "sure": "mean confidence",
        "rmse": "distance to what was measured (RMSE), mm",
        "bias": "bias, mm (positive: too dry)", "compared": "  mornings compared",
    }  # fmt: skip


def _facts(one: Summary, language: str) -> dict[str, str]:
    like = one.likeness
    of = "sur" if language == "fr" else "of"
    facts = {
        "days": str(one.days), "gaps": str(one.gaps), "as_given": str(one.as_given),
        "recomputed": str(one.recomputed), "advised": told.number(one.advised_l, language, 0),
        "given": told.number(one.given_l, language, 0), "logged": str(one.logged),
        "found": str(one.found), "matched": str(one.matched), "without": str(one.without_amount),
        "rain": told.number(one.rain_mm, language), "etc": told.number(one.etc_mm, language),
        "thirsty": f"{one.thirsty_days} {of} {one.known_days}",
        "sure": told.NOTHING if one.confidence is None else f"{one.confidence:.0f} %",
        "rmse": "" if like is None else told.number(like.rmse_mm, language),
        "bias": "" if like is None else told.number(like.bias_mm, language),
        "compared": "" if like is None else str(like.days),
    }  # fmt: skip
    return facts | {f"verdict:{code}": str(one.verdicts.get(code, 0)) for code in told.SHORT}


def notes(seasons: Sequence[Season], language: str) -> Iterator[str]:
    """What the marks mean, and what is to be doubted."""
    days = [day for season in seasons for day in season.days]
    if any(day.verdict is not None and not day.as_given for day in days):
        yield (
            f"{RECOMPUTED} recalculé : ce que le jardin aurait dit ce matin-là, le bac étant "
            "décrit comme aujourd'hui"
            if language == "fr"
            else f"{RECOMPUTED} recomputed: what the garden would have said that morning, the bed "
            "described as it is today"
        )
    if any(day.later for day in days):
        yield ("→ ce qu'il disait le soir" if language == "fr" else "→ what it said in the evening")


def about(season: Season, language: str) -> str:
    """The bed in a line: what is compared beside its name."""
    details = season.record.details
    french = language == "fr"
    parts = [
        f"{told.decimal(f'{details.area_m2:g}', language)} m²",
        told.kind(details.soil, season.record.crops, language),
    ]
    if details.planted_on is not None and season.record.crop is not None:
        sown = ("semé", "sown") if details.sown else ("planté", "planted")
        when = told.day(details.planted_on, language)
        parts.append(f"{sown[0]} le {when}" if french else f"{sown[1]} on {when}")
    if details.mulched:
        parts.append("paillé" if french else "mulched")
    else:
        parts.append("terre nue" if french else "bare soil")
    if details.exposure == "greenhouse":
        parts.append("sous serre" if french else "under glass")
    return ", ".join(parts)


def lined_up(
    head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]
) -> Iterator[str]:
    """A table whose columns are as wide as their widest cell."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for row in (head, ["─" * width for width in widths], *rows):
        cells = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        yield "  ".join(cells).rstrip()
