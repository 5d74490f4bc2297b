"""A card's first start: each step, cut off anywhere, taken up again, and its plain words."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from bundles import key
from cards import FolderSystem, boot_partition, card_bundle, tree

from gateway import cli
from gateway.card.places import ANSWERS, BUNDLE, LOG, PROBLEM, SECRETS, WHEEL
from gateway.kit import first_boot
from gateway.kit.first_boot import STEPS
from gateway.kit.notebook import Notebook
from gateway.kit.placing import OF_ALL, OF_GATEWAY, OF_NODE
from gateway.kit.system import System
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.errors import GardenError, StorageError
from sensor_node.joining import parse_link
from sensor_node.trust import fingerprint

ROOT = Path(__file__).parents[2]
PASSWORD = "abcd-efgh-jkmn"


class PowerCut(BaseException):
    """The plug is pulled."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return card_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(autouse=True)
def _french(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "fr")
    monkeypatch.chdir(tmp_path)


def new_card(folder: Path, bundle: Path, role: str = "kit", system: str = "bookworm") -> Path:
    boot = boot_partition(folder / "bootfs", system)
    told = ["--role", role, "--boot", str(boot), "--bundle", str(bundle), "--node", "bac-1"]
    public = str(key(bundle.parent).with_suffix(".pub"))
    more = ["--kit", str(folder / "jardin-7f3a"), "--wifi-password", PASSWORD, "--yes"]
    assert cli.main(["card", *told, "--key", public, *more]) == 0
    return boot


def test_a_kits_first_start_puts_everything_in_its_place(tmp_path: Path, bundle: Path) -> None:
    boot = new_card(tmp_path, bundle)
    system = FolderSystem(tmp_path / "root")

    assert first_boot.main(["--boot", str(boot)], system) == 0

    root = system.root
    settings = tomllib.loads((root / "etc/jardin/gateway.toml").read_text())
    assert settings["data"] == "/var/lib/jardin"
    assert settings["kit"]["name"] == "JARDIN-7f3a"
    assert settings["kit"]["wifi_password"] == PASSWORD
    loaded = settings_file.load(GatewaySettings, root / "etc/jardin/gateway.toml", {})
    assert loaded.kit.is_kit
    assert loaded.http.port == 80
    assert (root / "etc/hostname").read_text() == "jardin\n"
    assert "raspberrypi" not in (root / "etc/hosts").read_text()
    hotspot = root / "etc/NetworkManager/system-connections/jardin-hotspot.nmconnection"
    assert f"psk={PASSWORD}\n" in hotspot.read_text()
    assert "ssid=JARDIN-7f3a\n" in hotspot.read_text()
    assert stat.S_IMODE(hotspot.stat().st_mode) == 0o600
    assert stat.S_IMODE((root / "var/lib/jardin/keys").stat().st_mode) == 0o700
    assert (root / "var/lib/jardin-node/node.toml").is_symlink()
    assert os.readlink(root / "opt/jardin/current").startswith("releases/0.1.0-")
    assert (root / "etc/jardin/update-keys/kit.pub").read_bytes().startswith(b"-----BEGIN PUB")
    enabled = next(ran for ran in system.ran if ran[:2] == ["systemctl", "enable"])
    assert set(enabled[2:]) == {*OF_ALL, *OF_GATEWAY, *OF_NODE}
    assert system.ran[-1] == ["systemctl", "--no-block", "reboot"]


def test_no_secret_stays_on_the_boot_partition(tmp_path: Path, bundle: Path) -> None:
    boot = new_card(tmp_path, bundle)
    invitation = parse_link((boot / SECRETS / "invitation.join").read_text())
    authority_key = (boot / SECRETS / "keys/authority.key").read_bytes()

    assert first_boot.main(["--boot", str(boot)], FolderSystem(tmp_path / "root")) == 0

    assert not (boot / SECRETS).exists()
    left = b"".join(path.read_bytes() for path in boot.rglob("*") if path.is_file())
    for secret in (PASSWORD.encode(), invitation.secret.encode(), authority_key):
        assert secret not in left


