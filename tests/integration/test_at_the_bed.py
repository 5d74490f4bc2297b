"""From a real broker to the lamp at the bed; a publisher stands in for the gateway's advice."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from harness import Ear, eventually, new_mosquitto
from test_programs import running

from gateway.broker import HOST, MosquittoBroker
from sensor_node.clock import SystemClock
from sensor_node.drivers import build_sensors
from sensor_node.fakes import FakeBoard
from sensor_node.link import Broker as BrokerAddress
from sensor_node.node import Node
from sensor_node.outbox import Outbox
from sensor_node.sampler import Sampler
from sensor_node.signals.display import Signals
from sensor_node.signals.settings import SignalSettings
from sensor_node.signals.signs import DARK, Sign

LED = 18
ADVICE = "jardin/v1/live/beds/{}/advice"
ALL_DAY = {"quiet_from": "00:00", "quiet_to": "00:00", "timezone": "UTC"}
SENSORS = [{"type": "dht22", "pin": 4, "temperature": "air", "humidity": "humidity"}]


def today() -> date:
    return datetime.fromtimestamp(SystemClock().wall_ms() / 1000, UTC).date()


def advice(bed: str, verdict: str, days: int = 0) -> str:
    """As the gateway's HTTP interface answers; ``days`` from today."""
    on = (today() + timedelta(days)).isoformat()
    return json.dumps(
        {
            "bed": bed,
            "on": on,
            "verdict": verdict,
            "mm": 12.0,
            "litres": 24,
            "cans": 2.5,
            "when": "evening",
            "reasons": [{"code": "DEPLETION", "text": "46 mm manquent sur 112"}],
            "confidence": 80,
        }
    )


class Bed:
    """A node on fake pins, with a lamp whose pauses pass at once."""

    def __init__(self, folder: Path, port: int) -> None:
        self.board = FakeBoard()
        clock = SystemClock(trusted=True)
        settings = SignalSettings(led=LED, beds=["bac-1", "bac-2"], **ALL_DAY)  # type: ignore[arg-type]
        self._stopping = threading.Event()
        self._round: list[tuple[bool, float]] = []
        self.rounds = 0
        self.sign: object = None
        self.signals = Signals(settings, self.board, clock, wait=self._wait)
        self.sampler = Sampler(build_sensors(SENSORS, self.board))
        self.outbox = Outbox(folder / "outbox.sqlite")
        self.node = Node(
            "potager-1",
            self.signals.watching(self.sampler),
            self.outbox,
            BrokerAddress(host=HOST, port=port),
            clock,
            interval_s=300,
        )

    def _wait(self, seconds: float) -> bool:
        """Keep the sign of the last whole round."""
        self._round.append((self.board.levels(LED)[-1], seconds))
        for sign in (*Sign, DARK):
            steps = sign.value if isinstance(sign, Sign) else sign
            if self._round[-len(steps) :] == list(steps):
                self.sign = sign
                self._round.clear()
                self.rounds += 1
        return self._stopping.wait(0.002)

    def stop(self) -> None:
        self._stopping.set()

    def shows(self, sign: object) -> None:
        eventually(lambda: self.sign == sign, f"the lamp shows {sign}")

    def keeps_showing(self, sign: object) -> None:
        """It shows ``sign`` now, and after three more rounds."""
        until = self.rounds + 3
        eventually(lambda: self.rounds >= until, "three more rounds")
        assert self.sign == sign


@contextmanager
def bed_on(folder: Path, port: int) -> Iterator[Bed]:
    bed = Bed(folder, port)
    try:
        with bed.signals.showing(bed.node):
            bed.node.delivery.start()
            try:
                yield bed
            finally:
                bed.stop()
                bed.node.delivery.stop()
    finally:
        bed.sampler.close()
        bed.outbox.close()


@pytest.fixture
def gateway(mosquitto: MosquittoBroker) -> Iterator[Ear]:
    """Whoever publishes the advice."""
    with closing(Ear(mosquitto.port)) as ear:
        yield ear


def say(gateway: Ear, bed: str, payload: bytes | str) -> None:
    gateway.say(ADVICE.format(bed), payload, retain=True)


def test_the_advice_that_the_broker_retains_is_shown_when_the_node_comes(
    mosquitto: MosquittoBroker, gateway: Ear, tmp_path: Path
) -> None:
    say(gateway, "bac-1", advice("bac-1", "no"))
    say(gateway, "bac-2", advice("bac-2", "yes"))
    with bed_on(tmp_path, mosquitto.port) as bed:
        bed.shows(Sign.WATER)


