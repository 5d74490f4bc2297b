"""A damaged outbox is set aside, what can be read of it goes on, and a person is told once."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from killed import as_a_kill_leaves_it

from sensor_node import salvage, wire
from sensor_node.clock import FakeClock
from sensor_node.drivers import build_sensors
from sensor_node.errors import StorageError
from sensor_node.fakes import FakeBoard
from sensor_node.link import Broker
from sensor_node.node import Node
from sensor_node.outbox import Count, Entry, Outbox
from sensor_node.outbox_schema import PAGE_BYTES, SEQ_BITS
from sensor_node.sampler import Sampler

BOOT, EARLIER = "7c1e9a52d01b44f3", "00000000000000aa"
NOON = 1_763_809_200_000
NOBODY = Broker("127.0.0.1", 1)
PACKS = 600
ACKED = 300


def entry(seq: int, boot: str = BOOT) -> Entry:
    return Entry(boot, seq, seq * 60.0, NOON + seq * 60_000, "ntp", f'{{"n":"a","v":{seq}}}' * 8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An outbox of two starts: 50 packs and 600, 300 of which are acknowledged; rain is kept."""
    path = tmp_path / "outbox.sqlite"
    with closing(Outbox(path)) as outbox:
        outbox.adopt("store-1")
        outbox.append([entry(n, EARLIER) for n in range(1, 51)])
        outbox.append([entry(n) for n in range(1, PACKS + 1)], [Count("rain", 12, 10)])
        outbox.mark(wire.Ack(BOOT, ((1, ACKED),), "store-1"))
    return path


@pytest.fixture
def noise() -> bytes:
    return random.Random(1).randbytes(PAGE_BYTES)


def overwrite(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def page_of(path: Path, table: str) -> int:
    """Where in the file the root page of ``table`` begins."""
    with as_a_kill_leaves_it(path) as found:
        (root,) = found.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
        ).fetchone()
    return (int(root) - 1) * PAGE_BYTES


def waiting(outbox: Outbox) -> list[tuple[str, int]]:
    return [(e.boot, e.seq) for e in outbox.waiting(10_000)]


ALL = [(EARLIER, n) for n in range(1, 51)] + [(BOOT, n) for n in range(ACKED + 1, PACKS + 1)]


def assert_goes_on(outbox: Outbox) -> None:
    """The new file is whole and takes packs, acknowledgements and counts like any other."""
    before = outbox.waiting_count()
    outbox.append([entry(PACKS + 1)], [Count("rain", 15, 3)])
    assert outbox.waiting_count() == before + 1
    outbox.adopt("store-1")
    assert outbox.mark(wire.Ack(BOOT, ((PACKS + 1, PACKS + 1),), "store-1")) == 1
    assert outbox.waiting_count() == before
    with as_a_kill_leaves_it(outbox.path) as found:
        assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def damage_told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if "OUTBOX_DAMAGED" in r.getMessage()]


