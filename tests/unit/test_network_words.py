"""The kit's networks in words: what the system says of them, and what a person reads."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import checks
from gateway.cli import main
from gateway.kit import network_words, radio
from gateway.kit.cable_rule import Heard, Standing
from gateway.kit.dhcp import Answer
from gateway.kit.network_state import NetworkState, Radio, read, write
from gateway.kit.network_words import Found
from gateway.kit.settings import KitSettings
from gateway.kit.system import System
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.clock import FakeClock, SystemClock

INFO = """Interface wlan0
	ifindex 3
	wdev 0x1
	addr dc:a6:32:00:00:05
	ssid JARDIN-7f3a
	type AP
	wiphy 0
	channel 6 (2437 MHz), width: 20 MHz, center1: 2437 MHz
	txpower 31.00 dBm
"""
DUMP = """Station 3c:22:fb:00:00:01 (on wlan0)
	inactive time:	304 ms
	rx bytes:	183291
	authorized:	yes
Station 3c:22:fb:00:00:02 (on wlan0)
	inactive time:	12 ms
	Station 00:00:00:00:00:00 is not one
"""
SEEN = r"""DC\:A6\:32\:00\:00\:05:6:JARDIN-7f3a
DC\:A6\:32\:00\:00\:09:6:JARDIN-91bc
00\:11\:22\:33\:44\:55:6:Bibliothèque\: public
00\:11\:22\:33\:44\:66:11:JARDIN-7f3a
00\:11\:22\:33\:44\:77::hidden
"""
LEASES = """1795524000 3c:22:fb:00:00:01 10.42.0.57 * 01:3c:22:fb:00:00:01
1795524100 3c:22:fb:00:00:02 10.42.0.90 * *
duid 00:01:00:01
"""


class Told(System):
    """A computer whose programs say what they are told to."""

    def __init__(self, root: Path, says: Mapping[str, str | int | Exception]) -> None:
        super().__init__(root)
        self._says = says

    def has(self, program: str) -> bool:
        return any(line.startswith(program) for line in self._says)

    def run(
        self, command: Sequence[str], patience_s: float = 1.0
    ) -> subprocess.CompletedProcess[str]:
        line = " ".join(command)
        (answer,) = [said for start, said in self._says.items() if line.startswith(start)] or [1]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return subprocess.CompletedProcess(command, answer, "", "no")
        return subprocess.CompletedProcess(command, 0, answer, "")


SAYS: Mapping[str, str | int | Exception] = {
    "iw dev wlan0 info": INFO,
    "iw dev wlan0 station dump": DUMP,
    "nmcli ": SEEN,
    "busctl ": 's "jardin-2.local"\n',
}


def test_what_the_system_says_of_the_wifi_is_counted(tmp_path: Path) -> None:
    leases = tmp_path / "var/lib/NetworkManager/dnsmasq-wlan0.leases"
    leases.parent.mkdir(parents=True)
    leases.write_text(LEASES)
    found = radio.look_at_radio(Told(tmp_path, SAYS), "wlan0")
    assert found == Radio(
        stations=2, room=7, leases=2, same_name=1, same_channel=1, name="jardin-2.local"
    )


def test_the_other_firmware_of_the_radio_has_more_room(tmp_path: Path) -> None:
    link = tmp_path / radio.FIRMWARE
    link.parent.mkdir(parents=True)
    link.symlink_to("/lib/firmware/cypress/cyfmac43455-sdio-minimal.bin")
    assert radio.look_at_radio(Told(tmp_path, SAYS), "wlan0").room == 19
    link.unlink()
    link.symlink_to("/lib/firmware/cypress/cyfmac43455-sdio-standard.bin")
    assert radio.look_at_radio(Told(tmp_path, SAYS), "wlan0").room == 7


@pytest.mark.parametrize(
    "says",
    [
        {},
        {"iw ": 237},
        {"iw ": OSError("gone"), "busctl ": subprocess.TimeoutExpired("busctl", 10)},
        {"iw dev wlan0 info": INFO.replace("type AP", "type managed"), "nmcli ": SEEN},
    ],
)
def test_without_an_access_point_of_its_own_nothing_is_said_of_it(
    tmp_path: Path, says: Mapping[str, str | int | Exception]
) -> None:
    assert radio.look_at_radio(Told(tmp_path, says), "wlan0") == Radio()


@settings(deadline=None)  # a busy machine is no fault
@given(st.text())
def test_any_answer_of_a_program_is_read_without_a_complaint(text: str) -> None:
    radio.access_point(f"\ttype AP\n{text}")
    radio.neighbours(text)
    assert radio.stations(text) >= 0


SCHOOL = Heard(Answer(IPv4Address("10.21.0.1"), None, is_kit=False), b"\2" * 6)
KIT = Heard(Answer(IPv4Address("10.42.1.1"), None, is_kit=True), b"\2" * 6)


def state_of(cable: str, heard: Heard | None = None, own: Radio | None = None) -> NetworkState:
    standing = Standing(cable, 1, other=heard)  # type: ignore[arg-type]
    return NetworkState.of(100.0, "eth0", standing, 3, own or Radio())


def only(state: NetworkState, name: str = "cable") -> Found:
    (one,) = [one for one in network_words.found(state, 110.0) if one.name == name]
    return one


@pytest.mark.parametrize(
    ("state", "code", "french"),
    [
        (state_of("unplugged"), "", "Aucun câble"),
        (state_of("listening"), "", "écoute"),
        (state_of("serving"), "", "moment : 3)"),
        (state_of("guest", SCHOOL), "", "réseau de l'école (serveur 10.21.0.1)"),
        (state_of("guest", KIT), "CABLE_TWO_KITS", "Un autre kit"),
        (state_of("apart", SCHOOL), "CABLE_SAME_ADDRESSES", "Débranchez le câble"),
    ],
)
def test_each_standing_of_the_cable_is_said_in_plain_words(
    state: NetworkState, code: str, french: str
) -> None:
    one = only(state)
    assert (one.code, one.state) == (code, "warning" if code else "good")
    assert french in one.fr
    assert one.en
    assert one.en != one.fr


@pytest.mark.parametrize(
    ("stations", "room", "code"),
    [(6, 7, ""), (7, 7, "WIFI_FULL"), (18, 19, ""), (19, 19, "WIFI_FULL")],
)
def test_a_full_wifi_asks_for_an_access_point(stations: int, room: int, code: str) -> None:
    one = only(state_of("unplugged", own=Radio(stations, room)), "wifi")
    assert one.code == code
    assert "point d'accès" in one.fr
    assert f"{stations}, of {room}" in one.en


@pytest.mark.parametrize(
    ("own", "code"),
    [
        (Radio(1, same_name=1, same_channel=1, name="jardin-2.local"), "KIT_SAME_NAME"),
        (Radio(1, same_channel=1, name="jardin-2.local"), "KIT_RENAMED"),
        (Radio(1, same_channel=1, name="jardin.local"), "KIT_SAME_CHANNEL"),
    ],
)
def test_another_kit_in_the_room_is_told(own: Radio, code: str) -> None:
    assert only(state_of("unplugged", own=own), "kits").code == code


def test_alone_in_the_room_nothing_is_said_of_others() -> None:
    state = state_of("unplugged", own=Radio(1, name="jardin.local"))
    assert [one.name for one in network_words.found(state, 110.0)] == ["cable", "wifi"]


@pytest.mark.parametrize("now_s", [100.0 + 121, 99.0])
def test_a_guard_that_fell_silent_is_not_believed(now_s: float) -> None:
    """Also after a restart of the computer, whose seconds begin anew."""
    (one,) = network_words.found(state_of("serving"), now_s)
    assert (one.code, one.state) == ("CABLE_UNGUARDED", "unknown")


def test_what_the_guard_writes_is_what_is_read(tmp_path: Path) -> None:
    state = state_of("guest", SCHOOL, Radio(2, 7, 2, 1, 1, "jardin.local"))
    write(tmp_path / "network.json", state)
    assert read(tmp_path / "network.json") == state
    assert [path.name for path in tmp_path.iterdir()] == ["network.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"at_s": 1, "radio": {}, "cable": "x"}', '{"radio": {"a": 1}}', "7"]
)
def test_a_file_that_is_none_of_ours_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "network.json").write_text(text)
    assert read(tmp_path / "network.json") is None
    assert read(tmp_path / "absent") is None


def test_the_gateways_health_tells_the_guards_words(tmp_path: Path) -> None:
    clock = FakeClock()
    settings = GatewaySettings(data=tmp_path, kit=KitSettings(network=tmp_path / "network.json"))
    gateway = Gateway.open(settings, clock)
    assert not {"cable", "wifi"} & {check.name for check in checks.checks(gateway)}
    state = state_of("guest", SCHOOL, Radio(7))
    write(settings.kit.network, replace(state, at_s=clock.monotonic_s()))
    told = {check.name: check for check in checks.checks(gateway)}
    assert told["cable"].state == "good"
    assert "n'y distribue rien" in told["cable"].text("fr")
    assert [c.code for c in checks.for_the_page(gateway) if c.name == "wifi"] == ["WIFI_FULL"]
    gateway.close()


def config_in(folder: Path, port: int) -> Path:
    config = folder / "gateway.toml"
    config.write_text(
        f'data = "{folder.as_posix()}"\n[http]\nport = {port}\n'
        f'[kit]\nnetwork = "{(folder / "network.json").as_posix()}"\n'
    )
    return config


def test_the_doctor_tells_the_networks_also_where_the_gateway_is_silent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "fr")
    state = replace(state_of("guest", SCHOOL), at_s=SystemClock().monotonic_s())
    write(tmp_path / "network.json", state)
    assert main(["doctor", "--config", str(config_in(tmp_path, 1))]) == 4
    told = capsys.readouterr().out
    assert "DOCTOR_UNHEARD" in told
    assert "n'y distribue\n" in told or "n'y distribue rien" in told
    assert max(map(len, told.splitlines())) <= 80


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        state = "bad" if self.headers["Accept-Language"] == "fr" else "good"
        checks = [
            {"name": "disk", "state": state, "code": "DISK_ALMOST_FULL", "text": "plein"},
            {"name": "commit", "state": "good", "code": None, "text": None},
            {"name": "from-later", "state": "odd", "text": "x"},
        ]
        self.wfile.write(json.dumps({"state": state, "checks": checks}).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("language", "code"), [("fr", 4), ("en", 0)])
def test_the_doctor_tells_what_the_running_gateway_tells(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    code: int,
) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", language)
    with HTTPServer(("127.0.0.1", 0), _Health) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        config = str(config_in(tmp_path, server.server_address[1]))
        assert main(["doctor", "--config", config]) == code
        assert main(["doctor", "--config", config, "--json"]) == code
        server.shutdown()
        serving.join()
    plain, found = capsys.readouterr().out.split("[", 1)
    assert "plein (DISK_ALMOST_FULL)" in plain
    assert ("tout va bien" if language == "fr" else "all is well") in plain
    assert [one["check"] for one in json.loads("[" + found)] == ["disk", "commit", "from-later"]
