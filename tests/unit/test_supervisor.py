"""systemd hears from a node what it must: no more, and nothing while the sampling is stuck."""

from __future__ import annotations

import configparser
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import eventually

from sensor_node.clock import SystemClock
from sensor_node.drivers.base import Channel
from sensor_node.link import Broker
from sensor_node.node import Node
from sensor_node.outbox import Outbox
from sensor_node.supervisor import Supervisor
from sensor_node.wire import Record

UNIT = Path(__file__).parents[2] / "firmware_config/jardin-node.service"


class Systemd:
    """Listens at a socket as systemd does."""

    def __init__(self, address: str | bytes) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.setblocking(False)

    def heard(self) -> list[str]:
        """Everything said since the last call."""
        said: list[str] = []
        while True:
            try:
                said += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return said

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    systemd = Systemd(str(tmp_path / "notify"))
    yield systemd
    systemd.close()


@pytest.fixture
def supervisor(systemd: Systemd, tmp_path: Path) -> Supervisor:
    return Supervisor(300.0, {"NOTIFY_SOCKET": str(tmp_path / "notify")})


def test_the_first_sample_says_ready_and_how_long_a_silence_may_be(
    supervisor: Supervisor, systemd: Systemd
) -> None:
    assert systemd.heard() == []
    supervisor.sampled()
    assert systemd.heard() == ["READY=1", "WATCHDOG_USEC=960000000", "WATCHDOG=1"]
    supervisor.sampled()
    supervisor.stopping()
    assert systemd.heard() == ["WATCHDOG=1", "STOPPING=1"]


def test_a_name_in_the_kernel_is_an_address_too(tmp_path: Path) -> None:
    name = f"jardin-{tmp_path.name}-{id(tmp_path)}"
    systemd = Systemd(b"\0" + name.encode())
    Supervisor(10.0, {"NOTIFY_SOCKET": f"@{name}"}).stopping()
    assert systemd.heard() == ["STOPPING=1"]
    systemd.close()


def test_where_nobody_listens_nothing_happens(tmp_path: Path) -> None:
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "absent")}):
        Supervisor(10.0, environment).sampled()


class Stuck:
    """Samples until it is told to be stuck."""

    def __init__(self) -> None:
        self.channels = [Channel("air", "air_temperature", "DHT22", "GPIO4")]
        self.stuck = threading.Event()
        self.is_blocked = threading.Event()
        self.released = threading.Event()

    def sample(self) -> list[Record]:
        if self.stuck.is_set():
            self.is_blocked.set()
            self.released.wait(20)
        return [Record("air", "Cel", 20.0)]


def test_while_the_sampling_is_stuck_no_keep_alive_is_sent(
    supervisor: Supervisor, systemd: Systemd, tmp_path: Path
) -> None:
    sampling, outbox = Stuck(), Outbox(tmp_path / "outbox.sqlite")
    clock, nobody = SystemClock(trusted=True), Broker("127.0.0.1", 1)
    node = Node("a", sampling, outbox, nobody, clock, interval_s=0.01, supervisor=supervisor)
    running = threading.Thread(target=node.run)
    running.start()
    said: list[str] = []
    eventually(lambda: said.extend(systemd.heard()) or said.count("WATCHDOG=1") > 3, "it is fed")  # type: ignore[func-returns-value]

    sampling.stuck.set()
    assert sampling.is_blocked.wait(20)
    systemd.heard()
    assert running.is_alive()
    assert node.delivery._thread.is_alive()  # what else runs in the node feeds nothing
    threading.Event().wait(0.3)  # thirty samples' time
    assert systemd.heard() == []

    sampling.stuck.clear()
    sampling.released.set()
    eventually(lambda: "WATCHDOG=1" in systemd.heard(), "it is fed again")
    node.stop()
    running.join()
    assert systemd.heard()[-1] == "STOPPING=1"
    outbox.close()


def unit() -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(UNIT, encoding="utf-8")
    return parsed


def test_the_service_waits_for_the_first_sample_and_watches_the_next_ones() -> None:
    service = unit()["Service"]
    assert service["Type"] == "notify"
    assert "WatchdogSec" in service
    assert service["Restart"] == "always"


def test_the_service_does_not_try_again_what_only_a_person_can_mend() -> None:
    assert unit()["Service"]["RestartPreventExitStatus"].split() == ["2", "3"]


def test_systemd_understands_every_line_of_the_service(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze, of a Linux with systemd")
    text = UNIT.read_text(encoding="utf-8")
    path = tmp_path / "jardin-node.service"
    path.write_text(text.replace("/opt/jardin/current/bin/jardin-node", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "jardin-node" in line]
    assert [line for line in ours if "Unknown" in line or "Failed" in line] == []
