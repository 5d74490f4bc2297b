"""When the forecast is asked for, what of it is kept, and how long it is believed."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openmeteo import LATITUDE, LONGITUDE, Weather, answer

from gateway.catalogue import Catalogue
from gateway.checks import checks
from gateway.forecast import troubles
from gateway.forecast.answer import outlook_of
from gateway.forecast.asking import Asking
from gateway.forecast.forecasts import Forecasts
from gateway.forecast.outlook import Outlook, rain_until_ms
from gateway.forecast.settings import AskedPlace, ForecastSettings, asked_place
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.times import DAY_MS, HOUR_MS, to_rfc3339
from gateway.watering.samples import Sample
from sensor_node.clock import FakeClock
from sensor_node.errors import ConfigError, GardenError, NetworkError, StorageError
from sensor_node.settings import build

NOW_MS = 1_784_093_400_000  # 2026-07-15T05:30:00Z, half past seven in the garden
ZONE = "Europe/Paris"
PLACE = AskedPlace(LATITUDE, LONGITUDE)
ON = ForecastSettings(enabled=True)
HOUR_S = 3600.0


def told(now_ms: int = NOW_MS, *, rain: Weather = lambda _: 0.0, **more: object) -> Outlook:
    content = json.dumps(answer(now_ms, rain=rain, **more)).encode()  # type: ignore[arg-type]
    return outlook_of(content, PLACE, now_ms)


class Asked:
    """A service that says ``error``, or what weather there is at the time."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.days_back: list[int] = []

    async def __call__(self, now_ms: int, days_back: int) -> Outlook:
        self.days_back.append(days_back)
        if self.error is not None:
            raise self.error
        return told(now_ms, rain=lambda hours: 0.1 if hours <= 0 else 0.3)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW_MS)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "garden.sqlite")) as opened:
        yield opened


@pytest.fixture
def forecasts(catalogue: Catalogue, clock: FakeClock) -> Forecasts:
    return Forecasts(ON, PLACE, catalogue.forecast, clock, chance=lambda: 0.0)


def turn(forecasts: Forecasts, ask: Asked) -> bool:
    return asyncio.run(forecasts.turn(ask))


# --- the settings -------------------------------------------------------------------------------


def test_it_is_off_unless_asked_for() -> None:
    settings = GatewaySettings(data=Path("x"), latitude=47.3, longitude=5.0)
    assert not settings.forecast.enabled
    assert asked_place(settings.forecast, 47.3, 5.0) is None


@pytest.mark.parametrize("missing", ["latitude", "longitude"])
def test_without_a_place_it_is_refused_with_what_to_do(missing: str) -> None:
    table = {"data": "x", "latitude": 47.3, "longitude": 5.0, "forecast": {"enabled": True}}
    del table[missing]
    with pytest.raises(ConfigError) as caught:
        build(GatewaySettings, table)
    assert caught.value.code == "FORECAST_NO_PLACE"
    assert "latitude et longitude" in caught.value.fr


