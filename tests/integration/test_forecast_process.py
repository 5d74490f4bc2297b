"""A whole gateway that asks for a forecast: it never waits for it, and stops while one is asked."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
from harness import answers, eventually
from openmeteo import LATITUDE, LONGITUDE, Service, answer, service

from gateway.broker import HOST, MosquittoBroker, free_port
from sensor_node.clock import SystemClock

ONCE_STARTED = """
import sys
from pathlib import Path
from gateway.forecast.forecasts import Forecasts
from gateway.forecast.settings import ForecastSettings
from gateway.run import GatewayProcess
from gateway.settings import GatewaySettings, Http
from sensor_node.link import Broker

data, broker_port, http_port, url, latitude, longitude = sys.argv[1:]

def at_once(gateway):
    place, kept = gateway.forecasts.place, gateway.catalogue.forecast
    gateway.forecasts = Forecasts(settings.forecast, place, kept, gateway.clock, lambda: 0.0)

settings = GatewaySettings(
    data=Path(data),
    clock="system",
    latitude=float(latitude),
    longitude=float(longitude),
    broker=Broker(host="127.0.0.1", port=int(broker_port)),
    http=Http(host="127.0.0.1", port=int(http_port)),
    forecast=ForecastSettings(enabled=True, url=url),
)
GatewayProcess(settings, before=at_once).run()
"""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextmanager
def running(
    data: Path, mosquitto: MosquittoBroker, meteo: Service
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    command = [sys.executable, "-c", ONCE_STARTED, data, mosquitto.port, port, meteo.url]
    place = [LATITUDE, LONGITUDE]
    process = subprocess.Popen([str(one) for one in [*command, *place]])
    try:
        yield process, f"http://{HOST}:{port}"
    finally:
        process.kill()
        process.wait()


def status_of(url: str) -> int:
    try:
        return httpx.get(url, trust_env=False).status_code
    except httpx.TransportError:
        return 0


def test_a_service_that_hangs_holds_nothing_up_and_the_next_start_has_its_forecast(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    with service() as meteo:

        def hang(_handler: BaseHTTPRequestHandler) -> None:
            meteo.stop.wait()

        meteo.act = hang
        with running(tmp_path / "garden", mosquitto, meteo) as (gateway, base):
            eventually(meteo.came.is_set, "the forecast is asked for")
            eventually(lambda: answers(base), "it is healthy all the same")
            assert status_of(f"{base}/api/v1/forecast") == 404
            gateway.send_signal(signal.SIGTERM)
            assert gateway.wait(20) == 0
        meteo.act = None
        meteo.says(answer(SystemClock().wall_ms()))
        with running(tmp_path / "garden", mosquitto, meteo) as (gateway, base):
            eventually(lambda: status_of(f"{base}/api/v1/forecast") == 200, "the forecast is there")
            gateway.send_signal(signal.SIGTERM)
            assert gateway.wait(20) == 0
