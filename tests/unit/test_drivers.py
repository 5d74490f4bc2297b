"""The drivers, through the real libraries, on parts that are fake at their pins only."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from sensing import Build, fault

from sensor_node.board import PiBoard
from sensor_node.drivers import build_sensor, build_sensors
from sensor_node.drivers.base import Sensor, Suspect
from sensor_node.errors import ConfigError, HardwareError
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.dht22 import FakeDht22, frame, pulses

PIN = 4
SOIL = {"type": "soil-mcp3008", "channel": "soil", "adc_channel": 2}
DHT = {"type": "dht22", "pin": PIN, "temperature": "air", "humidity": "damp"}


# --- the DHT22 ----------------------------------------------------------------------------------


def part(board: FakeBoard) -> FakeDht22:
    return board.dht22_parts[PIN]


@pytest.mark.parametrize(
    ("temperature_c", "humidity_pct"),
    [(21.4, 55.2), (-6.3, 80.0), (-0.1, 99.9), (0.0, 50.0), (-40.0, 0.1), (80.0, 100.0)],
)
def test_a_measure_comes_through_the_wire_exactly_with_its_sign(
    build: Build, board: FakeBoard, temperature_c: float, humidity_pct: float
) -> None:
    dht = build(DHT)
    part(board).temperature_c, part(board).humidity_pct = temperature_c, humidity_pct

    assert dht.read() == {"air": temperature_c, "damp": humidity_pct}


def measuring(build: Build, board: FakeBoard) -> Sensor:
    """A DHT22 whose first reading, 20 °C and 50 %, has been confirmed."""
    dht = build(DHT)
    assert dht.read() == {"air": 20.0, "damp": 50.0}
    part(board).asked = 0
    return dht


def test_both_values_come_from_one_measure(build: Build, board: FakeBoard) -> None:
    dht = measuring(build, board)

    dht.read()

    assert part(board).asked == 1


def test_a_wrong_first_value_that_passes_its_checksum_is_not_believed(
    build: Build, board: FakeBoard
) -> None:
    dht = build(DHT)
    part(board).queue(pulses(frame(45.6, 50.0)))

    assert dht.read() == {"air": 20.0, "damp": 50.0}
    assert part(board).asked == 3


def test_a_first_value_that_nothing_confirms_is_a_fault(build: Build, board: FakeBoard) -> None:
    dht = build(DHT)
    part(board).queue(pulses(frame(45.6, 50.0)), *[FAILURES["checksum"]] * 2, GOOD)

    assert fault(dht).reason == "a first value of 20.0, 50.0 that nothing confirms"
    assert dht.read() == {"air": 20.0, "damp": 50.0}  # the next sample confirms it


def broken(good: bytes) -> bytes:
    return good[:-1] + bytes([good[-1] ^ 1])


GOOD = pulses(frame(20.0, 50.0))
FAILURES = {
    "checksum": pulses(broken(frame(20.0, 50.0))),
    "no answer": [],
    "incomplete answer": GOOD[:60],
    "a frame of zeros": pulses(bytes(5)),
    "-3276.1 Cel is out of range": pulses(bytes([1, 244, 0xFF, 0xF9, 0xED])),
    "80.1 Cel is out of range": pulses(frame(80.1, 50.0)),
    "-40.1 Cel is out of range": pulses(frame(-40.1, 50.0)),
    "0.0 %RH is out of range": pulses(frame(20.0, 0.0)),
}


@pytest.mark.parametrize(("reason", "answer"), FAILURES.items())
def test_a_measure_that_cannot_be_is_a_fault_with_its_reason(
    build: Build, board: FakeBoard, reason: str, answer: list[int]
) -> None:
    dht = build(DHT)
    part(board).queue(*[answer] * 4)

    error = fault(dht)

    assert (error.code, error.reason) == ("DHT_FAILED", reason)
    assert f"GPIO{PIN}" in error.fr


def test_a_humidity_above_a_hundred_is_a_fault(build: Build, board: FakeBoard) -> None:
    dht = build(DHT)
    part(board).queue(*[pulses(frame(20.0, 100.1))] * 4)

    assert fault(dht).code == "DHT_FAILED"


def test_the_clones_two_s_complement_of_minus_0_7_is_the_frame_that_is_refused() -> None:
    temperature = (-7 & 0xFFFF).to_bytes(2, "big")

    assert temperature == bytes([0xFF, 0xF9])


def test_after_a_failed_try_the_next_one_is_believed(build: Build, board: FakeBoard) -> None:
    dht = measuring(build, board)
    part(board).queue(FAILURES["checksum"], FAILURES["no answer"], FAILURES["incomplete answer"])

    assert dht.read() == {"air": 20.0, "damp": 50.0}
    assert part(board).asked == 4


def test_it_gives_up_after_four_tries(build: Build, board: FakeBoard) -> None:
    dht = build(DHT)
    part(board).queue(*[FAILURES["no answer"]] * 5)

    fault(dht)

    assert part(board).asked == 4


def asked_at(board: FakeBoard, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When the part hears a start signal, from now on."""
    times: list[float] = []
    answer = part(board).answer

    def noting() -> list[int]:
        times.append(board.monotonic_s())
        return answer()

    monkeypatch.setattr(part(board), "answer", noting)
    return times


