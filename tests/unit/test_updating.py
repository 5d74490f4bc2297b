"""Updates of a card: real versions, installed, started, judged, and taken back."""

from __future__ import annotations

import inspect
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bundles
import pytest
from cards_updated import NEWER_SCHEMA, UpdatedCard, version

from gateway.bundle.host import Host
from gateway.kit import node_stick, releases, stick_bundles, this_card
from gateway.kit.ledger import Ledger
from gateway.kit.safekeeping import PLACE
from gateway.kit.updating import Updater
from sensor_node.errors import GardenError, HardwareError, StorageError, UsageError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the card of a Raspberry Pi")


# What every program of updates does first; the small versions of these tests have no such module.
STAYS = (
    inspect.getsource(this_card.stay_in_this_version)
    + """
import os, sys
from pathlib import Path
stay_in_this_version()
print(sys.prefix)
"""
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with bundles, made as they are wanted."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory, shelf: Path) -> Iterator[UpdatedCard]:
    """A card with the version 0.1.0 in service; each test leaves it so."""
    made = UpdatedCard(tmp_path_factory.mktemp("card"), shelf)
    yield made
    made.close()


def test_a_card_goes_to_the_new_version_and_back_by_itself_from_a_broken_one(
    card: UpdatedCard, shelf: Path
) -> None:
    steps: list[str] = []
    second = card.updater(steps.append).update(version(shelf, "0.2.0"))

    assert card.says() == "0.2.0"
    assert card.in_service == releases.proven(card.root) == second
    assert card.readable_garden() == card.garden
    for link in ("proven", "current"):
        python = card.root / "opt/jardin" / link / "bin/python"
        said = subprocess.run(
            [python, "-I", "-c", STAYS], capture_output=True, text=True, check=True
        )
        assert said.stdout.strip() == str(second.path), "what it loads later is of its own version"
    assert steps[-5:] == ["stop", "keep", "switch", "trial", "done"]
    assert Ledger(card.root).read() is None

    with card.updater()._alone(), pytest.raises(UsageError, match="UPDATE_UNDER_WAY"):
        card.updater().update(version(shelf, "0.1.0"), older=True)

    broken = version(shelf, "0.3.0", schema=NEWER_SCHEMA, well=False)
    with pytest.raises(HardwareError, match=r"UPDATE_TAKEN_BACK.*0\.2\.0 is in service again"):
        card.updater(give_up_s=2).update(broken)
    assert card.says() == "0.2.0"
    assert card.in_service == releases.proven(card.root) == second
    assert Ledger(card.root).read() is None
    assert card.readable_garden() == card.garden
    (aside,) = card.data.glob("before-restore-*/store.sqlite")
    assert b"of_the_new_version" in aside.read_bytes(), "set aside, never deleted"

    first = version(shelf, "0.1.0")
    with pytest.raises(GardenError, match="UPDATE_OLDER"):
        card.updater().update(first)
    assert card.updater().update(first, older=True) == card.first
    assert card.says() == "0.1.0"


def test_what_may_not_come_into_service_is_told_and_touches_nothing(
    card: UpdatedCard, shelf: Path, tmp_path: Path
) -> None:
    wheel = bundles.mini_wheel(tmp_path, "0.4.0")
    good = version(shelf, "0.2.0").read_bytes()
    elsewhere = Host("bookworm", "riscv64", "3.11")
    flipped = bytearray(good)
    flipped[-40_000] ^= 1  # in the middle of pip
    refused = {
        "BUNDLE_NOT_SIGNED": bundles.bundle(
            tmp_path, "0.4.0", wheel, signed_with=bundles.key(tmp_path / "stranger")
        ),
        "BUNDLE_OTHER_SYSTEM": bundles.bundle(
            tmp_path, "0.4.1", wheel, host=elsewhere, signed_with=bundles.key(shelf)
        ),
        "UPDATE_SAME": version(shelf, "0.1.0"),
        "BUNDLE_DAMAGED": tmp_path / "flipped.bundle",
        "BUNDLE_UNREADABLE": tmp_path / "pulled-out.bundle",
    }
    refused["BUNDLE_DAMAGED"].write_bytes(flipped)
    for code, path in refused.items():
        with pytest.raises(GardenError, match=code) as error:
            card.updater().update(path)
        assert error.value.fr != error.value.en
        assert card.in_service == card.first
        assert Ledger(card.root).read() is None
    half = tmp_path / "half.bundle"
    half.write_bytes(good[: len(good) // 2])
    with pytest.raises(StorageError, match="BUNDLE_DAMAGED"):
        card.updater().update(half)
    assert card.says() == "0.1.0"


def test_a_stick_that_is_pulled_out_in_mid_update_leaves_the_old_version(
    card: UpdatedCard, shelf: Path, tmp_path: Path
) -> None:
    wheel = bundles.mini_wheel(tmp_path, "0.2.1")
    stick = bundles.bundle(tmp_path, "0.2.1", wheel, signed_with=bundles.key(shelf))

    def pull_out(step: str) -> None:
        if step == "unpack":
            stick.write_bytes(b"")

    with pytest.raises(StorageError, match="BUNDLE_DAMAGED"):
        card.updater(pull_out).update(stick)
    assert not list(card.root.glob("opt/jardin/releases/0.2.1*"))
    assert Ledger(card.root).read() is None
    assert card.says() == "0.1.0"


class Enormous:
    """Databases that take more than any card has."""

    def bytes(self) -> int:
        return 1 << 60

    keep = put_back = None


def test_a_node_takes_of_a_stick_what_its_own_key_has_signed_and_says_so_there(
    card: UpdatedCard, shelf: Path, tmp_path: Path
) -> None:
    stick = card.root / "media/jardin"
    stick.mkdir(parents=True)
    report = stick / node_stick.REPORT

    def put_in(*paths: Path) -> int:
        for path in paths:
            shutil.copy(path, stick)
        found = stick_bundles.found(card.root, Host.here())
        return node_stick.take(card.updater(), found, card.root)

    assert put_in() == 0
    assert not report.exists(), "it is somebody's stick, and none of our business"
    wheel = bundles.mini_wheel(tmp_path, "0.5.0")
    strangers = bundles.key(tmp_path / "stranger")
    assert put_in(bundles.bundle(tmp_path, "0.5.0", wheel, signed_with=strangers)) != 0
    assert "not signed with a key that this card knows" in report.read_text()
    assert put_in(version(shelf, "0.1.0"), version(shelf, "0.2.0")) == 0
    assert "In service: version 0.2.0." in report.read_text()
    assert card.says() == "0.2.0"
    card.updater().update(version(shelf, "0.1.0"), older=True)


def test_a_card_without_room_is_told_so_before_anything_stops(
    card: UpdatedCard, shelf: Path, tmp_path: Path
) -> None:
    wheel = bundles.mini_wheel(tmp_path, "0.2.2")
    path = bundles.bundle(tmp_path, "0.2.2", wheel, signed_with=bundles.key(shelf))
    pid = card.system.pid

    with pytest.raises(StorageError, match="UPDATE_NO_ROOM"):
        Updater(replace(card.card(), kept=Enormous())).update(path)
    assert card.system.pid == pid


def test_a_garden_that_cannot_be_copied_is_not_updated_and_goes_on(
    card: UpdatedCard, shelf: Path
) -> None:
    place = card.data / PLACE
    shutil.rmtree(place, ignore_errors=True)
    place.write_text("in the way")

    with pytest.raises(StorageError):
        card.updater().update(version(shelf, "0.2.0"))
    place.unlink()
    assert card.in_service == card.first
    assert Ledger(card.root).read() is None
    assert card.says() == "0.1.0"
