"""Who leans on whom: a node fits a small Pi, and the gateway needs no pins."""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sensor_node
import sensor_node.garden
from gateway.api.chapters import NOUNS

ROOT = Path(__file__).parents[2]
HEAVY = {"fastapi", "starlette", "pydantic", "sqlalchemy", "influxdb_client", "numpy", "uvicorn"}
GPIO = {
    "gpiozero",
    "board",
    "microcontroller",
    "adafruit_bh1750",
    "adafruit_bme280",
    "adafruit_bus_device",
    "adafruit_dht",
    "adafruit_sht4x",
    "w1thermsensor",
    "adafruit_blinka",
    "lgpio",
    "RPi",
    "pigpio",
    "busio",
    "digitalio",
    "pulseio",
    "serial",
}
# What the gateway loads with the first request that needs it: at rest it must stay under 60 MB.
ON_FIRST_USE = {
    "amqtt",
    "apprise",
    "babel",
    "cryptography",
    "httpx",
    "influxdb_client",
    "jinja2",
    "numpy",
    "PIL",
    "prometheus_client",
    "segno",
    "websockets",
}
# And parts: of our own the pages, the interface for programs and rare tools.
PARTS_ON_FIRST_USE = {
    "pydantic.v1",
    "gateway.api.programs",
    "gateway.api.shapes",
    "gateway.api.bed_shapes",
    "gateway.api.docs",
    "gateway.pages",
    "gateway.pupils",
    "gateway.seasons",
    "gateway.yearly.year",
    *(f"gateway.api.{name}" for names in NOUNS.values() for name in names),
}
FOR_THE_GATEWAY = {
    "wire",
    "errors",
    "settings",
    "board",
    "clock",
    "damage",
    "database",
    "link",
    "outbox",
    "uplink",
    "console",
    "garden",
    "conversions",
    "recording",
    "recording_flags",
    "supervisor",
    "joining",
    "trust",
}
NODE_MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(sensor_node.__path__, "sensor_node.")
    if not module.name.endswith("__main__")
)


def loaded_by(program: str) -> set[str]:
    """The top-level packages that a fresh Python has after ``program``."""
    return {name.partition(".")[0] for name in modules_of(program)}


def modules_of(program: str) -> set[str]:
    """The modules that a fresh Python has after ``program``."""
    code = f"{program}\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def imports_of(path: Path) -> Iterator[str]:
    """The dotted names that ``path`` imports anywhere, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_importing_the_node_loads_nothing_heavy_and_nothing_of_ours() -> None:
    loaded = loaded_by("import sensor_node")

    assert not loaded & (HEAVY | GPIO | {"paho", "gateway"})


def test_no_module_of_the_node_loads_anything_heavy() -> None:
    everything = "; ".join(f"import {name}" for name in NODE_MODULES)

    assert "sensor_node.drivers.dht22" in NODE_MODULES
    assert not loaded_by(everything) & (HEAVY | {"gateway", "jinja2", "amqtt"})


def test_what_the_gateway_takes_from_the_node_loads_no_gpio_library() -> None:
    garden = [f"sensor_node.garden.{m.name}" for m in pkgutil.iter_modules(garden_path())]
    shared = [f"sensor_node.{name}" for name in sorted(FOR_THE_GATEWAY)]

    assert not loaded_by("; ".join(f"import {name}" for name in shared + garden)) & (HEAVY | GPIO)


def garden_path() -> list[str]:
    return list(sensor_node.garden.__path__)


def test_wire_is_pure_and_loads_no_network_and_no_disk() -> None:
    assert not loaded_by("import sensor_node.wire") & {"paho", "sqlite3", "socket", "ssl"}


def test_the_drivers_load_their_libraries_only_when_a_sensor_is_built() -> None:
    drivers = [name for name in NODE_MODULES if name.startswith("sensor_node.drivers.")]

    assert not loaded_by("; ".join(f"import {name}" for name in drivers)) & GPIO


def test_a_node_without_a_lamp_or_a_buzzer_loads_no_pins() -> None:
    program = """
from sensor_node.board import PiBoard
from sensor_node.clock import SystemClock
from sensor_node.signals.display import Signals
from sensor_node.signals.settings import SignalSettings
with Signals(SignalSettings(), PiBoard(), SystemClock()).showing(None):
    pass
"""

    assert not loaded_by(program) & (HEAVY | GPIO | {"zoneinfo"})


def test_help_loads_no_library_at_all() -> None:
    program = """
from sensor_node.cli import main
try:
    main(["--help"])
except SystemExit as done:
    assert done.code == 0
"""

    assert not loaded_by(program) & (HEAVY | GPIO | {"paho", "sqlite3", "zoneinfo", "tomllib"})


@pytest.mark.parametrize("path", sorted((ROOT / "gateway").rglob("*.py")), ids=lambda p: p.stem)
def test_the_gateway_takes_of_the_node_only_what_is_shared(path: Path) -> None:
    taken = {name.split(".")[1] for name in imports_of(path) if name.startswith("sensor_node.")}

    assert taken <= FOR_THE_GATEWAY | {"__version__"}


def test_the_node_takes_nothing_of_the_gateway() -> None:
    for path in (ROOT / "sensor_node").rglob("*.py"):
        assert not [name for name in imports_of(path) if name.split(".")[0] == "gateway"], path


def test_the_simulated_garden_takes_of_the_node_only_itself() -> None:
    allowed = {"sensor_node.garden", "sensor_node.wire"}
    for path in (ROOT / "sensor_node" / "garden").rglob("*.py"):
        ours = [name for name in imports_of(path) if name.startswith("sensor_node")]
        assert all(".".join(name.split(".")[:2]) in allowed for name in ours), path


def test_the_outbox_and_the_uplink_know_nothing_of_sensors() -> None:
    for name in ("wire", "outbox", "uplink", "link", "database"):
        ours = set(imports_of(ROOT / "sensor_node" / f"{name}.py"))
        forbidden = ("sensor_node.drivers", "sensor_node.sampler", "sensor_node.node")
        assert not [one for one in ours if one.startswith(forbidden)], name


def test_a_garden_on_sqlite_never_loads_the_library_of_influxdb() -> None:
    program = """
import tempfile
from pathlib import Path
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Reading, Series
with tempfile.TemporaryDirectory() as folder:
    gateway = Gateway.open(GatewaySettings(data=Path(folder)))
    gateway.store.commit([Reading(Series("serre", "air"), 1_763_809_200_000, 1.0)], [])
    gateway.close()
"""

    assert not loaded_by(program) & {"influxdb_client", "reactivex", "urllib3", "certifi"}


def test_a_gateway_at_rest_has_loaded_nothing_that_only_some_requests_need(
    built_assets: None,
) -> None:
    program = """
import sys, tempfile
from pathlib import Path
import gateway.run
from gateway.api.app import create_app
from gateway.beds.morning import Morning
from gateway.ingest import Ingest
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.upkeep import Upkeep
with tempfile.TemporaryDirectory() as folder:
    gateway = Gateway.open(GatewaySettings(data=Path(folder)))
    create_app(gateway)
    Ingest(gateway)
    Upkeep(gateway).turn()
    Morning(gateway.advisor).look()
    gateway.close()
"""
    loaded = modules_of(program)

    assert {"fastapi", "uvicorn", "paho", "sqlite3"} <= loaded
    assert not loaded & (ON_FIRST_USE | GPIO | PARTS_ON_FIRST_USE)
