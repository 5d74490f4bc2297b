"""The HC-SR04, through gpiozero, above a tank that is fake at its pins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sensor_node.drivers import build_sensor, build_sensors
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.hc_sr04 import FakeHcSr04
from sensor_node.sampler import Sampler

TRIGGER, ECHO = 23, 24
TANK = {
    "type": "hc-sr04",
    "channel": "tank",
    "trigger": TRIGGER,
    "echo": ECHO,
    "empty_cm": 120,
    "full_cm": 20,
}


@pytest.fixture
def tank(board: FakeBoard) -> Iterator[Sensor]:
    sensor = build_sensor(TANK, board)
    yield sensor
    sensor.close()


@pytest.fixture
def part(board: FakeBoard, tank: Sensor) -> FakeHcSr04:
    found: FakeHcSr04 = board.sonar(TRIGGER, ECHO)
    return found


def fault(tank: Sensor) -> SensorFault:
    with pytest.raises(SensorFault) as caught:
        tank.read()
    assert caught.value.code == "SONAR_FAILED"
    assert "GPIO23, GPIO24" in caught.value.fr
    return caught.value


@pytest.mark.parametrize(
    ("distance_cm", "percent"),
    [(120, 0.0), (70, 50.0), (20, 100.0), (95.5, 24.5), (124, 0.0), (16, 100.0)],
)
def test_the_way_of_the_sound_is_the_level(
    tank: Sensor, part: FakeHcSr04, distance_cm: float, percent: float
) -> None:
    part.distance_cm = distance_cm

    assert tank.read() == {"tank": pytest.approx(percent, abs=0.051)}


def test_a_reading_is_seven_pings(tank: Sensor, part: FakeHcSr04) -> None:
    tank.read()

    assert part.asked == 7


@pytest.mark.parametrize("air_c", [0.0, 30.0])
def test_without_a_correction_for_warmth_a_metre_is_wrong_by_three_centimetres(
    tank: Sensor, part: FakeHcSr04, air_c: float
) -> None:
    part.air_c = air_c

    assert tank.read() == {"tank": pytest.approx(20.0, abs=3.0)}


def test_two_wild_echoes_and_a_lost_one_leave_a_median(tank: Sensor, part: FakeHcSr04) -> None:
    part.queue(3.0, None, 70, 70, 70, 70, 300)

    assert tank.read() == {"tank": pytest.approx(50.0, abs=0.051)}


@pytest.mark.parametrize(
    ("reason", "distances_cm"),
    [
        ("no answer", [None]),
        ("no answer", [70, None, None]),
        ("no answer", [650.0]),
        ("unsteady", [60, 63, 66]),
        ("14.9 cm is out of range", [14.9]),
        ("125.1 cm is out of range", [125.1]),
    ],
)
def test_what_is_no_level_is_a_fault_with_its_reason(
    tank: Sensor, part: FakeHcSr04, reason: str, distances_cm: list[float | None]
) -> None:
    part.queue(*(distances_cm * 21)[:21])

    assert fault(tank).reason == reason
    assert part.asked == 21


def test_water_that_calms_down_is_measured_in_the_next_round(
    tank: Sensor, part: FakeHcSr04
) -> None:
    part.queue(60, 63, 66, 60, 63, 66, 60)
    part.distance_cm = 70

    assert tank.read() == {"tank": pytest.approx(50.0, abs=0.051)}


def test_a_wire_that_is_always_high_is_no_echo(tank: Sensor, part: FakeHcSr04) -> None:
    part.hold_echo(True)

    assert fault(tank).reason == "no answer"
    assert part.asked == 0


def test_a_failed_reading_is_never_followed_by_the_value_before_it(
    tank: Sensor, part: FakeHcSr04
) -> None:
    tank.read()
    part.distance_cm = None
    fault(tank)
    part.distance_cm = 95

    assert tank.read() == {"tank": pytest.approx(25.0, abs=0.051)}


def test_an_echo_that_comes_after_its_ping_belongs_to_no_reading(
    tank: Sensor, part: FakeHcSr04
) -> None:
    part.distance_cm = None
    part.hold_echo(True)
    part.hold_echo(False)

    assert fault(tank).reason == "no answer"


def test_a_jump_that_a_second_round_confirms_is_believed(tank: Sensor, part: FakeHcSr04) -> None:
    part.distance_cm = 110
    tank.read()
    part.distance_cm = 70  # somebody fills the tank

    assert tank.read() == {"tank": pytest.approx(50.0, abs=0.051)}
    assert part.asked == 21


def test_a_spider_before_it_is_not_taken_for_water(tank: Sensor, part: FakeHcSr04) -> None:
    part.distance_cm = 110
    tank.read()
    part.queue(*[40] * 7)

    assert tank.read() == {"tank": pytest.approx(10.0, abs=0.051)}


def test_a_level_that_stands_still_to_the_millimetre_for_a_week_is_doubted_until_it_moves(
    tank: Sensor, board: FakeBoard, part: FakeHcSr04
) -> None:
    part.distance_cm = 70
    tank.read()
    board.let_pass(7 * 24 * 3600 - 60)
    assert tank.read() == {"tank": 50.0}
    board.let_pass(60)

    assert tank.read() == {"tank": Suspect(50.0, "stuck")}
    part.distance_cm = 70.2
    assert tank.read() == {"tank": 49.8}


class Interrupted(FakeBoard):
    """A header on which something happens, once, while a driver pauses."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], None] | None = None

    def sleep(self, seconds: float) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        super().sleep(seconds)


def test_nobody_pings_while_another_listens() -> None:
    board = Interrupted()
    one, other = build_sensors([TANK, TANK | {"channel": "other", "trigger": 5, "echo": 6}], board)
    reading = threading.Thread(target=other.read)
    pinged: list[int] = []

    def start_the_other() -> None:
        reading.start()
        reading.join(0.2)
        pinged.append(board.sonar(5, 6).asked)

    board.meanwhile = start_the_other
    one.read()
    reading.join()

    assert pinged == [0]
    assert board.sonar(5, 6).asked == 7
    one.close()
    other.close()


def test_two_tanks_are_read_side_by_side(board: FakeBoard) -> None:
    other = TANK | {"channel": "other", "trigger": 5, "echo": 6}
    sampler = Sampler(build_sensors([TANK, other], board))
    board.sonar(TRIGGER, ECHO).distance_cm = 70
    board.sonar(5, 6).distance_cm = 95
    try:
        for _ in range(20):
            assert [record.value for record in sampler.sample()] == [50.0, 25.0]
    finally:
        sampler.close()


def test_it_says_what_it_measures(tank: Sensor) -> None:
    assert [(c.name, c.quantity, c.unit, c.sensor) for c in tank.channels] == [
        ("tank", "tank_level", "%", "HC-SR04")
    ]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"full_cm": 115.1}, "TANK_RANGE_WRONG"),
        ({"empty_cm": 10}, "TANK_RANGE_WRONG"),
        ({"empty_cm": 401}, "CONFIG_WRONG_VALUE"),
        ({"full_cm": 1.9}, "CONFIG_WRONG_VALUE"),
        ({"trigger": 28}, "CONFIG_WRONG_VALUE"),
    ],
)
def test_a_wrong_table_is_refused(board: FakeBoard, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(ConfigError, match=code):
        build_sensor(TANK | wrong, board)


def test_its_pins_are_free_again_once_it_is_closed(board: FakeBoard) -> None:
    build_sensor(TANK, board).close()

    build_sensor(TANK, board).close()
