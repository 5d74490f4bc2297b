"""From a forecast that came over the network to the advice, the interface and back from disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from door import Door, garden_door, problem
from openmeteo import Service, Weather, answer, service
from plots import DAY_MS, HOUR_MS, MORNING_MS, make_bed, probe_says, summer, warm_days

from gateway.forecast.client import OpenMeteo
from gateway.forecast.settings import ForecastSettings
from gateway.service import Gateway
from gateway.watering.record import loads
from gateway.watering.situation import Situation

ADVICE = "/beds/bac-1/advice"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def meteo() -> Iterator[Service]:
    with service() as opened:
        yield opened


@pytest.fixture
def july(tmp_path: Path, meteo: Service) -> Iterator[Door]:
    """A warm garden in July that wants a forecast; its bed has no probe and no gauge."""
    with garden_door(tmp_path, forecast=ForecastSettings(enabled=True, url=meteo.url)) as door:
        summer(door)
        warm_days(door, 12)
        make_bed(door, channels=[])
        yield door


def fetch(door: Door, meteo: Service, **weather: Weather) -> bool:
    """Have the service say this weather, and ask it as the gateway's thread does."""
    meteo.says(answer(door.clock.wall_ms(), days_back=14, **weather))
    place = door.gateway.forecasts.place
    assert place is not None
    came = asyncio.run(door.gateway.forecasts.turn(OpenMeteo(meteo.url, place).ask))
    door.gateway.advisor.doubt()
    door.clock.advance(61)
    return came


def advice(door: Door) -> dict[str, Any]:
    told: dict[str, Any] = door.json(ADVICE)
    return told


def first(told: dict[str, Any]) -> str:
    return str(told["reasons"][0]["code"])


def thirsty(door: Door, percent: float = 21.3) -> None:
    """A probe that says how wet the bed is; dry enough to be watered."""
    probe_says(door, lambda _: percent, 10)
    door.client.put("/api/v1/beds/bac-1", json={"channels": ["potager/bac-1-soil"]})


def test_a_garden_that_wants_no_forecast_says_so(door: Door) -> None:
    problem(door.get("/forecast"), 404, "FORECAST_OFF")


def test_before_the_first_one_there_is_none(july: Door) -> None:
    problem(july.get("/forecast"), 404, "FORECAST_NONE")


def test_the_forecast_is_shown_with_its_age_its_source_and_its_attribution(
    july: Door, meteo: Service
) -> None:
    assert fetch(july, meteo, rain=lambda hours: 0.5 if hours > 0 else 0.0)
    july.clock.advance(3600 - 61)
    told = july.json("/forecast")
    assert (told["source"], told["age_s"], told["stale"]) == ("Open-Meteo", 3600, False)
    assert "Open-Meteo.com" in told["attribution"]
    assert "CC BY 4.0" in told["attribution"]
    assert told["place"] == {"latitude": 47.32, "longitude": 5.04}
    assert told["expected"] == {
        "min_c": 16.0,
        "max_c": 16.0,
        "rain_mm": 18.0,
        "rain_until": "2026-07-16T18:00:00.000Z",
    }
    assert told["hours"][0].keys() == {
        "at", "temperature_c", "rain_mm", "humidity_pct", "wind_m_s", "radiation_w_m2",
    }  # fmt: skip
    assert told["days"][0] == {"on": "2026-07-15", "min_c": 9.1, "max_c": 24.3}
    july.clock.advance(11 * 3600)
    stale = july.json("/forecast")
    assert (stale["stale"], stale["expected"]) == (True, None)


def test_the_place_that_is_asked_about_is_rounded(july: Door, meteo: Service) -> None:
    fetch(july, meteo)
    (asked,) = meteo.asked
    assert (asked["latitude"], asked["longitude"]) == ("47.32", "5.04")


def test_enough_rain_to_come_is_waited_for_and_the_reason_names_the_forecast(
    july: Door, meteo: Service
) -> None:
    thirsty(july)
    assert advice(july)["verdict"] == "yes"
    fetch(july, meteo, rain=lambda hours: 2.0 if hours > 1 else 0.0)
    told = advice(july)
    assert (told["verdict"], first(told)) == ("wait_for_rain", "rain_expected")
    assert told["reasons"][0]["text"].endswith("(Open-Meteo forecast: 1 min ago)")


