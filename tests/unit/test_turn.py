"""Sensors that share a bus: each has its turn, and one that hangs is told by the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from sensor_node.drivers import build_sensor, build_sensors
from sensor_node.errors import SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.bh1750 import FakeBh1750
from sensor_node.fakes.i2c import FakeI2cBus
from sensor_node.fakes.sht4x import FakeSht4x
from sensor_node.sampler import Sampler
from sensor_node.turn import Turn

LIGHT = {"type": "bh1750", "channel": "light"}
AIR = {"type": "sht4x", "temperature": "air", "humidity": "damp"}
WEATHER = {"type": "bme280", "pressure": "pressure"}


def test_a_turn_is_one_threads_at_a_time() -> None:
    turn = Turn("SPI", patience_s=20)
    inside = 0
    seen: set[int] = set()

    def work() -> None:
        nonlocal inside
        for _ in range(200):
            with turn:
                inside += 1
                seen.add(inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == {1}


def test_whoever_waits_too_long_for_a_turn_is_told_who_to_look_for() -> None:
    turn = Turn("I²C", patience_s=0.01)

    with turn, pytest.raises(SensorFault) as caught, turn:
        pass

    assert (caught.value.code, caught.value.reason) == ("BUS_BUSY", "bus busy")
    assert "holds I²C" in caught.value.en
    with turn:
        pass  # the one that waited in vain has not left it locked


class HangingLight(FakeBh1750):
    """A part that stretches the clock until the test lets it go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.released = threading.Event()

    def read(self, count: int) -> bytes:
        self.reached.set()
        self.released.wait(20)
        return super().read(count)


@pytest.fixture
def hanging(board: FakeBoard) -> Iterator[HangingLight]:
    part = HangingLight()
    board.i2c.parts[0x23] = part
    yield part
    part.released.set()


def test_a_part_that_hangs_on_the_bus_gives_the_others_a_fault_instead_of_an_endless_wait(
    board: FakeBoard, hanging: HangingLight
) -> None:
    board.i2c_turn.patience_s = 0.01
    light, air = build_sensor(LIGHT, board), build_sensor(AIR, board)
    reading = threading.Thread(target=light.read)
    reading.start()
    assert hanging.reached.wait(20)

    with pytest.raises(SensorFault) as caught:
        air.read()

    assert caught.value.code == "BUS_BUSY"
    hanging.released.set()
    reading.join()
    assert air.read() == {"air": 20.0, "damp": 50.0}


class Visited(FakeBh1750):
    """A part that stays on the bus until another sensor comes there too, or a moment passes."""

    def __init__(self, other: Visitor) -> None:
        super().__init__()
        self.visited = False
        self._other = other

    def read(self, count: int) -> bytes:
        self._other.invited.set()
        self.visited = self._other.came.wait(0.3)
        return super().read(count)


class Visitor(FakeSht4x):
    """A part that tells when it is spoken to."""

    def __init__(self) -> None:
        super().__init__()
        self.invited = threading.Event()
        self.came = threading.Event()

    def written(self, data: bytes) -> None:
        self.came.set()
        super().written(data)


class Careless(FakeI2cBus):
    """Blinka's lock at its worst: two threads that try at once both get it."""

    def try_lock(self) -> bool:
        return True


def test_nobody_comes_on_the_bus_while_another_sensor_is_on_it(board: FakeBoard) -> None:
    board.i2c = Careless()
    visitor = Visitor()
    visited = Visited(visitor)
    board.i2c.parts = {0x23: visited, 0x44: visitor}
    light, air = build_sensor(LIGHT, board), build_sensor(AIR, board)
    reading = threading.Thread(target=light.read)
    reading.start()
    assert visitor.invited.wait(20)

    assert air.read() == {"air": 20.0, "damp": 50.0}

    reading.join()
    assert not visited.visited


def test_sensors_that_share_the_bus_are_read_side_by_side_without_an_error(
    board: FakeBoard,
) -> None:
    sampler = Sampler(build_sensors([LIGHT, AIR, WEATHER], board))
    try:
        for _ in range(100):
            values = {r.channel: r.value for r in sampler.sample()}
            assert values == {"light": 10_000.0, "air": 20.0, "damp": 50.0, "pressure": 1006.53}
            board.let_pass(300)
    finally:
        sampler.close()
