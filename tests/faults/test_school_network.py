"""Who gives addresses to whom, where there is a school, another kit, or nobody.

The files are those that go on the card.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Final

import pytest
from harness import eventually
from rooms import CARD, SCHOOL, Room, need
from test_system_calls import allowed

KIT_OFFER: Final = bytes.fromhex("6382536335010236040a2a0101")
"""The magic of the options, an offer, and the kit's cable address as the one who makes it."""
SCHOOL_OFFER: Final = bytes.fromhex("6382536335010236040a150001")
TRIED: Final = "sched_setattr"
"""nmcli's GLib asks whether it may, and does without: denied here as by the service."""

pytestmark = pytest.mark.prove


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


def test_the_guards_service_forbids_nothing_that_it_needs(room: Room, tmp_path: Path) -> None:
    need("strace", "systemd-analyze")
    trace = tmp_path / "trace"
    denied = ("-e", f"inject={TRIED}:error=EPERM")
    room.kit(under=("strace", "-f", "-qq", *denied, "-o", str(trace)))
    room.becomes("serving", patience_s=40)
    room.phone()
    room.school()
    room.becomes("guest", patience_s=40)
    room.stops("guard-kit")
    asked = set(re.findall(r"(?m)^\d+ +([a-z_0-9]+)\(", trace.read_text(errors="replace")))
    assert {"bind", "sendto", "setuid", "execve"} <= asked
    assert asked - allowed("jardin-cable.service") <= {TRIED}


def test_networkmanager_is_the_guest_and_only_while_the_guard_lets_it(room: Room) -> None:
    """The real one, with the files of the card."""
    need("NetworkManager", "nmcli", "dbus-daemon")
    room.school()
    room.runs("kit", "manager", CARD, "NetworkManager", "--no-daemon")

    def device() -> str:
        try:
            told = room.beside("manager", "nmcli", "-t", "-f", "DEVICE,STATE", "device")
        except (AssertionError, ValueError):  # not yet there
            return ""
        return "".join(re.findall(r"(?m)^eth0:(.*)$", told))

    def address() -> str:
        return room.cabling.does("kit", "ip", "-br", "-4", "address", "show", "eth0")

    eventually(lambda: device() == "unmanaged", "it runs, and leaves the cable alone")
    room.kit(under=room.within("manager"))
    room.becomes("guest")
    eventually(lambda: "10.21.3." in address(), "the kit is the school's guest")
    assert device() == "connected"

    room.cabling.pull("kit", "eth0")
    room.becomes("unplugged")
    eventually(lambda: device() == "unmanaged", "the guard has it back")
    room.stops("school")
    room.cabling.plug("kit", "eth0", "cable")
    room.becomes("serving", patience_s=70)
    assert "10.42.1.1/24" in address()
    assert device() == "unmanaged"