def test_the_lamp_follows_the_advice_until_it_is_withdrawn(
    mosquitto: MosquittoBroker, gateway: Ear, tmp_path: Path
) -> None:
    with bed_on(tmp_path, mosquitto.port) as bed:
        bed.shows(DARK)
        for verdict, sign in (
            ("yes", Sign.WATER),
            ("no", Sign.NOTHING_TO_DO),
            ("frost", Sign.FROST),
        ):
            say(gateway, "bac-1", advice("bac-1", verdict))
            say(gateway, "bac-2", advice("bac-2", "soon"))
            bed.shows(sign)
        say(gateway, "bac-1", b"")
        bed.shows(DARK)


def test_the_advice_of_yesterday_is_not_shown(
    mosquitto: MosquittoBroker, gateway: Ear, tmp_path: Path
) -> None:
    say(gateway, "bac-1", advice("bac-1", "yes", days=-1))
    with bed_on(tmp_path, mosquitto.port) as bed:
        say(gateway, "bac-2", advice("bac-2", "frost"))
        bed.shows(Sign.FROST)  # both have arrived: a broker keeps their order
        say(gateway, "bac-2", advice("bac-2", "no"))
        bed.shows(DARK)


def test_rubbish_on_the_topic_changes_nothing_and_stops_nothing(
    mosquitto: MosquittoBroker, gateway: Ear, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with bed_on(tmp_path, mosquitto.port) as bed:
        say(gateway, "bac-1", advice("bac-1", "yes"))
        bed.shows(Sign.WATER)
        for rubbish in (b"\x00\xff", b"[[[[", b'{"verdict": "dance"}', b"x" * 100_000):
            say(gateway, "bac-1", rubbish)
        eventually(lambda: "ADVICE_UNREADABLE" in caplog.text, "it is said")
        bed.keeps_showing(Sign.WATER)
        say(gateway, "bac-1", advice("bac-1", "frost"))
        bed.shows(Sign.FROST)
    assert caplog.text.count("ADVICE_UNREADABLE") == 1


def test_an_advice_withdrawn_while_the_node_was_away_is_not_shown_when_it_is_back(
    tmp_path: Path, forgetful: MosquittoBroker
) -> None:
    broker = forgetful
    with closing(Ear(broker.port)) as ear:
        say(ear, "bac-1", advice("bac-1", "yes"))
    with bed_on(tmp_path, broker.port) as bed:
        bed.shows(Sign.WATER)
        broker.stop()
        bed.keeps_showing(Sign.WATER)  # it is still the advice of today
        (tmp_path / "broker" / "mosquitto.db").unlink()  # what it retained: all is withdrawn
        broker.start()
        bed.shows(DARK)


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[MosquittoBroker]:
    """A broker that the test stops and starts."""
    broker = new_mosquitto(tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()


def test_a_running_node_says_rubbish_once_and_stops_cleanly_with_its_lamp(
    mosquitto: MosquittoBroker, gateway: Ear, tmp_path: Path
) -> None:
    config = tmp_path / "node.toml"
    config.write_text(
        f'node = "potager-1"\ndata = "{tmp_path / "node"}"\npins = "fake"\nclock = "system"\n'
        f'[broker]\nhost = "{HOST}"\nport = {mosquitto.port}\n'
        f'[signals]\nled = {LED}\nbuzzer = 23\nbeds = ["bac-1"]\n',
        encoding="utf-8",
    )
    log = tmp_path / "node.log"
    with running("sensor_node", "run", "--config", str(config), log=log) as node:
        eventually(lambda: b"online" in gateway.on("jardin/v1/potager-1/state"), "it is there")
        for rubbish in (b"rubbish", b"more"):
            say(gateway, "bac-1", rubbish)
        eventually(lambda: "ADVICE_UNREADABLE" in log.read_text(), "it is said")
        node.send_signal(signal.SIGTERM)
        assert node.wait(20) == 0
    assert log.read_text().count("ADVICE_UNREADABLE") == 1
    assert "Traceback" not in log.read_text()


def test_a_running_node_refuses_a_wrong_hour_in_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "node.toml"
    config.write_text(
        f'node = "potager-1"\ndata = "{tmp_path / "node"}"\n[signals]\nquiet_to = "8h"\n',
        encoding="utf-8",
    )
    log = tmp_path / "node.log"
    with running("sensor_node", "run", "--config", str(config), log=log) as node:
        assert node.wait(20) == 3
    assert "'8h' is no time as 21:00" in log.read_text()
    assert "Traceback" not in log.read_text()