@pytest.mark.parametrize(
    "url", ["", "api.open-meteo.com", "ftp://a.example/", "http://", "http://[::1"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ForecastSettings(url=url)
    assert caught.value.code == "FORECAST_URL"


@pytest.mark.parametrize(("decimals", "asked"), [(2, "47.32,-0.04"), (1, "47.3,0"), (0, "47,0")])
def test_the_exact_address_never_leaves_the_garden(decimals: int, asked: str) -> None:
    place = asked_place(ForecastSettings(enabled=True, decimals=decimals), 47.32167, -0.04139)
    assert str(place) == asked


# --- when ---------------------------------------------------------------------------------------


def test_gateways_that_start_together_do_not_ask_together(catalogue: Catalogue) -> None:
    clock = FakeClock(NOW_MS)
    chances = iter((0.0, 0.5))
    first, second = (
        Forecasts(ON, PLACE, catalogue.forecast, clock, lambda: next(chances)) for _ in range(2)
    )
    assert (first.is_due(), second.is_due()) == (True, False)
    clock.advance(30)
    assert second.is_due()


def test_a_forecast_is_asked_for_again_after_the_set_hours(
    forecasts: Forecasts, clock: FakeClock
) -> None:
    assert forecasts.is_due()
    assert turn(forecasts, Asked())
    assert not forecasts.is_due()
    clock.advance(3 * HOUR_S - 1)
    assert not forecasts.is_due()
    clock.advance(1)
    assert forecasts.is_due()


def test_a_restart_keeps_it_and_asks_no_sooner(
    forecasts: Forecasts, catalogue: Catalogue, clock: FakeClock
) -> None:
    turn(forecasts, Asked())
    clock.advance(2 * HOUR_S)
    again = Forecasts(ON, PLACE, catalogue.forecast, clock, chance=lambda: 0.0)
    assert not again.is_due()
    outlook = again.outlook()
    assert outlook is not None
    assert outlook.age_s(clock.wall_ms()) == 7200
    clock.advance(HOUR_S)
    assert again.is_due()


def test_after_failures_it_waits_longer_each_time_but_no_longer_than_usual(
    forecasts: Forecasts, clock: FakeClock
) -> None:
    ask = Asked()
    ask.error = troubles.failing(503)
    waits = []
    for _ in range(8):
        assert not turn(forecasts, ask)
        waited_s = 0
        while not forecasts.is_due():
            clock.advance(60)
            waited_s += 60
        waits.append(waited_s)
    assert waits == [300, 600, 1200, 2400, 4800, 9600, 10800, 10800]
    ask.error = None
    turn(forecasts, ask)
    assert forecasts.failure is None


def test_a_service_that_finds_it_too_often_is_left_alone_for_an_hour(
    forecasts: Forecasts, clock: FakeClock
) -> None:
    ask = Asked()
    ask.error = troubles.too_often()
    turn(forecasts, ask)
    clock.advance(HOUR_S - 1)
    assert not forecasts.is_due()
    clock.advance(1)
    assert forecasts.is_due()


def test_without_the_right_time_nothing_is_asked(forecasts: Forecasts, clock: FakeClock) -> None:
    clock.keeper = None
    assert not forecasts.is_due()


def test_a_forecast_from_a_time_to_come_is_asked_for_anew_and_not_believed(
    forecasts: Forecasts, clock: FakeClock
) -> None:
    turn(forecasts, Asked())
    clock.advance(3600)
    clock.set_wall(NOW_MS - 2 * HOUR_MS)
    outlook = forecasts.outlook()
    assert outlook is not None
    assert not outlook.holds(clock.wall_ms())
    assert outlook.expected(clock.wall_ms(), ZONE) is None
    assert forecasts.is_due()


def test_a_disk_that_fails_does_not_make_it_ask_at_once_again(
    forecasts: Forecasts, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("DISK_FULL", fr="plein", en="full")

    monkeypatch.setattr(catalogue.forecast, "keep", full)
    with pytest.raises(StorageError):
        turn(forecasts, Asked())
    assert not forecasts.is_due()


# --- what is kept -------------------------------------------------------------------------------


def test_a_bad_answer_leaves_the_last_good_one_in_use(
    forecasts: Forecasts, clock: FakeClock
) -> None:
    ask = Asked()
    turn(forecasts, ask)
    clock.advance(3 * HOUR_S)
    ask.error = troubles.unreadable("it is not JSON")
    assert not turn(forecasts, ask)
    outlook = forecasts.outlook()
    assert outlook is not None
    assert (outlook.fetched_ms, outlook.holds(clock.wall_ms())) == (NOW_MS, True)
    assert forecasts.failure is not None


def test_rain_that_has_fallen_grows_and_what_was_slept_through_is_asked_for(
    forecasts: Forecasts, catalogue: Catalogue, clock: FakeClock
) -> None:
    ask = Asked()
    turn(forecasts, ask)
    clock.advance(3 * HOUR_S)
    turn(forecasts, ask)
    clock.advance(6 * 24 * HOUR_S)
    turn(forecasts, ask)
    assert ask.days_back == [60, 2, 8]
    rain = catalogue.forecast.rain(NOW_MS - DAY_MS, NOW_MS + DAY_MS)
    hours = [one.at_ms for one in rain]
    assert {b - a for a, b in pairwise(hours)} == {HOUR_MS}
    # What was a forecast once is never taken for rain that fell.
    first = catalogue.forecast.rain(NOW_MS, NOW_MS + 3 * HOUR_MS)
    assert {one.value for one in first} == {0.1}


def test_a_garden_that_moved_forgets_the_weather_of_the_other_place(
    forecasts: Forecasts, catalogue: Catalogue, clock: FakeClock
) -> None:
    turn(forecasts, Asked())
    elsewhere = Forecasts(ON, AskedPlace(43.6, 1.44), catalogue.forecast, clock, lambda: 0.0)
    assert elsewhere.outlook() is None
    assert elsewhere.is_due()
    later = replace(told(NOW_MS + HOUR_MS, days_back=1), fetched_ms=NOW_MS + HOUR_MS)
    catalogue.forecast.keep(later, "43.6,1.44")
    assert catalogue.forecast.outlook(str(PLACE)) is None
    assert not catalogue.forecast.rain(0, NOW_MS - 2 * DAY_MS)


def test_what_is_kept_is_what_came(catalogue: Catalogue) -> None:
    outlook = told(rain=lambda hours: 0.2 * (hours % 3))
    catalogue.forecast.keep(outlook, "here")
    kept = catalogue.forecast.outlook("here")
    assert kept is not None
    assert kept.hours == tuple(h for h in outlook.hours if h.at_ms >= NOW_MS - DAY_MS)
    assert kept.days[0].on == date(2026, 7, 15)
    (hour,) = catalogue.forecast.rain(NOW_MS - HOUR_MS - HOUR_MS // 2, NOW_MS)
    assert hour == Sample(NOW_MS - HOUR_MS - HOUR_MS // 2, 0.0)


# --- what the advice takes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-07-15T06:00", "2026-07-16T18:00"),
        ("2026-07-15T10:00", "2026-07-16T20:00"),
        ("2026-07-15T20:30", "2026-07-16T20:30"),
        ("2026-07-15T01:00", "2026-07-16T13:00"),
        ("2026-10-24T10:00", "2026-10-25T20:00"),
    ],
)
def test_rain_is_waited_for_until_tomorrow_evening(now: str, until: str) -> None:
    now_ms, until_ms = (
        round(datetime.fromisoformat(one).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)
        for one in (now, until)
    )
    assert to_rfc3339(rain_until_ms(now_ms, ZONE)) == to_rfc3339(until_ms)


def test_the_rain_of_the_hour_that_has_begun_is_not_expected_any_more() -> None:
    # 7:30: until 19:30 tomorrow are the 35 whole hours from 8 to 19.
    expected = told(rain=lambda hours: 9.0 if hours <= 1 else 0.1).expected(NOW_MS, ZONE)
    assert expected is not None
    assert expected.rain_mm == pytest.approx(3.5)


def test_rain_that_is_unknown_in_one_hour_is_unknown() -> None:
    expected = told(rain=lambda hours: None if hours == 20 else 1.0).expected(NOW_MS, ZONE)
    assert expected is not None
    assert expected.rain_mm is None


def test_the_minimum_is_that_of_the_next_24_hours() -> None:
    def warmth(hours: int) -> float:
        return {0: -9.0, 20: -1.5, 30: -7.0}.get(hours, 12.0)

    expected = told(warmth=warmth).expected(NOW_MS, ZONE)
    assert expected is not None
    assert (expected.min_c, expected.max_c) == (-1.5, 12.0)


def test_a_minimum_of_less_than_18_known_hours_is_none() -> None:
    expected = told(warmth=lambda hours: -5.0 if hours < 12 else None).expected(NOW_MS, ZONE)
    assert expected is not None
    assert expected.min_c is None


def test_it_holds_for_twelve_hours_and_is_stale_then() -> None:
    outlook = told()
    assert outlook.holds(NOW_MS + 12 * HOUR_MS - 1000)
    assert not outlook.holds(NOW_MS + 12 * HOUR_MS)
    stale = outlook.expected(NOW_MS + 12 * HOUR_MS, ZONE)
    assert stale is not None
    assert not stale.holds


# --- its health -----------------------------------------------------------------------------------


def health(gateway: Gateway) -> tuple[str, str]:
    (found,) = [check for check in checks(gateway) if check.name == "forecast"]
    return found.state, found.code


def test_the_health_tells_of_it(tmp_path: Path, clock: FakeClock) -> None:
    settings = GatewaySettings(data=tmp_path, latitude=LATITUDE, longitude=LONGITUDE, forecast=ON)
    with closing(Gateway.open(settings, clock)) as gateway:
        assert health(gateway) == ("unknown", "FORECAST_NONE")
        ask = Asked()
        turn(gateway.forecasts, ask)
        assert health(gateway) == ("good", "")
        ask.error = troubles.portal()
        turn(gateway.forecasts, ask)
        assert health(gateway) == ("warning", "FORECAST_PORTAL")
        ask.error = None
        turn(gateway.forecasts, ask)
        clock.advance(13 * HOUR_S)
        assert health(gateway) == ("warning", "FORECAST_STALE")


def test_a_garden_that_wants_none_is_in_good_health(tmp_path: Path, clock: FakeClock) -> None:
    with closing(Gateway.open(GatewaySettings(data=tmp_path), clock)) as gateway:
        assert health(gateway) == ("good", "")
        assert gateway.forecasts.outlook() is None
        assert not gateway.forecasts.is_due()


# --- the thread -----------------------------------------------------------------------------------


def test_the_thread_asks_and_tells_of_news(forecasts: Forecasts) -> None:
    news = threading.Event()
    with Asking(forecasts, Asked(), news.set):
        assert news.wait(20)
    assert forecasts.outlook() is not None


def test_the_thread_stops_in_the_middle_of_a_request(forecasts: Forecasts) -> None:
    asked = threading.Event()

    async def never(_now_ms: int, _days_back: int) -> Outlook:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    with Asking(forecasts, never):
        assert asked.wait(20)
    assert "forecast" not in {thread.name for thread in threading.enumerate()}


def test_without_a_forecast_there_is_no_thread(forecasts: Forecasts) -> None:
    with Asking(forecasts, None):
        assert "forecast" not in {thread.name for thread in threading.enumerate()}


def test_a_failure_is_logged_once_and_so_is_the_return(
    forecasts: Forecasts, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    ask = Asked()
    asking = Asking(forecasts, ask)
    caplog.set_level("INFO", "jardin.forecast")

    def look(error: GardenError | None) -> None:
        assert error is None or isinstance(error, NetworkError)
        ask.error = error
        clock.advance(4 * HOUR_S)
        asyncio.run(asking.look())

    for error in (troubles.portal(), troubles.portal(), None, None):
        look(error)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "FORECAST_PORTAL",
        "FORECAST_BACK",
    ]


def test_what_comes_after_the_farewell_is_not_kept(forecasts: Forecasts) -> None:
    assert not asyncio.run(forecasts.turn(Asked(), may_keep=lambda: False))
    assert forecasts.outlook() is None