def test_a_nodes_card_gets_its_wifi_and_invitation_and_nothing_of_a_gateway(
    tmp_path: Path, bundle: Path
) -> None:
    boot = new_card(tmp_path, bundle, "node", "trixie")
    system = FolderSystem(tmp_path / "root", "trixie")

    assert first_boot.main(["--boot", str(boot)], system) == 0

    root = system.root
    link = parse_link((root / "var/lib/jardin-node/invitation.join").read_text())
    authority = (tmp_path / "jardin-7f3a/data/keys/authority.crt").read_text()
    assert link.authority == fingerprint(authority)
    assert (root / "etc/hostname").read_text() == "bac-1\n"
    assert (root / "etc/NetworkManager/system-connections/jardin-garden.nmconnection").exists()
    assert "server 10.42.0.1" in (root / "etc/chrony/conf.d/jardin.conf").read_text()
    assert not (root / "var/lib/jardin").exists()
    assert not (root / "etc/jardin/gateway.toml").exists()
    enabled = next(ran for ran in system.ran if ran[:2] == ["systemctl", "enable"])
    assert set(enabled[2:]) == {*OF_ALL, *OF_NODE}


def test_debians_own_broker_is_masked_before_it_is_installed(tmp_path: Path, bundle: Path) -> None:
    masked = []

    class Watching(FolderSystem):
        def run(
            self, command: Sequence[str], patience_s: float = 60.0
        ) -> subprocess.CompletedProcess[str]:
            if "--install" in command:
                masked.append(os.readlink(self.root / "etc/systemd/system/mosquitto.service"))
            return super().run(command, patience_s)

    boot = new_card(tmp_path, bundle)

    assert first_boot.main(["--boot", str(boot)], Watching(tmp_path / "root")) == 0

    assert masked == ["/dev/null"]


@pytest.mark.parametrize("cut", STEPS)
def test_a_power_cut_after_any_step_and_before_its_note_is_made_up_for(
    tmp_path: Path, bundle: Path, cut: str
) -> None:
    boot = new_card(tmp_path, bundle)
    other = tmp_path / "other"
    shutil.copytree(boot, other)
    whole, broken = FolderSystem(tmp_path / "whole"), FolderSystem(tmp_path / "broken")
    first_boot.first_boot(boot, whole)

    def pulled(start: first_boot.CardStart) -> None:
        STEPS[cut](start)
        raise PowerCut

    with pytest.raises(PowerCut):
        first_boot.first_boot(other, broken, {**STEPS, cut: pulled})
    first_boot.first_boot(other, broken)

    assert tree(broken.root) == tree(whole.root)
    assert {**tree(other), LOG: None} == {**tree(boot), LOG: None}


def test_what_is_done_is_not_done_again(tmp_path: Path, bundle: Path) -> None:
    boot = new_card(tmp_path, bundle)
    system = FolderSystem(tmp_path / "root")
    first_boot.first_boot(boot, system)
    count = len(system.ran)

    first_boot.first_boot(boot, system)

    assert len(system.ran) == count


def test_the_notes_of_another_card_count_for_nothing(tmp_path: Path) -> None:
    Notebook(tmp_path, "1").note("check")

    assert Notebook(tmp_path, "1").has("check")
    assert not Notebook(tmp_path, "2").has("check")
    assert not Notebook(tmp_path, "1").has("check")


def test_a_step_that_fails_leaves_a_plain_sentence_in_both_languages_and_is_tried_again(
    tmp_path: Path, bundle: Path
) -> None:
    class Failing(FolderSystem):
        def run(
            self, command: Sequence[str], patience_s: float = 60.0
        ) -> subprocess.CompletedProcess[str]:
            super().run(command, patience_s)
            code = int("--install" in command)
            return subprocess.CompletedProcess(command, code, "", "dpkg: error: disk is full")

    boot = new_card(tmp_path, bundle)
    root = tmp_path / "root"

    assert first_boot.main(["--boot", str(boot)], Failing(root)) == 4

    told = (boot / PROBLEM).read_text()
    assert "dpkg: error: disk is full" in told
    assert "réessaie à chaque démarrage" in told
    assert "tries again at each start" in told
    assert (boot / SECRETS).exists()

    assert first_boot.main(["--boot", str(boot)], FolderSystem(root)) == 0

    assert not (boot / PROBLEM).exists()
    assert "fini" in (boot / LOG).read_text()


