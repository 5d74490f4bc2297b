"""The systemd units of updates: what starts them, from which version, and what they may."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.kit import placing
from gateway.kit.errand import request_name
from gateway.kit.ledger import FILE
from gateway.kit.releases import HOME
from gateway.kit.steward import REQUESTS
from gateway.kit.update_service import SETTLE, VERB

UNITS = Path(__file__).parents[2] / "firmware_config"
AT_MOST = {"jardin-settle": 3.0, "jardin-update": 8.0, "jardin-node-stick@": 8.0}
"""The last two run dpkg, whose packages may do anything."""


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(UNITS / name, encoding="utf-8")
    return parser


@pytest.mark.parametrize("name", AT_MOST)
def test_what_updates_a_card_runs_from_the_version_that_was_proven_last(name: str) -> None:
    started = unit(f"{name}.service")["Service"]["ExecStart"]

    assert started.startswith("/opt/jardin/proven/bin/python -I -m gateway.kit.")
    module = started.split()[3].replace(".", "/")
    assert (UNITS.parent / f"{module}.py").exists()


def test_an_interrupted_update_is_settled_before_anything_opens_the_databases() -> None:
    settle = unit("jardin-settle.service")

    before = settle["Unit"]["Before"].split()
    assert {"jardin-gateway.service", "jardin-node.service", "jardin-update.service"} <= {*before}
    assert settle["Unit"]["ConditionPathExists"] == f"/{HOME / FILE}"
    assert settle["Service"]["ExecStart"].endswith(f"update_service {SETTLE}")
    assert unit("jardin-update.service")["Unit"]["OnFailure"] == "jardin-settle.service"


def test_the_request_of_the_page_wakes_the_update() -> None:
    wakes = unit("jardin-update.path")["Path"]["PathExists"]

    assert wakes == str(REQUESTS / request_name(VERB))


def test_a_card_has_these_units() -> None:
    placed = {*placing.OF_ALL, *placing.OF_GATEWAY, *placing.STARTED_BY_OTHERS}
    placed |= {*placing.OF_NODE_ALONE}
    for name in ("jardin-update.path", *(f"{name}.service" for name in AT_MOST)):
        assert name in placed
    rule = UNITS / "system/node/etc/udev/rules.d/90-jardin-stick.rules"
    assert "jardin-node-stick@%k.service" in rule.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", AT_MOST)
def test_they_are_exposed_as_little_as_they_can(name: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze: apt install systemd")
    command = ["systemd-analyze", "security", "--offline=true", str(UNITS / f"{name}.service")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for .*: (\d+\.\d)", said.stdout)
    if found is None and "unrecognized option" in said.stderr:
        pytest.skip("needs systemd 250")
    assert found, said.stderr
    assert float(found.group(1)) <= AT_MOST[name]


def test_a_node_updates_itself_with_the_libraries_of_a_node() -> None:
    listing = (
        "import sys, gateway.kit.update_service, gateway.kit.node_stick; "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=False
    )
    loaded = set(done.stdout.split())

    assert "gateway" in loaded, done.stderr
    assert not loaded & {"fastapi", "starlette", "pydantic", "jinja2", "babel", "uvicorn", "segno"}
