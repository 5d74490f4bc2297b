"""One sampling moment: every sensor is read once, and one that fails stops no other."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from sensor_node.drivers.base import Channel
from sensor_node.errors import SensorFault
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


def test_closing_lets_go_of_every_sensor() -> None:
    sensors = [Scripted(), Scripted()]

    Sampler(sensors).close()

    assert [sensor.closed for sensor in sensors] == [1, 1]
