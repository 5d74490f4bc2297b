"""The services' systemd units forbid nothing that gateway and node ask of the kernel."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from harness import PATIENCE_S, answers, eventually
from keyed import KeyedGarden, Voice, broker_of, keyed_garden

from gateway.broker import HOST

UNITS = Path(__file__).parents[2] / "firmware_config"
OF_ROOT = {"lchown", "fchown"}
"""SQLite and ``belong`` give files to their folder's owner; asked by root alone, and refusable."""
NODE = 'data = "{0}"\nnode = "bac-1"\ninterval_s = 10\nclock = "system"\npins = "fake"\n'
AIR = '[[sensors]]\ntype = "dht22"\npin = 4\ntemperature = "air"\nhumidity = "humidity"\n'


def allowed(unit: str) -> set[str]:
    """The system calls that the lines ``SystemCallFilter`` of ``unit`` let by."""
    found: set[str] = set()
    for line in re.findall(r"(?m)^SystemCallFilter=(.*)$", (UNITS / unit).read_text()):
        calls = {c for name in line.removeprefix("~").split() for c in named(name)}
        found = found - calls if line.startswith("~") else found | calls
    return found


def named(name: str) -> set[str]:
    """The calls of a group of systemd's, which may hold further groups."""
    if not name.startswith("@"):
        return {name}
    done = subprocess.run(
        ["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True
    )
    lines = (line.strip() for line in done.stdout.splitlines()[1:])
    return {call for line in lines if line and line[0] != "#" for call in named(line)}


def traced(command: list[str], log: Path, meanwhile: Callable[[], None]) -> set[str]:
    """Which system calls ``command`` makes until ``meanwhile`` has ended and it was stopped."""
    process = subprocess.Popen(["strace", "-f", "-qq", "-o", str(log), sys.executable, *command])
    try:
        meanwhile()
    finally:
        traced_pid = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in traced_pid:
            subprocess.run(["kill", f"-{signal.SIGTERM:d}", pid], check=True)
        process.wait(PATIENCE_S)
    return set(re.findall(r"(?m)^\d+ +([a-z_0-9]+)\(", log.read_text(errors="replace")))


@pytest.fixture(autouse=True)
def tools() -> None:
    for program in ("strace", "systemd-analyze"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}: apt install strace systemd")


def visit_all(garden: KeyedGarden) -> None:
    address = f"http://{HOST}:{garden.settings.http.port}"

    eventually(lambda: answers(address), "the gateway answers", 120)
    node = Voice(garden.account("bac-1")).enter()
    node.say("jardin/v1/bac-1/say/air", b"21.5")
    for path in ("/", "/mesures", "/metrics", "/api/v1/health", "/api/v1/readings", "/entrer"):
        httpx.get(address + path, trust_env=False, timeout=PATIENCE_S)
    node.leave()


def told(systemd: socket.socket, word: bytes) -> None:
    while word not in systemd.recv(1000):
        pass


@pytest.mark.prove
def test_the_gateways_service_forbids_nothing_that_it_needs(tmp_path: Path) -> None:
    garden = keyed_garden(tmp_path)
    command = ["-m", "gateway", "run", "--config", str(garden.config)]
    with broker_of(garden):
        asked = traced(command, tmp_path / "trace", lambda: visit_all(garden))
    assert len(asked) > 40
    assert asked - allowed("jardin-gateway.service") <= OF_ROOT


@pytest.mark.prove
def test_the_nodes_service_forbids_nothing_that_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, command = tmp_path / "node.toml", ["-m", "sensor_node", "run", "--config"]
    config.write_text(NODE.format(tmp_path / "data") + AIR)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        asked = traced(
            [*command, str(config)],
            tmp_path / "trace",
            lambda: told(systemd, b"READY=1"),  # its first sample is on disk
        )
    assert len(asked) > 30
    assert asked - allowed("jardin-node.service") <= OF_ROOT
