"""What can go wrong with a forecast, in words; the last good one stays in use while it holds."""

from __future__ import annotations

from typing import Final

from sensor_node.errors import NetworkError

_FR: Final = " La dernière prévision sert encore tant qu'elle est fraîche."
_EN: Final = " The last forecast is used as long as it is fresh."


def unreachable(error: Exception) -> NetworkError:
    """No way to the service."""
    why = str(error)[:120] or type(error).__name__
    return NetworkError(
        "FORECAST_UNREACHABLE",
        fr=f"Open-Meteo ne répond pas ({why}) : la passerelle a-t-elle internet ?" + _FR,
        en=f"Open-Meteo does not answer ({why}): has the gateway internet?" + _EN,
    )


def too_slow(patience_s: float) -> NetworkError:
    """Nothing, or not all of it, within the time."""
    return NetworkError(
        "FORECAST_TOO_SLOW",
        fr=f"Open-Meteo n'a pas fini de répondre en {patience_s:g} s : la liaison est lente." + _FR,
        en=f"Open-Meteo has not done answering within {patience_s:g} s: the link is slow." + _EN,
    )


def too_large(most_bytes: int) -> NetworkError:
    """A body without end."""
    return NetworkError(
        "FORECAST_TOO_LARGE",
        fr=f"La réponse dépasse {most_bytes} octets, ce n'est pas une prévision : vérifiez "
        "forecast.url." + _FR,
        en=f"The answer is over {most_bytes} bytes, which no forecast is: check "
        "forecast.url." + _EN,
    )


def portal() -> NetworkError:
    """A page, or a way to another place, instead of a forecast."""
    return NetworkError(
        "FORECAST_PORTAL",
        fr="Une page web répond à la place d'Open-Meteo : le réseau demande sans doute à se "
        "connecter (portail), ou forecast.url est fausse." + _FR,
        en="A web page answers in Open-Meteo's place: the network probably wants somebody to log "
        "in (portal), or forecast.url is wrong." + _EN,
    )


def too_often() -> NetworkError:
    """HTTP 429."""
    return NetworkError(
        "FORECAST_TOO_OFTEN",
        fr="Open-Meteo trouve qu'on lui demande trop souvent : le jardin attend une heure au "
        "moins. Si cela dure, augmentez forecast.every_h." + _FR,
        en="Open-Meteo finds that it is asked too often: the garden waits an hour at least. If "
        "it lasts, raise forecast.every_h." + _EN,
    )


def failing(status: int) -> NetworkError:
    """HTTP 5xx."""
    return NetworkError(
        "FORECAST_FAILING",
        fr=f"Open-Meteo est en panne (HTTP {status}) : le jardin réessaie seul." + _FR,
        en=f"Open-Meteo is out of order (HTTP {status}): the garden tries again by itself." + _EN,
    )


def refused(status: int, reason: str) -> NetworkError:
    """Any other status."""
    return NetworkError(
        "FORECAST_REFUSED",
        fr=f"Open-Meteo a refusé la demande (HTTP {status} : {reason}) : vérifiez forecast.url, "
        "latitude et longitude." + _FR,
        en=f"Open-Meteo refused the request (HTTP {status}: {reason}): check forecast.url, "
        "latitude and longitude." + _EN,
    )


def unreadable(what: str) -> NetworkError:
    """An answer that is no forecast as it is documented."""
    return NetworkError(
        "FORECAST_UNREADABLE",
        fr=f"La réponse d'Open-Meteo n'est pas une prévision ({what}) : elle n'est pas prise. Si "
        "cela dure, mettez le logiciel à jour." + _FR,
        en=f"Open-Meteo's answer is no forecast ({what}): it is not taken. If it lasts, update "
        "the software." + _EN,
    )
