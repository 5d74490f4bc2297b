"""Groups on a real mosquitto with the garden's own rights: each in its own sandbox, until the end.

A denied message is acknowledged like any other: only its absence at a listener, after a marker of
the same client has arrived there, proves that it was denied.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Final

import pytest
from door import Door
from harness import GatewayInProcess, eventually, missing
from keyed import KeyedGarden, Voice, broker_of, enters, keyed_garden

from gateway.api.guard import COOKIE
from gateway.keys.broker import PASSWORDS
from gateway.keys.session import visit
from gateway.service import Gateway
from gateway.store.base import Series
from gateway.upkeep import Upkeep
from gateway.workshop.attendant import Attendant
from gateway.workshop.hush import FENCE
from gateway.workshop.lines import mqtt_line
from gateway.workshop.workshop import Workshop
from sensor_node.clock import FakeClock
from sensor_node.link import Broker

TOMATO: Final = "jardin/v1/atelier.tomate/say"
ODD: Final = b"4242.73125"


class Classroom:
    """A gateway on its own broker, a workshop, and how its groups enter."""

    def __init__(self, garden: KeyedGarden) -> None:
        self.garden = garden
        self._entered: list[Voice] = []
        self.start()
        self._begun = self.gateway.workshops.begin("Essai", 4, 60).id

    @property
    def gateway(self) -> Gateway:
        return self._process.gateway

    @property
    def workshop(self) -> Workshop:
        return self.gateway.workshops.get(self._begun)

    def start(self) -> None:
        self._process = GatewayInProcess(self.garden.settings)
        self.attendant = Attendant(self.gateway)
        self._process.start()

    def stop(self) -> None:
        self._process.stop()

    def join(self, plant: str) -> Broker:
        """A group, and how it enters by the door in the clear."""
        self.gateway.workshops.join(self.workshop.about.code, plant)
        self.attendant.turn()
        return self.way_of(plant)

    def way_of(self, plant: str) -> Broker:
        assert self.garden.doors.plain_port is not None
        return replace(
            self.garden.broker,
            ca=None,
            port=self.garden.doors.plain_port,
            username=f"atelier.{plant}",
            password=self.workshop.session.known(plant).token,
            password_file=None,
        )

    def voice(self, broker: Broker) -> Voice:
        voice = Voice(broker).enter()
        self._entered.append(voice)
        return voice

    def values(self, plant: str, channel: str = "score") -> list[float]:
        """All that the group has kept."""
        self.attendant.turn()
        series = Series(f"atelier.{plant}", channel)
        points = self.gateway.readable.points(series, 0, 2**53, 10_000)
        return [point.value for point in points]

    def told(self, plant: str) -> str:
        """What its page and the wall tell the group."""
        self.attendant.turn()
        refusal = self.workshop.told(plant)
        return "" if refusal is None else refusal.code

    def close(self) -> None:
        for voice in self._entered:
            voice.leave()
        self.stop()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Classroom]:
    garden = keyed_garden(tmp_path, plain=True)
    with broker_of(garden):
        opened = Classroom(garden)
        try:
            yield opened
        finally:
            opened.close()


def test_mosquitto_pub_with_a_group_s_line_puts_its_value_on_the_wall(room: Classroom) -> None:
    if shutil.which("mosquitto_pub") is None:
        missing("mosquitto_pub")
    broker = room.join("tomate")
    assert broker.password is not None
    line = mqtt_line("tomate", broker.password, broker.host, broker.port)
    subprocess.run(line.split(), check=True, timeout=20)
    eventually(lambda: room.values("tomate") == [12.0], "the value is the group's")
    (standing,) = room.workshop.standings()
    assert standing.here
    assert standing.latest is not None
    assert (standing.latest.series.channel, standing.latest.value) == ("score", 12.0)
    assert room.gateway.store.count() == 0  # nothing of it is the garden's
    assert room.gateway.quarantine.by_node() == {}


def test_a_group_s_token_opens_its_own_sandbox_and_nobody_else_s(room: Classroom) -> None:
    tomato = room.voice(room.join("tomate"))
    radish = room.voice(room.join("radis"))
    listener = room.voice(room.garden.broker)
    listener.subscribe("jardin/v1/#")
    for topic in (
        "atelier.radis/say/score", "bac-1/say/score", "bac-1/pack/7c1e9a52d01b44f3/1",
        "atelier.tomate/state", "gateway/state", "live/channel/bac-1/air",
    ):  # fmt: skip
        tomato.say(f"jardin/v1/{topic}", b"666")
    tomato.say(f"{TOMATO}/mark", b"1")
    radish.say("jardin/v1/atelier.radis/say/score", b"5")
    eventually(lambda: listener.hears(f"{TOMATO}/mark", b"1"), "the marker arrives")
    eventually(lambda: room.values("radis") == [5.0], "the other group's own value")
    assert [topic for topic, payload in listener.heard if payload == b"666"] == []
    assert not enters(replace(room.way_of("tomate"), username="atelier.radis"))
    assert not enters(replace(room.way_of("tomate"), password="jardin_tomate_bcdfghjkmnpqrstv"))


@contextmanager
def web_of(room: Classroom) -> Iterator[Door]:
    """The room's web pages; its gateway stays open at the end."""
    door = Door(room.gateway, FakeClock(), pages=True)
    door.open()
    try:
        yield door
    finally:
        door.client.close()
        door.shut()
        door._listener.close()


