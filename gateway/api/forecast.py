"""``GET /forecast``: the weather to come, with its age and its source."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from gateway.api.context import TheGateway
from gateway.api.guard import allow
from gateway.api.problems import Problem
from gateway.api.shapes import Place
from gateway.api.weather_shapes import DayShape, ExpectedShape, ForecastShape, HourShape
from gateway.forecast.outlook import ATTRIBUTION, Hour, Outlook, rain_until_ms
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.times import to_rfc3339

router = APIRouter(tags=["weather"])


@router.get("/forecast", dependencies=[allow(Action.READ)], summary="The weather to come")
def forecast(gateway: TheGateway, response: Response) -> ForecastShape:
    """The last good forecast, however old; `stale` once the advice no longer believes it.

    404 `FORECAST_OFF` where the garden wants none, `FORECAST_NONE` where none has come yet. Show
    `attribution` wherever you show the forecast.
    """
    response.headers["Cache-Control"] = "no-store"
    place, outlook = gateway.forecasts.place, gateway.forecasts.outlook()
    if place is None:
        raise _off()
    if outlook is None:
        raise _none()
    now_ms = gateway.clock.wall_ms()
    return ForecastShape(
        source="Open-Meteo",
        attribution=ATTRIBUTION,
        place=Place(latitude=place.latitude, longitude=place.longitude),
        fetched=to_rfc3339(outlook.fetched_ms),
        age_s=outlook.age_s(now_ms),
        stale=not outlook.holds(now_ms),
        expected=_expected(gateway, outlook, now_ms),
        hours=[_hour(hour) for hour in outlook.hours],
        days=[DayShape(**asdict(day)) for day in outlook.days],
    )


def _expected(gateway: Gateway, outlook: Outlook, now_ms: int) -> ExpectedShape | None:
    zone = gateway.settings.timezone
    expected = outlook.expected(now_ms, zone)
    if expected is None or not outlook.holds(now_ms):
        return None
    return ExpectedShape(
        min_c=expected.min_c,
        max_c=expected.max_c,
        rain_mm=expected.rain_mm,
        rain_until=to_rfc3339(rain_until_ms(now_ms, zone)),
    )


def _hour(hour: Hour) -> HourShape:
    told = asdict(hour)
    return HourShape(at=to_rfc3339(told.pop("at_ms")), **told)


def _off() -> Problem:
    return Problem(
        404,
        "FORECAST_OFF",
        fr="Ce jardin ne demande pas de prévision : le réglage forecast.enabled l'allume.",
        en="This garden asks for no forecast: the setting forecast.enabled switches it on.",
    )


def _none() -> Problem:
    return Problem(
        404,
        "FORECAST_NONE",
        fr="Aucune prévision n'est encore arrivée ; GET /api/v1/health dit pourquoi.",
        en="No forecast has come yet; GET /api/v1/health says why.",
    )
