"""What was promised is there after a power cut, on a real file system whose power is really cut.

A small ext4 on a loop device is told to shut down without writing its journal, in the middle of
work, as a flat battery does; then it is mounted again. SQLite with ``synchronous=NORMAL``, or
without its write-ahead log, fails this, more often than not: nothing here asserts that.
"""

from __future__ import annotations

import fcntl
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from writer import BOOT, NOON, SERIES

from gateway.store.sqlite import SqliteStore
from sensor_node.outbox import Outbox

WRITER = Path(__file__).with_name("writer.py")
CUTS = 3
MANY_CUTS = 50
DISK_BYTES = 24 * 1024 * 1024
SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
WITHOUT_LOG = struct.pack("I", 2)  # EXT4_GOING_FLAGS_NOLOGFLUSH


class Card:
    """An ext4 of its own, whose power can be cut."""

    def __init__(self, folder: Path) -> None:
        self.image = folder / "card.img"
        self.folder = folder / "card"
        self.folder.mkdir()

    def make(self) -> bool:
        """Whether this machine lets us make and mount a file system."""
        with self.image.open("wb") as file:
            file.truncate(DISK_BYTES)
        steps = (["mkfs.ext4", "-q", "-F", str(self.image)], self._mounting())
        try:
            return not any(
                subprocess.run(s, check=False, capture_output=True).returncode for s in steps
            )
        except FileNotFoundError:
            return False

    def cut_power(self) -> None:
        """From now on nothing reaches the disk, not even what the kernel has in hand."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, WITHOUT_LOG)
        finally:
            os.close(handle)

    def mount_again(self) -> None:
        """Mount what the disk holds, from a copy of it: as long as anybody on this machine looks
        into the dead file system, the kernel would give that one back.
        """
        self.unmount()
        copy = self.image.with_name("copy.img")
        shutil.copyfile(self.image, copy)
        copy.replace(self.image)
        subprocess.run(self._mounting(), check=True)

    def unmount(self) -> None:
        subprocess.run(["umount", str(self.folder)], check=True)

    def _mounting(self) -> list[str]:
        return ["mount", "-o", "loop", str(self.image), str(self.folder)]


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    card = Card(tmp_path)
    if sys.platform != "linux" or not card.make():
        pytest.skip("needs the right to mount an ext4 of its own (root, a loop device, mkfs.ext4)")
    yield card
    card.unmount()


Promises = dict[str, set[int]]


def work_until_a_cut(card: Card, wanted: int, promised: Promises) -> None:
    """Let the writer make ``wanted`` promises, and cut the power while it goes on.

    The kernel takes some milliseconds for what a battery does at once, and may call a write done
    meanwhile: what was said after the cut began is no promise.
    """
    command = [sys.executable, str(WRITER), str(card.folder)]
    cut_at_s = math.inf
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as writer:
        assert writer.stdout is not None
        for made, line in enumerate(writer.stdout, start=1):
            if not line.endswith("\n"):
                break
            kind, number, at_s = line.split()
            if float(at_s) < cut_at_s:
                promised[kind].add(int(number))
            if made == wanted:
                cut_at_s = time.monotonic()
                card.cut_power()
                writer.kill()
    assert cut_at_s < math.inf  # it ended by the cut, not before


def assert_kept(card: Card, promised: Promises) -> None:
    with closing(Outbox(card.folder / "outbox.sqlite")) as outbox:
        seqs = [entry.seq for entry, _ in outbox.entries() if entry.boot == BOOT]
        counted = max((kept.counted for kept in outbox.counts()), default=0)
    assert seqs == list(range(1, len(seqs) + 1))
    assert promised["p"] <= set(seqs)
    assert counted >= max(promised["c"], default=0)
    with closing(SqliteStore(card.folder / "store.sqlite")) as store:
        points = store.points(SERIES, NOON, NOON + 10**9, 10**6)
    assert promised["r"] <= {(point.at_ms - NOON) // 1000 for point in points}
    assert list(card.folder.glob("*damaged*")) == []


def cut_at_random(card: Card, cuts: int) -> None:
    seed = int(os.environ.get("JARDIN_SEED") or random.SystemRandom().randrange(10**6))
    print(f"JARDIN_SEED={seed}")
    rng = random.Random(seed)
    promised: Promises = {"p": set(), "c": set(), "r": set()}
    for _ in range(cuts):
        work_until_a_cut(card, rng.randrange(1, 150), promised)
        card.mount_again()
        assert_kept(card, promised)
    assert all(promised.values())


def test_after_a_power_cut_every_pack_count_and_acknowledged_reading_is_there(card: Card) -> None:
    cut_at_random(card, CUTS)


@pytest.mark.prove
def test_after_fifty_power_cuts_every_pack_count_and_acknowledged_reading_is_there(
    card: Card,
) -> None:
    cut_at_random(card, MANY_CUTS)
