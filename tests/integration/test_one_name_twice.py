"""Two nodes of one name at a real broker: one measures on, the other waits, and both say so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from harness import Ear, eventually, gateway_on

from gateway.broker import HOST, MosquittoBroker
from gateway.service import Gateway
from gateway.store.base import Series
from sensor_node.clock import SystemClock
from sensor_node.drivers.base import Channel
from sensor_node.link import Broker
from sensor_node.node import Node
from sensor_node.outbox import Outbox
from sensor_node.wire import Record

NODE = "potager-1"


class Thermometer:
    """Gives ``first``, and a hundredth more each time."""

    def __init__(self, first: float) -> None:
        self.channels = [Channel("air", "air_temperature", "DHT22", "GPIO4")]
        self._values = (first + n / 100 for n in count())

    def sample(self) -> list[Record]:
        return [Record("air", "Cel", next(self._values))]


class Device:
    """A board with its own card; ``sample`` is taken by the test."""

    def __init__(self, folder: Path, port: int, first: float, name: str = NODE) -> None:
        self.outbox = Outbox(folder / "outbox.sqlite")
        clock = SystemClock(trusted=True)
        address = Broker(host=HOST, port=port)
        self.node = Node(name, Thermometer(first), self.outbox, address, clock, interval_s=300)
        self.node.delivery.start()

    def sample(self) -> None:
        """Take a sample, and let a millisecond pass: two at one moment would be one reading."""
        self.node.sample()
        at_ms = SystemClock().wall_ms()
        eventually(lambda: SystemClock().wall_ms() > at_ms, "the next millisecond")

    def is_connected(self) -> bool:
        return self.node.delivery.uplink.was_connected

    def close(self) -> None:
        self.node.delivery.stop()
        self.outbox.close()


@contextmanager
def device(folder: Path, port: int, first: float, name: str = NODE) -> Iterator[Device]:
    one = Device(folder, port, first, name)
    try:
        yield one
    finally:
        one.close()


def stored(gateway: Gateway, name: str = NODE) -> list[float]:
    return [point.value for point in gateway.store.points(Series(name, "air"), 0, 2**52, 99)]


def about_of(gateway: Gateway) -> dict[str, object]:
    info = gateway.catalogue.node(NODE)
    return info.about if info else {}


def state_of(gateway: Gateway) -> str | None:
    info = gateway.catalogue.node(NODE)
    return info.state if info else None


def test_the_later_one_waits_keeps_its_packs_and_sends_them_under_a_name_of_its_own(
    mosquitto: MosquittoBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with gateway_on(tmp_path / "g", mosquitto.port) as gateway:
        with device(tmp_path / "first", mosquitto.port, 10.0) as first:
            first.node._started_s -= 3600  # it has run for an hour
            first.sample()
            eventually(lambda: first.outbox.waiting_count() == 0, "the first is heard")
            with device(tmp_path / "second", mosquitto.port, 20.0) as second:
                eventually(lambda: second.node.delivery.uplink._yields, "the second yields")
                eventually(lambda: about_of(gateway).get("namesake") is True, "it is told")
                for _ in range(3):
                    second.sample()
                    first.sample()
                eventually(lambda: first.outbox.waiting_count() == 0, "the first measures on")
                assert second.outbox.waiting_count() == 3
                assert about_of(gateway)["boot"] == first.node.boot
            first.sample()
            eventually(lambda: first.outbox.waiting_count() == 0, "the first is not disturbed")
            assert state_of(gateway) == "online"
            with device(tmp_path / "second", mosquitto.port, 20.0, "potager-2") as renamed:
                eventually(lambda: renamed.outbox.waiting_count() == 0, "the second has a name")
        assert stored(gateway) == [10.0, 10.01, 10.02, 10.03, 10.04]
        assert stored(gateway, "potager-2") == [20.0, 20.01, 20.02]
        assert caplog.text.count("NAME_TWICE") == 2


def test_a_node_that_is_started_again_keeps_its_name_whatever_its_last_start_left_behind(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    with gateway_on(tmp_path / "g", mosquitto.port) as gateway:
        killed = Device(tmp_path / "n", mosquitto.port, 10.0)
        killed.node._started_s -= 3600
        eventually(killed.is_connected, "it is connected")
        eventually(lambda: bool(about_of(gateway)), "it is known")
        killed.node.delivery.vanish()  # its word and its last will stay at the broker
        killed.outbox.close()
        with device(tmp_path / "n", mosquitto.port, 20.0) as again:
            again.sample()
            eventually(lambda: again.outbox.waiting_count() == 0, "it delivers")
            eventually(lambda: about_of(gateway)["boot"] == again.node.boot, "it is the one")
            assert "namesake" not in about_of(gateway)
        assert stored(gateway) == [20.0]


def test_a_late_last_will_of_an_earlier_connection_does_not_make_a_living_node_lost(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    ear = Ear(mosquitto.port)
    with (
        gateway_on(tmp_path / "g", mosquitto.port) as gateway,
        device(tmp_path / "n", mosquitto.port, 10.0) as one,
    ):
        eventually(one.is_connected, "it is connected")
        eventually(lambda: state_of(gateway) == "online", "it is online")
        heard = len(ear.on(f"jardin/v1/{NODE}/state"))
        ear.say(f"jardin/v1/{NODE}/state", "lost", retain=True)
        eventually(
            lambda: ear.on(f"jardin/v1/{NODE}/state")[heard:] == [b"lost", b"online"],
            "it says that it is there",
        )
    ear.close()


def test_every_start_has_its_own_connection_so_that_two_of_one_name_do_not_fight(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    ear = Ear(mosquitto.port)
    with (
        device(tmp_path / "first", mosquitto.port, 10.0) as first,
        device(tmp_path / "second", mosquitto.port, 20.0) as second,
    ):
        eventually(lambda: first.is_connected() and second.is_connected(), "both are connected")
        eventually(
            lambda: [d.node.delivery.uplink._yields for d in (first, second)].count(True) == 1,
            "one of them yields",
        )
        boots = {first.node.boot, second.node.boot}
        eventually(
            lambda: (
                {json.loads(said)["boot"] for said in ear.on(f"jardin/v1/{NODE}/about")} == boots
            ),
            "each is heard",
        )
        assert b"lost" not in ear.on(f"jardin/v1/{NODE}/state")
    ear.close()
