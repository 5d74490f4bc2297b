"""A phone finds the kit by its names, a node with a wrong clock gets the kit's time.

The files are those that go on the card; nothing of this computer's clock or network changes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import eventually, missing
from rooms import CARD, HERE, PATH, SYSTEM, Room, need

from gateway.broker import find_mosquitto

NODE = """node = "bac-1"
interval_s = 10
clock = "system"
pins = "fake"
[[sensors]]
type = "soil-mcp3008"
channel = "bac-1-soil"
adc_channel = 0
"""

pytestmark = pytest.mark.prove


def test_the_wifi_and_the_cable_each_give_their_own_addresses_and_names(room: Room) -> None:
    room.hotspot()
    room.kit()
    room.becomes("serving")
    assert "from 10.42.0.1 names 10.42.0.1" in room.phone("second", "wlan0")
    assert "from 10.42.1.1 names 10.42.1.1" in room.phone()
    for host, server in (("second", "10.42.0.1"), ("phone", "10.42.1.1")):
        for name in ("jardin.lan", "jardin.local"):
            assert room.finds(host, name, server) == server


def test_jardin_local_is_found_without_any_server_and_a_second_kit_says_its_other_name(
    room: Room,
) -> None:
    need("avahi-daemon", "dbus-daemon", "busctl")
    room.kit()
    room.becomes("serving")
    room.phone()
    room.runs("kit", "avahi-kit", CARD, "avahi-daemon", "--no-rlimits")
    eventually(lambda: room.finds("phone", "jardin.local") == "10.42.1.1", "jardin.local")

    room.cabling.does("second", "ip", "address", "add", "10.42.1.9/24", "dev", "eth0")
    room.runs("second", "avahi-second", CARD, "avahi-daemon", "--no-rlimits")
    eventually(lambda: room.finds("phone", "jardin-2.local") == "10.42.1.9", "jardin-2.local")
    assert room.finds("phone", "jardin.local") == "10.42.1.1"
    told = room.beside("avahi-second", *_name_command())
    assert told == 's "jardin-2.local"\n'


def test_a_node_with_a_wrong_clock_gets_the_kits_time_once_the_kit_knows_it(
    room: Room, shift: tuple[str, str]
) -> None:
    need("chronyd")
    room.hotspot()
    room.kit()
    room.becomes("serving")
    room.phone()  # the node, on the cable
    room.runs("kit", "chrony-kit", CARD, "chronyd", "-d", "-x")  # -x: not this computer's clock
    eventually(lambda: "Disabled control of system clock" in room.log("chrony-kit"), "chrony")

    ask = ("env", *shift, "chronyd", "-Q", "-t")
    room.runs("phone", "too-early", SYSTEM / "node", *ask, "8")
    eventually(lambda: "Timeout reached" in room.log("too-early"), "no time is made up", 30)

    room.beside("chrony-kit", "chronyc", "local", "stratum", "10")  # as the steward does
    for host in ("phone", "second"):
        if host == "second":
            room.phone("second", "wlan0")
        room.runs(host, f"node-{host}", SYSTEM / "node", *ask, "25")
        eventually(lambda host=host: "clock wrong by" in room.log(f"node-{host}"), "the time", 30)
        found = re.search(r"System clock wrong by (\S+) seconds", room.log(f"node-{host}"))
        assert found is not None
        assert float(found.group(1)) == pytest.approx(3600, abs=1)


def test_a_phone_reads_by_the_kits_name_what_a_node_on_its_cable_measures(room: Room) -> None:
    """All addresses are the kit's: nobody was told one beforehand but the kit's own."""
    mosquitto = find_mosquitto()
    if mosquitto is None:
        missing("mosquitto")
    room.kit()
    room.becomes("serving")
    room.phone("phone")
    room.phone("second")  # the node
    garden = ("--data", "data", "--name", "10.42.1.1")
    room.python("kit", "-m", "gateway", "init", *garden)
    with (room.folder / "gateway.toml").open("a") as file:
        file.write('\n[http]\nhost = "0.0.0.0"\nport = 80\n[https]\nport = 8443\n')
    room.starts("kit", "broker", mosquitto, "-c", str(room.folder / "data/broker/mosquitto.conf"))
    run = ("-m", "gateway", "run", "--config", "gateway.toml")
    room.starts("kit", "gateway", sys.executable, *run)
    eventually(lambda: "broker" in room.reads("phone", "jardin.lan", "/healthz"), "the page")

    room.python("kit", "-m", "gateway", "node", "add", "bac-1", "--address", "10.42.1.1")
    config = room.folder / "node.toml"
    config.write_text(f'data = "{room.folder}/node"\n{NODE}')
    room.python("second", "-m", "sensor_node", "join", "bac-1.join", "--config", str(config))
    run = ("-m", "sensor_node", "run", "--config", str(config))
    room.starts("second", "node", sys.executable, *run)
    latest = "/api/v1/channels/bac-1/bac-1-soil/latest"
    eventually(lambda: "0." in room.reads("phone", "jardin.lan", latest), "what it measures", 60)


def _name_command() -> tuple[str, ...]:
    from gateway.kit.radio import NAME  # noqa: PLC0415 - Linux alone has a kit

    return NAME


@pytest.fixture
def shift() -> Iterator[tuple[str, str]]:
    """The environment in which a program's clock is an hour late; chrony's own user reads it."""
    if shutil.which("cc", path=PATH) is None:
        missing("gcc")
    with tempfile.TemporaryDirectory() as name:
        folder, built = Path(name), Path(name, "shifted_clock.so")
        folder.chmod(0o755)
        source = str(HERE / "shifted_clock.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", str(built), source, "-ldl"], check=True)
        (folder / "shift").write_text("-3600")
        yield f"LD_PRELOAD={built}", f"SHIFT_FILE={folder / 'shift'}"
