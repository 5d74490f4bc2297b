"""Messages through the real Apprise to a real server on this computer, down and back again."""

from __future__ import annotations

import json
import logging
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from harness import eventually
from test_programs import running
from watched import AIR, HUMIDITY, TANK, Watched

from gateway import checks
from gateway.alarms.courier import Apprise
from gateway.alarms.settings import NotifySettings
from gateway.alarms.watchman import Watchman
from gateway.broker import HOST, MosquittoBroker, free_port
from gateway.cli import main
from gateway.settings import GatewaySettings
from sensor_node.errors import ConfigError, NetworkError

SECRET = "mot-de-passe"


class Service:
    """Takes Apprise's json:// notifications, or refuses them."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.refuses = False
        self.hangs = threading.Event()
        self.hangs.set()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.hangs.wait()
                if not service.refuses:
                    service.heard.append(body)
                self.send_response(500 if service.refuses else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """In silence."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"json://jardin:{SECRET}@{HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self.hangs.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def garden(tmp_path: Path, service: Service) -> Iterator[Watched]:
    """A garden whose messages really go out, at eight in the evening of a cold day."""
    garden = Watched(tmp_path, "2026-04-02 20:00", urls=(service.url,))
    garden._send = Apprise().send  # type: ignore[method-assign]
    garden.restart()
    yield garden
    garden.gateway.close()


def frost(garden: Watched) -> None:
    """The air is at two degrees."""
    garden.clock.advance(300)
    garden.says({AIR: 2.0, HUMIDITY: 80.0})
    garden.look()


def test_frost_goes_out_at_once_by_apprise(garden: Watched, service: Service) -> None:
    frost(garden)
    (message,) = service.heard
    assert message["title"] == "Jardin : gel"
    assert message["message"] == (
        "- Risque de gel cette nuit (minimum attendu 2 °C), depuis 20 h 05. Préparez les voiles ; "
        "couvrez les plantes fragiles avant la nuit."
    )


