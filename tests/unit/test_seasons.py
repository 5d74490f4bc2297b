"""Seasons as they are said: counted, drawn, and written for a spreadsheet."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.beds.journal import Entry
from gateway.beds.records import BedDetails, BedRecord
from gateway.seasons import marks, table
from gateway.seasons.days import SeasonDay
from gateway.seasons.plot import plot
from gateway.seasons.season import Season, doses, likeness_of, summary_of
from gateway.seasons.sheet import COLUMNS, COLUMNS_FR, write_season
from gateway.watering.verdict import Verdict

FIRST = date(2026, 6, 29)  # a Monday
SVG = "{http://www.w3.org/2000/svg}"


def day(number: int, verdict: str | None = "no", **more: Any) -> SeasonDay:
    base = {
        "gap": False, "as_given": True, "confidence": 80, "missing_mm": 10.0,
        "threshold_mm": 30.0, "total_mm": 78.0,
    }  # fmt: skip
    return SeasonDay(on=FIRST + timedelta(days=number), verdict=verdict, **(base | more))


def silent(number: int) -> SeasonDay:
    return SeasonDay(on=FIRST + timedelta(days=number), gap=True)


def entry(source: Any = "logged", litres: float | None = 20.0, *, matched: bool = False) -> Entry:
    return Entry(1, "bac-1", 0, litres, None, source, None, matched)


def season(*days: SeasonDay, name: str = "", **more: Any) -> Season:
    details = BedDetails(**({"area_m2": 2.0, "name": name, "soil": "limon"} | more))
    return Season(BedRecord("bac-1", details, 0), days)


# --- counting -----------------------------------------------------------------------------------


def test_an_advice_that_is_not_followed_is_one_dose_however_often_it_comes_back() -> None:
    days = [
        day(0, "yes", advised_l=20.0),
        day(1, "yes", advised_l=30.0),
        day(2, "yes", advised_l=40.0, waterings=(entry(),)),
        day(3),
        day(4, "yes", advised_l=25.0),
        day(5),
        day(6, "yes", advised_l=10.0),
    ]
    assert list(doses(days)) == [40.0, 25.0, 10.0]


def test_a_gap_does_not_end_a_thirst() -> None:
    days = [day(0, "yes", advised_l=20.0), silent(1), day(2, "yes", advised_l=30.0), day(3)]
    assert list(doses(days)) == [30.0]


def test_what_was_seen_told_or_both_is_counted_each_for_itself() -> None:
    waterings = (
        entry(matched=True),
        entry("detected", None),
        entry("valve", 5.0),
        entry("rain_probable", None),
    )
    found = summary_of([day(0, waterings=waterings)])
    assert (found.logged, found.found, found.matched, found.without_amount) == (2, 2, 1, 1)
    assert found.given_l == 25.0


def test_a_plant_is_thirsty_below_its_threshold_and_a_day_without_books_is_not_counted() -> None:
    days = [day(0, missing_mm=54.0), day(1, missing_mm=30.0), silent(2), day(3, missing_mm=None)]
    found = summary_of(days)
    assert (found.thirsty_days, found.known_days) == (1, 2)
    assert days[0].ks == pytest.approx(0.5)
    assert (days[1].ks, days[2].ks) == (1.0, None)


def test_a_measured_depletion_gives_a_distance_and_a_bias() -> None:
    days = [day(0, missing_mm=13.0, measured_mm=10.0), day(1, missing_mm=9.0, measured_mm=10.0)]
    likeness = likeness_of([*days, day(2), silent(3)])
    assert likeness is not None
    assert (likeness.days, likeness.bias_mm) == (2, 1.0)
    assert likeness.rmse_mm == pytest.approx(5**0.5)
    assert likeness_of([day(0)]) is None


# --- the table ----------------------------------------------------------------------------------


def test_a_day_is_a_line_with_what_was_advised_and_what_happened() -> None:
    watered = day(0, "yes", advised_l=40.0, later="no", etc_mm=5.25, waterings=(entry(),))
    french = list(table.days_table(season(watered), "fr"))
    english = list(table.days_table(season(watered), "en"))
    assert " ".join(french[2].split()) == (
        "lun 29/06/2026 oui → non 40 20 noté – 5,2 10,0 30,0 78,0 80 %"
    )
    assert " ".join(english[2].split()) == (
        "Mon 2026-06-29 yes → no 40 20 told – 5.2 10.0 30.0 78.0 80 %"
    )


def test_a_gap_is_said_to_be_one_and_has_no_figures() -> None:
    lines = list(table.days_table(season(silent(0)), "en"))
    assert "(no readings)" in lines[2]
    assert not any(char.isdigit() for char in lines[2].split("(no readings)")[1])


def test_what_is_recomputed_is_marked_and_the_mark_explained() -> None:
    one = season(day(0, "soon", as_given=False), day(1))
    lines = list(table.days_table(one, "fr"))
    assert "bientôt *" in lines[2]
    assert "*" not in lines[3]
    assert any(line.startswith("* recalculé") for line in table.notes([one], "fr"))
    assert list(table.notes([season(day(0))], "fr")) == []


def test_weeks_begin_on_monday_and_add_up() -> None:
    days = [day(number, "no", etc_mm=2.0) for number in range(6)]
    one = season(*days, silent(6), day(7, "yes", advised_l=40.0, etc_mm=2.0))
    first, second = list(table.weeks_table(one, "fr"))[2:]
    assert first.startswith("lun 29/06/2026")
    assert "6 non, 1 sans mesure" in first
    assert "12,0" in first
    assert second.startswith("lun 06/07/2026")
    assert "1 oui" in second


def test_the_summary_has_both_beds_side_by_side() -> None:
    bare = season(day(0, "yes", advised_l=40.0), name="Terre nue")
    mulched = season(day(0), name="Paillis", mulched=True)
    lines = list(table.summary_table([bare, mulched], "fr"))
    assert lines[0].split("  ")[0] == "bilan"
    assert "Terre nue  Paillis" in lines[0]
    (advised,) = [line for line in lines if line.startswith("litres conseillés")]
    assert advised.split()[-2:] == ["40", "0"]
    assert not any("RMSE" in line for line in lines)


# --- the files ----------------------------------------------------------------------------------


def sheet(dialect: Any, *seasons: Season) -> list[list[str]]:
    text = "".join(write_season(seasons, dialect))
    assert text.startswith("\ufeff") == (dialect == "csv-fr")
    delimiter = ";" if dialect == "csv-fr" else ","
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def test_each_day_is_a_line_of_the_csv_and_unknown_is_empty() -> None:
    header, first, second = sheet("csv", season(day(0, "yes", advised_l=40.0), silent(1)))
    assert header == list(COLUMNS)
    told = dict(zip(header, first, strict=True))
    assert (told["date"], told["advice"], told["verdict"]) == ("2026-06-29", "given", "yes")
    assert (told["advised_l"], told["missing_mm"], told["ks"]) == ("40.0", "10.0", "1.0")
    told = dict(zip(header, second, strict=True))
    assert told["readings"] == "no"
    assert {told[name] for name in ("verdict", "missing_mm", "rain_mm", "confidence")} == {""}


def test_a_french_spreadsheet_gets_commas_and_words() -> None:
    header, row = sheet("csv-fr", season(day(0, "soon", missing_mm=12.5, measured_mm=-0.5)))
    assert header == list(COLUMNS_FR)
    told = dict(zip(header, row, strict=True))
    assert (told["date"], told["verdict"], told["conseil"]) == ("29/06/2026", "bientôt", "donné")
    assert told["manque (mm)"] == "12,5"
    assert told["manque mesuré (mm)"] == "-0,5"


@pytest.mark.parametrize("name", ["=1+1", "+33", "-1;2", "@SUM(A1)", '=HYPERLINK("x")'])
@pytest.mark.parametrize("dialect", ["csv", "csv-fr"])
def test_the_name_of_a_bed_is_no_formula(name: str, dialect: str) -> None:
    rows = sheet(dialect, season(day(0), name=name))
    assert rows[1][2] == f"'{name}"


# --- the drawing --------------------------------------------------------------------------------


def drawn(*seasons: Season, language: str = "fr") -> ET.Element:
    return ET.fromstring(plot(seasons, language))  # noqa: S314 - our own drawing


def words(root: ET.Element) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}text")]


def test_the_drawing_says_what_it_shows_to_who_does_not_see_it() -> None:
    root = drawn(season(day(0, "yes"), silent(1), name="Tomates & Cie"))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    title, desc = (root.findtext(f"{SVG}{name}") or "" for name in ("title", "desc"))
    assert title == "Tomates & Cie : conseil et eau, du 29/06/2026 au 30/06/2026"
    assert "2 jours, dont 1 sans mesures" in desc
    assert "Arroser fut conseillé 1 matin" in desc


def test_the_line_is_broken_where_nothing_is_known_and_the_gap_is_hatched() -> None:
    whole = drawn(season(*(day(number) for number in range(9))))
    broken = drawn(season(*(day(n) for n in range(3)), *(silent(n) for n in (3, 4, 5)),
                          *(day(n) for n in range(6, 9))))  # fmt: skip

    def curves(root: ET.Element) -> int:
        lines = root.iter(f"{SVG}polyline")
        return sum(one.get("stroke") == marks.WATER for one in lines)

    def bands(root: ET.Element) -> int:
        return sum(one.get("fill") == "url(#gap)" for one in root.iter(f"{SVG}rect"))

    assert curves(broken) == curves(whole) + 1
    assert bands(whole) == 0
    assert bands(broken) == 2  # the band, and its sign in the legend
    assert words(broken).count("pas de mesures") == 2


def test_two_beds_stand_on_the_same_axes() -> None:
    small = season(day(0, missing_mm=20.0, total_mm=40.0), day(1), name="Un")
    large = season(day(0, missing_mm=20.0, total_mm=90.0), day(1), name="Deux")
    found = words(drawn(small, large))
    assert {"Un", "Deux"} <= set(found)
    ticks = [word for word in found if word in ("0", "20", "40", "60", "80")]
    assert ticks == ["0", "20", "40", "60", "80"] * 2


def test_the_legend_names_the_marks_that_there_are_and_no_others() -> None:
    one = season(day(0, "yes", rain_mm=2.0), day(1, waterings=(entry("detected", None),)))
    found = words(drawn(one, language="en"))
    assert {"water", "no", "rain", "seen by the probe, not told"} <= set(found)
    assert not {"soon", "frost", "told and seen", "no readings", "measured"} & set(found)


def test_each_verdict_has_a_form_of_its_own() -> None:
    forms = {marks.advice(code, 0, 0, False, 16) for code in Verdict.__args__}
    assert len(forms) == len(Verdict.__args__)


@pytest.mark.parametrize("count", [1, 2, 40, 366])
def test_a_day_and_a_year_can_both_be_drawn(count: int) -> None:
    root = drawn(season(*(day(number, "yes") for number in range(count))))
    months = [word for word in words(root) if word.startswith("juil")]
    assert len(months) == (1 if count > 2 else 0)


def test_a_season_without_anything_is_drawn_as_one_gap() -> None:
    assert "pas de mesures" in words(drawn(season(*(silent(number) for number in range(20)))))
