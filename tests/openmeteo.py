"""Open-Meteo on this computer: answers in its documented form, and everything else that may come.

The names, units and times are those of https://open-meteo.com/en/docs with ``timeformat=unixtime``,
``timezone=UTC`` and ``wind_speed_unit=ms``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOUR_S = 3600
DAY_S = 24 * HOUR_S
LATITUDE, LONGITUDE = 47.32, 5.04
Weather = Callable[[int], float | None]


def answer(
    now_ms: int,
    *,
    rain: Weather = lambda _hours: 0.0,
    warmth: Weather = lambda _hours: 16.0,
    days_back: int = 3,
    place: tuple[float, float] = (LATITUDE, LONGITUDE),
) -> dict[str, Any]:
    """An answer of ``now_ms``; ``rain`` and ``warmth`` by hours from now (0: the hour that has
    begun; rain is that of the hour before each time)."""
    now_s = now_ms // 1000
    today_s = now_s - now_s % DAY_S
    times = list(range(today_s - days_back * DAY_S, today_s + 7 * DAY_S, HOUR_S))
    days = times[::24]
    ahead = [(at_s - now_s + now_s % HOUR_S) // HOUR_S for at_s in times]
    count = len(times)
    return {
        "latitude": place[0] - 0.02,
        "longitude": place[1] + 0.019998,
        "generationtime_ms": 0.105,
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "timezone_abbreviation": "GMT",
        "elevation": 247.0,
        "hourly_units": {
            "time": "unixtime",
            "temperature_2m": "°C",
            "precipitation": "mm",
            "relative_humidity_2m": "%",
            "wind_speed_10m": "m/s",
            "shortwave_radiation": "W/m²",
        },
        "hourly": {
            "time": times,
            "temperature_2m": [warmth(hours) for hours in ahead],
            "precipitation": [rain(hours) for hours in ahead],
            "relative_humidity_2m": [70] * count,
            "wind_speed_10m": [2.4] * count,
            "shortwave_radiation": [120.0] * count,
        },
        "daily_units": {
            "time": "unixtime",
            "temperature_2m_min": "°C",
            "temperature_2m_max": "°C",
        },
        "daily": {
            "time": days,
            "temperature_2m_min": [9.1] * len(days),
            "temperature_2m_max": [24.3] * len(days),
        },
    }


class Service:
    """A service that answers with ``body`` and ``status``, or as ``act`` does.

    ``asked``: the parameters of each request. ``stop``: set at its end.
    """

    def __init__(self) -> None:
        self.body: bytes = b"{}"
        self.status = 200
        self.headers: dict[str, str] = {"Content-Type": "application/json; charset=utf-8"}
        self.act: Callable[[BaseHTTPRequestHandler], None] | None = None
        self.asked: list[dict[str, str]] = []
        self.heard: list[dict[str, str]] = []
        self.came = threading.Event()
        self.stop = threading.Event()
        self.url = ""

    def says(self, told: Any) -> None:
        self.body = json.dumps(told).encode()

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)
        self.asked.append({name: ",".join(values) for name, values in asked.items()})
        self.heard.append({name.lower(): value for name, value in handler.headers.items()})
        self.came.set()
        if self.act is not None:
            self.act(handler)
            return
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        handler.wfile.write(self.body)


@contextmanager
def service() -> Iterator[Service]:
    """A service on a port of its own."""
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                told.reply(self)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/v1/forecast"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        told.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