def test_a_group_s_page_shows_its_line_and_what_was_not_taken(
    room: Classroom, built_assets: None
) -> None:
    way = room.join("tomate")
    assert way.password is not None
    session = room.workshop.session.enter("tomate", secure=False)
    with web_of(room) as door:

        def page() -> str:
            cookie = {"Cookie": f"{COOKIE}={session}"}
            return unescape(door.client.get("/atelier/groupe", headers=cookie).text)

        assert mqtt_line("tomate", way.password, "127.0.0.1", way.port) in page()
        assert "a plain number, as 21.5" not in page()
        room.voice(way).say(f"{TOMATO}/score", b"beaucoup")
        eventually(lambda: room.told("tomate") == "NOT_SAYABLE", "it is told")
        assert "a plain number, as 21.5" in page()


def test_the_encrypted_door_knows_the_groups_too(room: Classroom) -> None:
    plain = room.join("tomate")
    inside = replace(room.garden.broker, username=plain.username, password=plain.password)
    room.voice(replace(inside, password_file=None)).say(f"{TOMATO}/score", b"7")
    eventually(lambda: room.values("tomate") == [7.0], "the value is the group's")


def test_a_new_code_shuts_the_old_computer_out_at_once(room: Classroom) -> None:
    old = room.join("tomate")
    voice = room.voice(old)
    room.workshop.session.new_code("tomate")
    room.attendant.turn()
    assert voice.gone.wait(20)
    assert not enters(old)
    assert enters(room.way_of("tomate"))


def test_groups_that_a_full_disk_kept_out_enter_once_it_has_room_again(room: Classroom) -> None:
    passwords = room.garden.place.broker / PASSWORDS
    aside = passwords.rename(passwords.with_name("aside"))
    passwords.mkdir()  # no file can take its place
    kept_out = room.join("tomate")
    assert not enters(kept_out)
    passwords.rmdir()
    aside.rename(passwords)

    room.attendant.turn()

    assert enters(kept_out)


def test_a_thousand_readings_a_second_are_thinned_and_the_group_is_told(room: Classroom) -> None:
    greedy, modest = room.voice(room.join("tomate")), room.voice(room.join("radis"))
    for number in range(5000):
        greedy._client.publish(f"{TOMATO}/score", str(number), 1)
    modest.say("jardin/v1/atelier.radis/say/score", b"1")
    greedy.say(f"{TOMATO}/last", b"1")
    eventually(lambda: room.values("tomate", "last") == [1.0], "the last one is kept")
    assert len(room.values("tomate")) < 3000  # as over HTTP: two thousand at once, then twenty
    assert room.told("tomate") == "TOO_FAST"
    assert room.values("radis") == [1.0]
    assert room.told("radis") == ""


@pytest.mark.parametrize(
    ("topic", "payload"),
    [("score", b"beaucoup"), ("Mon Pot", b"1"), ("score", b"1" * 60_000)],
)
def test_what_is_no_number_is_told_in_words(room: Classroom, topic: str, payload: bytes) -> None:
    room.voice(room.join("tomate")).say(f"{TOMATO}/{topic}", payload)
    eventually(lambda: room.told("tomate") == "NOT_SAYABLE", "it is told")
    assert room.workshop.sandbox.store.count() == 0


def test_a_pause_and_a_frost_hold_on_mqtt_too(room: Classroom) -> None:
    voice = room.voice(room.join("tomate"))
    room.workshop.pause()
    voice.say(f"{TOMATO}/score", b"1")
    eventually(lambda: room.told("tomate") == "WORKSHOP_PAUSED", "the pause is told")
    room.workshop.resume()
    room.workshop.session.mark("tomate", frozen=1)
    voice.say(f"{TOMATO}/score", b"2")
    eventually(lambda: room.told("tomate") == "GROUP_FROZEN", "the frost is told")
    assert room.values("tomate") == []


def test_a_gateway_that_starts_again_takes_what_was_said_meanwhile(room: Classroom) -> None:
    voice = room.voice(room.join("tomate"))
    room.stop()
    voice.say(f"{TOMATO}/meanwhile", b"3")
    room.start()
    voice.say(f"{TOMATO}/score", b"4")
    eventually(lambda: room.values("tomate") == [4.0], "everybody goes on")
    assert room.values("tomate", "meanwhile") == [3.0]
    assert not voice.gone.is_set()


def test_nothing_of_a_group_is_left_at_the_broker_after_the_end(room: Classroom) -> None:
    way = room.join("tomate")
    voice = room.voice(way)
    voice.say(f"{TOMATO}/score", ODD, retain=True)
    eventually(lambda: room.values("tomate") == [float(ODD)], "the value is the group's")
    room.gateway.keys.have_saved()  # type: ignore[union-attr]
    files = room.garden.place.broker
    eventually(lambda: ODD in said_by(files), "it stands in the broker's file")
    upkeep = Upkeep(room.gateway)
    upkeep.turn()
    workshop = room.workshop
    workshop.end()
    room.attendant.turn()
    assert voice.gone.wait(20)
    assert not enters(way)
    room.gateway.workshops.erase(workshop)
    upkeep.turn()
    with visit(room.garden.broker) as session:
        assert session.retained(["jardin/v1/#"], FENCE) == ["jardin/v1/gateway/state"]
    with room.garden.book() as book:
        assert not [name for name in book.accounts() if name.startswith("atelier.")]
    traces = (ODD, b"atelier.tomate")
    eventually(
        lambda: not any(trace in said_by(files) for trace in traces),
        "the broker's files are written anew",
    )


def said_by(folder: Path) -> bytes:
    """All files of the broker; one may take another's place meanwhile."""
    found = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            found.append(path.read_bytes())
    return b"".join(found)