def test_something_unforeseen_is_told_as_well(tmp_path: Path, bundle: Path) -> None:
    class Odd(FolderSystem):
        def run(
            self, command: Sequence[str], patience_s: float = 60.0
        ) -> subprocess.CompletedProcess[str]:
            raise RuntimeError("odd")

    boot = new_card(tmp_path, bundle)

    assert first_boot.main(["--boot", str(boot)], Odd(tmp_path / "root")) == 4

    assert "FIRST_BOOT_FAILED" in (boot / PROBLEM).read_text()
    assert "Traceback" in (boot / LOG).read_text()


def stopped(boot: Path, system: System) -> GardenError:
    with pytest.raises(GardenError) as caught:
        first_boot.first_boot(boot, system)
    return caught.value


def test_a_card_for_bookworm_does_nothing_on_trixie(tmp_path: Path, bundle: Path) -> None:
    boot = new_card(tmp_path, bundle)

    error = stopped(boot, FolderSystem(tmp_path / "root", "trixie"))

    assert error.code == "FIRST_BOOT_OTHER_SYSTEM"


@pytest.mark.parametrize("name", [BUNDLE, WHEEL, ANSWERS])
def test_a_damaged_card_is_found_out_before_anything_is_installed(
    tmp_path: Path, bundle: Path, name: str
) -> None:
    boot = new_card(tmp_path, bundle)
    content = (boot / name).read_bytes()
    (boot / name).write_bytes(content[: len(content) // 2])
    system = FolderSystem(tmp_path / "root")

    assert isinstance(stopped(boot, system), StorageError)

    assert system.ran == []


def test_the_keys_of_another_garden_are_not_written_over(tmp_path: Path, bundle: Path) -> None:
    system = FolderSystem(tmp_path / "root")
    first_boot.first_boot(new_card(tmp_path / "a", bundle), system)

    error = stopped(new_card(tmp_path / "b", bundle), system)

    assert error.code == "FIRST_BOOT_OTHER_KEYS"


def test_the_program_runs_from_a_wheel_with_the_standard_library_alone(tmp_path: Path) -> None:
    wheel = tmp_path / "jardin.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for package in ("gateway", "sensor_node", "firmware_config"):
            for path in sorted((ROOT / package).rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    archive.write(path, path.relative_to(ROOT))
    program = (
        "from gateway.kit import first_boot; from gateway.card.templates import template, tree; "
        "print(len(tree('system/gateway')), template('jardin-node.service').count('[Service]'))"
    )
    environment = {"PYTHONPATH": str(wheel), "PATH": os.environ["PATH"]}
    bare = [getattr(sys, "_base_executable", sys.executable), "-S", "-B", "-c", program]

    done = subprocess.run(bare, env=environment, capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert int(done.stdout.split()[0]) >= 5
    assert done.stdout.endswith(" 1\n")


@pytest.mark.skipif(platform.system() == "Windows", reason="needs sh")
def test_bookworms_script_sets_up_the_service_and_takes_itself_out(
    tmp_path: Path, bundle: Path
) -> None:
    boot = new_card(tmp_path, bundle)
    before = (boot / "cmdline.txt").read_text()

    for _ in range(2):
        subprocess.run(
            ["sh", str(boot / "jardin/firstrun.sh")],
            env={"PATH": os.environ["PATH"], "JARDIN_ROOT": str(tmp_path / "root")},
            check=True,
        )

    units = tmp_path / "root/etc/systemd/system"
    link = units / "multi-user.target.wants/jardin-first-boot.service"
    assert link.resolve() == (units / "jardin-first-boot.service").resolve()
    after = (boot / "cmdline.txt").read_text()
    assert "systemd." not in after
    assert after.split() == [word for word in before.split() if not word.startswith("systemd.")]


@pytest.mark.skipif(platform.system() == "Windows", reason="needs sh")
def test_a_program_that_cannot_even_begin_is_told_by_the_script(tmp_path: Path) -> None:
    jardin = tmp_path / "jardin"
    jardin.mkdir()
    shutil.copy(ROOT / "firmware_config/boot/first-boot.sh", jardin)
    (jardin / "jardin.whl").write_bytes(b"half")

    done = subprocess.run(["sh", str(jardin / "first-boot.sh")], capture_output=True, check=False)

    assert done.returncode != 0
    told = (jardin / "PROBLEME.txt").read_text()
    assert "jardin-gateway card" in told
    assert "does not start" in told
