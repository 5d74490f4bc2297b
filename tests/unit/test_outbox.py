"""The outbox: on disk before it is sent, kept until its acknowledgement, resent to a new store."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from killed import as_a_kill_leaves_it

from sensor_node import database, wire
from sensor_node.database import open_database, transaction
from sensor_node.errors import StorageError
from sensor_node.outbox import DAY_MS, Entry, Outbox
from sensor_node.outbox_schema import MIGRATIONS

BOOT, EARLIER = "7c1e9a52d01b44f3", "00000000000000aa"
NOON = 1_763_809_200_000
MINUTE_MS = 60_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    outbox = Outbox(path, capacity=10)
    outbox.adopt("store-1")
    yield outbox
    outbox.close()


def entry(seq: int, boot: str = BOOT, *, dated: bool = True) -> Entry:
    at_ms = NOON + seq * MINUTE_MS if dated else None
    return Entry(boot, seq, seq * 60.0, at_ms, "ntp" if dated else None, f'{{"n":"a","v":{seq}}}')


def acked(*ranges: tuple[int, int], store: str = "store-1", boot: str = BOOT) -> wire.Ack:
    return wire.Ack(boot, ranges, store)


def waiting(outbox: Outbox) -> list[int]:
    return [e.seq for e in outbox.waiting(1000)]


def kept(outbox: Outbox) -> list[int]:
    return [e.seq for e, _ in outbox.entries()]


def test_a_pack_is_in_the_file_as_soon_as_it_is_appended(outbox: Outbox, path: Path) -> None:
    outbox.append([entry(1)])

    with as_a_kill_leaves_it(path) as other:
        assert other.execute("SELECT records FROM packs").fetchall() == [('{"n":"a","v":1}',)]


def test_the_oldest_waits_first_and_each_pack_is_as_it_was_appended(outbox: Outbox) -> None:
    outbox.append([entry(1), entry(2)])
    outbox.append([entry(3)])

    found = outbox.waiting(2)

    assert [(e.boot, e.seq, e.mono_s, e.at_ms, e.clock, e.records) for e in found] == [
        (e.boot, e.seq, e.mono_s, e.at_ms, e.clock, e.records) for e in (entry(1), entry(2))
    ]
    assert [e.seq for e in outbox.waiting(5, after=found[-1].id)] == [3]


def test_an_earlier_start_waits_before_a_later_one_whatever_its_numbers(outbox: Outbox) -> None:
    outbox.append([entry(9, EARLIER)])
    outbox.append([entry(1)])

    assert waiting(outbox) == [9, 1]


def test_the_same_number_of_the_same_start_is_never_stored_twice(outbox: Outbox) -> None:
    outbox.append([entry(1)])

    with pytest.raises(StorageError):
        outbox.append([entry(2), entry(1)])

    assert kept(outbox) == [1]


def test_an_ack_marks_its_ranges_and_nothing_between_them(outbox: Outbox) -> None:
    outbox.append([entry(n) for n in range(1, 8)])

    assert outbox.mark(acked((1, 2), (5, 5))) == 3

    assert waiting(outbox) == [3, 4, 6, 7]
    assert outbox.waiting_count() == 4
    assert kept(outbox) == [1, 2, 3, 4, 5, 6, 7]


def test_an_ack_received_twice_marks_once(outbox: Outbox) -> None:
    outbox.append([entry(1), entry(2)])
    outbox.mark(acked((1, 2)))

    assert outbox.mark(acked((1, 2))) == 0


def test_an_ack_of_one_start_leaves_the_packs_of_another_alone(outbox: Outbox) -> None:
    outbox.append([entry(1, EARLIER), entry(1)])

    outbox.mark(acked((1, 1)))

    assert [e.boot for e in outbox.waiting(5)] == [EARLIER]


def test_an_ack_of_another_store_marks_nothing(outbox: Outbox) -> None:
    outbox.append([entry(1)])

    assert outbox.mark(acked((1, 1), store="store-2")) == 0
    assert waiting(outbox) == [1]


def test_for_a_new_store_everything_still_here_waits_again(outbox: Outbox) -> None:
    outbox.append([entry(1), entry(2), entry(3)])
    outbox.mark(acked((1, 2)))

    assert outbox.adopt("store-2") == 2
    assert waiting(outbox) == [1, 2, 3]


def test_the_store_that_is_known_already_changes_nothing(outbox: Outbox) -> None:
    outbox.append([entry(1)])
    outbox.mark(acked((1, 1)))

    assert outbox.adopt("store-1") == 0
    assert waiting(outbox) == []


def test_the_store_is_remembered_over_a_restart(outbox: Outbox, path: Path) -> None:
    outbox.append([entry(1)])
    outbox.mark(acked((1, 1)))
    outbox.close()

    with closing(Outbox(path)) as again:
        assert again.adopt("store-1") == 0
        assert again.adopt("store-2") == 1


# --- acknowledgements that are not written yet --------------------------------------------------


def marked_on_disk(path: Path) -> int:
    with as_a_kill_leaves_it(path) as other:
        (count,) = other.execute("SELECT count(*) FROM packs WHERE acked = 1").fetchone()
        return int(count)


def test_an_ack_counts_at_once_and_is_written_with_the_next_pack(
    outbox: Outbox, path: Path
) -> None:
    outbox.append([entry(1), entry(2)])

    outbox.mark(acked((1, 2)))

    assert marked_on_disk(path) == 0
    assert (outbox.waiting_count(), waiting(outbox), outbox.newest()) == (0, [], None)
    assert [done for _, done in outbox.entries()] == [True, True]
    outbox.append([entry(3)])
    assert marked_on_disk(path) == 2
    assert (outbox.waiting_count(), waiting(outbox)) == (1, [3])


def test_a_hundred_acks_are_written_without_waiting_for_a_pack(outbox: Outbox, path: Path) -> None:
    with closing(Outbox(path.with_name("large.sqlite"))) as large:
        large.adopt("store-1")
        large.append([entry(n) for n in range(1, 201)])
        for n in range(1, 100):
            large.mark(acked((n, n)))
        assert marked_on_disk(large.path) == 0

        large.mark(acked((100, 100)))

        assert marked_on_disk(large.path) == 100
        assert large.waiting_count() == 100


def test_the_last_acks_are_written_at_the_end(outbox: Outbox, path: Path) -> None:
    outbox.append([entry(1)])
    outbox.mark(acked((1, 1)))

    outbox.close()

    assert marked_on_disk(path) == 1


def test_as_many_wait_as_were_asked_for_whatever_was_acknowledged_meanwhile(
    outbox: Outbox,
) -> None:
    outbox.append([entry(n) for n in range(1, 10)])
    outbox.mark(acked((1, 3), (5, 5)))

    assert [e.seq for e in outbox.waiting(3)] == [4, 6, 7]


def test_acks_outlive_an_append_that_fails(outbox: Outbox) -> None:
    outbox.append([entry(1)])
    outbox.mark(acked((1, 1)))

    with pytest.raises(StorageError):
        outbox.append([entry(1)])

    assert outbox.waiting_count() == 0
    outbox.append([entry(2)])
    assert outbox.entries()[0][1]


def test_for_a_new_store_acks_that_were_not_written_wait_again_too(outbox: Outbox) -> None:
    outbox.append([entry(1), entry(2)])
    outbox.mark(acked((1, 1)))

    assert outbox.adopt("store-2") == 1
    assert waiting(outbox) == [1, 2]


def test_an_ack_beyond_every_number_touches_no_other_start(outbox: Outbox) -> None:
    outbox.append([entry(1, EARLIER), entry(1)])

    assert outbox.mark(acked((2, 10**15 - 1), (10**14, 10**15 - 1), boot=EARLIER)) == 0
    assert outbox.waiting_count() == 2


# --- room ---------------------------------------------------------------------------------------


def test_when_it_is_full_acknowledged_packs_go_first_and_none_is_counted_as_lost(
    outbox: Outbox,
) -> None:
    outbox.append([entry(n) for n in range(1, 11)])
    outbox.mark(acked((4, 6)))

    outbox.append([entry(11), entry(12)])

    assert kept(outbox) == [1, 2, 3, 6, 7, 8, 9, 10, 11, 12]
    assert outbox.dropped() == 0


def test_when_all_are_unacknowledged_the_oldest_go_and_are_counted(outbox: Outbox) -> None:
    outbox.append([entry(n) for n in range(1, 11)])
    outbox.mark(acked((9, 9)))

    outbox.append([entry(11), entry(12), entry(13)])

    assert kept(outbox) == [3, 4, 5, 6, 7, 8, 10, 11, 12, 13]
    assert outbox.dropped() == 2


def test_the_count_of_what_was_lost_grows_and_survives_a_restart(
    outbox: Outbox, path: Path
) -> None:
    outbox.append([entry(n) for n in range(1, 12)])
    outbox.close()
    with closing(Outbox(path, capacity=10)) as again:
        again.append([entry(12), entry(13)])
        assert again.dropped() == 3


def test_an_append_that_fails_makes_no_room(outbox: Outbox) -> None:
    outbox.append([entry(n) for n in range(1, 11)])

    with pytest.raises(StorageError):
        outbox.append([entry(11), entry(11)])

    assert kept(outbox) == list(range(1, 11))
    outbox.append([entry(11)])
    assert (len(kept(outbox)), outbox.dropped()) == (10, 1)


def test_its_bound_holds_while_one_thread_appends_and_another_expires(tmp_path: Path) -> None:
    with closing(Outbox(tmp_path / "busy.sqlite", capacity=50)) as outbox:
        outbox.adopt("store-1")
        rounds = 60

        def expire() -> None:
            for _ in range(rounds):
                outbox.mark(acked((1, 10_000)))
                outbox.expire(NOON + 60 * DAY_MS)

        expiring = threading.Thread(target=expire)
        expiring.start()
        for number in range(rounds):
            outbox.append([entry(number * 3 + n) for n in (1, 2, 3)])
        expiring.join()
        outbox.append([entry(10_000 + n) for n in range(50)])

        assert len(kept(outbox)) == 50


def test_an_acknowledged_pack_goes_after_thirty_days_and_no_earlier(outbox: Outbox) -> None:
    outbox.append([entry(1), entry(2)])
    outbox.mark(acked((1, 2)))

    assert outbox.expire(NOON + MINUTE_MS + 30 * DAY_MS) == 0
    assert outbox.expire(NOON + MINUTE_MS + 30 * DAY_MS + 1) == 1
    assert kept(outbox) == [2]


def test_a_start_is_forgotten_with_its_last_pack(outbox: Outbox, path: Path) -> None:
    outbox.append([entry(1, EARLIER), entry(100_000), entry(100_001)])
    outbox.mark(acked((1, 1), boot=EARLIER))

    assert outbox.expire(NOON + 60 * DAY_MS) == 1

    with as_a_kill_leaves_it(path) as other:
        assert other.execute("SELECT boot FROM boots").fetchall() == [(BOOT,)]
    assert waiting(outbox) == [100_000, 100_001]


def test_an_unacknowledged_pack_never_expires(outbox: Outbox) -> None:
    outbox.append([entry(1), entry(2, dated=False)])

    assert outbox.expire(NOON + 1000 * DAY_MS) == 0
    assert kept(outbox) == [1, 2]


# --- time ---------------------------------------------------------------------------------------


def test_a_pack_without_a_time_waits_but_is_not_given_out_to_be_sent(outbox: Outbox) -> None:
    outbox.append([entry(1, dated=False)])

    assert outbox.waiting(5) == []
    assert outbox.newest() is None
    assert outbox.waiting_count() == 1


def test_dating_lays_the_undated_packs_of_a_start_from_its_beginning(outbox: Outbox) -> None:
    outbox.append([entry(1, dated=False), entry(2, dated=False), entry(7, EARLIER, dated=False)])

    assert outbox.date(BOOT, NOON, "gateway") == 2

    assert [(e.at_ms, e.clock) for e in outbox.waiting(5)] == [
        (NOON + MINUTE_MS, "gateway"),
        (NOON + 2 * MINUTE_MS, "gateway"),
    ]
    assert outbox.undated_boots() == [(EARLIER, 420.0)]


def test_a_pack_with_a_time_is_never_dated_again(outbox: Outbox) -> None:
    outbox.append([entry(1)])

    assert outbox.date(BOOT, NOON + DAY_MS, "gateway") == 0
    assert outbox.waiting(1)[0].at_ms == NOON + MINUTE_MS


def moments(outbox: Outbox) -> list[tuple[int, int | None, str | None]]:
    return [(e.seq, e.at_ms, e.clock) for e, _ in outbox.entries()]


def test_what_has_not_left_is_dated_anew_also_what_had_a_time(outbox: Outbox) -> None:
    outbox.append([entry(1, dated=False)])
    outbox.append([entry(2)], settled=False)

    assert outbox.redate(BOOT, NOON + DAY_MS, "gateway") == 2

    assert moments(outbox) == [
        (1, NOON + DAY_MS + MINUTE_MS, "gateway"),
        (2, NOON + DAY_MS + 2 * MINUTE_MS, "gateway"),
    ]
    assert outbox.redate(BOOT, NOON + DAY_MS, "gateway") == 0
    assert outbox.redate(BOOT, NOON + DAY_MS, "ntp") == 2


def test_what_could_be_sent_as_it_was_written_keeps_its_time(outbox: Outbox) -> None:
    outbox.append([entry(1)])

    assert outbox.redate(BOOT, NOON + DAY_MS, "gateway") == 0
    assert moments(outbox) == [(1, NOON + MINUTE_MS, "ntp")]


def test_another_start_is_not_dated_anew(outbox: Outbox) -> None:
    outbox.append([entry(1, EARLIER), entry(1)], settled=False)

    assert outbox.redate(BOOT, NOON + DAY_MS, "gateway") == 1
    assert moments(outbox)[0] == (1, NOON + MINUTE_MS, "ntp")


def test_a_pack_that_was_given_out_is_never_dated_anew(outbox: Outbox) -> None:
    outbox.append([entry(n) for n in range(1, 6)], settled=False)

    given_out = outbox.waiting(2)
    outbox.redate(BOOT, NOON + DAY_MS, "gateway")

    assert [(e.at_ms, e.clock) for e in given_out] == [
        (NOON + MINUTE_MS, "ntp"),
        (NOON + 2 * MINUTE_MS, "ntp"),
    ]
    assert outbox.waiting(2) == given_out
    assert moments(outbox) == [(n, NOON + n * MINUTE_MS, "ntp") for n in range(1, 6)]


def test_the_newest_is_settled_alone_when_it_is_given_out(outbox: Outbox) -> None:
    outbox.append([entry(1), entry(2)], settled=False)

    newest = outbox.newest()

    assert newest is not None
    assert outbox.redate(BOOT, NOON + DAY_MS, "gateway") == 1
    assert moments(outbox) == [
        (1, NOON + DAY_MS + MINUTE_MS, "gateway"),
        (2, newest.at_ms, "ntp"),
    ]


def test_a_pack_that_is_dated_late_may_be_dated_better_until_it_is_given_out(
    outbox: Outbox,
) -> None:
    outbox.append([entry(1, dated=False)])
    outbox.date(BOOT, NOON, "estimated")

    assert outbox.redate(BOOT, NOON + DAY_MS, "ntp") == 1
    assert outbox.waiting(1)[0].clock == "ntp"
    assert outbox.redate(BOOT, NOON, "ntp") == 0


def test_what_is_settled_stays_settled_over_a_restart(outbox: Outbox, path: Path) -> None:
    outbox.append([entry(1), entry(2)], settled=False)
    outbox.newest()
    outbox.close()

    with closing(Outbox(path)) as again:
        assert again.redate(BOOT, NOON + DAY_MS, "gateway") == 1


def test_giving_out_what_is_settled_already_writes_nothing(outbox: Outbox, path: Path) -> None:
    outbox.append([entry(1), entry(2)], settled=False)
    outbox.waiting(5)
    log = path.with_name("outbox.sqlite-wal")
    before = log.read_bytes()

    outbox.waiting(5)
    outbox.newest()

    assert log.read_bytes() == before


def test_undated_starts_come_oldest_first_with_their_last_second(outbox: Outbox) -> None:
    outbox.append([entry(2, EARLIER, dated=False), entry(5, EARLIER, dated=False)])
    outbox.append([entry(1, dated=False)])

    assert outbox.undated_boots() == [(EARLIER, 300.0), (BOOT, 60.0)]


def test_the_newest_pack_is_the_last_one_sampled_while_it_waits(outbox: Outbox) -> None:
    assert outbox.newest() is None
    outbox.append([entry(1), entry(2)])
    newest = outbox.newest()
    assert newest is not None
    assert newest.seq == 2

    outbox.mark(acked((2, 2)))

    assert outbox.newest() is None


def test_the_time_of_the_newest_pack_is_known_over_a_restart(outbox: Outbox, path: Path) -> None:
    assert outbox.newest_ms() == 0
    outbox.append([entry(2), entry(1), entry(3, dated=False)])
    outbox.close()

    with closing(Outbox(path)) as again:
        assert again.newest_ms() == NOON + 2 * MINUTE_MS


def test_a_second_process_is_told_that_the_outbox_is_in_use(
    outbox: Outbox, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 1)

    with pytest.raises(StorageError, match="DATABASE_LOCKED"):
        Outbox(path)

    outbox.append([entry(1)])
    assert {file.name for file in path.parent.iterdir()} == {"outbox.sqlite", "outbox.sqlite-wal"}


# --- when things go wrong -----------------------------------------------------------------------


def test_a_killed_process_leaves_every_pack_it_appended_and_the_marks_before_it(
    path: Path,
) -> None:
    program = (
        "import os, sys; from pathlib import Path; from sensor_node import wire;"
        " from sensor_node.outbox import Entry, Outbox; outbox = Outbox(Path(sys.argv[1]));"
        " outbox.adopt('store-1');"
        " outbox.append([Entry('b', n, 1.0, 2, 'ntp', '') for n in range(3)]);"
        " outbox.mark(wire.Ack('b', ((1, 1),), 'store-1'));"
        " outbox.append([Entry('b', 3, 1.0, 2, 'ntp', '')]);"
        " outbox.mark(wire.Ack('b', ((2, 2),), 'store-1')); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert killed.returncode == -9

    with closing(Outbox(path)) as again:
        assert [(e.seq, done) for e, done in again.entries()] == [
            (0, False),
            (1, True),
            (2, False),  # its ack had not come to the disk: it is sent once more
            (3, False),
        ]
        assert again.adopt("store-1") == 0


@pytest.mark.parametrize(
    "use",
    [
        lambda o: o.append([entry(1)]),
        lambda o: o.date(BOOT, NOON, "ntp"),
        lambda o: o.redate(BOOT, NOON, "ntp"),
        lambda o: o.waiting(1),
        lambda o: o.newest(),
        lambda o: o.mark(acked((1, 1))),
        lambda o: o.adopt("store-2"),
        lambda o: o.expire(NOON),
        lambda o: o.waiting_count(),
        lambda o: o.dropped(),
    ],
)
def test_whatever_is_asked_a_failing_disk_is_a_storage_error(
    path: Path, use: Callable[[Outbox], object]
) -> None:
    outbox = Outbox(path)
    outbox.close()  # every use of a closed file fails as a broken disk does

    with pytest.raises(StorageError):
        use(outbox)


def test_on_a_full_disk_nothing_is_half_appended_and_all_that_was_there_stays(
    outbox: Outbox,
) -> None:
    outbox.append([entry(1)])
    outbox._database._connection.execute("PRAGMA max_page_count = 8")  # a disk of 32 KiB
    big = Entry(BOOT, 3, 0.0, NOON, "ntp", "x" * 100_000)

    with pytest.raises(StorageError, match="DISK_FULL"):
        outbox.append([entry(2), big])

    assert kept(outbox) == [1]
    outbox.append([entry(2)])
    assert kept(outbox) == [1, 2]


# --- an outbox of before ------------------------------------------------------------------------

BEFORE = [
    (1, EARLIER, 7, 420.0, NOON, "ntp", "{}", 1),
    (2, EARLIER, 8, 480.0, None, None, "{}", 0),
    (3, BOOT, 1, 60.0, NOON + DAY_MS, "ntp", "{}", 0),
]


@pytest.fixture
def old_path(path: Path) -> Path:
    """An outbox whose packs were final as soon as they had a time."""
    with closing(open_database(path, MIGRATIONS[:2])) as old, transaction(old):
        old.executemany("INSERT INTO packs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", BEFORE)
        old.execute("INSERT INTO meta VALUES ('store', 'store-1')")
    return path


def assert_taken_over(path: Path) -> None:
    with closing(Outbox(path)) as outbox:
        assert [(e.boot, e.seq, e.mono_s, e.at_ms, done) for e, done in outbox.entries()] == [
            (EARLIER, 7, 420.0, NOON, True),
            (EARLIER, 8, 480.0, None, False),
            (BOOT, 1, 60.0, NOON + DAY_MS, False),
        ]
        assert outbox.adopt("store-1") == 0
        assert outbox.undated_boots() == [(EARLIER, 480.0)]


def test_an_outbox_of_before_is_taken_over_once(old_path: Path) -> None:
    for _ in range(2):
        assert_taken_over(old_path)


def test_what_had_a_time_before_may_have_been_sent_and_keeps_it(old_path: Path) -> None:
    with closing(Outbox(old_path)) as outbox:
        assert outbox.redate(BOOT, NOON, "gateway") == 0
        assert outbox.redate(EARLIER, NOON, "gateway") == 1


@pytest.mark.parametrize("steps", [20, 60, 120, 200])
def test_a_kill_while_it_is_taken_over_costs_nothing(old_path: Path, steps: int) -> None:
    program = (
        "import os, sqlite3, sys; from sensor_node.outbox import MIGRATIONS;"
        " db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        " db.execute('PRAGMA journal_mode'); db.execute('SELECT count(*) FROM packs');"
        " db.set_progress_handler(lambda: os.kill(os.getpid(), 9), int(sys.argv[2]));"
        " db.executescript(f'BEGIN IMMEDIATE; {MIGRATIONS[2]}; PRAGMA user_version = 3; COMMIT')"
    )
    command = [sys.executable, "-c", program, str(old_path), str(steps)]
    assert subprocess.run(command, check=False).returncode == -9

    assert_taken_over(old_path)
