"""What small services of a card do: the stick of the backups, the time for the nodes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from gateway.kit import battery_clock, stick
from gateway.kit.system import System
from sensor_node.clock import FakeClock, Keeper
from sensor_node.errors import HardwareError

OWNER = (os.getuid(), os.getgid()) if hasattr(os, "getuid") else (0, 0)


class Answering(System):
    """Programs that answer what ``answers`` says, each by its name, and are written down."""

    def __init__(self, root: Path, answers: Mapping[str, tuple[int, str]]) -> None:
        super().__init__(root)
        self.answers = answers
        self.ran: list[list[str]] = []
        self.set_ms: list[int] = []
        self.kept = False

    def has(self, program: str) -> bool:
        return True

    def keeps_time(self) -> bool:
        return self.kept

    def set_clock(self, at_ms: int) -> None:
        self.set_ms.append(at_ms)

    def run(
        self, command: Sequence[str], patience_s: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        self.ran.append(list(command))
        code, said = self.answers.get(command[0], (0, ""))
        return subprocess.CompletedProcess(command, code, said, "" if code == 0 else said)


@pytest.mark.parametrize("kind", ["vfat", "exfat"])
def test_a_stick_that_knows_no_owners_is_the_gateways(tmp_path: Path, kind: str) -> None:
    system = Answering(tmp_path, {"blkid": (0, f"{kind}\n")})

    folder = stick.backup_folder("/dev/sda1", system, OWNER)

    assert folder == tmp_path / "media/jardin/jardin"
    mounted = system.ran[-1]
    assert mounted[:3] == ["mount", "-t", kind]
    assert {"nosuid", "nodev", "noexec", f"uid={OWNER[0]}"} <= set(mounted[4].split(","))


def test_a_folder_of_the_gateways_is_made_on_a_stick_with_owners(tmp_path: Path) -> None:
    system = Answering(tmp_path, {"blkid": (0, "ext4\n")})

    folder = stick.backup_folder("/dev/sda1", system, OWNER)

    assert folder.is_dir()
    assert "uid=" not in system.ran[-1][4]


@pytest.mark.parametrize(
    "answers",
    [
        {"blkid": (2, "")},
        {"blkid": (0, "crypto_LUKS\n")},
        {"blkid": (0, "vfat\n"), "mount": (32, "wrong fs type")},
    ],
)
def test_a_stick_that_is_none_for_backups_is_told(
    tmp_path: Path, answers: Mapping[str, tuple[int, str]]
) -> None:
    with pytest.raises(HardwareError) as caught:
        stick.backup_folder("/dev/sda1", Answering(tmp_path, answers), OWNER)

    assert caught.value.code == "STICK_USELESS"
    assert not (tmp_path / "media/jardin/jardin").exists()


def test_a_stick_whose_folder_is_a_link_is_refused(tmp_path: Path) -> None:
    system = Answering(tmp_path, {"blkid": (0, "ext4\n")})
    for name in ("media/jardin", "etc"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "media/jardin/jardin").symlink_to(tmp_path / "etc")

    with pytest.raises(HardwareError, match="STICK_USELESS"):
        stick.backup_folder("/dev/sda1", system, OWNER)

    assert system.ran[-1] == ["umount", str(tmp_path / "media/jardin")]


def test_a_stick_for_no_user_in_particular_is_roots(tmp_path: Path) -> None:
    system = Answering(tmp_path, {"blkid": (0, "vfat\n")})

    assert stick.mount("/dev/sda1", system) == tmp_path / "media/jardin"
    assert system.ran[-1][4] == stick.SAFE


@pytest.mark.prove
@pytest.mark.parametrize(("kind", "maker"), [("vfat", "mkfs.vfat"), ("ext4", "mkfs.ext4")])
def test_a_real_stick_is_mounted_and_takes_a_file(tmp_path: Path, kind: str, maker: str) -> None:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which(maker) is None:
        pytest.skip(f"needs root on Linux, and {maker}")
    image = tmp_path / "stick.img"
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run([maker, str(image)], check=True, capture_output=True)
    program = (
        "import sys; from pathlib import Path; from gateway.kit import stick; "
        "from gateway.kit.system import System; "
        "folder = stick.backup_folder(sys.argv[1], System(Path(sys.argv[2])), (65534, 65534)); "
        "(folder / 'jardin-x.zip').write_bytes(b'x' * 100000); "
        "print(folder.stat().st_uid, Path('/proc/mounts').read_text())"
    )
    arguments = [sys.executable, "-c", program, str(image), str(tmp_path / "root")]
    # In mounts of its own, which end with it; an image is mounted as a loop device.
    done = subprocess.run(
        ["unshare", "--mount", *arguments], capture_output=True, text=True, check=False
    )
    if "loop" in done.stderr:
        pytest.skip("needs loop devices")

    if f"unknown filesystem type '{kind}'" in done.stderr:
        pytest.skip(f"this computer's kernel knows no {kind}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("65534 ")
    (line,) = [line for line in done.stdout.splitlines() if f" {tmp_path}/root/" in line]
    assert f" {kind} " in line
    assert "noexec" in line


@pytest.mark.parametrize(("keeper", "served"), [("rtc", True), ("ntp", False), (None, False)])
def test_only_a_clock_with_a_battery_that_is_right_has_chrony_give_its_time(
    tmp_path: Path, keeper: Keeper | None, served: bool
) -> None:
    clock = FakeClock()
    clock.keeper = keeper
    system = Answering(tmp_path, {})

    assert battery_clock.serve(system, clock) is served

    wanted = [["chronyc", "local", "stratum", "10"]] if served else []
    assert system.ran == wanted


NOW_MS = 1_780_000_000_000


def with_battery(root: Path, said: str) -> Answering:
    (root / "sys/class/rtc/rtc0").mkdir(parents=True)
    (root / "sys/class/rtc/rtc0/since_epoch").write_text(said)
    return Answering(root, {})


def test_a_time_server_that_does_not_answer_gives_no_time_and_stops_nothing(
    tmp_path: Path,
) -> None:
    class Hanging(Answering):
        def run(
            self, command: Sequence[str], patience_s: float = 60.0
        ) -> subprocess.CompletedProcess[str]:
            raise subprocess.TimeoutExpired(command, patience_s)

    clock = FakeClock(NOW_MS)
    clock.keeper = "rtc"

    assert not battery_clock.serve(Hanging(tmp_path, {}), clock)


def test_a_pi_that_was_off_takes_the_time_of_its_battery_clock(tmp_path: Path) -> None:
    system = with_battery(tmp_path, f"{NOW_MS // 1000}\n")

    assert battery_clock.take(system, NOW_MS - 86_400_000)

    assert system.set_ms == [NOW_MS]


@pytest.mark.parametrize("said", ["946684800\n", "12\n", "", f"{NOW_MS // 1000 - 60}\n"])
def test_a_flat_battery_sets_no_clock_and_no_clock_goes_back(tmp_path: Path, said: str) -> None:
    system = with_battery(tmp_path, said)

    assert not battery_clock.take(system, NOW_MS)

    assert system.set_ms == []


def test_a_clock_that_the_network_keeps_is_left_to_it(tmp_path: Path) -> None:
    system = with_battery(tmp_path, f"{NOW_MS // 1000}\n")
    system.kept = True

    assert not battery_clock.take(system, NOW_MS - 86_400_000)
