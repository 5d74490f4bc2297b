"""A card's first start is killed at each of its steps, and taken up again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bundles import key
from cards import boot_partition, card_bundle

from gateway import cli

PROGRAM = Path(__file__).with_name("cut_first_boot.py")


def kills(folder: Path, every: int) -> int:
    """How many times it was killed."""
    boot = boot_partition(folder / "bootfs", "bookworm")
    (folder / "bundle").mkdir()
    bundle = card_bundle(folder / "bundle", ["bookworm"])
    public = str(key(bundle.parent).with_suffix(".pub"))
    told = ["--boot", str(boot), "--bundle", str(bundle), "--key", public]
    assert cli.main(["card", "--role", "kit", *told, "--kit", str(folder / "kit"), "--yes"]) == 0
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(boot), str(folder), str(every)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_killed_at_some_step_the_first_start_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    assert kills(tmp_path, 13) >= 8


@pytest.mark.prove
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_killed_at_each_step_the_first_start_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    assert kills(tmp_path, 1) > 100
