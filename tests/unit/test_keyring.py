"""What the book of keys says is what the broker's files say, whatever kill came between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.keys import inviting
from gateway.keys.acl import Identity
from gateway.keys.book import Account
from gateway.keys.broker import Doors, are_published, running_pid
from gateway.keys.keyring import Keyring, keyring_of
from gateway.keys.making import Plan, make_garden
from gateway.keys.place import Place
from gateway.keys.removing import remove_node
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.clock import FakeClock
from sensor_node.errors import UsageError
from sensor_node.joining import new_link
from sensor_node.link import Broker

NOW = 1_763_785_800_000
PASSWORD = "p" * 43


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keyring]:
    """Of a garden whose broker is off."""
    place = Place(tmp_path)
    make_garden(place, tmp_path / "g.toml", Plan("Essai", "fr", Doors(18883, None)), FakeClock(NOW))
    with closing(Keyring(place, Broker(port=18883))) as keys:
        yield keys


def names_at_the_broker(keys: Keyring) -> set[str]:
    lines = (keys.place.broker / "passwords").read_text().splitlines()
    return {line.partition(":")[0] for line in lines}


def test_a_garden_that_was_made_without_keys_has_none(tmp_path: Path) -> None:
    assert keyring_of(tmp_path, Broker()) is None
    with closing(Gateway.open(GatewaySettings(data=tmp_path))) as gateway:
        assert gateway.keys is None


def test_a_node_that_was_removed_as_the_power_went_is_out_at_the_next_start(keys: Keyring) -> None:
    with keys.book.alone() as entries:
        entries.put(Account("bac-1", Identity.NODE, "$7$", NOW))
    keys.settle()
    assert "bac-1" in names_at_the_broker(keys)
    with keys.book.alone() as entries:
        entries.remove("bac-1")  # and here it goes

    assert not are_published(keys.place, keys.book)
    keys.settle()

    assert "bac-1" not in names_at_the_broker(keys)
    assert "bac-1" not in (keys.place.broker / "acl").read_text()
    assert are_published(keys.place, keys.book)


def test_a_node_that_asks_again_after_a_kill_gets_its_account(keys: Keyring) -> None:
    link = new_link("jardin.local:8000", "bac-1", "ab" * 32)
    inviting.invite_by_link(keys.book, link, NOW, again=False)
    inviting.admit(keys.book, link.secret, PASSWORD, NOW)  # killed before the broker heard of it
    assert "bac-1" not in names_at_the_broker(keys)

    assert keys.admit(link.secret, PASSWORD, NOW) == "bac-1"

    assert "bac-1" in names_at_the_broker(keys)


def test_a_node_is_shut_out_of_a_broker_that_is_off(keys: Keyring) -> None:
    link = new_link("jardin.local:8000", "bac-1", "ab" * 32)
    inviting.invite_by_link(keys.book, link, NOW, again=False)
    keys.admit(link.secret, PASSWORD, NOW)

    for _ in range(2):  # the second time for what a broker retained, once it runs
        assert remove_node(keys.place, keys.book, Broker(port=18883), "bac-1") is None

    assert "bac-1" not in names_at_the_broker(keys)
    with pytest.raises(UsageError) as refused:
        keys.admit(link.secret, PASSWORD, NOW)
    assert refused.value.code == "INVITATION_USED"


def test_a_node_that_was_only_invited_is_no_longer_awaited_once_it_is_removed(
    keys: Keyring,
) -> None:
    link = new_link("jardin.local:8000", "bac-1", "ab" * 32)
    inviting.invite_by_link(keys.book, link, NOW, again=False)

    remove_node(keys.place, keys.book, Broker(port=18883), "bac-1")

    with pytest.raises(UsageError) as refused:
        keys.admit(link.secret, PASSWORD, NOW)
    assert refused.value.code == "INVITATION_OVER"


@pytest.mark.parametrize("name", ["bac-2", "gateway", "reload.1"])
def test_a_name_that_was_never_invited_is_not_removed(keys: Keyring, name: str) -> None:
    keys.settle()
    before = names_at_the_broker(keys)

    with pytest.raises(UsageError) as refused:
        remove_node(keys.place, keys.book, Broker(port=18883), name)

    assert refused.value.code == "NODE_WITHOUT_KEYS"
    assert names_at_the_broker(keys) == before


@pytest.mark.parametrize("name", ["passwords", "acl", "mosquitto.conf"])
def test_a_file_of_the_broker_that_was_lost_or_changed_is_made_again(
    keys: Keyring, name: str
) -> None:
    path = keys.place.broker / name
    before = path.read_text()
    path.write_text("user bac-9\ntopic readwrite #\n")

    keys.settle()

    assert "bac-9" not in path.read_text()
    assert before.splitlines()[0] in path.read_text()


def test_the_number_of_a_broker_that_was_killed_gets_no_other_program_a_signal(
    keys: Keyring,
) -> None:
    """By now it is somebody else's: this test's own."""
    (keys.place.broker / "mosquitto.pid").write_text(f"{os.getpid()}\n")
    assert running_pid(keys.place) is None
    (keys.place.broker / "mosquitto.pid").write_text("nonsense")
    assert running_pid(keys.place) is None


def test_marks_of_before_do_not_pile_up(keys: Keyring) -> None:
    for number in range(20):
        with keys.book.alone() as entries:
            entries.put(Account(f"bac-{number}", Identity.NODE, "$7$", NOW))
        keys.settle()

    marks = [name for name in names_at_the_broker(keys) if name.startswith("reload.")]
    assert 1 < len(marks) < 10
