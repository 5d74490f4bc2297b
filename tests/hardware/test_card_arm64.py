"""From a written card to a reading, on the Raspberry Pi's kind of processor: ``make prove``.

A Debian for arm64, as Raspberry Pi OS is made of, in a folder; the card's first start runs there to
its end from a real bundle, with the network cut. Then the very commands of the services make a
kit: broker, gateway, a node that joins with the invitation of its card, and a reading on fakes.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cards import boot_partition
from hardware.card_roots import CardRoot
from hardware.roots import need, need_root

from gateway import cli
from gateway.card.places import LOG, PROBLEM, SECRETS
from gateway.kit.placing import OF_ALL, OF_GATEWAY, OF_NODE
from sensor_node.errors import NetworkError

pytestmark = pytest.mark.prove

PROJECT = Path(__file__).parents[2]
EMULATOR = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64")
BUILD_S = 1800.0
START_S = 3600.0
READING_S = 600.0
CHANNELS = {"bac-1-soil", "bac-2-soil", "air", "humidity", "soil-temperature"}

AT_WORK = Path(__file__).with_name("guest") / "kit_at_work.py"
FIRST = "sh jardin/start.sh && sh jardin/first-boot.sh --no-restart"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real bundle of this very tree."""
    need_root()
    need("debootstrap", "debootstrap")
    if platform.machine() != "aarch64" and not EMULATOR.exists():
        pytest.skip("needs the kernel to run arm64 programs: apt install qemu-user-static")
    folder = tmp_path_factory.mktemp("bundle")
    build = [sys.executable, "-m", "gateway", "bundle", "--out", str(folder)]
    done = subprocess.run(
        [*build, "--key", str(folder / "bundle.key")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=BUILD_S,
    )
    if done.returncode == NetworkError.exit_code:
        pytest.skip(f"needs the internet to build a bundle: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.bundle"))


def written_card(folder: Path, bundle: Path, system: str, role: str = "kit") -> Path:
    """A boot partition that ``jardin-gateway card`` has filled."""
    boot = boot_partition(folder / "bootfs", system)
    key = str(bundle.with_name("bundle.pub"))
    told = ["--role", role, "--boot", str(boot), "--bundle", str(bundle), "--key", key]
    more = ["--kit", str(folder / "jardin-7f3a"), "--pins", "fake", "--node", "bac-1", "--yes"]
    assert cli.main(["card", *told, *more]) == 0
    return boot


def started(folder: Path, bundle: Path, system: str, role: str = "kit") -> CardRoot:
    """The card after its first start, with its script just as systemd runs it."""
    card = CardRoot.new(system, folder, written_card(folder, bundle, system, role))
    said = card.run("sh", "-c", f"cd /boot/firmware && {FIRST}", patience_s=START_S)
    print(said)
    return card


@pytest.mark.parametrize("system", ["bookworm", "trixie"])
def test_a_kits_card_starts_without_any_network_and_takes_a_reading(
    tmp_path: Path, bundle: Path, system: str
) -> None:
    card = started(tmp_path, bundle, system)

    assert not (card.boot / PROBLEM).exists(), (card.boot / PROBLEM).read_text()
    assert "fini" in (card.boot / LOG).read_text()
    assert not (card.boot / SECRETS).exists()
    enabled = {path.name for path in card.root.glob("etc/systemd/system/*.wants/*")}
    assert {*OF_ALL, *OF_GATEWAY, *OF_NODE} <= enabled
    versions = card.run("/opt/jardin/current/bin/jardin-gateway", "--version", patience_s=60)
    assert re.search(r"jardin-gateway \d", versions)

    shutil.copy(AT_WORK, card.out)
    said = card.run("python3", f"/mnt/out/{AT_WORK.name}", patience_s=READING_S)
    assert said.endswith("[0, 0, 0]\n")

    channels = json.loads((card.out / "channels.json").read_text())
    assert {channel["name"] for channel in channels} >= CHANNELS
    assert {channel["node"] for channel in channels} == {"bac-1"}
    shutil.rmtree(card.root)
