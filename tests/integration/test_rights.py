"""Who may say and hear what on a real mosquitto: every topic, for every identity, both ways.

A denied message is acknowledged like any other: only its absence at a listener, after a marker of
the same client has arrived there, proves that it was denied.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from harness import eventually
from keyed import KeyedGarden, Voice, broker_of, enters, keyed_garden

from gateway.ingest import client_id
from gateway.keys.acl import Identity
from gateway.keys.session import visit
from sensor_node.errors import NetworkError
from sensor_node.link import Broker

LEAVES = (
    "pack/7c1e9a52d01b44f3/1", "state", "about", "ack", "clock/ask", "clock/answer", "command",
    "result", "say/air",
)  # fmt: skip
NAMES = ("bac-1", "bac-2", "atelier.tomate", "atelier.radis")
COMMON = (
    "gateway/state", "gateway/keys", "live/channel/bac-1/air", "live/beds/bac-1/advice",
    "site/nord/bac-1/pack/7c1e9a52d01b44f3/1", "hub/x", "bac-1",
)  # fmt: skip
TOPICS = [*(f"{name}/{leaf}" for name, leaf in product(NAMES, LEAVES)), *COMMON]

# Written down by hand, so that a slip in the table of the sources shows.
NODE_SAYS = {
    f"bac-1/{leaf}"
    for leaf in ("pack/7c1e9a52d01b44f3/1", "state", "about", "clock/ask", "result", "say/air")
}
NODE_HEARS = {
    *(f"bac-1/{leaf}" for leaf in ("ack", "clock/answer", "command", "state", "about")),
    "gateway/state",
    "live/beds/bac-1/advice",
}
SAYS = {
    "gateway": set(TOPICS),
    "node": NODE_SAYS,
    "sandbox": {"atelier.tomate/say/air"},
    "pupil": {"atelier.radis/say/air"},
}
HEARS = {
    "gateway": set(TOPICS),
    "node": NODE_HEARS,
    "sandbox": {
        "atelier.tomate/say/air", "gateway/state", "live/channel/bac-1/air",
        "live/beds/bac-1/advice",
    },
    "pupil": {
        "atelier.radis/say/air", "gateway/state", "live/channel/bac-1/air",
        "live/beds/bac-1/advice",
    },
}  # fmt: skip
MARKS = {
    "node": "bac-1/state", "gateway": "hub/x", "sandbox": "atelier.tomate/say/air",
    "pupil": "atelier.radis/say/air",
}  # fmt: skip
"""Where each may both say and hear."""


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyedGarden]:
    garden = keyed_garden(tmp_path_factory.mktemp("rights"), plain=True)
    with broker_of(garden):
        yield garden


@pytest.fixture(scope="module")
def doors(garden: KeyedGarden) -> dict[str, Broker]:
    """How each identity enters: the pupil by the door in the clear."""
    return {
        "gateway": garden.broker,
        "node": garden.account("bac-1"),
        "sandbox": garden.account("atelier.tomate", Identity.SANDBOX),
        "pupil": in_the_clear(garden, garden.account("atelier.radis", Identity.SANDBOX)),
    }


def in_the_clear(garden: KeyedGarden, broker: Broker) -> Broker:
    assert garden.doors.plain_port is not None
    return replace(broker, ca=None, port=garden.doors.plain_port)


@pytest.fixture
def voices(doors: dict[str, Broker]) -> Iterator[dict[str, Voice]]:
    with ExitStack() as stack:
        entered = {}
        for name, broker in doors.items():
            entered[name] = Voice(broker, f"voice-of-{name}").enter()
            stack.callback(entered[name].leave)
        yield entered


def mark_of(name: str) -> str:
    return f"jardin/v1/{MARKS[name]}"


def below(heard: list[tuple[str, bytes]], payload: bytes) -> set[str]:
    return {topic.removeprefix("jardin/v1/") for topic, what in heard if what == payload}


@pytest.mark.parametrize("name", SAYS)
def test_each_says_what_it_may_and_nothing_else_gets_through(
    doors: dict[str, Broker], voices: dict[str, Voice], name: str
) -> None:
    listener = Voice(doors["gateway"]).enter()
    listener.subscribe("jardin/v1/#", "$SYS/#")
    said, mark = f"said by {name}".encode(), f"mark of {name}".encode()

    for topic in TOPICS:
        voices[name].say(f"jardin/v1/{topic}", said)
    voices[name].say(mark_of(name), mark)
    eventually(lambda: listener.hears(mark_of(name), mark), "the marker arrives")
    listener.leave()

    assert below(listener.heard, said) == SAYS[name]


def test_each_hears_what_it_may_and_nothing_else_reaches_it(voices: dict[str, Voice]) -> None:
    for name, voice in voices.items():
        voice.subscribe("jardin/v1/#", *(f"jardin/v1/{topic}" for topic in HEARS[name]))

    for topic in TOPICS:
        voices["gateway"].say(f"jardin/v1/{topic}", b"said to all")
    for name in voices:
        voices["gateway"].say(mark_of(name), b"mark for " + name.encode())

    for name, voice in voices.items():
        mark = b"mark for " + name.encode()
        eventually(lambda v=voice, n=name, m=mark: v.hears(mark_of(n), m), f"{name}'s marker")  # type: ignore[misc]
        assert below(voice.heard, b"said to all") == HEARS[name], name


def test_nobody_enters_the_encrypted_door_without_an_account(
    garden: KeyedGarden, doors: dict[str, Broker]
) -> None:
    assert enters(doors["node"])
    for username, password in (("", ""), ("bac-1", ""), ("bac-1", "bac-1"), ("bac-3", "x")):
        stranger = replace(garden.broker, username=username, password=password, password_file=None)
        assert not enters(stranger), username


def test_the_plain_door_lets_groups_in_and_nobody_else(
    garden: KeyedGarden, doors: dict[str, Broker]
) -> None:
    assert enters(doors["pupil"])
    assert not enters(in_the_clear(garden, replace(doors["node"], username="", password="")))
    for name in ("gateway", "node"):  # a password that opens the garden is worth nothing there
        assert not enters(in_the_clear(garden, doors[name])), name
    assert not enters(replace(doors["pupil"], username="atelier.tomate"))


def test_the_encrypted_door_speaks_nothing_in_the_clear(garden: KeyedGarden) -> None:
    assert not enters(replace(garden.broker, ca=None))


def test_nobody_tells_its_password_to_the_broker_of_another_garden(
    garden: KeyedGarden, doors: dict[str, Broker], tmp_path: Path
) -> None:
    other = keyed_garden(tmp_path)
    misled = replace(doors["node"], ca=other.place.authority)

    with pytest.raises(NetworkError) as refused, visit(misled):
        pass

    assert refused.value.code == "BROKER_NOT_OURS"
    assert enters(doors["node"])


def test_a_session_of_the_gateway_is_not_taken_over_by_its_name(
    garden: KeyedGarden, doors: dict[str, Broker]
) -> None:
    """Who comes with another client's id takes its place: the gateway's is known to nobody."""
    gateway = Voice(garden.broker, client_id(garden.broker)).enter()
    thief = Voice(doors["node"], "jardin-gateway").enter()
    gateway.subscribe("jardin/v1/bac-1/state")
    thief.say("jardin/v1/bac-1/state", b"online")

    eventually(lambda: gateway.hears("jardin/v1/bac-1/state", b"online"), "the gateway hears")
    assert not gateway.gone.is_set()
    thief.leave()
    gateway.leave()
