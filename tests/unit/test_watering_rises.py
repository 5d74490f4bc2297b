"""Water that a probe saw: found, named, and never counted twice."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.watering.rises import Around, Name, Probe, Rise, named, rises
from gateway.watering.samples import HOUR_MS, MINUTE_MS, Sample
from gateway.watering.waterings import Watering, reconcile, unseen

VOLUMETRIC = Probe()
RAW = Probe(834.0, 434.0)
RISE = Rise(100 * HOUR_MS, 18.0, 26.0)


def curve(*levels: float, hours: float = 12.0, noise: float = 0.05) -> list[Sample]:
    """A probe at each level for some hours, every 5 minutes, with a little noise."""
    chance = random.Random(7)
    per_level = round(hours * 12)
    return [
        Sample((part * per_level + n) * 5 * MINUTE_MS, level - 0.002 * n + chance.gauss(0, noise))
        for part, level in enumerate(levels)
        for n in range(per_level)
    ]


def name(rise: Rise = RISE, probe: Probe = VOLUMETRIC, **around: object) -> Name:
    return named(rise, probe, Around(**around)).name  # type: ignore[arg-type]


# --- found ----------------------------------------------------------------------------------------


def test_a_watering_is_one_rise_at_its_steepest_moment() -> None:
    (rise,) = rises(curve(18.0, 18.0, 26.0), VOLUMETRIC)

    assert rise.at_ms == 24 * HOUR_MS
    assert rise.after - rise.before == pytest.approx(8.0, abs=0.6)


def test_counts_that_fall_are_water_for_a_probe_that_counts_dryness() -> None:
    (rise,) = rises(curve(700.0, 700.0, 600.0), RAW)

    assert rise.at_ms == 24 * HOUR_MS
    assert rises(curve(600.0, 600.0, 700.0), RAW) == ()


def test_drying_and_noise_are_no_rise() -> None:
    assert rises(curve(26.0, 25.0, 24.0), VOLUMETRIC) == ()
    assert rises(curve(20.0, 20.0, 22.0, noise=1.5), VOLUMETRIC) == ()


def test_a_splash_that_is_gone_after_two_hours_is_no_watering() -> None:
    up_and_down = curve(20.0, 20.0)
    splashed = [
        Sample(s.at_ms, s.value + (5.0 if 12 * HOUR_MS <= s.at_ms < 13 * HOUR_MS else 0.0))
        for s in up_and_down
    ]

    assert rises(splashed, VOLUMETRIC) == ()


def test_a_rise_is_told_once_two_hours_have_confirmed_it() -> None:
    whole = curve(18.0, 18.0, 26.0)
    at_once = [s for s in whole if s.at_ms < 25 * HOUR_MS]

    assert rises(at_once, VOLUMETRIC) == ()


def test_two_passes_within_eight_hours_are_one_watering() -> None:
    assert len(rises(curve(18.0, 21.0, 25.0, hours=6.0), VOLUMETRIC)) == 1
    assert len(rises(curve(18.0, 21.0, 25.0, hours=9.0), VOLUMETRIC)) == 2


def test_a_gap_in_the_record_is_no_rise() -> None:
    whole = curve(18.0, 18.0, 26.0)
    torn = [s for s in whole if not 22 * HOUR_MS <= s.at_ms < 27 * HOUR_MS]

    assert rises(torn, VOLUMETRIC) == ()


@given(st.floats(0.0, 60.0), st.floats(-0.9, 0.9))
def test_a_still_probe_never_waters_itself(level: float, slope: float) -> None:
    samples = [Sample(n * 5 * MINUTE_MS, level + slope * n / 100.0) for n in range(150)]

    assert rises(samples, VOLUMETRIC) == ()


# --- named ----------------------------------------------------------------------------------------


def test_two_millimetres_in_the_gauge_make_it_rain() -> None:
    def gauge(hours_before: float, mm: float) -> list[Sample]:
        return [Sample(RISE.at_ms - round(hours_before * HOUR_MS), mm)]

    assert name(rain_mm=gauge(3.0, 2.0)) == "rain"
    assert name(rain_mm=gauge(-1.5, 2.0)) == "rain"
    assert name(rain_mm=gauge(3.0, 1.9)) == "watering"
    assert name(rain_mm=gauge(13.0, 9.0)) == "watering"
    assert name(rain_mm=()) == "watering"


def test_without_a_gauge_it_has_probably_rained_when_most_probes_rise_together() -> None:
    there, later = (RISE,), (replace(RISE, at_ms=RISE.at_ms + 5 * HOUR_MS),)

    assert name(others=(there, there, later)) == "rain_probable"
    assert name(others=(later, later, there)) == "watering"
    assert name(others=(there,)) == "watering"  # one neighbour may be watered too
    assert name(others=(there, there), rain_mm=()) == "watering"


def test_frozen_soil_that_thaws_is_not_watered() -> None:
    cold = [Sample(RISE.at_ms - n * HOUR_MS, 0.4) for n in range(2, -1, -1)]

    assert name(soil_c=cold) == "thaw"
    assert name(soil_c=[Sample(s.at_ms, 8.0) for s in cold]) == "watering"


def test_a_probe_put_back_from_the_air_is_not_watered() -> None:
    assert name(replace(RISE, before=830.0, after=600.0), RAW) == "reinserted"
    assert name(replace(RISE, before=760.0, after=600.0), RAW) == "watering"
    assert name(replace(RISE, before=1.0)) == "reinserted"


def test_a_probe_pulled_out_and_put_back_gives_one_reinsertion_and_no_watering() -> None:
    samples = curve(600.0, 834.0, 600.0)

    found = [named(rise, RAW, Around()) for rise in rises(samples, RAW)]

    assert [rise.name for rise in found] == ["reinserted"]
    assert reconcile((), found) == ()


def test_a_damp_or_dirty_probe_put_back_is_not_watered_either() -> None:
    """In the air it gives 760 instead of 834, as mud clings to it."""
    samples = curve(600.0, 760.0, 600.0)

    assert [named(rise, RAW, Around()).name for rise in rises(samples, RAW)] == ["reinserted"]


def test_a_soil_that_dried_as_far_by_itself_was_watered() -> None:
    slowly = [Sample(n * 5 * MINUTE_MS, 600.0 + 160.0 * min(1.0, n / 400)) for n in range(500)]
    poured = [Sample((500 + n) * 5 * MINUTE_MS, 600.0) for n in range(100)]

    found = [named(rise, RAW, Around()) for rise in rises([*slowly, *poured], RAW)]

    assert [rise.name for rise in found] == ["watering"]


def test_a_bed_watered_after_its_probe_was_put_back_was_watered() -> None:
    samples = curve(620.0, 760.0, 640.0, 560.0)

    names = [named(rise, RAW, Around()).name for rise in rises(samples, RAW)]

    assert names == ["reinserted", "watering"]


# --- told and seen --------------------------------------------------------------------------------


def told(hours_from_rise: float, litres: float = 20.0) -> Watering:
    return Watering(RISE.at_ms + round(hours_from_rise * HOUR_MS), litres)


def test_what_was_told_and_seen_is_one_watering() -> None:
    (one,) = reconcile([told(1.0)], [RISE])

    assert one.matched
    assert one.litres == 20.0
    assert one.source == "logged"


def test_a_watering_told_in_two_entries_is_not_seen_a_third_time() -> None:
    found = reconcile([told(-0.5, 10.0), told(0.5, 10.0)], [RISE])

    assert sum(one.litres or 0.0 for one in found) == 20.0
    assert all(one.matched for one in found)


def test_a_watering_that_nobody_told_of_has_no_litres() -> None:
    (one,) = reconcile([], [RISE])

    assert one == Watering(RISE.at_ms, None, "detected")


def test_what_was_told_long_before_is_another_watering() -> None:
    before, seen = reconcile([told(-9.0)], [RISE])

    assert not before.matched
    assert seen.source == "detected"


def test_rain_and_thaw_are_nobodys_watering() -> None:
    others = [replace(RISE, name=one) for one in ("rain", "thaw", "reinserted")]  # type: ignore[arg-type]

    assert reconcile([], others) == ()
    (probable,) = reconcile([], [replace(RISE, name="rain_probable")])
    assert probable.source == "rain_probable"


def test_cans_that_the_probe_did_not_see_are_found_after_half_a_day() -> None:
    given_ = reconcile([told(0.0)], [])
    later = RISE.at_ms + 13 * HOUR_MS

    assert unseen(given_, 2.0, 0, later) == given_
    assert unseen(given_, 2.0, 0, RISE.at_ms + 5 * HOUR_MS) == ()
    assert unseen(given_, 2.0, RISE.at_ms + 1, later) == ()  # the probe was not there yet
    assert unseen(given_, 9.0, 0, later) == ()  # 2 mm may stay in the mulch
    assert unseen(reconcile([told(0.0)], [RISE]), 2.0, 0, later) == ()