def test_a_service_that_is_down_gets_all_in_one_message_when_it_is_back(
    garden: Watched, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.refuses = True
    with caplog.at_level(logging.INFO):
        frost(garden)
        (ill,) = [one for one in checks.for_the_page(garden.gateway) if one.name == "messages"]
        assert ill.code == "NOTICE_UNDELIVERED"
        assert "n° 1" in ill.fr
        garden.live("2026-04-03 06:30", lambda _: {AIR: 2.0, HUMIDITY: 80.0, TANK: 5.0}, 1500)
        assert service.heard == []
        assert checks.checks(garden.gateway)[-1].values["waiting"] == 2
        garden.restart()
        service.refuses = False
        garden.live("2026-04-03 07:00", lambda _: {AIR: 2.0, HUMIDITY: 80.0, TANK: 5.0}, 1500)
    (message,) = service.heard
    assert message["title"] == "Jardin : gel (avec du retard)"
    first, second = message["message"].splitlines()
    assert first.startswith("- Risque de gel cette nuit")
    assert second.startswith("- meteo/citerne : la citerne est presque vide")
    assert checks.checks(garden.gateway)[-1].state == "good"
    assert caplog.text.count("NOTICE_UNDELIVERED") == 1
    assert SECRET not in caplog.text


def test_a_dead_address_keeps_no_message_from_the_others(tmp_path: Path, service: Service) -> None:
    garden = Watched(
        tmp_path, "2026-04-02 20:00", urls=(f"json://{HOST}:{free_port()}", service.url)
    )
    garden._send = Apprise().send  # type: ignore[method-assign]
    garden.restart()
    frost(garden)
    frost(garden)
    assert len(service.heard) == 1
    assert list(garden.post.failures) == [1]
    garden.gateway.close()


def test_a_service_that_does_not_answer_is_given_up_in_time(service: Service) -> None:
    courier = Apprise(most_s=3.0)
    service.hangs.clear()
    with pytest.raises(NetworkError) as caught:
        courier.send(f"{service.url}?rto=60&cto=60", "titre", "texte")
    assert caught.value.code == "NOTICE_TOO_SLOW"
    assert SECRET not in str(caught.value)


def test_a_stopped_gateway_waits_for_no_service(garden: Watched, service: Service) -> None:
    courier = Apprise()
    service.hangs.clear()
    settings = GatewaySettings(
        data=garden.settings.data, notify=NotifySettings(urls=[f"{service.url}?rto=60"])
    )
    garden.gateway.settings = settings
    frost_now = Watchman(garden.gateway, courier)
    garden.clock.advance(300)
    garden.says({AIR: 1.0})
    with frost_now:
        eventually(lambda: courier._child is not None, "a message is on its way")
    assert garden.gateway.post is not None
    assert len(garden.gateway.post.waiting()) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"ntfi://{SECRET}", "ntfy://{topic}"),
        (f"signal://{SECRET}", "signal://{host}/{from_phone}"),
        (SECRET, "mailtos://user:password@example.org"),
    ],
)
def test_a_wrong_address_is_refused_with_what_is_expected_and_never_repeated(
    url: str, expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        Apprise().check(["json://localhost", url])
    assert caught.value.code == "NOTIFY_WRONG_URL"
    assert expected in caught.value.en
    assert "number 2" in caught.value.en
    assert SECRET not in str(caught.value)


# --- programs -----------------------------------------------------------------------------------


def written(folder: Path, *urls: str, more: str = "") -> Path:
    """A gateway.toml whose addresses stand in a file of their own."""
    secrets = folder / "notify.toml"
    secrets.write_text(f"urls = {json.dumps(list(urls))}\n", encoding="utf-8")
    config = folder / "gateway.toml"
    config.write_text(
        f'data = "{folder / "data"}"\nname = "Jardin"\n{more}\n[notify]\nfile = "{secrets}"\n',
        encoding="utf-8",
    )
    return config


def test_the_command_sends_a_message_to_try(
    tmp_path: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, service.url)
    assert main(["notify", "--config", str(config)]) == 0
    assert service.heard == []
    assert main(["notify", "--config", str(config), "--test"]) == 0
    assert [one["title"] for one in service.heard] == ["Jardin : essai"]
    service.refuses = True
    assert main(["notify", "--config", str(config), "--test"]) == 4
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err


def test_the_command_says_that_there_is_no_address(tmp_path: Path) -> None:
    assert main(["notify", "--config", str(written(tmp_path)), "--test"]) == 3
    assert main(["notify", "--config", str(written(tmp_path, SECRET)), "--test"]) == 3


def test_a_gateway_with_a_wrong_address_does_not_start(
    tmp_path: Path, mosquitto: MosquittoBroker
) -> None:
    more = f'[broker]\nhost = "{HOST}"\nport = {mosquitto.port}\n[http]\nport = {free_port()}'
    log = tmp_path / "gateway.log"
    config = written(tmp_path, f"ntfi://{SECRET}", more=more)
    with running("gateway", "run", "--config", str(config), log=log) as gateway:
        assert gateway.wait(60) == 3
    assert "ntfy://{topic}" in log.read_text()
    assert SECRET not in log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_running_gateway_watches_and_stops_cleanly(
    tmp_path: Path, mosquitto: MosquittoBroker, service: Service
) -> None:
    port = free_port()
    more = f'[broker]\nhost = "{HOST}"\nport = {mosquitto.port}\n[http]\nport = {port}'
    log = tmp_path / "gateway.log"
    config = written(tmp_path, service.url, more=more)
    with running("gateway", "run", "--config", str(config), "--verbose", log=log) as gateway:
        eventually(lambda: _answers(port), "it serves")
        gateway.send_signal(signal.SIGTERM)
        assert gateway.wait(30) == 0
    assert SECRET not in log.read_text()
    assert "Traceback" not in log.read_text()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/api/v1/alerts", trust_env=False).json() == {
            "alerts": []
        }
    except httpx.HTTPError:
        return False
