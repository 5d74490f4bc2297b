"""A bed's story as it is drawn and told, and the ids that new beds get."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.beds.records import BedDetails, BedRecord
from gateway.pages.bedform import Typed, _id_of
from gateway.pages.bedstory import SPANS, Limits, Point, Story, period_of
from gateway.pages.choices import CROP_WORDS, EXPOSURES, FEELS, METHODS
from gateway.pages.fields import day
from gateway.pages.frame import Reader
from gateway.pages.numbers import Format
from gateway.pages.storyline import lines_of, rain_by_step, runs_of, scale_of, ticks_of, zones_of
from gateway.pages.storyview import StoryWords
from gateway.security.access import Who
from gateway.security.roles import Role
from gateway.times import DAY_MS, HOUR_MS
from gateway.watering.beds import DEMAND, EFFICIENCY
from gateway.watering.crops import CROPS
from gateway.watering.samples import Sample
from gateway.watering.soils import SOILS

ZONE = "Europe/Paris"
NOW_MS = 1_784_030_400_000  # 2026-07-14, 14:00 in Paris
READER = Reader("fr", None, Format("fr", ZONE), Who(Role.READER))
BED = BedRecord("bac-1", BedDetails(2.0, crop="tomate", planted_on=date(2026, 5, 15)), 0)
LIMITS = Limits(60.0, 140.0)


def story(points: list[Point], *, rain: list[Sample] | None = None, name: str = "semaine") -> Story:
    chosen = next(one for one in SPANS if one == name)
    period = period_of(chosen, BED, NOW_MS, ZONE)
    return Story(BED, period, LIMITS, points, [], rain, [], {}, [])


def week_of(*values: float) -> list[Point]:
    begins_ms = period_of("semaine", BED, NOW_MS, ZONE).from_ms
    return [Point(begins_ms + n * HOUR_MS, pct) for n, pct in enumerate(values)]


@pytest.mark.parametrize(
    ("pct", "zone"), [(59.9, "dry"), (60, "good"), (140, "good"), (141, "wet")]
)
def test_a_bed_is_well_between_its_own_limits(pct: float, zone: str) -> None:
    assert LIMITS.zone(pct) == zone


def test_the_periods_end_with_today_and_a_season_begins_at_planting() -> None:
    days = {name: len(period_of(name, BED, NOW_MS, ZONE).steps_ms) - 1 for name in SPANS}
    assert days == {"jour": 24, "semaine": 7, "saison": 61, "annee": 365}
    for name in SPANS:
        assert period_of(name, BED, NOW_MS, ZONE).to_ms > NOW_MS


def test_a_line_is_broken_where_nothing_was_measured() -> None:
    begins_ms = period_of("semaine", BED, NOW_MS, ZONE).from_ms
    points = [Point(begins_ms + n * HOUR_MS, 70) for n in (0, 1, 2, 10, 11)]
    assert [len(run) for run in runs_of(points, HOUR_MS)] == [3, 2]
    told = story(points)
    assert lines_of(told, scale_of([told])).probe.count("M") == 2


def test_all_three_zones_are_in_sight_however_dry_it_is() -> None:
    told = story(week_of(5.0, 4.0))
    zones = zones_of(LIMITS, scale_of([told]))
    assert 0 < zones.wet < zones.full < zones.dry < 100


def test_rain_is_summed_by_the_steps_of_the_period() -> None:
    begins_ms = period_of("semaine", BED, NOW_MS, ZONE).from_ms
    hours = [
        Sample(begins_ms + n * HOUR_MS, mm) for n, mm in ((1, 0.0), (2, 1.5), (3, 2.0), (30, 4))
    ]
    assert rain_by_step(story([], rain=hours)) == [
        Sample(begins_ms, 3.5),
        Sample(begins_ms + DAY_MS, 4),
    ]


def test_the_sentence_tells_what_the_line_shows() -> None:
    dry = StoryWords(story(week_of(50.0, 55.0, 70.0, 90.0)), READER, ZONE).sentence()
    assert dry.replace("\u00a0", " ") == (
        "Eau dans la terre : de 50 % à 90 % de la réserve, 90 % à la fin (bien). "
        "Trop sec 50 % du temps. Aucun arrosage."
    )
    nothing = StoryWords(story([]), READER, ZONE).sentence()
    assert nothing.startswith("Rien ne dit combien d’eau il y a")


def test_a_table_has_a_row_for_each_day_week_or_month() -> None:
    rows = {name: len(StoryWords(story([], name=name), READER, ZONE).rows()) for name in SPANS}
    assert rows == {"jour": 24, "semaine": 7, "saison": 10, "annee": 13}


def test_words_under_the_line_are_few() -> None:
    for name in SPANS:
        assert 4 <= len(ticks_of(period_of(name, BED, NOW_MS, ZONE), READER.write)) <= 7


def test_everything_that_can_be_chosen_has_its_words() -> None:
    assert set(CROP_WORDS) == set(CROPS)
    assert set(FEELS) == set(SOILS)
    assert set(EXPOSURES) == set(DEMAND)
    assert set(METHODS) == set(EFFICIENCY)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Les fèves d’été", "les-feves-d-ete"),
        ("البازلاء", "bac"),
        ("Atelier", "atelier-2"),
        ("Ail", "ail-2"),
        ("x" * 80, "x" * 28),
    ],
)
def test_a_new_bed_gets_an_id_that_reads_like_its_name(name: str, made: str) -> None:
    assert _id_of(name, {"ail"}) == made


def test_a_date_is_taken_as_people_write_it() -> None:
    assert day("15/05/2026") == day("2026-05-15") == date(2026, 5, 15)


@pytest.mark.parametrize("wrong", ["31/02/2026", "mai", "1/1/1800"])
def test_a_day_that_never_was_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"day|isoformat|1800"):
        day(wrong)


def test_a_form_that_names_nothing_is_empty() -> None:
    assert set(Typed.of_form({}).values.values()) == {""}
