"""The settings of the forecast: off unless asked for, and no exact address in any request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sensor_node.errors import ConfigError
from sensor_node.settings import setting

URL: Final = "https://api.open-meteo.com/v1/forecast"


@dataclass(frozen=True)
class ForecastSettings:
    """Whether, where and how often the forecast is asked for."""

    enabled: bool = setting(
        False,
        fr="demander à Open-Meteo le temps qu'il va faire",
        en="ask Open-Meteo for the weather to come",
    )
    url: str = setting(URL, fr="adresse du service", en="address of the service")
    every_h: int = setting(
        3, fr="heures entre deux demandes", en="hours between two requests", unit="h", least=1,
        most=8,
    )  # fmt: skip
    decimals: int = setting(
        2,
        fr="décimales du lieu dans la demande : 2 pour 1 km, 1 pour 10 km, 0 pour 100 km",
        en="decimals of the place in the request: 2 for 1 km, 1 for 10 km, 0 for 100 km",
        least=0,
        most=2,
    )

    def __post_init__(self) -> None:
        if not _is_address(self.url):
            raise ConfigError(
                "FORECAST_URL",
                fr=f"Réglage « forecast.url » : « {self.url[:80]} » n'est pas une adresse ; elle "
                f"commence par http:// ou https://, comme {URL}.",
                en=f"Setting 'forecast.url': '{self.url[:80]}' is no address; it begins with "
                f"http:// or https://, like {URL}.",
            )


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """The place as it stands in the request, in degrees, rounded."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.latitude:g},{self.longitude:g}"


def asked_place(
    settings: ForecastSettings, latitude: float | None, longitude: float | None
) -> AskedPlace | None:
    """The place to ask about; None where the forecast is off.

    Raises ``ConfigError`` where it is on and nobody has said where the garden is.
    """
    if not settings.enabled:
        return None
    if latitude is None or longitude is None:
        raise ConfigError(
            "FORECAST_NO_PLACE",
            fr="La prévision (forecast.enabled) a besoin du lieu du jardin : donnez latitude et "
            "longitude dans gateway.toml, arrondies au kilomètre si vous voulez (47.32 et 5.04).",
            en="The forecast (forecast.enabled) needs the garden's place: give latitude and "
            "longitude in gateway.toml, rounded to a kilometre if you like (47.32 and 5.04).",
        )
    # Adding zero: minus nothing is nothing.
    return AskedPlace(
        round(latitude, settings.decimals) + 0.0, round(longitude, settings.decimals) + 0.0
    )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
