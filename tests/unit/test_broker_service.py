"""The systemd service of the garden's broker."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.keys.place import Place

UNIT = Path(__file__).parents[2] / "firmware_config/jardin-broker.service"
GATEWAY_UNIT = UNIT.with_name("jardin-gateway.service")


def service(path: Path) -> configparser.SectionProxy:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(path, encoding="utf-8")
    return parsed["Service"]


def test_it_runs_what_init_made_and_reads_it_again_on_a_reload() -> None:
    told = UNIT.read_text(encoding="utf-8")

    assert f"mosquitto -c {Place(Path('/var/lib/jardin')).broker}/mosquitto.conf" in told
    assert "--data /var/lib/jardin " in told
    assert "-HUP" in service(UNIT)["ExecReload"]


def test_it_is_of_the_gateways_user_and_never_of_root() -> None:
    assert service(UNIT)["User"] == service(GATEWAY_UNIT)["User"] == "jardin"


def test_systemd_understands_every_line_of_it(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze, of a Linux with systemd")
    text = UNIT.read_text(encoding="utf-8")
    path = tmp_path / UNIT.name
    path.write_text(text.replace("/usr/sbin/mosquitto", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    ours = [line for line in done.stderr.splitlines() if "jardin-broker" in line]
    assert [line for line in ours if "Unknown" in line or "Failed" in line] == []
