"""Nothing misdated is ever sent: a real process whose wall clock is shifted while it runs.

Only the wall clock is shifted, by a preloaded library that is compiled here. Each reading is the
monotonic time of its sample, so that this test knows when it was taken.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import environment, eventually, gateway_on, missing, new_mosquitto
from keyed import broker_of, keyed_garden, running_gateway

from gateway.broker import MosquittoBroker
from gateway.keys.inviting import invite_by_link
from gateway.service import Gateway
from gateway.store.base import Point, Series
from sensor_node.clock import Clock, Keeper, SystemClock
from sensor_node.joining import new_link
from sensor_node.trust import fingerprint

HERE = Path(__file__).parent
MOMENT = Series("potager-1", "moment")
HOUR_S = 3600
TO_1970, TO_2038 = -int(time.time()), 2_147_483_640 - int(time.time())
READINGS = 20
APART_MS = 500
"""What a busy machine may put between the look at one clock and at the other."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not sys.platform.startswith("linux"):
        pytest.skip("needs Linux, which can preload a library")
    if shutil.which("cc") is None:
        missing("gcc")
    built = tmp_path_factory.mktemp("shift") / "shifted_clock.so"
    source = HERE / "shifted_clock.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", built, source, "-ldl"], check=True)
    return built


class SteppingNode:
    """The node's process, and the shift of its wall clock in seconds."""

    def __init__(self, folder: Path, library: Path, port: int, kind: str, shift_s: int = 0) -> None:
        folder.mkdir()
        self._shift = folder / "shift"
        self._log = folder / "log"
        self.step(shift_s)
        command = [sys.executable, str(HERE / "stepping_node.py"), str(folder), str(port), kind]
        shifted = {"LD_PRELOAD": str(library), "SHIFT_FILE": str(self._shift)}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stderr=log, env=environment() | shifted
            )

    def step(self, shift_s: int) -> None:
        new = self._shift.with_suffix(".new")
        new.write_text(str(shift_s))
        new.replace(self._shift)

    def said(self) -> str:
        return self._log.read_text()

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(30) == 0


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[MosquittoBroker]:
    broker = new_mosquitto(tmp_path / "broker")
    yield broker
    broker.stop()


def points(gateway: Gateway) -> list[Point]:
    return gateway.store.points(MOMENT, 0, 2**52, 10**6)


def assert_true_times(gateway: Gateway, at_least: int) -> None:
    found = points(gateway)
    assert len(found) >= at_least
    monotonic_s = time.clock_gettime(time.CLOCK_MONOTONIC)
    offset_ms = time.time_ns() / 1e6 - monotonic_s * 1000
    wrong = [p for p in found if abs(p.at_ms - (offset_ms + p.value * 1000)) > APART_MS]
    assert wrong == []
    assert gateway.quarantine.by_node() == {}


def grows(gateway: Gateway, by: int = READINGS) -> None:
    goal = len(points(gateway)) + by
    eventually(lambda: len(points(gateway)) >= goal, f"{by} more readings")


class Untrusted(SystemClock):
    """A gateway's clock that nothing keeps right."""

    def kept_by(self) -> Keeper | None:
        return None


STEPS = {
    "to 1970": TO_1970,
    "to 2038": TO_2038,
    "an hour on": HOUR_S,
    "an hour back": -HOUR_S,
}


@pytest.mark.parametrize("kind", ["trusted", "lost"])
def test_steps_of_the_wall_clock_move_no_reading(
    mosquitto: MosquittoBroker, tmp_path: Path, library: Path, kind: str
) -> None:
    mosquitto.start()
    with gateway_on(tmp_path / "g", mosquitto.port) as gateway:
        node = SteppingNode(tmp_path / "n", library, mosquitto.port, kind)
        grows(gateway)
        for shift_s in STEPS.values():
            node.step(shift_s)
            grows(gateway)
        node.step(0)
        grows(gateway)
        node.stop()
        assert_true_times(gateway, READINGS * (len(STEPS) + 2))
        assert gateway.catalogue.nodes()["potager-1"].clock == (
            "ntp" if kind == "trusted" else "gateway"
        )


@pytest.mark.parametrize("shift_s", STEPS.values(), ids=STEPS.keys())
def test_a_step_is_not_followed_where_nobody_can_confirm_it(
    mosquitto: MosquittoBroker, tmp_path: Path, library: Path, shift_s: int
) -> None:
    mosquitto.start()
    clock: Clock = Untrusted()
    with gateway_on(tmp_path / "g", mosquitto.port, clock) as gateway:
        node = SteppingNode(tmp_path / "n", library, mosquitto.port, "trusted")
        grows(gateway)
        node.step(shift_s)
        grows(gateway)
        node.stop()
        assert_true_times(gateway, 2 * READINGS)


def test_what_was_measured_by_a_wrong_clock_is_dated_anew_before_it_leaves(
    mosquitto: MosquittoBroker, tmp_path: Path, library: Path
) -> None:
    node = SteppingNode(tmp_path / "n", library, mosquitto.port, "trusted", shift_s=-HOUR_S)
    eventually(lambda: "BROKER_ABSENT" in node.said(), "it finds no broker and measures on")
    node.step(0)
    eventually(lambda: "CLOCK_STEPPED" in node.said(), "it does not follow by itself")
    mosquitto.start()
    with gateway_on(tmp_path / "g", mosquitto.port) as gateway:
        eventually(lambda: len(points(gateway)) >= READINGS, "it delivers", 60)
        node.stop()
        assert_true_times(gateway, READINGS)


def test_a_node_that_believes_it_is_1970_joins_and_is_let_in(tmp_path: Path, library: Path) -> None:
    """After a power cut a Pi without a battery asks for the time over this very link."""
    garden = keyed_garden(tmp_path / "garden")
    (tmp_path / "shift").write_text(str(TO_1970))
    shifted = {"LD_PRELOAD": str(library), "SHIFT_FILE": str(tmp_path / "shift")}
    with broker_of(garden), running_gateway(garden) as address:
        link = new_link(address, "bac-1", fingerprint(garden.place.authority_text()))
        with garden.book() as book:
            invite_by_link(book, link, SystemClock().wall_ms(), again=False)
        command = [sys.executable, "-m", "sensor_node", "join", str(link)]
        done = subprocess.run(
            [*command, "--config", str(tmp_path / "node.toml")],
            capture_output=True,
            text=True,
            check=False,
            env=environment() | shifted,
        )

    assert "accepted (bac-1)" in done.stdout, done.stdout + done.stderr
