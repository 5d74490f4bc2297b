"""Water today? One fault or one rule, one test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watered_beds import (
    ET0,
    FINE,
    TAW_MM,
    TODAY,
    TOMATOES,
    probe,
    situation,
    thirsty,
    week,
    with_probe,
)

from gateway.watering.advice import Advice, advise
from gateway.watering.balance import Books
from gateway.watering.crops import CROPS
from gateway.watering.evapotranspiration import ReferenceEt
from gateway.watering.night import Night, ProbeMorning, together
from gateway.watering.probe import OUT, STATES, ProbeState
from gateway.watering.reasons import DOUBTS, TEXTS, WHEN, because, tell
from gateway.watering.record import dumps, loads
from gateway.watering.situation import Forecast, GardenDay, Restriction, Situation
from gateway.watering.soils import SOILS

ROOT = Path(__file__).parents[2]


def codes(advice: Advice) -> list[str]:
    return [reason.code for reason in advice.reasons]


# --- the verdicts, in their order -----------------------------------------------------------------


def test_no_temperature_for_three_days_and_no_probe_is_no_verdict() -> None:
    advice = advise(situation(days=week(3, et0=None)))

    assert advice.verdict == "unknown"
    assert codes(advice) == ["nothing_known"]
    assert advice.mm is None
    assert advice.told("en")["inputs"]["missing_mm"] is None


def test_a_probe_alone_still_gives_a_verdict() -> None:
    advice = advise(situation(0.1, days=week(3, et0=None)))

    assert advice.verdict == "no"
    assert "temperature_old" in advice.confidence.doubts


def test_two_days_without_temperature_are_carried_on_and_said() -> None:
    known = week(5)
    days = tuple(replace(day, et0=None) if day.on >= date(2026, 7, 13) else day for day in known)

    advice = advise(situation(days=days))

    assert advice.verdict != "unknown"
    assert "carried" in advice.figures.fallbacks


def test_frost_forecast_forbids_water() -> None:
    advice = advise(thirsty(forecast=replace(FINE, min_c=-0.4)))

    assert advice.verdict == "frost"
    assert advice.told("fr")["reasons"][0]["text"].startswith("gel prévu dans les 24 h : 0 °C")


def test_without_a_forecast_the_evening_tells_of_frost() -> None:
    assert advise(thirsty(forecast=None, evening_min_c=-1.0)).verdict == "frost"


def test_a_frozen_soil_is_not_watered() -> None:
    assert codes(advise(thirsty(soil_c=1.5)))[0] == "soil_cold"


def test_a_saturated_bed_is_waterlogged_after_a_day() -> None:
    soaked = with_probe(week(), probe(0.0, wet_h=25.0))
    not_yet = with_probe(week(), probe(0.0, wet_h=24.0))

    assert advise(situation(days=soaked)).verdict == "waterlogged"
    assert advise(situation(days=not_yet)).verdict == "no"


def test_no_says_not_before_when() -> None:
    advice = advise(situation(0.2, days=week(1)))

    assert advice.verdict == "no"
    assert codes(advice)[0] == "not_before"
    assert advice.when is not None
    assert advice.when.on is not None
    assert advice.when.on > TODAY
    days = (advice.figures.threshold_mm - advice.figures.missing_mm) / advice.figures.today_mm
    assert (advice.when.on - TODAY).days == int(days)


def test_soon_lies_between_four_fifths_of_the_threshold_and_the_threshold() -> None:
    seen: dict[str, tuple[float, ...]] = {}
    for percent in range(20, 60):
        advice = advise(situation(days=week(1), start_mm=TAW_MM * percent / 100.0 - 4.6))
        share = advice.figures.missing_mm / advice.figures.threshold_mm
        seen[advice.verdict] = (*seen.get(advice.verdict, ()), share)

    assert max(seen["no"]) < 0.8 <= min(seen["soon"])
    assert max(seen["soon"]) < 1.0 <= min(seen["yes"])


def test_yes_comes_with_its_dose_its_time_and_its_reasons() -> None:
    advice = advise(thirsty())

    assert advice.verdict == "yes"
    assert advice.mm == 20.0  # what a loam swallows at once
    assert advice.litres == 40.0
    assert advice.cans == 4.0
    assert codes(advice)[0] == "missing"
    assert advice.told("en")["when"] == "this morning, before 10:00"
    assert advise(thirsty(hour=15)).told("fr")["when"] == "ce soir, après 19 h"


def test_the_why_is_told_as_the_gardener_would() -> None:
    days = list(week(6))
    days[2] = replace(days[2], litres=(10.0,))  # Saturday
    days[3] = replace(days[3], rain_mm=4.0)
    heard = with_probe(tuple(days), probe(0.5, fell_pct=3.2))

    told = advise(situation(days=heard, start_mm=14.0)).told("en")["reasons"]

    assert [reason["text"] for reason in told] == [
        "41 mm missing of 91, threshold 38 (readings: 10 min ago)",
        "18 mm used since Saturday, 4 mm of rain",
        "the probe has fallen 3 points in two days",
    ]


def test_an_empty_bed_is_never_watered() -> None:
    advice = advise(thirsty(bed=replace(TOMATOES, crop=None)))

    assert advice.verdict == "no"
    assert codes(advice) == ["empty"]


def test_no_promise_reaches_further_than_two_weeks() -> None:
    winter = week(2, et0=ReferenceEt(0.1))

    advice = advise(situation(days=winter))

    assert advice.told("en")["reasons"][0]["text"] == "not before 14 d"


# --- rain to come ---------------------------------------------------------------------------------


def a_little_thirsty(rain_mm: float, **more: object) -> Situation:
    """Just past the threshold, with rain in the forecast."""
    forecast = Forecast(2.0, min_c=14.0, max_c=26.0, rain_mm=rain_mm)
    return situation(**{"days": week(1), "start_mm": 36.0, "forecast": forecast, **more})  # type: ignore[arg-type]


def test_enough_rain_is_waited_for_and_too_little_is_not() -> None:
    # 40.6 mm are missing, 31.5 of them to be filled: four fifths of 40 mm do, of 39 mm do not.
    assert advise(a_little_thirsty(40.0)).verdict == "wait_for_rain"
    assert advise(a_little_thirsty(39.0)).verdict == "yes"


def test_rain_is_never_waited_for_twice_running_without_real_rain() -> None:
    again = advise(a_little_thirsty(50.0, waited=True))

    assert again.verdict == "yes"
    assert codes(again)[0] == "rain_failed"


def test_after_real_rain_it_may_be_waited_for_again() -> None:
    days = (replace(week(1)[0], rain_mm=2.0), week(1)[1])

    assert advise(a_little_thirsty(50.0, waited=True, days=days, start_mm=38.0)).verdict == (
        "wait_for_rain"
    )


def test_a_bed_far_past_the_threshold_does_not_wait() -> None:
    # 1.2 times the threshold is 45.5 mm; a day takes 4.6.
    assert advise(a_little_thirsty(90.0, start_mm=40.5)).verdict == "wait_for_rain"
    assert advise(a_little_thirsty(90.0, start_mm=41.2)).verdict == "yes"


def test_a_stale_forecast_is_not_believed() -> None:
    old = Forecast(12.0, min_c=-5.0, max_c=40.0, rain_mm=90.0)

    assert advise(a_little_thirsty(0.0, forecast=old)).verdict == "yes"


def test_rain_that_only_its_own_forecaster_has_seen_is_no_real_rain() -> None:
    days = (replace(week(1)[0], rain_mm=2.0, rain_by="online"), week(1)[1])

    again = advise(a_little_thirsty(50.0, waited=True, days=days, start_mm=38.0))

    assert again.verdict == "yes"
    assert codes(again)[0] == "rain_unproven"


def test_who_tells_of_the_rain_is_in_the_reason() -> None:
    def told(by: str | None, rain_mm: float = 4.0, source: str = "gauge") -> list[str]:
        days = list(week(6))
        days[3] = replace(days[3], rain_mm=rain_mm, rain_by=by)  # type: ignore[arg-type]
        return codes(advise(situation(days=tuple(days), rain_source=source)))

    assert "used" in told("gauge")
    assert "used" in told(None)
    assert "used_typed" in told("typed")
    assert "used_online" in told("online")
    assert "used_blind" in told("none", 0.0, "none")


def test_a_greenhouse_does_not_ask_for_rain() -> None:
    under_glass = replace(TOMATOES, exposure="greenhouse", weather_inside=True)

    assert "used" in codes(advise(situation(bed=under_glass, rain_source="none")))


def test_no_rain_is_waited_for_in_a_greenhouse() -> None:
    under_glass = replace(TOMATOES, exposure="greenhouse", weather_inside=True)

    assert advise(a_little_thirsty(50.0, bed=under_glass)).verdict == "yes"


# --- the dose -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("soil", "most_mm"), [("sable", 12.0), ("limon", 20.0), ("argile", 15.0)])
def test_a_soil_gets_no_more_than_it_swallows(soil: str, most_mm: float) -> None:
    bed = replace(TOMATOES, soil=SOILS[soil])

    assert advise(thirsty(bed=bed, start_mm=80.0)).mm == most_mm


def test_what_is_lost_on_the_way_is_given_on_top() -> None:
    doses = {}
    for method in ("can", "hose", "sprinkler"):
        bed = replace(TOMATOES, method=method, depth_m=0.2)  # type: ignore[arg-type]
        doses[method] = advise(situation(bed=bed, days=week(1), start_mm=8.0)).mm

    assert doses["can"] < doses["hose"] < doses["sprinkler"]  # type: ignore[operator]


def test_a_dose_under_4_mm_waits() -> None:
    strawberries = replace(TOMATOES, soil=SOILS["sable"], crop=CROPS["fraisier"])
    advice = advise(situation(bed=strawberries, days=week(1), start_mm=1.0))

    assert advice.figures.missing_mm > advice.figures.threshold_mm
    assert advice.verdict == "no"
    assert codes(advice)[0] == "too_little"


def test_cans_go_up_to_the_next_half_and_a_childs_can_holds_5_litres() -> None:
    grown, child = replace(TOMATOES, area_m2=1.7), replace(TOMATOES, area_m2=1.7, can_l=5.0)

    assert (advise(thirsty(bed=grown)).litres, advise(thirsty(bed=grown)).cans) == (34.0, 3.5)
    assert advise(thirsty(bed=child)).cans == 7.0


def test_over_six_cans_are_given_in_two_passes() -> None:
    advice = advise(thirsty(bed=replace(TOMATOES, area_m2=3.5)))

    assert advice.cans == 7.0
    assert advice.passes == 2
    assert "two_passes" in codes(advice)


def test_a_tank_gives_no_more_than_it_holds() -> None:
    advice = advise(thirsty(tank_l=13.0))

    assert advice.verdict == "yes"
    assert (advice.litres, advice.mm, advice.cans) == (13.0, 6.5, 1.5)
    assert "tank_short" in codes(advice)


# --- people and rules -----------------------------------------------------------------------------


def test_a_school_waters_on_friday_what_would_be_thirsty_on_sunday() -> None:
    soon = situation(days=week(1), start_mm=28.0)
    assert advise(soon).verdict == "soon"

    advice = advise(replace(soon, next_presence=TODAY + timedelta(days=4)))

    assert advice.verdict == "yes"
    assert codes(advice)[0] == "nobody_until"
    assert "dimanche" in advice.told("fr")["reasons"][0]["text"]


def test_a_school_that_comes_tomorrow_waits_until_then() -> None:
    advice = advise(situation(days=week(1), start_mm=26.0, next_presence=date(2026, 7, 16)))

    assert advice.verdict == "soon"


def test_a_drought_restriction_overrides_and_says_from_which_hour() -> None:
    by_day = Restriction(8, 20)

    advice = advise(thirsty(restriction=by_day, hour=9))

    assert advice.verdict == "forbidden"
    assert advice.mm == 20.0  # still known: it is what the evening needs
    assert advice.told("fr")["when"] == "aujourd'hui à partir de 20 h"
    assert advise(thirsty(restriction=by_day, hour=7)).verdict == "yes"
    assert advise(situation(0.1, restriction=by_day)).verdict == "no"


def test_a_restriction_over_midnight_and_one_for_the_whole_day() -> None:
    assert advise(thirsty(restriction=Restriction(20, 8), hour=22)).when is not None
    assert advise(thirsty(restriction=Restriction(20, 8), hour=22)).when.on == (  # type: ignore[union-attr]
        TODAY + timedelta(days=1)
    )
    never = advise(thirsty(restriction=Restriction()))
    assert never.verdict == "forbidden"
    assert never.told("en")["when"] == "when the restriction is lifted"


def test_a_restriction_ends_with_its_last_day() -> None:
    over = Restriction(until=TODAY - timedelta(days=1))
    last = Restriction(until=TODAY)

    assert advise(thirsty(restriction=over)).verdict == "yes"
    assert advise(thirsty(restriction=last)).told("fr")["when"] == "demain à partir de 0 h"


# --- the seedbed ----------------------------------------------------------------------------------

CARROTS = replace(TOMATOES, crop=CROPS["carotte"], planted_on=TODAY - timedelta(days=3), sown=True)


def test_a_newly_sown_bed_is_watered_finely_when_its_top_dries() -> None:
    advice = advise(situation(bed=CARROTS, days=week(3)))

    assert advice.verdict == "seedbed"
    assert advice.mm is not None
    assert 3.0 <= advice.mm <= 5.0
    assert "pluie fine" in advice.told("fr")["reasons"][0]["text"]


def test_a_moist_seedbed_is_a_seedbed_without_a_dose() -> None:
    days = week(3)
    wet = (*days[:-2], replace(days[-2], rain_mm=15.0), days[-1])

    advice = advise(situation(bed=CARROTS, days=wet))

    assert advice.verdict == "seedbed"
    assert advice.mm is None


def test_a_seedbed_is_watered_twice_a_day_above_28_degrees() -> None:
    advice = advise(situation(bed=CARROTS, days=week(3), forecast=replace(FINE, max_c=31.0)))

    assert "twice_in_heat_foreseen" in codes(advice)
    assert advice.told("en")["when"] == "morning and late afternoon"


def test_without_a_forecast_yesterdays_heat_decides() -> None:
    hot = week(3, max_c=31.0)

    assert "twice_in_heat" in codes(advise(situation(bed=CARROTS, days=hot, forecast=None)))
    assert "twice_in_heat" not in codes(advise(situation(bed=CARROTS, days=hot)))


def test_ten_days_after_its_first_leaves_a_seedbed_is_a_bed() -> None:
    for age, verdict in ((10, True), (11, False)):
        bed = replace(CARROTS, emerged_on=TODAY - timedelta(days=age))
        assert (advise(situation(bed=bed)).verdict == "seedbed") is verdict


def test_planted_seedlings_are_no_seedbed() -> None:
    assert advise(situation(bed=replace(CARROTS, sown=False))).verdict != "seedbed"


# --- what the books make of it --------------------------------------------------------------------


def depletion(
    bed: object = TOMATOES, days: tuple[GardenDay, ...] = week(), start: float = 30.0
) -> float:
    return Books(bed, start).run(days).pages[-1].depletion_mm  # type: ignore[arg-type]


def test_drizzle_under_a_fifth_of_the_thirst_does_not_count() -> None:
    assert depletion(days=week(rain_mm=0.7)) == depletion()
    assert depletion(days=week(rain_mm=0.9)) < depletion()


def test_rain_stays_outside_a_greenhouse() -> None:
    under_glass = replace(TOMATOES, exposure="greenhouse")

    assert depletion(under_glass, week(rain_mm=10.0)) == depletion(under_glass)
    assert depletion(days=week(rain_mm=10.0)) < depletion()


def test_mulch_and_shade_spare_water_and_a_wall_costs_it() -> None:
    young = replace(TOMATOES, planted_on=TODAY - timedelta(days=10))

    assert depletion(replace(young, mulched=True)) < depletion(young)
    assert depletion(replace(young, exposure="half_shade")) < depletion(young)
    assert depletion(replace(young, exposure="wall")) > depletion(young)


def test_a_raised_bed_holds_no_more_than_its_depth() -> None:
    shallow = replace(TOMATOES, depth_m=0.3)

    assert Books(shallow).reservoir.taw_mm == pytest.approx(39.0)
    assert Books(TOMATOES).reservoir.taw_mm == pytest.approx(TAW_MM)


def test_water_given_today_is_counted_today() -> None:
    assert advise(thirsty()).verdict == "yes"
    days = week(1)
    done = (days[0], replace(days[1], litres=(20.0, 20.0)))

    assert advise(thirsty(days=done)).verdict == "no"


def test_the_probe_leads_and_the_books_explain() -> None:
    days = week(7)
    balance = Books(TOMATOES, 0.0).run(days).pages[-1].depletion_mm

    led = Books(TOMATOES, 0.0).run(with_probe(days, probe(0.8))).pages[-1]

    assert led.balance_mm == pytest.approx(balance)
    assert led.depletion_mm == pytest.approx(balance + 0.6 * (0.8 * TAW_MM - balance))


def test_the_crop_grows_by_the_warmth_it_had_since_it_was_planted() -> None:
    bed = replace(TOMATOES, planted_on=TODAY - timedelta(days=60))
    cool = week(60, max_c=16.0, min_c=14.0)  # 5 °C days a day: as old as 30 days
    torn = tuple(
        replace(day, max_c=None, min_c=None) if 20 <= n < 23 else day for n, day in enumerate(cool)
    )
    unknown = week(60, max_c=None, min_c=None)

    assert Books(bed, 0.0).run(cool).pages[-1].kc == pytest.approx(0.6)
    assert Books(bed, 0.0).run(torn).pages[-1].kc == pytest.approx(0.6)
    assert Books(bed, 0.0).run(unknown).pages[-1].kc == pytest.approx(0.6 + 0.55 * 0.75)


def test_harvest_and_replanting_start_a_new_season_in_the_same_soil() -> None:
    lettuce = replace(TOMATOES, crop=CROPS["laitue"], planted_on=TODAY - timedelta(days=2))

    pages = Books(lettuce, 60.0).run(week()).pages

    assert [page.kc for page in pages] == [0.3] * 5 + [0.7] * 3
    assert pages[0].depletion_mm == pytest.approx(39.0)  # shallow roots: all of theirs is missing


def test_a_node_that_was_three_days_down_and_is_back_is_believed_again() -> None:
    down = week(7)[:4]
    lost = tuple(GardenDay(date(2026, 7, 12) + timedelta(days=n)) for n in range(3))
    today = GardenDay(TODAY)

    away = advise(situation(days=(*down, *lost, today), data_age_s=3 * 86400))
    back = advise(situation(days=(*down, *week(3))))

    assert away.verdict == "unknown"
    assert "temperature_old" in away.confidence.doubts
    assert "temperature_old" not in back.confidence.doubts
    assert back.figures.missing_mm == pytest.approx(advise(situation()).figures.missing_mm)


def test_days_with_a_gap_are_refused() -> None:
    with pytest.raises(ValueError, match="without gaps"):
        situation(days=(week()[0], week()[-1]))


# --- what is doubted ------------------------------------------------------------------------------


def test_each_doubt_has_its_price() -> None:
    sure = situation(0.3, days=week(2))
    assert advise(sure).confidence.score == 100
    dark = ReferenceEt(4.0, ("solar_from_temperature", "dew_point_is_minimum"))
    online, blind = replace(sure, rain_source="online"), replace(sure, rain_source="none")
    typed = replace(sure, rain_source="typed")
    heard = sure.days[:-1]

    def night(**more: object) -> Situation:
        base = {"gain": 0.3, "learned": True}
        return replace(sure, days=with_probe(sure.days, Night(0.3, **{**base, **more})))  # type: ignore[arg-type]

    prices = {
        "no_probe": (replace(sure, days=(*heard, GardenDay(TODAY))), 35),
        "two_points_only": (night(learned=False), 15),
        "probe_suspect": (night(suspect=True), 25),
        "probes_disagree": (night(disagree=True), 15),
        "afternoon_only": (night(by_night=False), 15),
        "rain_online": (online, 10),
        "rain_typed": (typed, 10),
        "no_rain_source": (blind, 20),
        "default_soil": (replace(sure, bed=replace(TOMATOES, soil=None)), 10),
        "planting_unknown": (replace(sure, bed=replace(TOMATOES, planted_on=None)), 10),
        "no_stages": (replace(sure, bed=replace(TOMATOES, crop=CROPS["fraisier"])), 10),
    }
    for doubt, (doubtful, price) in prices.items():
        found = advise(doubtful).confidence
        assert doubt in found.doubts
        extra = set(found.doubts) - {doubt}
        assert found.score == 100 - price or extra, doubt
    days = with_probe(week(2, et0=dark), probe(0.3))
    assert advise(replace(sure, days=days)).confidence.doubts == (
        "no_humidity",
        "radiation_estimated",
    )
    assert advise(replace(sure, days=days)).confidence.score == 85


def test_probe_against_balance_over_a_third_is_doubted() -> None:
    assert "probe_against_balance" in advise(situation(0.9, days=week(2))).confidence.doubts


def test_long_since_a_full_watering_is_doubted() -> None:
    long_ago = advise(situation(0.3, days=week(12), start_mm=30.0))

    assert "long_since_full" in long_ago.confidence.doubts


def test_under_25_there_is_no_verdict() -> None:
    bed = replace(TOMATOES, soil=None, planted_on=None)
    advice = advise(situation(bed=bed, rain_source="none", days=week(4, et0=ET0)))
    assert advice.confidence.score == 25
    assert advice.confidence.word == "check"

    days = week(4, et0=ReferenceEt(4.0, ("solar_from_temperature",)))
    unsure = advise(situation(bed=bed, rain_source="none", days=days))

    assert unsure.confidence.score == 20
    assert unsure.verdict == "unknown"
    assert codes(unsure)[0] == "too_unsure"


def test_frost_is_told_however_unsure_the_rest_is() -> None:
    bed = replace(TOMATOES, soil=None, planted_on=None)
    cold = replace(FINE, min_c=-3.0)

    assert (
        advise(situation(bed=bed, rain_source="none", days=week(3, et0=None))).verdict == "unknown"
    )
    known = week(4, et0=ReferenceEt(1.0, ("solar_from_temperature",)))
    advice = advise(situation(bed=bed, rain_source="none", forecast=cold, days=known))
    assert advice.verdict == "frost"


def test_a_kit_that_is_on_in_the_afternoon_says_so() -> None:
    by_day = advise(situation(days=with_probe(week(2), probe(0.3, by_night=False))))

    assert by_day.confidence.doubts == ("afternoon_only",)
    assert by_day.confidence.score == 85
    assert "afternoon_only" in codes(by_day)
    assert "le soleil la trompe" in str(by_day.told("fr")["reasons"])


def test_a_kit_without_a_whole_day_rests_on_its_probe_alone() -> None:
    days = with_probe(week(2, et0=None, max_c=None, min_c=None), probe(0.3, by_night=False))

    advice = advise(situation(days=days, temperature_age_h=0.1))

    assert advice.verdict == "no"
    assert advice.figures.missing_mm == pytest.approx(0.3 * TAW_MM, abs=0.1)
    assert advice.confidence.doubts == ("afternoon_only",)
    assert advise(situation(days=days)).confidence.doubts[0] == "temperature_old"


def test_a_watering_that_nobody_noted_is_asked_about() -> None:
    days = week(3)
    seen = (*days[:-2], replace(days[-2], seen=True), days[-1])

    assert "how_many_cans" in codes(advise(situation(0.1, days=seen)))


@pytest.mark.parametrize("state", [one for one in STATES if one != "good"])
def test_a_probe_that_needs_a_hand_is_told_with_the_day_since_when(state: ProbeState) -> None:
    night = together([ProbeMorning(None if state in OUT else 0.5, state)])
    days = week()
    days = (*days[:-2], replace(days[-2], night=night), replace(days[-1], night=night))

    told = advise(situation(days=days)).told("fr")

    (text,) = [one["text"] for one in told["reasons"] if one["code"] == f"probe_{state}"]
    assert "mardi" in text


def test_of_two_probes_the_one_that_needs_a_hand_is_told() -> None:
    night = together([ProbeMorning(0.5), ProbeMorning(None, "in_air")])

    advice = advise(situation(days=with_probe(week(), night)))

    assert "probe_in_air" in [one.code for one in advice.reasons]
    assert "no_probe" not in advice.confidence.doubts


def test_a_crop_ahead_of_its_age_is_further_on_by_days_and_by_warmth() -> None:
    young = replace(TOMATOES, planted_on=TODAY - timedelta(days=40))
    ahead = replace(young, stage_days=30)
    warm = week(40, max_c=25.0, min_c=15.0)

    by_days = [advise(situation(bed=bed, days=week(1))).figures.kc for bed in (young, ahead)]
    by_warmth = [advise(situation(bed=bed, days=warm)).figures.kc for bed in (young, ahead)]

    assert by_days == [pytest.approx(0.74, abs=0.01), pytest.approx(1.15)]
    assert by_warmth == by_days


def test_cans_that_the_probe_did_not_see_are_told() -> None:
    assert "not_seen" in codes(advise(situation(0.2, days=week(2), unseen=1)))


# --- the same answer, anywhere --------------------------------------------------------------------


def test_an_advice_is_kept_with_all_that_it_rests_on() -> None:
    asked = thirsty(restriction=Restriction(8, 20), next_presence=TODAY)

    kept = dumps(asked)

    assert loads(Situation, kept) == asked
    assert dumps(loads(Situation, kept)) == kept
    assert dumps(advise(loads(Situation, kept))) == dumps(advise(asked))


def test_another_computer_gives_the_same_bytes() -> None:
    program = """
