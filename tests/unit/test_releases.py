"""Environments beside one another: real ones, made by a real pip from real bundles."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import bundles
import pytest

from gateway.bundle.host import Host
from gateway.bundle.opened import opened
from gateway.kit import releases
from gateway.kit.releases import Release
from gateway.kit.system import System
from sensor_node.errors import GardenError, HardwareError, StorageError, UsageError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the card of a Raspberry Pi")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundles 0.1.0 and 0.2.0."""
    folder = tmp_path_factory.mktemp("shelf")
    for version in ("0.1.0", "0.2.0"):
        bundles.bundle(folder, version, bundles.mini_wheel(folder, version))
    return folder


def install(root: Path, path: Path, role: str = "kit") -> Release:
    with opened(path) as bundle:
        return releases.install(bundle, role, root, host=Host.here(), run=System().run)


def says(root: Path) -> str:
    """What the gateway that is in service says that it is."""
    command = [root / "opt/jardin/current/bin/jardin-gateway"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={})
    return done.stdout.strip()


def no_environment(command: Sequence[str], _s: float) -> subprocess.CompletedProcess[str]:
    """As where the card fills up in the middle."""
    return subprocess.CompletedProcess(
        command, 1, "", "OSError: [Errno 28] No space left on device"
    )


def test_releases_stand_side_by_side_and_the_link_says_which_one_runs(
    tmp_path: Path, shelf: Path
) -> None:
    first = install(tmp_path, shelf / "jardin-0.1.0.bundle")

    assert releases.current(tmp_path) is None
    releases.switch(first, tmp_path)
    assert says(tmp_path) == "0.1.0"
    assert releases.current(tmp_path) == releases.proven(tmp_path) == first

    (first.path / "here").touch()
    assert install(tmp_path, shelf / "jardin-0.1.0.bundle") == first
    assert (first.path / "here").exists(), "it was not made again"
    with pytest.raises(UsageError, match="RELEASE_OTHER_ROLE"):
        install(tmp_path, shelf / "jardin-0.1.0.bundle", "node")

    half_made = tmp_path / "opt/jardin/releases/0.1.5-00000000"
    half_made.mkdir()
    with pytest.raises(UsageError, match="RELEASE_ABSENT"):
        releases.find(half_made.name, tmp_path)
    second = install(tmp_path, shelf / "jardin-0.2.0.bundle")
    assert not half_made.exists()
    assert says(tmp_path) == "0.1.0"
    releases.switch(second, tmp_path)
    assert says(tmp_path) == "0.2.0"
    assert releases.installed(tmp_path) == [first, second]
    assert releases.proven(tmp_path) == first, "only a health check makes it so"

    releases.switch(first, tmp_path)
    assert says(tmp_path) == "0.1.0"


def test_a_version_that_does_not_work_is_refused_and_leaves_nothing(
    tmp_path: Path, shelf: Path
) -> None:
    broken = bundles.mini_wheel(tmp_path, "0.3.0", check="raise ImportError('no fastapi')\n")
    path = bundles.bundle(tmp_path, "0.3.0", broken)

    with pytest.raises(HardwareError, match=r"RELEASE_FAILED.*no fastapi"):
        install(tmp_path, path)
    assert list((tmp_path / "opt/jardin/releases").iterdir()) == []


def test_a_program_may_say_any_bytes() -> None:
    done = System().run(["printf", r"clos \351"])

    assert done.returncode == 0
    assert done.stdout.startswith("clos ")


def test_a_card_that_fills_up_is_told_so_and_nothing_is_left(tmp_path: Path, shelf: Path) -> None:
    with (
        opened(shelf / "jardin-0.1.0.bundle") as bundle,
        pytest.raises(StorageError, match="UPDATE_NO_ROOM"),
    ):
        releases.install(bundle, "kit", tmp_path, host=Host.here(), run=no_environment)
    assert list((tmp_path / "opt/jardin/releases").iterdir()) == []


@pytest.mark.parametrize(
    "other",
    [
        Host("bookworm", "riscv64", "3.11"),
        Host("forky", Host.here().machine, Host.here().python),
        Host(Host.here().codename, Host.here().machine, "3.9"),
    ],
)
def test_a_bundle_for_another_computer_is_refused(tmp_path: Path, shelf: Path, other: Host) -> None:
    with (
        opened(shelf / "jardin-0.1.0.bundle") as bundle,
        pytest.raises(UsageError, match="BUNDLE_OTHER_SYSTEM"),
    ):
        releases.install(bundle, "kit", tmp_path, host=other, run=System().run)
    assert not (tmp_path / "opt").exists()


def test_old_releases_go_but_never_the_one_in_service(tmp_path: Path) -> None:
    made = [fake_release(tmp_path, f"0.{n}.0") for n in range(1, 5)]
    releases.switch(made[0], tmp_path)

    assert releases.prune(tmp_path) == made[1:3]
    assert releases.installed(tmp_path) == [made[0], made[3]]


def test_the_second_of_two_builds_of_a_version_is_the_newer(tmp_path: Path) -> None:
    older, newer = (fake_release(tmp_path, "0.10.0", made=n) for n in (1, 2))

    assert fake_release(tmp_path, "0.9.0", made=3).order < older.order < newer.order


def test_the_words_are_there_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(GardenError) as refused:
        releases.find("../../etc", tmp_path)
    assert refused.value.fr != refused.value.en


def fake_release(root: Path, version: str, made: int = bundles.MADE) -> Release:
    path = root / "opt/jardin/releases" / f"{version}-{made:08x}"
    path.mkdir(parents=True)
    mark = f'{{"version": "{version}", "made": {made}, "role": "kit"}}'
    (path / releases.MARK).write_text(mark)
    return releases.find(path.name, root)
