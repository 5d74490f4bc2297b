"""One request to Open-Meteo: bounded in time and size, and never followed elsewhere."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gateway.forecast import troubles
from gateway.forecast.answer import DAILY, HOURLY, BadAnswer, outlook_of
from gateway.forecast.outlook import Outlook
from gateway.forecast.settings import AskedPlace
from sensor_node import __version__
from sensor_node.errors import NetworkError

if TYPE_CHECKING:
    import httpx

MOST_BYTES: Final = 1_000_000
"""Two months of hours before and a week to come are 60 kB."""
PATIENCE_S: Final = 30.0
DAYS_AHEAD: Final = 7
MOST_DAYS_BACK: Final = 60
_LOG_IN: Final = 511


@dataclass(frozen=True, slots=True)
class OpenMeteo:
    """Asks the service at ``url`` about ``place``; an answer may take ``patience_s`` in all."""

    url: str
    place: AskedPlace
    patience_s: float = PATIENCE_S

    async def ask(self, now_ms: int, days_back: int) -> Outlook:
        """The forecast, with the hours of ``days_back`` days before it.

        Raises ``NetworkError`` with what is wrong and what to do.
        """
        import httpx  # noqa: PLC0415 - a garden without a forecast never loads it

        try:
            async with (
                asyncio.timeout(self.patience_s),
                _client(self.patience_s) as client,
                client.stream("GET", self.url, params=self._asked(days_back)) as answer,
            ):
                content = await _content(answer)
        except NetworkError:
            raise
        except (TimeoutError, httpx.TimeoutException):
            raise troubles.too_slow(self.patience_s) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise troubles.unreachable(error) from error
        return _read(answer, content, self.place, now_ms)

    def _asked(self, days_back: int) -> dict[str, str | int | float]:
        return {
            "latitude": self.place.latitude,
            "longitude": self.place.longitude,
            "hourly": ",".join(HOURLY),
            "daily": ",".join(DAILY),
            "wind_speed_unit": "ms",
            "timeformat": "unixtime",
            "timezone": "UTC",
            "forecast_days": DAYS_AHEAD,
            "past_days": min(MOST_DAYS_BACK, max(1, days_back)),
        }


def _client(patience_s: float) -> httpx.AsyncClient:
    import httpx  # noqa: PLC0415

    return httpx.AsyncClient(
        timeout=patience_s,
        follow_redirects=False,
        headers={
            "User-Agent": f"jardin-connecte/{__version__}",
            "Accept": "application/json",
            # A small answer can unpack to a huge one: none is wanted packed.
            "Accept-Encoding": "identity",
        },
    )


async def _content(answer: httpx.Response) -> bytes:
    """The raw body; raises ``NetworkError`` where it does not end soon enough."""
    content = bytearray()
    async for part in answer.aiter_raw():
        content += part
        if len(content) > MOST_BYTES:
            raise troubles.too_large(MOST_BYTES)
    return bytes(content)


def _read(answer: httpx.Response, content: bytes, place: AskedPlace, now_ms: int) -> Outlook:
    status = answer.status_code
    if status == 429:
        raise troubles.too_often()
    if status >= 500 and status != _LOG_IN:
        raise troubles.failing(status)
    if 300 <= status < 400 or status == _LOG_IN or content.lstrip()[:1] == b"<":
        raise troubles.portal()
    if status != 200:
        raise troubles.refused(status, _reason(content))
    try:
        return outlook_of(content, place, now_ms)
    except BadAnswer as error:
        raise troubles.unreadable(str(error)) from error


def _reason(content: bytes) -> str:
    """Why the service says that it refused, as far as it says."""
    try:
        told = json.loads(content)["reason"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "?"
    return "".join(one for one in str(told)[:120] if one.isprintable()) or "?"
