"""Asking Open-Meteo over a real connection: what may come back, and what becomes of it."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from openmeteo import LATITUDE, LONGITUDE, Service, answer, service

from gateway.broker import free_port
from gateway.forecast.client import MOST_BYTES, OpenMeteo
from gateway.forecast.outlook import Outlook
from gateway.forecast.settings import AskedPlace
from sensor_node.errors import NetworkError

NOW_MS = 1_784_093_400_000
PLACE = AskedPlace(LATITUDE, LONGITUDE)
PAGE = b"<!DOCTYPE html><html><body>Bienvenue sur le Wi-Fi</body></html>"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def meteo() -> Iterator[Service]:
    with service() as opened:
        opened.says(answer(NOW_MS))
        yield opened


def ask(url: str, *, days_back: int = 2, patience_s: float = 20.0) -> Outlook:
    return asyncio.run(OpenMeteo(url, PLACE, patience_s).ask(NOW_MS, days_back))


def refused(meteo: Service, patience_s: float = 20.0) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        ask(meteo.url, patience_s=patience_s)
    return caught.value


def test_a_forecast_is_asked_for_as_documented(meteo: Service) -> None:
    assert len(ask(meteo.url, days_back=400).hours) == 240
    assert meteo.asked == [
        {
            "latitude": "47.32",
            "longitude": "5.04",
            "hourly": "temperature_2m,precipitation,relative_humidity_2m,wind_speed_10m,"
            "shortwave_radiation",
            "daily": "temperature_2m_min,temperature_2m_max",
            "wind_speed_unit": "ms",
            "timeformat": "unixtime",
            "timezone": "UTC",
            "forecast_days": "7",
            "past_days": "60",
        }
    ]


def test_nothing_else_of_the_garden_leaves_with_it(meteo: Service) -> None:
    ask(meteo.url)
    (heard,) = meteo.heard
    assert heard.keys() == {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert heard["user-agent"].startswith("jardin-connecte/")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (429, b'{"error": true, "reason": "Minutely API request limit exceeded."}',
         "FORECAST_TOO_OFTEN"),
        (400, b'{"error": true, "reason": "Latitude must be in range"}', "FORECAST_REFUSED"),
        (404, b"[]", "FORECAST_REFUSED"),
        (500, b"", "FORECAST_FAILING"),
        (502, PAGE, "FORECAST_FAILING"),
        (511, PAGE, "FORECAST_PORTAL"),
        (200, PAGE, "FORECAST_PORTAL"),
        (403, b"  \n" + PAGE, "FORECAST_PORTAL"),
        (200, b"", "FORECAST_UNREADABLE"),
        (200, b"{}", "FORECAST_UNREADABLE"),
        (200, b'{"error": true, "reason": "out of range"}', "FORECAST_UNREADABLE"),
        (204, b"", "FORECAST_REFUSED"),
    ],
)  # fmt: skip
def test_what_is_no_forecast_is_told_with_its_code(
    meteo: Service, status: int, body: bytes, code: str
) -> None:
    meteo.status, meteo.body = status, body
    error = refused(meteo)
    assert error.code == code
    assert "dernière prévision" in error.fr
    assert "last forecast" in error.en


def test_the_services_own_reason_is_told_shortened_and_printable(meteo: Service) -> None:
    meteo.status = 400
    meteo.says({"error": True, "reason": "Latitude\x1b[31m must " + "x" * 500})
    told = refused(meteo).en
    assert "Latitude[31m must" in told
    assert len(told) < 400


def test_a_redirect_is_not_followed(meteo: Service) -> None:
    with service() as portal:
        meteo.status, meteo.headers["Location"] = 302, portal.url
        assert refused(meteo).code == "FORECAST_PORTAL"
        assert portal.asked == []


def test_a_body_without_end_is_cut(meteo: Service) -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not meteo.stop.is_set():
            handler.wfile.write(b" " * 65_536)

    meteo.act = flood
    assert refused(meteo).code == "FORECAST_TOO_LARGE"


def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_unpacked(meteo: Service) -> None:
    meteo.body = gzip.compress(b" " * 50 * MOST_BYTES + json.dumps(answer(NOW_MS)).encode())
    meteo.headers["Content-Encoding"] = "gzip"
    assert len(meteo.body) < MOST_BYTES
    assert refused(meteo).code == "FORECAST_UNREADABLE"


def test_an_answer_that_drips_is_given_up(meteo: Service) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not meteo.stop.wait(0.02):
            handler.wfile.write(b" ")

    meteo.act = drip
    assert refused(meteo, patience_s=0.5).code == "FORECAST_TOO_SLOW"


def test_headers_that_drip_are_given_up(meteo: Service) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not meteo.stop.wait(0.02):
            handler.wfile.write(b"x")

    meteo.act = drip
    assert refused(meteo, patience_s=0.5).code == "FORECAST_TOO_SLOW"


def test_an_answer_that_breaks_off_is_no_answer(meteo: Service) -> None:
    def break_off(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(meteo.body[:1000])
        handler.close_connection = True

    meteo.act = break_off
    assert refused(meteo).code == "FORECAST_UNREACHABLE"


def test_what_speaks_no_http_is_no_service(meteo: Service) -> None:
    meteo.act = lambda handler: handler.wfile.write(b"220 mail.example ready\r\n") and None
    assert refused(meteo).code == "FORECAST_UNREACHABLE"


def test_without_a_way_there_it_says_so() -> None:
    with pytest.raises(NetworkError) as caught:
        ask(f"http://127.0.0.1:{free_port()}/v1/forecast")
    assert caught.value.code == "FORECAST_UNREACHABLE"
    assert "internet" in caught.value.fr