import sys
from gateway.watering.advice import advise
from gateway.watering.record import dumps, loads
from gateway.watering.situation import Situation
advice = advise(loads(Situation, sys.stdin.read()))
sys.stdout.buffer.write((dumps(advice) + dumps(advice.told("fr"))).encode())
"""
    asked = thirsty()
    mine = (dumps(advise(asked)) + dumps(advise(asked).told("fr"))).encode()
    for zone, language, seed in (("Asia/Tokyo", "C", "1"), ("America/Lima", "C.UTF-8", "2")):
        env = {**os.environ, "TZ": zone, "LANG": language, "LC_ALL": language}
        env |= {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
        there = subprocess.run(
            [sys.executable, "-c", program], input=dumps(asked).encode(), capture_output=True,
            check=True, cwd=ROOT, env=env,
        )  # fmt: skip
        assert there.stdout == mine


def test_both_languages_tell_the_same_advice() -> None:
    fr, en = advise(thirsty()).told("fr"), advise(thirsty()).told("en")

    words = {"reasons", "when", "inputs"}
    assert {k: v for k, v in fr.items() if k not in words} == {
        k: v for k, v in en.items() if k not in words
    }
    assert [r["code"] for r in fr["reasons"]] == [r["code"] for r in en["reasons"]]
    assert list(fr) == [
        "bed", "on", "verdict", "mm", "litres", "cans", "when", "reasons", "confidence", "inputs",
        "data_age_s",
    ]  # fmt: skip
    assert json.loads(json.dumps(fr)) == fr


def test_each_sentence_stands_in_both_languages_with_the_same_numbers() -> None:
    for table in (TEXTS, WHEN, DOUBTS):
        for code, texts in table.items():
            assert texts.keys() == {"fr", "en"}, code
            names = [
                {part.split("}")[0] for part in text.split("{")[1:]} for text in texts.values()
            ]
            assert names[0] == names[1], code


def test_days_are_told_by_their_name_or_their_date() -> None:
    def day(on: date, language: str) -> str:
        return tell(WHEN, because("from_day", on=on), TODAY, language)  # type: ignore[arg-type]

    assert day(TODAY + timedelta(days=1), "fr") == "pas avant demain"
    assert day(TODAY + timedelta(days=3), "fr") == "pas avant samedi"
    assert day(TODAY + timedelta(days=20), "fr") == "pas avant le 04/08"
    assert day(TODAY + timedelta(days=20), "en") == "not before 4 August"


# --- what always holds ----------------------------------------------------------------------------

DAYS = st.lists(
    st.tuples(st.floats(0.0, 9.0), st.floats(0.0, 40.0), st.floats(0.0, 60.0)),
    min_size=1,
    max_size=12,
)
BEDS = st.builds(
    lambda soil, crop, depth, area: replace(
        TOMATOES, soil=SOILS[soil], crop=CROPS[crop], depth_m=depth, area_m2=area
    ),
    st.sampled_from(sorted(SOILS)),
    st.sampled_from(sorted(CROPS)),
    st.sampled_from([None, 0.2, 0.4]),
    st.floats(0.3, 12.0),
)
Weather = list[tuple[float, float, float]]


def lived(weather: Weather) -> tuple[GardenDay, ...]:
    count = len(weather)
    past = [
        GardenDay(
            TODAY - timedelta(days=count - n), et0=ReferenceEt(et0), rain_mm=rain, litres=(litres,)
        )
        for n, (et0, rain, litres) in enumerate(weather)
    ]
    return (*past, GardenDay(TODAY))


@given(BEDS, DAYS, st.integers(0, 11), st.floats(0.0, 40.0))
def test_rain_never_dries_a_bed(bed: object, weather: Weather, which: int, more: float) -> None:
    which %= len(weather)
    et0, rain, litres = weather[which]
    wetter = [*weather[:which], (et0, rain + more, litres), *weather[which + 1 :]]

    assert depletion(bed, lived(wetter)) <= depletion(bed, lived(weather)) + 1e-9


@given(BEDS, DAYS, st.integers(0, 11), st.floats(0.0, 6.0))
def test_a_hotter_drier_day_never_wets_a_bed(
    bed: object, weather: Weather, which: int, more: float
) -> None:
    which %= len(weather)
    et0, rain, litres = weather[which]
    hotter = [*weather[:which], (et0 + more, rain, litres), *weather[which + 1 :]]

    assert depletion(bed, lived(hotter)) >= depletion(bed, lived(weather)) - 1e-9


THIRST = ("no", "soon", "yes")
"""The verdicts on water alone, from the wettest to the driest."""


def asked(bed: object, weather: Weather, today_mm: float = 0.0, et0_mm: float = 0.0) -> Advice:
    """What a bed is advised whose first day is known, on a day that follows a common one."""
    days = lived([*weather, (et0_mm or 4.0, 0.0, 0.0)])
    days = (*days[:-1], replace(days[-1], rain_mm=today_mm))
    return advise(situation(bed=bed, days=days))  # type: ignore[arg-type]


def is_thirstier(one: Advice, other: Advice) -> bool:
    """Whether it is told to be watered more, or sooner; "too little to be worth it" is "no"."""
    by_verdict = THIRST.index(one.verdict) - THIRST.index(other.verdict)
    worth_it = "too_little" not in (*codes(one), *codes(other))
    return worth_it and (by_verdict > 0 or (one.mm or 0.0) > (other.mm or 0.0) + 0.06)


@given(BEDS, DAYS, st.integers(0, 12), st.floats(0.0, 40.0))
def test_rain_never_asks_for_water(bed: object, weather: Weather, which: int, more: float) -> None:
    dry = asked(bed, weather)
    if which >= len(weather):  # it rains this morning
        wet = asked(bed, weather, today_mm=more)
    else:
        et0, rain, litres = weather[which]
        wet = asked(bed, [*weather[:which], (et0, rain + more, litres), *weather[which + 1 :]])

    assert not is_thirstier(wet, dry)


@given(BEDS, DAYS, st.integers(0, 12), st.floats(0.0, 6.0))
def test_a_hotter_drier_day_never_spares_water(
    bed: object, weather: Weather, which: int, more: float
) -> None:
    mild = asked(bed, weather)
    if which >= len(weather):  # yesterday, by which today's demand is told too
        hot = asked(bed, weather, et0_mm=4.0 + more)
    else:
        et0, rain, litres = weather[which]
        hot = asked(bed, [*weather[:which], (et0 + more, rain, litres), *weather[which + 1 :]])

    assert not is_thirstier(mild, hot)


@given(
    BEDS, DAYS, st.one_of(st.none(), st.floats(0.0, 1.0)), st.one_of(st.none(), st.floats(0, 90))
)
def test_the_dose_never_exceeds_the_reservoir(
    bed: object, weather: Weather, missing: float | None, tank_l: float | None
) -> None:
    asked = situation(missing, bed=bed, days=lived(weather), tank_l=tank_l)  # type: ignore[arg-type]
    advice = advise(asked)

    assert 0 <= advice.confidence.score <= 100
    assert len(advice.reasons) <= 3
    assert advice.told("fr")["reasons"]
    if advice.mm is None:
        return
    assert advice.mm * asked.bed.efficiency <= advice.figures.missing_mm + 0.06
    assert advice.figures.missing_mm <= advice.figures.total_mm
    assert advice.mm <= asked.bed.ground.most_mm
    if tank_l is not None and advice.litres is not None:
        assert advice.litres <= tank_l + 0.05