def test_rain_is_not_waited_for_twice_running_by_the_kept_advice(
    july: Door, meteo: Service
) -> None:
    thirsty(july)
    fetch(july, meteo, rain=lambda hours: 2.0 if hours > 1 else 0.0)
    assert advice(july)["verdict"] == "wait_for_rain"
    july.clock.advance(24 * 3600)
    warm_days(july, 1, now_ms=MORNING_MS + DAY_MS)
    probe_says(july, lambda _: 21.3, 1, now_ms=MORNING_MS + DAY_MS)
    fetch(july, meteo, rain=lambda hours: 2.0 if hours > 1 else 0.0)
    told = advice(july)
    assert (told["verdict"], first(told)) == ("yes", "rain_failed")


def test_a_stale_forecast_counts_as_none(july: Door, meteo: Service) -> None:
    thirsty(july)
    fetch(july, meteo, rain=lambda hours: 2.0 if hours > 1 else 0.0)
    july.clock.advance(13 * 3600)
    assert advice(july)["verdict"] == "yes"


def test_frost_to_come_is_told_from_the_forecast(july: Door, meteo: Service) -> None:
    fetch(july, meteo, warmth=lambda hours: -2.0 if hours == 21 else 8.0)
    told = advice(july)
    assert (told["verdict"], first(told)) == ("frost", "frost_foreseen")
    assert "-2 °C" in told["reasons"][0]["text"]
    assert "1 min ago" in told["reasons"][0]["text"]


def test_rain_by_the_service_is_in_the_books_and_marked_as_such(july: Door, meteo: Service) -> None:
    dry = advice(july)
    # 10 mm yesterday at four in the afternoon.
    fetch(july, meteo, rain=lambda hours: 10.0 if hours == -14 else 0.0)
    told = advice(july)
    before, after = dry["inputs"]["missing_mm"], told["inputs"]["missing_mm"]
    assert after == pytest.approx(before - 10.0, abs=0.3)
    codes = {doubt["code"]: doubt["points"] for doubt in told["inputs"]["doubts"]}
    assert codes["rain_online"] == 10
    assert "no_rain_source" not in codes
    assert told["confidence"] == dry["confidence"] + 10
    assert "10 mm of rain (by Open-Meteo" in " ".join(one["text"] for one in told["reasons"])


def test_kept_inputs_give_the_same_advice_byte_for_byte_without_any_network(
    july: Door, meteo: Service
) -> None:
    thirsty(july)
    fetch(july, meteo, rain=lambda hours: 2.0 if hours > 1 else 0.0)
    advice(july)
    fetch(july, meteo, warmth=lambda _: -3.0)
    advice(july)
    kept = july.gateway.catalogue.advice.all("bac-1", july.gateway.advisor.today())
    assert {one.verdict for one in kept} >= {"wait_for_rain", "frost"}
    for one in kept:
        assert one.again("fr").encode() == one.fr.encode()
        assert one.again("en").encode() == one.en.encode()
    forecast = loads(Situation, kept[-1].inputs).forecast
    assert forecast is not None
    assert (forecast.age_h, forecast.min_c) == (pytest.approx(0.02, abs=0.01), -3.0)


def test_a_bad_answer_is_told_and_the_last_good_one_is_still_used(
    july: Door, meteo: Service
) -> None:
    thirsty(july)
    fetch(july, meteo, rain=lambda hours: 2.0 if hours > 1 else 0.0)
    july.clock.advance(3 * 3600)
    meteo.status = 500
    assert not fetch(july, meteo)
    (check,) = [one for one in july.json("/health")["checks"] if one["name"] == "forecast"]
    assert (check["state"], check["code"]) == ("warning", "FORECAST_FAILING")
    assert check["values"]["age_s"] > 3 * 3600
    told = advice(july)
    assert told["verdict"] == "wait_for_rain"
    assert told["reasons"][0]["text"].endswith("(Open-Meteo forecast: 3 h ago)")


def test_a_restart_without_internet_keeps_the_forecast(july: Door, meteo: Service) -> None:
    fetch(july, meteo, rain=lambda hours: 1.0)
    before = july.json("/forecast")
    settings, clock = july.gateway.settings, july.clock
    with closing(Gateway.open(settings, clock)) as again:
        outlook = again.forecasts.outlook()
        assert outlook is not None
        assert len(outlook.hours) == len(before["hours"])
        assert json.dumps(before["expected"]["rain_mm"]) == "35.0"
        rain = again.catalogue.forecast.rain(0, clock.wall_ms())
        assert rain[-1].at_ms == MORNING_MS - HOUR_MS