def test_a_whole_outbox_is_opened_as_it_is(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(Outbox(path)) as outbox:
        assert waiting(outbox) == ALL

    assert damage_told(caplog) == []
    assert [file.name for file in path.parent.iterdir()] == ["outbox.sqlite"]


def test_packs_around_a_page_that_was_overwritten_are_saved_and_it_is_told_once(
    path: Path, noise: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with as_a_kill_leaves_it(path) as found:
        (pages,) = found.execute("PRAGMA page_count").fetchone()
    overwrite(path, (pages - 20) * PAGE_BYTES, noise)  # a leaf among the last packs

    with closing(Outbox(path)) as outbox:
        saved = waiting(outbox)
        assert_goes_on(outbox)
        assert outbox.counts() == [Count("rain", 15, 13)]
    with closing(Outbox(path)) as outbox:
        assert waiting(outbox) == saved

    assert set(saved) < set(ALL)
    assert len(ALL) - len(saved) <= 8  # what is on one page
    (told,) = damage_told(caplog)
    assert f"{len(saved)} packs" in told
    assert str(path.with_name("outbox.sqlite.damaged-1")) in told


def test_an_inner_page_costs_no_more_than_the_packs_it_leads_to(path: Path, noise: bytes) -> None:
    with as_a_kill_leaves_it(path) as found:
        (pages,) = found.execute("PRAGMA page_count").fetchone()
    root = page_of(path, "packs")
    inner = next(
        number
        for number in range(2, pages)
        if number * PAGE_BYTES != root and path.read_bytes()[number * PAGE_BYTES] == 5
    )
    overwrite(path, inner * PAGE_BYTES, noise)

    with closing(Outbox(path)) as outbox:
        saved = waiting(outbox)
        assert_goes_on(outbox)

    assert set(saved) < set(ALL)
    assert len(saved) >= 50


def test_a_first_page_of_noise_costs_no_pack(
    path: Path, noise: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    overwrite(path, 0, noise)

    with closing(Outbox(path)) as outbox:
        assert waiting(outbox) == ALL
        assert outbox.counts() == [Count("rain", 12, 10)]
        assert outbox.adopt("store-1") == 0
        assert_goes_on(outbox)

    assert len(damage_told(caplog)) == 1
    assert not list(path.parent.glob("*.copy*"))


def test_the_names_of_starts_that_cannot_be_read_are_replaced_and_their_packs_kept(
    path: Path, noise: bytes
) -> None:
    overwrite(path, page_of(path, "boots"), noise)

    with closing(Outbox(path)) as outbox:
        saved = waiting(outbox)
        assert_goes_on(outbox)

    assert [seq for _, seq in saved] == [seq for _, seq in ALL]
    assert len({boot for boot, _ in saved}) == 2
    assert all(len(boot) == 16 for boot, _ in saved)


@pytest.mark.parametrize(("kept", "least"), [(0.9, 200), (0.5, 0), (0.1, 0), (0.001, 0)])
def test_of_a_file_that_was_cut_off_what_the_rest_leads_to_is_saved(
    path: Path, kept: float, least: int
) -> None:
    os.truncate(path, int(path.stat().st_size * kept))

    with closing(Outbox(path)) as outbox:
        saved = waiting(outbox)
        assert_goes_on(outbox)

    assert set(saved) <= set(ALL)
    assert len(saved) >= least


def test_a_file_of_something_else_is_set_aside_as_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "outbox.sqlite"
    path.write_bytes(b"potatoes" * 1000)

    with closing(Outbox(path)) as outbox:
        assert waiting(outbox) == []
        assert_goes_on(outbox)

    assert path.with_name("outbox.sqlite.damaged-1").read_bytes() == b"potatoes" * 1000
    assert "0 packs" in damage_told(caplog)[0]


def test_a_second_damage_is_set_aside_beside_the_first(path: Path, noise: bytes) -> None:
    for _ in range(2):
        overwrite(path, 0, noise)
        with closing(Outbox(path)) as outbox:
            assert waiting(outbox) == ALL

    assert {file.name for file in path.parent.iterdir()} == {
        "outbox.sqlite",
        "outbox.sqlite.damaged-1",
        "outbox.sqlite.damaged-2",
    }


def test_a_text_that_is_none_costs_its_own_pack(path: Path) -> None:
    content = path.read_bytes()
    overwrite(path, content.rindex(b'{"n":"a"'), b"\xff\xfe\xff")

    with closing(Outbox(path)) as outbox:
        with pytest.raises(StorageError):
            outbox.waiting(10_000)
        saved = waiting(outbox)
        assert_goes_on(outbox)

    assert len(saved) == len(ALL) - 1


# --- the log of what was written last -----------------------------------------------------------

KILLED = """
import os, sys
from pathlib import Path
from sensor_node.outbox import Entry, Outbox
outbox = Outbox(Path(sys.argv[1]))
for seq in range(1, 41):
    outbox.append([Entry("7c1e9a52d01b44f3", 1000 + seq, 1.0, 2, "ntp", "x" * 200)])
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def log_path(path: Path) -> Path:
    """The log of a killed process, with 40 packs that are in no other file."""
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert killed.returncode == -9
    return path.with_name("outbox.sqlite-wal")


@pytest.mark.parametrize("at", [0, 0.3, 0.9])
def test_a_damaged_log_costs_what_comes_after_the_damage_and_nothing_before(
    path: Path, log_path: Path, at: float, noise: bytes
) -> None:
    overwrite(log_path, int(log_path.stat().st_size * at), noise)

    with closing(Outbox(path)) as outbox:
        saved = waiting(outbox)
        assert_goes_on(outbox)

    late = [(BOOT, 1000 + n) for n in range(1, 41)]
    assert saved == (ALL + late)[: len(saved)]
    assert len(saved) >= len(ALL) + int(40 * at) - 2


def test_packs_in_the_log_are_saved_when_the_file_is_damaged(
    path: Path, log_path: Path, noise: bytes
) -> None:
    overwrite(path, 5 * PAGE_BYTES, noise)

    with closing(Outbox(path)) as outbox:
        assert {(BOOT, 1000 + n) for n in range(1, 41)} <= set(waiting(outbox))
        assert_goes_on(outbox)


# --- while it runs ------------------------------------------------------------------------------


@pytest.fixture
def running(path: Path) -> Iterator[Outbox]:
    outbox = Outbox(path)
    yield outbox
    outbox.close()


def destroy(outbox: Outbox, noise: bytes) -> None:
    """The card loses all pages but the first two; SQLite has forgotten what it had read."""
    outbox._database._connection.execute("PRAGMA shrink_memory")
    size = outbox.path.stat().st_size
    overwrite(outbox.path, 2 * PAGE_BYTES, noise * (size // PAGE_BYTES - 2))


@pytest.mark.parametrize(
    "use",
    [
        lambda o: o.append([entry(PACKS + 9)]),
        lambda o: o.waiting(5),
        lambda o: o.newest(),
        lambda o: o.waiting_count(),
        lambda o: o.save_counts({"rain": 13}),
    ],
)
def test_damage_while_it_runs_is_mended_at_the_next_use_and_costs_no_new_pack(
    running: Outbox,
    noise: bytes,
    caplog: pytest.LogCaptureFixture,
    use: Callable[[Outbox], object],
) -> None:
    destroy(running, noise)
    with contextlib.suppress(StorageError):  # what only reads meets it, and says so
        use(running)

    running.append([entry(PACKS + 10)], [Count("rain", 15, 5)])

    newest = running.newest()
    assert newest is not None
    assert newest.seq == PACKS + 10
    assert running.counts() == [Count("rain", 15, 15)]
    assert len(damage_told(caplog)) == 1


def test_a_node_goes_on_sampling_when_its_outbox_is_damaged(
    running: Outbox, noise: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    table = {"type": "dht22", "pin": 4, "temperature": "air", "humidity": "humidity"}
    sampler = Sampler(build_sensors([table], FakeBoard()))
    node = Node("potager", sampler, running, NOBODY, FakeClock(NOON), interval_s=0.0)
    node.sample()
    destroy(running, noise)

    node.sample()
    node.sample()

    assert {2, 3} <= {e.seq for e, _ in running.entries() if e.boot == node.boot}
    errors = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
    assert errors == damage_told(caplog)
    assert len(errors) == 1
    node.stop()
    node.delivery.start()
    node.delivery.stop()  # lets go of its link
    sampler.close()


def test_a_pack_that_meets_the_damage_is_on_disk_when_append_returns(
    running: Outbox, noise: bytes
) -> None:
    destroy(running, noise)

    running.append([entry(PACKS + 1)])

    with as_a_kill_leaves_it(running.path) as found:
        (count,) = found.execute(
            "SELECT count(*) FROM packs WHERE id & ? = ?", ((1 << SEQ_BITS) - 1, PACKS + 1)
        ).fetchone()
    assert count == 1


def test_what_was_acknowledged_and_not_written_is_not_sent_again_after_a_salvage(
    running: Outbox, noise: bytes
) -> None:
    running.mark(wire.Ack(BOOT, ((PACKS - 9, PACKS),), "store-1"))
    running._database._connection.execute("PRAGMA shrink_memory")
    overwrite(running.path, 0, noise)
    running._database.is_damaged = True  # as SQLite would find at its next look at the first page

    assert waiting(running) == ALL[:-10]


def test_a_salvage_that_finds_no_room_is_tried_again(
    running: Outbox, noise: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    destroy(running, noise)

    def refuse(*_: object) -> None:
        raise StorageError("DISK_FULL", fr="plein", en="full")

    with monkeypatch.context() as full:
        full.setattr(salvage, "write", refuse)
        for _ in range(2):
            with pytest.raises(StorageError, match="DISK_FULL"):
                running.append([entry(PACKS + 1)])

    running.append([entry(PACKS + 1)])
    assert waiting(running)[-1] == (BOOT, PACKS + 1)


# --- kills in the middle of it ------------------------------------------------------------------


@pytest.mark.parametrize("step", ["written", "set aside"])
def test_a_kill_in_the_middle_of_a_salvage_costs_nothing(
    path: Path, noise: bytes, step: str
) -> None:
    overwrite(path, 0, noise)
    salvage.write(salvage.salvage(path), path)
    if step == "set aside":
        path.rename(path.with_name("outbox.sqlite.damaged-1"))
        path.with_name("outbox.sqlite-wal").write_bytes(b"of the old one")

    with closing(Outbox(path)) as outbox:
        assert waiting(outbox) == ALL
        assert_goes_on(outbox)

    assert not path.with_name("outbox.sqlite.new").exists()
    assert path.with_name("outbox.sqlite.damaged-1").exists()


def test_other_errors_of_a_disk_set_nothing_aside(running: Outbox) -> None:
    running._database._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError):
        running.append([entry(PACKS + 1)])
    running._database._connection.execute("PRAGMA query_only = OFF")

    assert [file.name for file in running.path.parent.glob("*damaged*")] == []
    with pytest.raises(sqlite3.OperationalError):
        running._database._connection.execute("SELECT 1 FROM orchard")
