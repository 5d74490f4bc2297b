"""A full disk, for real: a small file system that fills up and gets room again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from harness import Ear, eventually, gateway_on

from gateway.broker import MosquittoBroker
from sensor_node import wire
from sensor_node.errors import StorageError
from sensor_node.node import new_boot
from sensor_node.outbox import Outbox

NODE = "potager-1"
START_MS = 1_763_785_800_000
Resize = Callable[[str], None]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, Resize]]:
    """A folder on a file system of 700 KB, and a way to give it another size."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system (root)")

    def resize(size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)

    yield folder, resize
    # Lazily: a test that failed may still have a file open there.
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def acknowledged(ear: Ear) -> int:
    acks = [wire.decode_ack(payload) for payload in ear.on(wire.node_topic(NODE, "ack"))]
    return sum(last - first + 1 for ack in acks for first, last in ack.ranges)


def test_a_gateway_on_a_full_disk_acknowledges_nothing_and_goes_on_when_there_is_room(
    mosquitto: MosquittoBroker, small_disk: tuple[Path, Resize]
) -> None:
    folder, resize = small_disk
    garden = gateway_on(folder / "garden", mosquitto.port)
    with garden as gateway, closing(Ear(mosquitto.port)) as ear:
        boot, seq = new_boot(), 0
        while gateway.commit_error is None:
            seq += 1
            records = tuple(wire.Record(f"c{i}", "Cel", seq + i / 10) for i in range(6))
            pack = wire.Pack(NODE, boot, seq, START_MS + seq, "ntp", records)
            ear.say(wire.pack_topic(NODE, boot, seq), wire.encode_pack(pack))
        assert gateway.commit_error.code == "DISK_FULL"
        eventually(lambda: gateway.vitals.failures > 1, "it tries again")
        # A disk may also be full after the readings, at the count of packs: what is stored then
        # waits with the rest for a commit that comes to its end.
        assert 6 * acknowledged(ear) <= gateway.store.count()
        assert acknowledged(ear) < seq
        resize("20m")
        eventually(lambda: gateway.commit_error is None, "it goes on")
        eventually(lambda: acknowledged(ear) == seq, "all is acknowledged")
        assert gateway.store.count() == 6 * seq


def test_an_outbox_on_a_full_disk_says_so_in_words(small_disk: tuple[Path, Resize]) -> None:
    folder, _ = small_disk
    with pytest.raises(OSError, match="No space left"):
        (folder / "filler").write_bytes(bytes(1_000_000))
    with pytest.raises(StorageError) as caught:
        Outbox(folder / "outbox.sqlite")
    assert caught.value.code == "DISK_FULL"
    assert "make room" in caught.value.en
