"""The files that go onto a card, judged by those who will read them there."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from gateway.card.answers import Answers, Words
from gateway.card.templates import filled, template, tree
from gateway.kit.captive import HOSTS
from gateway.kit.placing import OF_ALL, OF_GATEWAY, OF_NODE, OF_NODE_ALONE, STARTED_BY_OTHERS
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.config import NodeSettings

FOLDER = Path(__file__).parents[2] / "firmware_config"
SCRIPTS = sorted((FOLDER / "boot").glob("*.sh"))
UNITS = (
    *OF_ALL,
    *OF_GATEWAY,
    *OF_NODE,
    *OF_NODE_ALONE,
    *STARTED_BY_OTHERS,
    "boot/jardin-first-boot.service",
)
ANSWERS = Answers(
    card="0123456789abcdef",
    role="kit",
    system="trixie",
    kit="jardin-7f3a",
    hostname="jardin",
    garden='Jardin "du" quartier',
    language="fr",
    country="FR",
    timezone="Europe/Paris",
    hotspot="JARDIN-7f3a",
    node="bac-1",
)
VALUES = ANSWERS.values(Words("abcd-efgh-jkmn", "bcdf-ghjk"))


PROFILES = [
    f"system/{part}/{name}"
    for part in ("gateway", "node")
    for name in tree(f"system/{part}")
    if name.endswith(".nmconnection")
]
EXPOSED_AT_MOST = {"jardin-broker": 2.5, "jardin-join": 2.5, "jardin-time": 3.5}
OLDEST = 250
"""``systemd-analyze security --offline`` came with this systemd."""


def need(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs {program}: apt install {package}")
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_a_shell_understands_every_script(path: Path, shell: str) -> None:
    done = subprocess.run(
        [need(shell, shell), "-n", str(path)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line_of_every_unit(tmp_path: Path, name: str) -> None:
    need("systemd-analyze", "systemd")
    text = re.sub(
        r"^(Exec\w+=[+-]?)/\S+", r"\1/bin/true", (FOLDER / name).read_text(), flags=re.MULTILINE
    )
    path = tmp_path / name.rpartition("/")[2].replace("@.", "@sda1.")
    path.write_text(text)
    if path.suffix == ".path":
        shutil.copy(FOLDER / "jardin-steward.service", tmp_path)

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    ours = [line for line in done.stderr.splitlines() if "jardin" in line]
    assert [
        line for line in ours if "Unknown" in line or "ailed" in line or "Invalid" in line
    ] == []


@pytest.mark.parametrize("name", EXPOSED_AT_MOST)
def test_a_service_of_a_card_may_do_little(name: str) -> None:
    analyze = need("systemd-analyze", "systemd")
    told = subprocess.run([analyze, "--version"], capture_output=True, text=True, check=True)
    if int(re.findall(r"\d+", told.stdout)[0]) < OLDEST:
        pytest.skip(f"needs systemd-analyze of systemd {OLDEST}")

    done = subprocess.run(
        [analyze, "security", "--offline=true", str(FOLDER / f"{name}.service")],
        capture_output=True,
        text=True,
        check=False,
    )

    found = re.search(r"Overall exposure level for .*: (\d+\.\d)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found.group(1)) <= EXPOSED_AT_MOST[name]


def test_every_unit_that_is_enabled_says_by_whom() -> None:
    for name in (*OF_ALL, *OF_GATEWAY, *OF_NODE):
        assert "WantedBy=" in template(name), name
    for name in (*OF_NODE_ALONE, *STARTED_BY_OTHERS):
        assert "WantedBy=" not in template(name), name


def test_every_unit_of_ours_goes_onto_a_card() -> None:
    ours = {path.name for path in FOLDER.glob("jardin-*") if path.is_file()}

    assert ours == {*OF_ALL, *OF_GATEWAY, *OF_NODE, *OF_NODE_ALONE, *STARTED_BY_OTHERS}


def test_cloud_init_understands_the_user_data(tmp_path: Path) -> None:
    cloud_init = need("cloud-init", "cloud-init")
    path = tmp_path / "user-data"
    path.write_text(filled("boot/user-data", VALUES))

    done = subprocess.run(
        [cloud_init, "schema", "--config-file", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Valid" in done.stdout


def test_nobody_can_log_in_on_trixie_and_no_port_of_ssh_is_opened() -> None:
    text = filled("boot/user-data", VALUES)

    assert re.findall(r"- name: (\S+)", text) == ["jardin"]
    assert "lock_passwd: true\n" in text
    assert "shell: /usr/sbin/nologin\n" in text
    assert "ssh_pwauth: false\n" in text


def test_every_file_has_its_gaps_filled() -> None:
    for part in ("all", "gateway", "node"):
        for name in tree(f"system/{part}"):
            assert not re.search(r"@[A-Z]+@", filled(f"system/{part}/{name}", VALUES)), name


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_one_that_networkmanager_reads(name: str) -> None:
    profile = configparser.ConfigParser(interpolation=None)
    profile.read_string(filled(name, VALUES))

    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", profile["connection"]["uuid"])
    if profile["connection"]["type"] == "wifi":
        assert profile["wifi"]["ssid"] == "JARDIN-7f3a"
        assert profile["wifi-security"]["psk"] == "abcd-efgh-jkmn"
    else:
        assert profile["connection"]["interface-name"] == "eth0"


@pytest.mark.parametrize("name", PROFILES)
def test_networkmanager_itself_keeps_every_line_of_a_profile(name: str) -> None:
    nmcli = need("nmcli", "network-manager")
    told = filled(name, VALUES)

    done = subprocess.run(
        [nmcli, "--offline", "connection", "modify", "connection.zone", ""],
        input=told,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    kept = {line.rstrip(";") for line in done.stdout.splitlines()}
    wanted = {line for line in told.splitlines() if "=" in line and not line.startswith("#")}
    # What is usual it does not write down.
    assert wanted - kept <= {"autoconnect=true"}


def test_the_settings_of_a_card_are_settings_of_ours(tmp_path: Path) -> None:
    gateway, node = tmp_path / "gateway.toml", tmp_path / "node.toml"
    gateway.write_text(filled("gateway.toml", VALUES))
    node.write_text(filled("node.toml", VALUES))

    settings = settings_file.load(GatewaySettings, gateway, {})
    assert settings.name == 'Jardin "du" quartier'
    assert settings.kit.requests == Path("/var/lib/jardin/requests")
    assert settings.kit.boot == Path("/boot/firmware"), "where a lost passphrase is told"
    loaded = settings_file.load(NodeSettings, node, {})
    assert loaded.data == Path("/var/lib/jardin-node")
    assert tomllib.loads(node.read_text())["pins"] == "gpio"


def test_no_two_sensors_of_the_kits_node_share_a_pin_and_1_wire_has_its_own() -> None:
    sensors = tomllib.loads(filled("node.toml", VALUES))["sensors"]
    pins = [sensor["pin"] for sensor in sensors if "pin" in sensor]
    bus = re.search(r"w1-gpio,gpiopin=(\d+)", template("boot/config.txt"))

    assert bus
    assert len({*pins, int(bus.group(1))}) == len(pins) + 1


def test_the_names_of_the_kit_lead_to_it_and_a_phones_question_too() -> None:
    text = template("system/gateway/etc/NetworkManager/dnsmasq-shared.d/jardin.conf")
    answered = set(re.findall(r"^address=/([a-z0-9.-]+)/10\.42\.0\.1$", text, re.MULTILINE))

    assert "host-record=jardin.lan,10.42.0.1" in text
    assert "host-record=jardin.local,10.42.0.1" in text
    # Whole sites beside their small question: those must work where there is internet.
    sites = {"www.apple.com", "www.google.com", "www.gstatic.com", "fedoraproject.org"}
    assert answered == HOSTS - sites


def test_the_gateway_gives_no_time_that_nobody_knows() -> None:
    told = template("system/gateway/etc/chrony/conf.d/jardin.conf")

    assert not re.search(r"^local", told, re.MULTILINE)
    assert "allow 10.42.0.0/24" in told
