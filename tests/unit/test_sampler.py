"""One sampling moment: every sensor is read once, and one that fails stops no other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from harness import eventually

from sensor_node.drivers.base import Channel, Suspect
from sensor_node.errors import SensorFault
from sensor_node.reader import Reader
from sensor_node.sampler import Sampler
from sensor_node.wire import Record


class Scripted:
    """A sensor of ``air`` and ``damp`` that gives or raises one thing after the other."""

    def __init__(self, *script: Any, names: tuple[str, str] = ("air", "damp")) -> None:
        self.channels = (
            Channel(names[0], "air_temperature", "DHT22", "GPIO4"),
            Channel(names[1], "relative_humidity", "DHT22", "GPIO4"),
        )
        self.closed = 0
        self._script = list(script)

    def read(self) -> Mapping[str, float]:
        step = self._script.pop(0)
        if isinstance(step, Exception):
            raise step
        return dict(zip((c.name for c in self.channels), step, strict=False))

    def close(self) -> None:
        self.closed += 1


def checksum() -> SensorFault:
    return SensorFault("checksum", code="DHT_FAILED", fr="Somme fausse.", en="Wrong sum.")


GOOD = [Record("air", "Cel", 21.4), Record("damp", "%RH", 55.2)]
OTHER = [Record("porch", "Cel", 3.0), Record("porch-damp", "%RH", 80.0)]


def other() -> Scripted:
    return Scripted((3.0, 80.0), names=("porch", "porch-damp"))


def test_every_channel_gives_a_record_in_its_unit() -> None:
    sampler = Sampler([Scripted((21.4, 55.2)), other()])

    assert sampler.sample() == [*GOOD, *OTHER]
    assert [c.name for c in sampler.channels] == ["air", "damp", "porch", "porch-damp"]


def test_a_node_without_sensors_has_nothing_to_say() -> None:
    assert Sampler([]).sample() == []


def test_a_sensor_that_fails_gives_a_fault_for_each_channel_and_stops_no_other() -> None:
    sampler = Sampler([Scripted(checksum()), other()])

    assert sampler.sample() == [
        Record("air", fault="checksum"),
        Record("damp", fault="checksum"),
        *OTHER,
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(OSError(121, "Remote I/O error"), "OSError"), (ZeroDivisionError(), "ZeroDivisionError")],
)
def test_an_error_that_a_driver_did_not_foresee_is_a_fault_too(
    error: Exception, reason: str
) -> None:
    assert Sampler([Scripted(error)]).sample() == [
        Record("air", fault=reason),
        Record("damp", fault=reason),
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "21.4", True, Decimal(21)])
def test_a_value_that_is_no_number_is_a_fault_and_never_stops_the_node(value: Any) -> None:
    assert Sampler([Scripted((value, 55.2)), other()]).sample() == [
        Record("air", fault="not a number"),
        Record("damp", fault="not a number"),
        *OTHER,
    ]


def test_a_driver_that_forgets_a_channel_gives_a_fault() -> None:
    assert Sampler([Scripted((21.4,))]).sample()[1] == Record("damp", fault="KeyError")


def test_a_value_is_never_repeated_after_a_failure() -> None:
    sampler = Sampler([Scripted((21.4, 55.2), checksum(), (22.0, 54.0))])

    values = [sampler.sample()[0].value for _ in range(3)]

    assert values == [21.4, None, 22.0]


def test_a_loss_is_said_once_and_the_return_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    steps = [(21.4, 55.2), checksum(), checksum(), (21.4, 55.2), (21.4, 55.2), checksum()]
    sampler = Sampler([Scripted(*steps)])

    for _ in steps:
        sampler.sample()

    assert [record.getMessage() for record in caplog.records] == [
        "air: DHT_FAILED: Wrong sum.",
        "damp: DHT_FAILED: Wrong sum.",
        "SENSOR_BACK: air measures again",
        "SENSOR_BACK: damp measures again",
        "air: DHT_FAILED: Wrong sum.",
        "damp: DHT_FAILED: Wrong sum.",
    ]


class Hanging(Scripted):
    """A sensor whose read comes back when the test lets it."""

    def __init__(self, *script: Any) -> None:
        super().__init__(*script)
        self.asked = 0
        self.released = threading.Event()
        self.came_back = threading.Event()

    def read(self) -> Mapping[str, float]:
        self.asked += 1
        self.released.wait(20)
        try:
            return super().read()
        finally:
            self.came_back.set()


SLOW = [Record("air", fault="too slow"), Record("damp", fault="too slow")]


def test_a_sensor_that_hangs_is_a_fault_and_the_others_measure() -> None:
    hanging = Hanging((21.4, 55.2))
    patient = Sampler([hanging, other()], patience_s=0.05)

    assert patient.sample() == [*SLOW, *OTHER]
    hanging.released.set()


def test_what_comes_too_late_belongs_to_no_pack_and_a_hanging_sensor_is_not_asked_again() -> None:
    hanging = Hanging((1.0, 1.0), (21.4, 55.2))
    sampler = Sampler([hanging], patience_s=0.05)

    assert [sampler.sample(), sampler.sample()] == [SLOW, SLOW]
    assert hanging.asked == 1
    hanging.released.set()
    assert hanging.came_back.wait(20)
    eventually(lambda: sampler.sample() == GOOD, "it measures again, afresh")


def test_an_earlier_read_that_comes_back_meanwhile_is_not_taken_for_the_one_of_now() -> None:
    hanging = Hanging((1.0, 1.0), (21.4, 55.2))
    reader = Reader(hanging)
    reader.ask()
    assert isinstance(reader.answer(time.monotonic()), SensorFault)
    reader.ask()
    hanging.released.set()
    assert hanging.came_back.wait(20)

    assert isinstance(reader.answer(time.monotonic() + 20), SensorFault)

    eventually(lambda: not reader.is_busy, "the earlier read is over")
    reader.ask()
    assert reader.answer(time.monotonic() + 20) == {"air": 21.4, "damp": 55.2}
    reader.close()


def test_closing_does_not_wait_for_ever_for_a_sensor_that_hangs() -> None:
    hanging = Hanging((21.4, 55.2))
    sampler = Sampler([hanging, other()], patience_s=0.05)
    sampler.sample()

    sampler.close()

    assert hanging.closed == 0  # whoever closes what another thread uses makes two wrongs
    hanging.released.set()


def test_sensors_are_read_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=20)

    class Meeting(Scripted):
        def read(self) -> Mapping[str, float]:
            meeting.wait()
            return super().read()

    sensors = [Meeting((21.4, 55.2)), Meeting((3.0, 80.0), names=("porch", "porch-damp"))]

    assert Sampler(sensors).sample() == [*GOOD, *OTHER]


def test_a_doubted_value_says_why(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    doubted = (Suspect(21.4, "stuck"), 55.2)
    sampler = Sampler([Scripted(doubted, doubted, (21.5, 55.2))])

    assert sampler.sample() == [Record("air", "Cel", 21.4, suspect="stuck"), GOOD[1]]
    sampler.sample()
    sampler.sample()

    assert [record.getMessage() for record in caplog.records] == [
        "air: SENSOR_SUSPECT: stuck",
        "SENSOR_BACK: air measures again",
    ]


def test_a_doubted_value_that_is_no_number_is_a_fault() -> None:
    sampler = Sampler([Scripted((Suspect(float("nan"), "stuck"), 55.2))])

    assert [record.fault for record in sampler.sample()] == ["not a number"] * 2


class Feeling(Scripted):
    """A probe that is told how warm the soil is."""

    def __init__(self, *script: Any) -> None:
        super().__init__(*script)
        self.felt: list[float] = []

    def feel(self, soil_c: float) -> None:
        self.felt.append(soil_c)


class Thermometer(Scripted):
    """Two thermometers in the soil."""

    def __init__(self, *script: Any) -> None:
        super().__init__(*script)
        self.channels = tuple(
            Channel(f"soil-{n}", "soil_temperature", "DS18B20", "1-Wire") for n in (1, 2)
        )


def test_a_probe_is_told_the_mean_warmth_of_the_soil_where_it_is_measured() -> None:
    probe = Feeling((21.4, 55.2), (21.4, 55.2), (21.4, 55.2))
    sampler = Sampler([probe, Thermometer((12.0, 14.0), (13.0, checksum()), checksum())])

    for _ in range(3):
        sampler.sample()

    assert probe.felt == [13.0, 13.0]


def test_closing_lets_go_of_every_sensor() -> None:
    sensors = [Scripted(), Scripted()]

    Sampler(sensors).close()

    assert [sensor.closed for sensor in sensors] == [1, 1]
