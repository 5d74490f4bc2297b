"""The node on the Raspberry Pi's kind of processor, emulated by qemu-user: ``make prove``.

A Debian 12 for arm64, as Raspberry Pi OS 64 bits is, runs as processes of this computer. Its own
pip installs ``requirements/node.txt`` from wheels alone, as a node does.
"""

from __future__ import annotations

import contextlib
import platform
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hardware.roots import Root, need, need_root, pins
from harness import Ear, eventually, gateway_on, new_mosquitto

from gateway.store.base import Reading

pytestmark = pytest.mark.prove

EMULATOR = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64")
DEBIAN = Root("arm64", "aarch64", ("python3", "python3-venv"))
TEST_TOOLS = ("pytest", "hypothesis", "iniconfig", "pluggy", "pygments", "sortedcontainers")
TESTS_S = 600.0
NODE_S = 120.0
PACKS = 2
NODE = """
node = "potager-1"
data = "/mnt/out/node"
interval_s = 10
pins = "fake"

[broker]
host = "127.0.0.1"
port = {port}

[[sensors]]
type = "soil-mcp3008"
channel = "bac-1-soil"
adc_channel = 0

[[sensors]]
type = "dht22"
pin = 4
temperature = "air"
humidity = "humidity"

[[sensors]]
type = "rain-gauge"
channel = "rain"
pin = 5
"""
CHANNELS = {"bac-1-soil", "air", "humidity", "rain"}


@pytest.fixture(scope="module")
def arm64() -> Root:
    """A Debian for arm64 with the node's libraries."""
    need_root()
    need("debootstrap", "debootstrap")
    if platform.machine() != DEBIAN.machine and not EMULATOR.exists():
        pytest.skip(
            "needs the kernel to run arm64 programs: apt install qemu-user-static binfmt-support, "
            "then update-binfmts --enable qemu-aarch64"
        )
    DEBIAN.make(pins(DEBIAN.machine, *TEST_TOOLS))
    return DEBIAN


def test_the_libraries_of_a_node_are_there_for_arm64(arm64: Root, tmp_path: Path) -> None:
    # As our board does: the 1-Wire library would call modprobe.
    quiet = "import os; os.environ['W1THERMSENSOR_NO_KERNEL_MODULE'] = '1'; "
    modules = "adafruit_bme280.basic, adafruit_dht, gpiozero, lgpio, paho.mqtt, w1thermsensor"
    program = f"{quiet}import platform, {modules}; print(platform.machine())"
    said = arm64.run(tmp_path, *_python("-c", program), patience_s=NODE_S)

    assert said.splitlines()[-1] == "aarch64"


def test_the_tests_of_drivers_outbox_and_wire_pass_on_arm64(arm64: Root, tmp_path: Path) -> None:
    unit = Path(__file__).parents[1] / "unit"
    drivers = sorted(path.name for path in unit.glob("test_driver*.py"))
    wanted = [*drivers, "test_outbox.py", "test_uplink.py", "test_wire.py", "test_counters.py"]
    tests = [f"/mnt/code/tests/unit/{name}" for name in wanted]
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", "/mnt/code"]
    said = arm64.run(tmp_path, *_python("-m", "pytest", *options, *tests), patience_s=TESTS_S)

    print(said.splitlines()[-1])
    counts = re.search(r"(\d+) passed", said)
    assert counts is not None, said
    assert int(counts.group(1)) > 100
    assert "skipped" not in said


def test_a_node_on_arm64_delivers_its_packs_and_stops_cleanly(arm64: Root, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        broker = new_mosquitto(tmp_path / "broker")
        stack.callback(broker.stop)
        broker.start()
        gateway = stack.enter_context(gateway_on(tmp_path / "gateway", broker.port))
        ear = stack.enter_context(contextlib.closing(Ear(broker.port)))
        (tmp_path / "node.toml").write_text(NODE.format(port=broker.port))
        node = stack.enter_context(_node(arm64, tmp_path))
        eventually(
            lambda: gateway.store.count() >= PACKS * len(CHANNELS),
            f"{PACKS} packs of a node on arm64 are in the store",
            NODE_S,
        )
        node.terminate()
        assert node.wait(NODE_S) == 0, (tmp_path / "node.log").read_text()
        eventually(
            lambda: ear.on("jardin/v1/potager-1/state")[-1:] == [b"offline"],
            "the node says that it stopped",
        )
        newest = gateway.store.newest()
    assert {series.channel for series in newest} == CHANNELS
    assert all(isinstance(value, Reading) for value in newest.values()), newest


@contextlib.contextmanager
def _node(root: Root, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    run = _python("-m", "sensor_node", "run", "--config", "/mnt/out/node.toml")
    with (folder / "node.log").open("wb") as log:
        node = subprocess.Popen(
            root.command(folder, *run), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield node
    finally:
        node.kill()
        node.wait()


def _python(*arguments: str) -> tuple[str, ...]:
    return ("/opt/node/bin/python", *arguments)
