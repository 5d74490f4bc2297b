"""What was refused is kept for a person, within bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from gateway.quarantine import LEAST_WEIGHT, Quarantine, Refused
from sensor_node.errors import StorageError

NOON = 1_763_809_200_000
BROKEN = Refused(
    node="potager-1",
    topic="jardin/v1/potager-1/pack/7c1e9a52d01b44f3/1",
    channel="air",
    code="UNIT_MISMATCH",
    text_fr="La voie air mesure autre chose.",
    text_en="Channel air measures something else.",
    payload=b"[\x00\xff]",
    received_ms=NOON,
    boot="7c1e9a52d01b44f3",
    seq=1,
    at_ms=NOON - 1000,
    unit="hPa",
    value=21.5,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "quarantine.sqlite"


@pytest.fixture
def quarantine(path: Path) -> Iterator[Quarantine]:
    quarantine = Quarantine(path, limit_bytes=10 * LEAST_WEIGHT)
    yield quarantine
    quarantine.close()


def several(count: int, node: str | None = "serre") -> list[Refused]:
    return [
        replace(BROKEN, node=node, payload=b"%s %d" % (str(node).encode(), i)) for i in range(count)
    ]


def test_a_refused_reading_comes_back_as_it_was_after_reopening(path: Path) -> None:
    first = Quarantine(path)
    first.add([BROKEN, Refused(None, "x", None, "BAD_TOPIC", "fr", "en", b"", NOON)])
    first.close()
    again = Quarantine(path)
    malformed, broken = again.list(10)
    again.close()
    assert {f.name: getattr(broken, f.name) for f in fields(Refused)} == {
        f.name: getattr(BROKEN, f.name) for f in fields(Refused)
    }
    assert (malformed.node, malformed.channel, malformed.value) == (None, None, None)


def test_the_same_refusal_twice_is_kept_once(quarantine: Quarantine) -> None:
    quarantine.add([BROKEN, BROKEN])
    quarantine.add([replace(BROKEN, received_ms=NOON + 5)])
    assert quarantine.count() == 1
    others = [
        replace(BROKEN, payload=b"other"),
        replace(BROKEN, code="OTHER"),
        replace(BROKEN, channel=None),
        replace(BROKEN, topic="other"),
    ]
    quarantine.add(others)
    assert quarantine.count() == 5


def test_adding_nothing_changes_nothing(quarantine: Quarantine) -> None:
    quarantine.add([])
    assert (quarantine.count(), quarantine.list(5), quarantine.by_node()) == (0, [], {})


def test_the_list_is_newest_first_and_goes_on_page_by_page(quarantine: Quarantine) -> None:
    quarantine.add(several(5))
    page = quarantine.list(2)
    assert [item.payload for item in page] == [b"serre 4", b"serre 3"]
    page = quarantine.list(9, before_id=page[-1].id)
    assert [item.payload for item in page] == [b"serre 2", b"serre 1", b"serre 0"]


def test_items_are_counted_by_node(quarantine: Quarantine) -> None:
    quarantine.add([*several(2), *several(1, "potager-1"), *several(3, None)])
    assert quarantine.by_node() == {"serre": 2, "potager-1": 1}
    assert quarantine.count() == 6


def test_taking_leaves_them_until_they_are_removed(quarantine: Quarantine) -> None:
    quarantine.add(several(4))
    items = quarantine.take()
    assert [item.payload for item in items] == [b"serre 0", b"serre 1", b"serre 2", b"serre 3"]
    some = quarantine.take([items[2].id, items[1].id, items[1].id, 999])
    assert some == items[1:3]
    assert quarantine.remove([items[0].id, items[1].id, 999]) == 2
    assert quarantine.take() == items[2:]


def test_the_oldest_go_when_it_is_full_and_are_counted(quarantine: Quarantine) -> None:
    quarantine.add(several(10))
    assert (quarantine.count(), quarantine.evicted()) == (10, 0)
    quarantine.add([replace(BROKEN, payload=b"x" * 3 * LEAST_WEIGHT)])
    assert (quarantine.count(), quarantine.evicted()) == (8, 3)
    assert quarantine.take()[0].payload == b"serre 3"


def test_room_that_was_made_by_hand_is_room(quarantine: Quarantine) -> None:
    quarantine.add(several(10))
    quarantine.remove(item.id for item in quarantine.list(5))
    quarantine.add(several(5, "potager-1"))
    assert (quarantine.count(), quarantine.evicted()) == (10, 0)


def test_a_payload_beyond_the_whole_limit_is_counted_as_dropped(quarantine: Quarantine) -> None:
    quarantine.add([replace(BROKEN, payload=b"x" * 11 * LEAST_WEIGHT)])
    assert (quarantine.count(), quarantine.evicted()) == (0, 1)


def test_the_count_of_the_dropped_survives_reopening(path: Path) -> None:
    for _ in range(2):
        small = Quarantine(path, limit_bytes=LEAST_WEIGHT)
        small.add(several(3))
        dropped = small.evicted()
        small.close()
    assert dropped == 4  # two each time: the one that stayed is met again and not added


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
def test_a_value_that_is_no_number_stands_in_the_payload_only(
    quarantine: Quarantine, value: float | None
) -> None:
    quarantine.add([replace(BROKEN, value=value)])
    assert quarantine.list(1)[0].value is None


def test_a_channel_that_is_not_quite_text_is_kept_all_the_same(quarantine: Quarantine) -> None:
    quarantine.add([replace(BROKEN, channel="a\ud800", text_fr="\udfff")])
    item = quarantine.list(1)[0]
    assert (item.channel, item.text_fr) == ("a?", "?")


def test_a_disk_that_fails_is_told_in_words(path: Path) -> None:
    quarantine = Quarantine(path)
    quarantine.close()
    with pytest.raises(StorageError):
        quarantine.add([BROKEN])
