"""The systemd services of node and gateway: what they may, and what systemd thinks of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

UNITS: Final = Path(__file__).parents[2] / "firmware_config"
AT_MOST: Final = {
    "jardin-gateway": 3.0,
    "jardin-node": 5.0,
    "jardin-steward": 5.0,
    "jardin-lost": 5.0,
    "jardin-cable": 4.0,
}
OLDEST: Final = 250
"""``systemd-analyze security --offline`` came with this systemd."""


def text(name: str) -> str:
    return (UNITS / f"{name}.service").read_text(encoding="utf-8")


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False
    )


def version() -> int:
    """Of systemd; 0 where it is not installed."""
    if shutil.which("systemd-analyze") is None:
        return 0
    found = re.search(r"\d+", analyze("--version").stdout)
    return int(found.group()) if found else 0


def exposure(name: str) -> float:
    done = analyze("security", "--offline=true", str(UNITS / f"{name}.service"))
    found = re.search(r"Overall exposure level for .*: (\d+\.\d)", done.stdout)
    assert found, done.stdout + done.stderr
    return float(found.group(1))


@pytest.mark.parametrize("name", AT_MOST)
def test_a_service_is_exposed_as_little_as_it_can(name: str) -> None:
    if version() < OLDEST:
        pytest.skip(f"needs systemd-analyze of systemd {OLDEST}; make prove demands it")
    assert exposure(name) <= AT_MOST[name]


@pytest.mark.prove
@pytest.mark.parametrize("name", AT_MOST)
def test_systemd_itself_has_been_asked(name: str) -> None:
    if not Path("/run/systemd/system").exists() and not version() and not os.environ.get("CI"):
        pytest.skip("this computer has no systemd: apt install systemd")
    assert version() >= OLDEST
    assert exposure(name) <= AT_MOST[name]


@pytest.mark.parametrize("name", AT_MOST)
def test_systemd_understands_every_line_of_a_service(name: str, tmp_path: Path) -> None:
    if not version():
        pytest.skip("needs systemd-analyze, of a Linux with systemd")
    path = tmp_path / f"{name}.service"
    path.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text(name)))
    told = analyze("verify", "--man=no", str(path)).stderr.splitlines()
    assert [line for line in told if name in line and re.search("Unknown|Failed|Inval", line)] == []


@pytest.mark.parametrize("name", AT_MOST)
def test_what_systemd_would_still_like_has_its_reason_in_the_file(name: str) -> None:
    if version() < OLDEST:
        pytest.skip(f"needs systemd-analyze of systemd {OLDEST}")
    done = analyze("security", "--offline=true", str(UNITS / f"{name}.service"))
    wishes = set(re.findall(r"(?m)^✗ (?:\x1b\[[\d;]*m)*([A-Za-z]+)", done.stdout))
    assert wishes
    assert [wish for wish in sorted(wishes) if wish not in text(name)] == []


@pytest.mark.parametrize("name", sorted(AT_MOST.keys() - {"jardin-cable", "jardin-lost"}))
def test_a_service_may_ask_the_kernel_whether_its_clock_is_kept(name: str) -> None:
    """Without ``adjtimex`` a garden that is kept by chrony would never know the time."""
    assert re.search(r"(?m)^SystemCallFilter=.*\badjtimex clock_adjtime$", text(name))
    assert "ProtectClock=true" not in text(name)


def test_the_gateway_is_of_the_brokers_user_and_comes_again() -> None:
    for line in ("User=jardin", "Restart=always", "RestartPreventExitStatus=2 3", "UMask=0077"):
        assert f"\n{line}\n" in text("jardin-gateway")
