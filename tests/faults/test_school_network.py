"""The kit, phones, a node and a school as hosts: who gives addresses, names and time to whom.

The files are those that go on the card; dnsmasq, chrony, avahi and udhcpc are Debian's.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from harness import eventually, missing
from hosts import ROOT, Cabling, environment, need_namespaces

CARD: Final = ROOT / "firmware_config/system/gateway"
HERE: Final = Path(__file__).parent
SCHOOL: Final = "10.21.0.1"
KIT_OFFER: Final = bytes.fromhex("6382536335010236040a2a0101")
"""The magic of the options, an offer, and the kit's cable address as the one who makes it."""
SCHOOL_OFFER: Final = bytes.fromhex("6382536335010236040a150001")

pytestmark = pytest.mark.prove


class Room:
    """Hosts on one switch, ``cable``; ``wifi`` stands for the radio of a kit."""

    def __init__(self, cabling: Cabling, folder: Path, stack: ExitStack) -> None:
        self.cabling = cabling
        self.folder = folder
        self._stack = stack
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def kit(self, name: str = "kit", device: str = "eth0") -> None:
        """The guard of the kit's cable starts."""
        self.starts(
            name, f"guard-{name}", sys.executable, "-m", "gateway.kit.cable",
            "--cable", device, "--state", str(self.folder / f"{name}/network.json"),
            "--settings", str(CARD / "etc/jardin/cable-dnsmasq.conf"),
        )  # fmt: skip

    def state(self, name: str = "kit") -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.folder / name / "network.json").read_text())
        except OSError:
            return {"cable": ""}
        return found

    def becomes(self, state: str, name: str = "kit", patience_s: float = 20) -> None:
        eventually(lambda: self.state(name)["cable"] == state, f"{name}: {state}", patience_s)

    def school(self) -> None:
        """The school's server of addresses starts."""
        (self.folder / "school").mkdir(exist_ok=True)
        self.cabling.does("school", "ip", "address", "replace", f"{SCHOOL}/16", "dev", "eth0")
        self.starts(
            "school", "school", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
            "--bind-interfaces", "--interface=eth0", "--except-interface=lo", "--no-resolv",
            "--dhcp-authoritative", "--dhcp-range=10.21.3.1,10.21.3.99,255.255.0.0,1h",
            f"--dhcp-leasefile={self.folder}/school/leases", "--pid-file=", "--log-facility=-",
        )  # fmt: skip

    def phone(self, name: str = "phone") -> str:
        """A phone asks for an address and tells what it got; empty: nobody answered."""
        self.cabling.does(name, "ip", "link", "set", "eth0", "up")
        done = subprocess.run(
            self.cabling.command(
                name, "busybox", "udhcpc", "-f", "-q", "-n", "-t", "4", "-T", "2", "-i", "eth0",
                "-O", "ntpsrv", "-s", str(HERE / "phone_lease.sh"),
            ),
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        lines = [line for line in done.stdout.splitlines() if " from " in line]
        return lines[-1] if lines else ""

    def finds(self, host: str, *words: str) -> str:
        return self.cabling.does(
            host, sys.executable, str(HERE / "asking_names.py"), *words
        ).strip()

    def listens(self, switch: str = "cable") -> Path:
        """From now on a file holds every frame that goes through the switch of the cable."""
        heard = self.folder / "frames"
        self.cabling.does("switches", "ip", "link", "set", switch, "promisc", "on")
        listener = (sys.executable, str(HERE / "eavesdropper.py"), str(heard), switch)
        self.starts("switches", "ear", *listener)
        eventually(heard.exists, "somebody listens")
        return heard

    def starts(self, host: str, name: str, *words: str) -> None:
        (self.folder / host).mkdir(exist_ok=True)
        self._stack.enter_context(self._program(name, self.cabling.command(host, *words)))

    def stops(self, name: str) -> None:
        process = self._running.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    @contextmanager
    def _program(self, name: str, command: list[str]) -> Iterator[None]:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, cwd=self.folder, env=environment(), stdout=log, stderr=log
            )
            try:
                yield
            finally:
                if name in self._running:
                    self.stops(name)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    need_namespaces()
    for program in ("dnsmasq", "busybox"):
        if shutil.which(program, path="/usr/sbin:/usr/bin:/bin") is None:
            missing(program)
    with ExitStack() as stack:
        cabling = Cabling("kit", "second", "school", "phone")
        stack.enter_context(cabling.up())
        cabling.switch("cable")
        cabling.switch("wifi")
        for host in ("kit", "second", "school", "phone"):
            cabling.plug(host, "eth0", "cable")
        for host in ("second", "school", "phone"):
            cabling.does(host, "ip", "link", "set", "eth0", "up")
        yield Room(cabling, tmp_path, stack)


def offers(frames: Path, whose: bytes) -> int:
    return frames.read_bytes().count(whose)


