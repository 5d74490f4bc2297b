"""Alerts begin once, end once, and wait for the morning where they can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alerts.digest import Line, digest
from gateway.alerts.hysteresis import QUIET, Band, Condition, Patience, step
from gateway.alerts.rules import (
    BLIGHTED,
    HEAT,
    RULES,
    Event,
    Key,
    Observation,
    Rule,
    gone,
    watch,
)
from gateway.watering.crops import CROPS
from gateway.watering.samples import HOUR_MS, MINUTE_MS

Conditions = dict[Key, Condition]


def lived(
    code: str, seen: list[float | bool | None], every_ms: int, subject: str = "x"
) -> list[Event]:
    """The events of one alert that is looked at in regular steps."""
    key, conditions, events = Key(code, subject), Conditions(), []
    for n, value in enumerate(seen):
        conditions, new = watch(conditions, [Observation(key, value)], n * every_ms)
        events += new
    return events


def changes(
    code: str, seen: list[float | bool | None], every_ms: int = HOUR_MS
) -> list[tuple[str, int]]:
    return [(event.change, event.at_ms // every_ms) for event in lived(code, seen, every_ms)]


def test_frost_is_watched_at_3_degrees_and_alerted_at_0() -> None:
    assert changes("frost_watch", [3.1, 3.0]) == [("begin", 1)]
    assert changes("frost_alert", [0.1, 0.0]) == [("begin", 1)]


def test_a_minimum_that_wavers_about_its_threshold_is_one_alert() -> None:
    wavering: list[float | bool | None] = [3.1, 2.9, 3.2, 2.8, 3.5, 3.0] * 5

    assert changes("frost_watch", wavering) == [("begin", 1)]
    assert changes("frost_watch", [*wavering, 5.0, 5.0, 5.0]) == [("begin", 1), ("end", 32)]


def test_heat_has_one_threshold_for_salads_and_one_for_flowers() -> None:
    assert changes("heat_salads", [29.9, 30.0]) == [("begin", 1)]
    assert changes("heat_flowers", [34.0, 35.0]) == [("begin", 1)]


def test_a_bed_is_thirsty_on_its_second_morning() -> None:
    day = 24 * HOUR_MS

    assert changes("thirst", [0.9, 1.1, 1.2], day) == [("begin", 2)]
    assert changes("thirst", [1.1, 0.9, 1.1, 0.9], day) == []
    assert changes("thirst", [1.1, 1.2, 0.5], day) == [("begin", 1), ("end", 2)]


def test_a_node_is_silent_after_three_intervals_and_back_after_an_hour() -> None:
    step_ms = 5 * MINUTE_MS
    silence: list[float | bool | None] = [0.5, 1.5, 2.5, 3.0, 4.0]

    assert changes("node_silent", silence, step_ms) == [("begin", 3)]
    assert changes("node_silent", [*silence, *[0.5] * 14], step_ms) == [("begin", 3), ("end", 17)]


def test_a_flapping_node_is_one_message() -> None:
    flapping: list[float | bool | None] = [0.5, 3.5, 0.5, 4.0, 1.0, 3.2] * 50

    events = lived("node_silent", flapping, 5 * MINUTE_MS)

    assert [event.change for event in events] == ["begin"]
    assert len(digest(events)) == 1


def test_a_tank_at_its_threshold_is_one_message() -> None:
    sloshing: list[float | bool | None] = [19.0, 21.0, 18.0, 19.5, 20.5, 25.0, 19.0] * 10

    assert [change for change, _ in changes("tank_low", sloshing)] == ["begin"]


def test_a_probe_that_is_in_and_out_is_patiently_judged() -> None:
    assert changes("probe_out", [True, False, True, False]) == []
    assert changes("probe_out", [True, True, False, True, False, False, False]) == [
        ("begin", 1),
        ("end", 6),
    ]


def test_a_clock_that_is_set_within_a_quarter_of_an_hour_is_nobodys_trouble() -> None:
    minutes = 5 * MINUTE_MS

    assert changes("clock_untrusted", [True, True, False], minutes) == []
    assert changes("clock_untrusted", [True] * 4, minutes) == [("begin", 3)]


def test_a_dip_of_the_voltage_is_no_alert_and_a_low_one_is() -> None:
    minutes = 5 * MINUTE_MS

    assert changes("voltage_low", [5.1, 4.6, 5.1], minutes) == []
    assert changes("voltage_low", [5.1, 4.6, 4.6], minutes) == [("begin", 2)]


def test_what_is_not_known_changes_nothing() -> None:
    assert changes("frost_watch", [2.0, None, None, 2.0]) == [("begin", 0)]
    assert changes("blight_risk", [None, True, None, True]) == [("begin", 1)]


def test_blight_is_called_a_risk() -> None:
    rule = RULES["blight_risk"]

    assert "un risque, pas un diagnostic" in rule.fr
    assert "a risk, not a diagnosis" in rule.en


def test_only_frost_wakes_a_gardener() -> None:
    assert {code for code, rule in RULES.items() if rule.urgent} == {"frost_alert", "frost_watch"}


def test_whom_nobody_watches_any_more_has_no_alert() -> None:
    bed, node = Key("thirst", "bac-1"), Key("node_silent", "verger")
    held = {bed: Condition(active=True), node: Condition(active=False, changing_ms=1)}

    assert gone(held, [Observation(bed, None)], 9) == ({bed: held[bed]}, ())
    assert gone(held, [Observation(node, 0.1)], 9) == ({node: held[node]}, (Event(bed, "end", 9),))


def test_what_is_not_known_neither_breaks_a_beginning_off_nor_brings_it_on() -> None:
    assert changes("probe_out", [True, None, True]) == [("begin", 2)]
    assert changes("probe_out", [True, None, None, None]) == []
    assert changes("probe_out", [True, None, False, True]) == []


def test_the_morning_has_one_line_for_each_alert_the_gravest_first() -> None:
    node, frost, bed = Key("node_silent", "verger"), Key("frost_watch", ""), Key("thirst", "bac-1")
    night = [
        Event(node, "begin", 1),
        Event(node, "end", 2),
        Event(node, "begin", 3),
        Event(node, "end", 4),
        Event(bed, "end", 5),
        Event(frost, "begin", 6),
    ]

    lines = digest(night)

    assert lines == (
        Line(frost, "begun", 1),
        Line(node, "came_and_went", 2),
        Line(bed, "ended", 0),
    )
    assert digest([]) == ()


def test_only_known_crops_are_watched_for_heat_and_blight() -> None:
    assert HEAT.keys() | BLIGHTED <= CROPS.keys()
    assert set(HEAT.values()) <= RULES.keys()


def test_alerts_of_two_subjects_do_not_mix() -> None:
    one, other = Key("tank_low", "a"), Key("tank_low", "b")
    conditions, _ = watch({}, [Observation(one, 10.0), Observation(other, 80.0)], 0)

    _, events = watch(conditions, [Observation(one, 10.0), Observation(other, 80.0)], HOUR_MS)

    assert [event.key for event in events] == [one]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_each_alert_begins_and_ends_apart(rule: Rule) -> None:
    band = rule.band
    assert rule.patience.end_s >= 0.0
    if band is not None:
        assert band.holds(band.begin) is True
        assert band.holds(band.end) is False
        assert band.holds(0.5 * (band.begin + band.end)) is None


@given(st.lists(st.one_of(st.none(), st.booleans()), max_size=60), st.floats(0.0, 20.0))
def test_begin_and_end_always_alternate(seen: list[bool | None], patience_s: float) -> None:
    condition, told = QUIET, []
    for second, holds in enumerate(seen):
        condition, change = step(
            condition, Patience(patience_s, 2.0 * patience_s), holds, second * 1000
        )
        told += [change] if change else []

    assert told == [("begin", "end")[n % 2] for n in range(len(told))]
    assert condition.active is (len(told) % 2 == 1)


@given(st.floats(-50.0, 50.0), st.floats(0.1, 10.0), st.floats(-100.0, 100.0))
def test_a_band_works_upwards_and_downwards(begin: float, width: float, value: float) -> None:
    upwards, downwards = Band(begin, begin - width), Band(-begin, -begin + width)

    assert upwards.holds(value) == downwards.holds(-value)