def test_two_tries_are_at_least_2_1_seconds_apart(
    build: Build, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    dht = measuring(build, board)
    part(board).queue(*[FAILURES["checksum"]] * 3)
    times = asked_at(board, monkeypatch)

    dht.read()

    assert len(times) == 4
    assert min(b - a for a, b in pairwise(times)) >= 2.1


def test_two_readings_are_at_least_2_1_seconds_apart(
    build: Build, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    dht = measuring(build, board)
    times = asked_at(board, monkeypatch)

    dht.read()
    dht.read()

    assert len(times) == 2
    assert times[1] - times[0] >= 2.1


def test_a_reading_after_the_interval_waits_for_nothing(
    build: Build, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    dht = build(DHT)
    dht.read()
    pauses: list[float] = []
    monkeypatch.setattr(board, "sleep", pauses.append)
    board.let_pass(300)

    dht.read()

    assert pauses == []


def test_the_library_itself_repeats_the_last_value_when_asked_again_too_soon(
    board: FakeBoard,
) -> None:
    device = board.dht22(PIN)
    try:
        assert device.temperature == 20.0
        board.let_pass(2.1)
        part(board).queue(FAILURES["no answer"])
        with pytest.raises(RuntimeError):
            _ = device.temperature
        part(board).temperature_c = 35.0
        board.let_pass(1.0)

        assert device.temperature == 20.0  # neither an error nor the present
    finally:
        device.exit()


def test_a_failed_reading_is_never_followed_by_the_value_before_it(
    build: Build, board: FakeBoard
) -> None:
    dht = build(DHT)
    dht.read()
    part(board).queue(*[FAILURES["no answer"]] * 4)
    fault(dht)
    part(board).temperature_c = 35.0

    assert dht.read()["air"] == 35.0


def test_a_first_reading_that_fails_gives_no_empty_value_afterwards(
    build: Build, board: FakeBoard
) -> None:
    dht = build(DHT)
    part(board).queue(*[FAILURES["no answer"]] * 4)

    fault(dht)

    assert dht.read() == {"air": 20.0, "damp": 50.0}


def test_a_wrong_value_that_passes_its_checksum_is_measured_again_and_not_believed(
    build: Build, board: FakeBoard
) -> None:
    dht = build(DHT)
    dht.read()
    part(board).queue(pulses(frame(45.6, 50.0)))

    assert dht.read() == {"air": 20.0, "damp": 50.0}


def test_a_jump_that_a_second_measure_confirms_is_believed(build: Build, board: FakeBoard) -> None:
    dht = measuring(build, board)
    part(board).temperature_c, part(board).humidity_pct = 32.0, 30.0

    assert dht.read() == {"air": 32.0, "damp": 30.0}
    assert part(board).asked == 2


def test_values_that_jump_at_every_try_are_a_fault(build: Build, board: FakeBoard) -> None:
    dht = build(DHT)
    dht.read()
    part(board).queue(*[pulses(frame(celsius, 50.0)) for celsius in (35.0, -5.0, 60.0, 8.0)])

    assert fault(dht).reason == "a jump from 20.0, 50.0 to 8.0, 50.0 that nothing confirms"


def test_a_slow_change_is_believed_at_once(build: Build, board: FakeBoard) -> None:
    dht = measuring(build, board)
    for tenths in range(200, 600, 50):
        part(board).temperature_c = tenths / 10
        assert dht.read()["air"] == tenths / 10

    assert part(board).asked == 8


def test_when_the_computer_stalls_two_measures_are_never_mixed(
    build: Build, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    dht = measuring(build, board)
    stalls = iter([3.0, 0.0])
    answer = part(board).answer

    def stalling() -> list[int]:
        board.let_pass(next(stalls, 0.0))
        heard = answer()
        part(board).temperature_c += 1.0
        part(board).humidity_pct += 1.0
        return heard

    monkeypatch.setattr(part(board), "answer", stalling)
    reading = dht.read()

    assert reading == {"air": 22.0, "damp": 52.0}  # the first two fell together, and are let go


def test_the_tries_that_failed_are_counted_and_told(
    board: FakeBoard, caplog: pytest.LogCaptureFixture
) -> None:
    dht = build_sensor(DHT, board)
    part(board).queue(FAILURES["checksum"], FAILURES["a frame of zeros"])
    dht.read()
    part(board).queue(*[FAILURES["no answer"]] * 4)

    error = fault(dht)

    assert "7 essais manqués sur 8." in error.fr
    assert "7 tries of 8 failed." in error.en
    caplog.set_level("INFO")
    dht.close()
    assert caplog.messages == ["DHT22, GPIO4: 8 tries, 7 failed"]


def test_air_that_stands_still_for_a_day_is_doubted_until_it_moves(
    build: Build, board: FakeBoard
) -> None:
    dht = build(DHT)
    dht.read()
    board.let_pass(24 * 3600 - 60)
    assert dht.read() == {"air": 20.0, "damp": 50.0}
    board.let_pass(60)

    assert dht.read() == {"air": Suspect(20.0, "stuck"), "damp": Suspect(50.0, "stuck")}
    part(board).temperature_c = 20.1
    assert dht.read() == {"air": 20.1, "damp": 50.0}


# --- the table of drivers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tables", "code", "said"),
    [
        ([{"channel": "soil"}], "SENSOR_NO_TYPE", "soil-mcp3008, dht22"),
        (["dht22"], "SENSOR_NO_TYPE", "type"),
        ([DHT | {"type": "dht-22"}], "CONFIG_UNKNOWN_KEY", "Did you mean 'dht22'?"),
        ([DHT | {"pins": 4}], "CONFIG_UNKNOWN_KEY", "Did you mean 'pin'?"),
        ([DHT | {"pin": 28}], "CONFIG_WRONG_VALUE", "at most 27"),
        ([SOIL | {"adc_channel": 8}], "CONFIG_WRONG_VALUE", "at most 7"),
        ([SOIL | {"channel": "Bac 1"}], "ID_INVALID", "'Bac 1'"),
        ([SOIL, SOIL | {"adc_channel": 3}], "CHANNEL_TWICE", "'soil'"),
        ([DHT | {"humidity": "air"}], "CHANNEL_TWICE", "'air'"),
    ],
)
def test_a_wrong_table_is_refused_with_what_to_change(
    board: FakeBoard, tables: list[Any], code: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        build_sensors(tables, board)

    assert caught.value.code == code
    assert said in caught.value.en


def test_sensors_built_before_a_wrong_one_are_let_go_of(board: FakeBoard) -> None:
    with pytest.raises(ConfigError):
        build_sensors([SOIL, {"type": "unknown"}], board)

    (again,) = build_sensors([SOIL], board)  # the select pin is free
    again.close()


def test_a_machine_without_spi_is_said_so_with_what_to_do() -> None:
    with pytest.raises(HardwareError, match=r"SPI_ABSENT.*raspi-config.*pins = \"fake\""):
        PiBoard().mcp3008(0)


def test_a_pin_given_twice_is_told_as_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Device, "pin_factory", MockFactory())
    first = PiBoard().contact(PIN)
    with pytest.raises(HardwareError, match=r"PIN_BUSY.*already in use.*node\.toml give it twice"):
        PiBoard().contact(PIN)
    first.close()


def test_a_pin_that_is_taken_gives_the_other_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Device, "pin_factory", MockFactory())
    taken = PiBoard().contact(24)
    with pytest.raises(HardwareError, match="PIN_BUSY"):
        PiBoard().ultrasonic(23, 24)
    taken.close()

    for device in PiBoard().ultrasonic(23, 24):
        device.close()


def test_a_fake_converter_read_for_weeks_does_not_fill_the_memory(board: FakeBoard) -> None:
    probe = build_sensor({"type": "soil-mcp3008", "channel": "soil", "adc_channel": 0}, board)
    board.adc.counts[0] = 600
    probe.read()
    after_one = remembered_edges(board)
    for _ in range(20):
        probe.read()
    assert remembered_edges(board) == after_one
    probe.close()


def remembered_edges(board: FakeBoard) -> int:
    chip = board.adc
    return sum(len(p.states) for p in (chip.clock_pin, chip.mosi_pin, chip.miso_pin))