def test_on_a_silent_cable_a_phone_gets_an_address_and_the_kits_names(room: Room) -> None:
    heard = room.listens()
    room.kit()
    room.becomes("listening")
    begun_s = time.monotonic()
    room.becomes("serving")
    assert time.monotonic() - begun_s > 9
    got = room.phone()
    assert re.fullmatch(
        r"10\.42\.1\.\d+ from 10\.42\.1\.1 names 10\.42\.1\.1 time 10\.42\.1\.1", got
    )
    assert offers(heard, KIT_OFFER) > 0  # what the other tests look for in vain
    assert room.finds("phone", "jardin.lan", "10.42.1.1") == "10.42.1.1"
    assert room.finds("phone", "www.example.org", "10.42.1.1") == ""
    room.stops("guard-kit")
    assert "10.42.1.1" not in room.cabling.does("kit", "ip", "address", "show", "eth0")
    assert room.phone() == ""


def test_on_a_schools_cable_the_kit_gives_nothing_and_names_nobody(room: Room) -> None:
    heard = room.listens()
    room.school()
    room.kit()
    room.becomes("guest")
    asked = heard.read_bytes().count(bytes.fromhex("63825363350101"))
    assert room.state()["other"] == SCHOOL
    for _ in range(2):
        assert f"from {SCHOOL}" in room.phone()
    assert offers(heard, SCHOOL_OFFER) > 0
    assert offers(heard, KIT_OFFER) == 0
    assert asked <= 3
    assert "10.42.1.1" not in room.cabling.does("kit", "ip", "address", "show", "eth0")


def test_a_school_that_comes_later_is_alone_within_half_a_minute(room: Room) -> None:
    room.kit()
    room.becomes("serving")
    assert "from 10.42.1.1 " in room.phone()
    room.school()
    room.becomes("guest", patience_s=35)
    heard = room.listens()
    assert f"from {SCHOOL}" in room.phone()
    assert f"from {SCHOOL}" in room.phone("second")
    assert offers(heard, KIT_OFFER) == 0
    room.stops("school")  # asleep, or restarted: the kit does not take its place
    assert room.phone() == ""
    assert room.state()["cable"] == "guest"


@pytest.mark.parametrize("together", [True, False])
def test_of_two_kits_on_one_cable_exactly_one_serves_in_the_end(room: Room, together: bool) -> None:
    heard = room.listens()
    room.kit("kit")
    if not together:
        room.becomes("serving", "kit")
    room.kit("second")
    states = ("kit", "second")
    eventually(
        lambda: sorted(room.state(name)["cable"] for name in states) == ["guest", "serving"],
        "one serves, one is a guest", 60,
    )  # fmt: skip
    guest = next(name for name in states if room.state(name)["cable"] == "guest")
    assert room.state(guest)["other_is_kit"]
    if not together:
        assert guest == "second"
    assert "from 10.42.1.1 " in room.phone()
    assert offers(heard, KIT_OFFER) > 0


def test_a_managed_switch_that_lets_nothing_through_at_first_fools_nobody(room: Room) -> None:
    """Its first 16 s are silence, and behind it there is a school."""
    room.cabling.switch("managed", "stp_state", "1", "forward_delay", "800")
    room.cabling.plug("school", "eth0", "managed")
    room.school()
    room.cabling.pull("kit", "eth0")
    room.cabling.does("kit", "ip", "link", "set", "eth0", "up")
    room.kit()
    room.becomes("unplugged")
    room.cabling.plug("kit", "eth0", "managed")
    heard = room.listens("managed")
    room.becomes("guest", patience_s=40)
    assert offers(heard, KIT_OFFER) == 0


def test_a_cable_that_is_pulled_and_plugged_elsewhere_is_a_new_one(room: Room) -> None:
    room.kit()
    room.becomes("serving")
    room.cabling.pull("kit", "eth0")
    room.becomes("unplugged")
    assert "10.42.1.1" not in room.cabling.does("kit", "ip", "address", "show", "eth0")
    room.school()
    room.cabling.plug("kit", "eth0", "cable")
    room.becomes("guest")


def test_a_phone_of_the_kits_wifi_does_not_get_through_to_the_school(room: Room) -> None:
    cabling = room.cabling
    cabling.plug("kit", "wlan0", "wifi")
    cabling.plug("second", "wlan0", "wifi")
    room.school()
    for host, address in (("kit", "10.42.0.1"), ("second", "10.42.0.9")):
        cabling.does(host, "ip", "link", "set", "wlan0", "up")
        cabling.does(host, "ip", "address", "add", f"{address}/24", "dev", "wlan0")
    cabling.does("second", "ip", "route", "add", "default", "via", "10.42.0.1")
    cabling.does("kit", "ip", "link", "set", "eth0", "up")
    cabling.does("kit", "ip", "address", "add", "10.21.9.9/16", "dev", "eth0")
    cabling.does("school", "ip", "route", "add", "10.42.0.0/24", "via", "10.21.9.9")
    cabling.does("kit", "sysctl", "-qw", "net.ipv4.ip_forward=1")  # as NetworkManager does
    ping = ("busybox", "ping", "-c", "1", "-W", "2")
    cabling.does("second", *ping, SCHOOL)  # without the guard they are one network

    room.kit()
    room.becomes("guest")
    cabling.does("second", *ping, "10.42.0.1")
    for host, other in (("second", SCHOOL), ("school", "10.42.0.9")):
        with pytest.raises(AssertionError, match="100% packet loss"):
            cabling.does(host, *ping, other)
