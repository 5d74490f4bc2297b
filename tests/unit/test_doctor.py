"""The doctor: what is well, what is odd, what is bad, and for what is bad what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from harness import environment
from sheets import dht22, tables_of

from sensor_node.clock import FakeClock
from sensor_node.config import NodeSettings
from sensor_node.doctor_cli import lines_of
from sensor_node.errors import StorageError
from sensor_node.fakes import FakeBoard
from sensor_node.outbox import Entry, Outbox
from sensor_node.settings import build
from sensor_node.setup import vitals
from sensor_node.setup.buses import buses
from sensor_node.setup.disk import check_that_it_stays, disk, file_system_of
from sensor_node.setup.doctor import examine, exit_code_of
from sensor_node.setup.finding import Finding, bad, good, odd
from sensor_node.setup.knock import network
from sensor_node.setup.sheet import sheet_of
from sensor_node.setup.terminal import Terminal
from sensor_node.wiring import Words

IS_PI = {"proc/device-tree/model": "Raspberry Pi Zero 2 W Rev 1.0\0"}
DISKS = "22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw\n"


@pytest.fixture
def machine() -> FakeBoard:
    """A Raspberry Pi that is well, with an SD card."""
    board = FakeBoard()
    for path, text in {**IS_PI, "proc/self/mountinfo": DISKS}.items():
        board.system.write(path, text)
    return board


def one(findings: Iterator[Finding]) -> Finding:
    (finding,) = findings
    return finding


def by_check(findings: Iterator[Finding]) -> dict[str, Finding]:
    return {finding.check.en: finding for finding in findings}


# --- buses ----------------------------------------------------------------------------------------


def needed(*tables: dict[str, Any]) -> Any:
    return sheet_of("pot", tables, Path("/nowhere"))


def test_only_the_buses_that_a_sensor_needs_are_looked_at(machine: FakeBoard) -> None:
    root = machine.system_root
    assert list(buses(needed(*tables_of("pi-health")), root)) == []
    found = by_check(buses(needed(*tables_of("bh1750", "ds18b20")), root))
    assert set(found) == {"I²C bus", "1-Wire bus"}
    assert {f.verdict for f in found.values()} == {"bad"}
    assert "do_i2c 0" in found["I²C bus"].words.en


def test_a_bus_that_is_there_is_ready(machine: FakeBoard) -> None:
    for device in ("dev/spidev0.0", "dev/i2c-1", "dev/gpiochip0", "sys/bus/w1/devices/x"):
        machine.system.write(device, "")
    everything = list(buses(needed(*tables_of()), machine.system_root))
    assert [f.verdict for f in everything] == ["good"] * 4


def test_a_bus_that_this_user_may_not_open_names_the_group(machine: FakeBoard) -> None:
    machine.system.write("dev/i2c-1", "")
    forbidden = buses(needed(*tables_of("bh1750")), machine.system_root, lambda _device: False)
    finding = one(forbidden)
    assert finding.code == "BUS_FORBIDDEN"
    assert "usermod -aG i2c" in finding.words.en


def test_elsewhere_than_on_a_pi_that_is_why(machine: FakeBoard) -> None:
    machine.system.write("proc/device-tree/model", "QEMU")
    finding = one(buses(needed(dht22(4)), machine.system_root))
    assert finding.code == "NOT_A_PI"


# --- the machine ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_kept", "is_believed", "verdict", "words"),
    [
        (True, False, "good", "kept by the network"),
        (True, True, "good", 'believed (clock = "system")'),
        (False, False, "odd", "ask the gateway for the time"),
    ],
)
def test_the_clock_says_whose_time_it_is(
    machine: FakeBoard, is_kept: bool, is_believed: bool, verdict: str, words: str
) -> None:
    clock = FakeClock(synchronised=is_kept)
    finding = vitals.clock(clock, machine.system_root, is_believed=is_believed)
    assert finding.verdict == verdict
    assert words in finding.words.en
    assert "2025-11-22 04:30 UTC" in finding.words.fr


def test_a_clock_before_the_software_was_written_is_not_believed(machine: FakeBoard) -> None:
    finding = vitals.clock(FakeClock(0), machine.system_root, is_believed=False)
    assert finding.verdict == "odd"
    assert "battery clock" not in finding.words.en
    machine.system.write("sys/class/rtc/rtc0/name", "rtc-ds1307")
    finding = vitals.clock(FakeClock(0), machine.system_root, is_believed=False)
    assert "battery clock" in finding.words.en


def test_a_supply_that_was_too_weak_is_bad(machine: FakeBoard) -> None:
    assert by_check(vitals.body(machine))["power supply"].verdict == "good"
    machine.system.set_undervoltage(True)
    finding = by_check(vitals.body(machine))["power supply"]
    assert (finding.verdict, finding.code) == ("bad", "UNDERVOLTAGE")


def test_a_supply_that_nothing_tells_of_says_where_that_is(machine: FakeBoard) -> None:
    machine.system.write("sys/class/hwmon/hwmon1/name", "other\n")
    assert "this kernel" in by_check(vitals.body(machine))["power supply"].words.en
    machine.system.write("proc/device-tree/model", "a PC")
    assert "not a Raspberry Pi" in by_check(vitals.body(machine))["power supply"].words.en


@pytest.mark.parametrize(("celsius", "verdict"), [(48, "good"), (72, "odd"), (83, "bad")])
def test_heat_is_told(machine: FakeBoard, celsius: float, verdict: str) -> None:
    machine.system.set_cpu_temperature(celsius)
    assert by_check(vitals.body(machine))["processor"].verdict == verdict


@pytest.mark.parametrize(("dbm", "verdict"), [(-56, "good"), (-75, "odd"), (-85, "bad")])
def test_the_wifi_is_told(machine: FakeBoard, dbm: int, verdict: str) -> None:
    machine.system.set_signal(dbm)
    assert vitals.wifi(machine, []).verdict == verdict


def test_the_wifi_is_that_of_the_settings(machine: FakeBoard) -> None:
    machine.system.set_signal(-56, "wlan1")
    named = {"type": "pi-health", "signal": "s", "interface": "wlan1"}
    assert vitals.wifi(machine, [named]).verdict == "good"
    finding = vitals.wifi(machine, [])
    assert finding.verdict == "odd"
    assert "cable" in finding.words.en


# --- the disk -------------------------------------------------------------------------------------


def test_the_file_system_is_that_of_the_nearest_mount(machine: FakeBoard) -> None:
    machine.system.write(
        "proc/self/mountinfo",
        DISKS
        + "30 22 0:25 / /run rw - tmpfs tmpfs rw\n"
        + "31 22 8:1 / /srv/big\\040disk rw - xfs /dev/sda1 rw\n"
        + "32 22 0:26 / /var rw - ext4 /dev/x rw\n33 22 0:27 / /var rw - overlay overlay rw\n"
        + "a line that is none\n",
    )
    root = machine.system_root
    kinds = {
        "/home/pi/jardin": "ext4",
        "/run/jardin": "tmpfs",
        "/running": "ext4",
        "/srv/big disk/jardin": "xfs",
        "/var/lib/jardin": "overlay",
    }
    assert {folder: file_system_of(Path(folder), root) for folder in kinds} == kinds


@pytest.mark.parametrize("kind", ["tmpfs", "overlay"])
def test_a_folder_that_a_power_cut_empties_is_refused(
    machine: FakeBoard, tmp_path: Path, kind: str
) -> None:
    machine.system.write("proc/self/mountinfo", f"22 1 0:1 / / rw - {kind} {kind} rw\n")
    found = by_check(disk(tmp_path, tmp_path / "outbox.sqlite", machine.system_root))
    assert (found["folder"].code, found["folder"].exit_code) == ("DATA_VANISHES", 5)
    assert kind in found["folder"].words.fr


@pytest.mark.parametrize("kind", ["tmpfs", "ramfs", "overlay"])
def test_a_node_does_not_start_where_a_power_cut_would_take_what_it_measured(
    machine: FakeBoard, tmp_path: Path, kind: str
) -> None:
    machine.system.write("proc/self/mountinfo", f"22 1 0:1 / / rw - {kind} {kind} rw\n")
    with pytest.raises(StorageError, match="DATA_VANISHES"):
        check_that_it_stays(tmp_path, machine.system_root)


def test_a_node_starts_where_what_it_measured_stays(machine: FakeBoard, tmp_path: Path) -> None:
    machine.system.write("proc/self/mountinfo", "22 1 0:1 / / rw - ext4 /dev/mmcblk0p2 rw\n")
    check_that_it_stays(tmp_path, machine.system_root)


def test_a_folder_that_cannot_be_is_bad(machine: FakeBoard, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    data = tmp_path / "file" / "data"
    found = by_check(disk(data, data / "outbox.sqlite", machine.system_root))
    assert found["folder"].code == "FOLDER_NOT_WRITABLE"


@pytest.mark.parametrize(
    ("free", "verdict"), [(2 * 2**30, "good"), (200 * 2**20, "odd"), (2**20, "bad")]
)
def test_room_is_told(machine: FakeBoard, tmp_path: Path, free: int, verdict: str) -> None:
    root = machine.system_root
    found = by_check(disk(tmp_path, tmp_path / "outbox.sqlite", root, lambda _folder: free))
    assert found["room"].verdict == verdict


def test_an_outbox_is_counted_without_a_trace(machine: FakeBoard, tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    found = by_check(disk(tmp_path, path, machine.system_root))
    assert "not there yet" in found["outbox"].words.en
    assert list(tmp_path.iterdir()) == []

    with closing(Outbox(path, capacity=2)) as outbox:
        outbox.append([Entry("ab" * 8, n, 0.0, 1000 + n, "ntp", "{}") for n in range(2)])
    found = by_check(disk(tmp_path, path, machine.system_root))
    assert found["outbox"].words.en == "2 packs wait"
    with closing(Outbox(path, capacity=2)) as outbox:
        outbox.append([Entry("ab" * 8, 3, 0.0, 2000, "ntp", "{}")])
    found = by_check(disk(tmp_path, path, machine.system_root))
    assert found["outbox"].verdict == "odd"
    assert "1 were lost" in found["outbox"].words.en


def test_an_outbox_that_is_none_is_bad(machine: FakeBoard, tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    path.write_bytes(b"no database at all" * 100)
    found = by_check(disk(tmp_path, path, machine.system_root))
    assert (found["outbox"].verdict, found["outbox"].exit_code) == ("bad", 5)


# --- the network ----------------------------------------------------------------------------------


def test_a_name_that_nobody_knows_is_told_and_nothing_more_is_asked() -> None:
    settings = build(
        NodeSettings, {"node": "pot", "data": "d", "broker": {"host": "jardin.invalid"}}
    )
    finding = one(network(settings.broker))
    assert (finding.code, finding.exit_code) == ("NAME_UNKNOWN", 4)
    assert "jardin.invalid" in finding.words.fr


# --- all of it ------------------------------------------------------------------------------------


def settings(data: Path, *tables: Any, **more: Any) -> NodeSettings:
    told = {"node": "pot", "data": str(data), "pins": "fake", "broker": {"host": "jardin.invalid"}}
    return build(NodeSettings, {**told, "sensors": list(tables), **more})


def test_one_thing_that_is_bad_hides_nothing_else(machine: FakeBoard, tmp_path: Path) -> None:
    board = FakeBoard(counts=2)
    told = settings(tmp_path, *tables_of("soil-mcp3008", "tank-float"), {"type": "dht22"})
    found = by_check(examine(told, board, machine, FakeClock()))

    assert found["bac-1-soil"].code == "PROBE_DISCONNECTED"
    assert found["tank-empty"].verdict == "good"
    assert found["wiring"].exit_code == 3
    assert found["folder"].verdict == "good"
    assert found["broker's name"].verdict == "bad"
    assert exit_code_of(found.values()) == 3


def test_the_checks_come_in_the_order_in_which_they_are_put_right(
    machine: FakeBoard, tmp_path: Path
) -> None:
    board = FakeBoard()
    told = settings(tmp_path, *tables_of("tank-float"))
    order = [finding.check.en for finding in examine(told, board, machine, FakeClock())]
    assert order == [
        "settings", "buses", "tank-empty", "clock", "power supply", "processor", "folder", "room",
        "outbox", "Wi-Fi", "broker's name",
    ]  # fmt: skip


def test_a_wiring_that_cannot_work_is_a_matter_of_configuration(
    machine: FakeBoard, tmp_path: Path
) -> None:
    told = settings(tmp_path, dht22(17), dht22(17, "b"))
    found = by_check(examine(told, FakeBoard(), machine, FakeClock()))
    assert (found["wiring"].verdict, found["wiring"].exit_code) == ("bad", 3)


def test_a_node_without_sensors_is_odd(machine: FakeBoard, tmp_path: Path) -> None:
    found = by_check(examine(settings(tmp_path), FakeBoard(), machine, FakeClock()))
    assert found["settings"].verdict == "odd"


CHECK = Words("essai", "check")


def failure(code: int) -> Finding:
    error = StorageError("X_Y", fr="f", en="e")
    return Finding(CHECK, "bad", Words(error.fr, error.en), error.code, code)


@pytest.mark.parametrize(("codes", "exit_code"), [((), 0), ((4,), 4), ((4, 5), 5), ((5, 3, 4), 3)])
def test_the_exit_code_is_that_of_what_is_put_right_first(
    codes: tuple[int, ...], exit_code: int
) -> None:
    assert exit_code_of([odd(CHECK, "f", "e"), *map(failure, codes)]) == exit_code


@pytest.mark.parametrize(
    ("encoding", "marks"), [("utf-8", ["✓", "!", "✗"]), ("ascii", ["OK", "!", "X"])]
)
def test_each_line_has_its_mark_in_any_encoding(encoding: str, marks: list[str]) -> None:
    error = StorageError("X_Y", fr="très mal", en="very bad")
    findings = [good(CHECK, "bien", "well"), odd(CHECK, "tiens", "odd"), bad(CHECK, error)]
    terminal = Terminal(encoding=encoding)
    lines = [lines_of(finding, "fr", terminal)[0] for finding in findings]
    assert [line.split()[0] for line in lines] == marks
    for line in lines:
        line.encode(encoding)


def doctor(config: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sensor_node", "doctor", "--config", str(config), *more],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        check=False,
        timeout=60,
    )


def test_settings_that_cannot_be_read_are_the_first_and_only_finding(tmp_path: Path) -> None:
    done = doctor(tmp_path / "absent.toml")
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("✗  settings")


def test_a_program_gets_every_finding(tmp_path: Path) -> None:
    config = tmp_path / "node.toml"
    config.write_text(
        f'node = "pot"\ndata = "{tmp_path}/data"\npins = "fake"\nclock = "system"\n'
        '[broker]\nhost = "jardin.invalid"\n'
        '[[sensors]]\ntype = "tank-float"\nchannel = "tank"\npin = 22\n'
    )
    done = doctor(config, "--json")
    found = {each["check"]: each for each in json.loads(done.stdout)}
    assert found["tank"] == {"check": "tank", "verdict": "good", "code": None, "text": "empty"}
    assert found["broker's name"]["code"] == "NAME_UNKNOWN"
    assert done.returncode in (4, 5)  # 5 where the tests' own folder is in memory
