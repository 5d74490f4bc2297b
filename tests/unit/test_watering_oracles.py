"""Two libraries of other people compute ET0 too: on random weather all three agree."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pyet
import pytest
import refet
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.watering import radiation, vapour, wind
from gateway.watering.evapotranspiration import DayWeather, Place, reference_day
from gateway.watering.radiation import Sun

PLACES = st.builds(Place, st.floats(30.0, 60.0), st.floats(0.0, 1500.0))
DAYS_OF_YEAR = st.integers(1, 365)
CLOSE_MM = 0.02


@st.composite
def weather(draw: st.DrawFn) -> tuple[Place, int, DayWeather]:
    """A place, a day, and a day's weather as a full station measures it."""
    place, day = draw(PLACES), draw(DAYS_OF_YEAR)
    low = draw(st.floats(-5.0, 22.0))
    high = low + draw(st.floats(3.0, 18.0))
    dry = draw(st.floats(20.0, 80.0))
    clear = radiation.clear_sky_mj(
        Sun.of(place.latitude_deg, day).above_the_air_mj, place.altitude_m
    )
    solar = clear * draw(st.floats(0.35, 0.98))
    return place, day, DayWeather(
        high, low, humidity_max_pct=min(100.0, dry + 20.0), humidity_min_pct=dry,
        solar_mj=solar, wind_m_s=draw(st.floats(0.5, 6.0)),
    )  # fmt: skip


@settings(deadline=None)
@given(weather())
def test_pyet_agrees_on_a_full_day(one: tuple[Place, int, DayWeather]) -> None:
    place, day, measured = one
    index = pd.DatetimeIndex([date(2025, 1, 1) + timedelta(days=day - 1)])

    def series(value: float | None) -> pd.Series:
        return pd.Series([value], index=index)

    theirs = pyet.pm_fao56(
        series(0.5 * (measured.max_c + measured.min_c)),
        series(measured.wind_m_s),
        rs=series(measured.solar_mj),
        tmax=series(measured.max_c),
        tmin=series(measured.min_c),
        rhmax=series(measured.humidity_max_pct),
        rhmin=series(measured.humidity_min_pct),
        elevation=place.altitude_m,
        lat=place.latitude_deg * 3.141592653589793 / 180.0,
    )

    assert reference_day(place, day, measured).mm == pytest.approx(theirs.iloc[0], abs=CLOSE_MM)


@settings(deadline=None)
@given(weather())
def test_refet_agrees_on_a_full_day(one: tuple[Place, int, DayWeather]) -> None:
    place, day, measured = one
    air_kpa = vapour.vapour_from_extremes_kpa(
        measured.max_c,
        measured.min_c,
        measured.humidity_max_pct,
        measured.humidity_min_pct,  # type: ignore[arg-type]
    )

    theirs = refet.Daily(
        tmin=measured.min_c,
        tmax=measured.max_c,
        ea=air_kpa,
        rs=measured.solar_mj,
        uz=measured.wind_m_s,
        zw=2.0,
        elev=place.altitude_m,
        lat=place.latitude_deg,
        doy=day,
        method="asce",
    ).eto()

    # Dew on a winter's day is below zero for refet, and no thirst for us.
    expected = max(0.0, float(theirs[0]))
    assert reference_day(place, day, measured).mm == pytest.approx(expected, abs=CLOSE_MM)


def test_refets_own_method_falls_short_of_example_18_and_is_no_oracle() -> None:
    air_kpa = vapour.vapour_from_extremes_kpa(21.5, 12.3, 84.0, 63.0)
    ours = DayWeather(
        21.5, 12.3, vapour_kpa=air_kpa, solar_mj=22.07, wind_m_s=wind.at_2_m(10 / 3.6, 10.0)
    )

    def theirs(method: str) -> float:
        one = refet.Daily(
            tmin=12.3, tmax=21.5, ea=air_kpa, rs=22.07, uz=10 / 3.6, zw=10.0, elev=100.0, lat=50.8,
            doy=187, method=method,
        )  # fmt: skip
        return float(one.eto()[0])

    assert reference_day(Place(50.8, 100.0), 187, ours).mm == pytest.approx(3.88, abs=0.01)
    assert theirs("asce") == pytest.approx(3.88, abs=0.02)
    assert theirs("refet") == pytest.approx(3.842, abs=0.005)
