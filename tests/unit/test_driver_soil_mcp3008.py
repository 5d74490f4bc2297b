"""The soil probe, through gpiozero, on a converter that is fake at its pins: every state."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sensing import Build, fault

from sensor_node.drivers import build_sensors
from sensor_node.drivers.base import Measured, Sensor, Suspect, Warmed
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.fakes import FakeBoard
from sensor_node.replay import Probes
from sensor_node.sampler import Sampler

SOIL = {"type": "soil-mcp3008", "channel": "soil", "adc_channel": 2}
MOIST = 600
HOUR_S = 3600.0


@pytest.fixture
def board() -> FakeBoard:
    """A header whose converter has a probe in moist soil on every input."""
    return FakeBoard(counts=MOIST)


def value(sensor: Sensor) -> Measured:
    return sensor.read()["soil"]


def believed(counts: float) -> Any:
    return pytest.approx(counts / 1023, abs=5e-7)


def doubt(sensor: Sensor) -> str | None:
    """Why the reading is doubted, None where it is believed."""
    measured = value(sensor)
    return measured.reason if isinstance(measured, Suspect) else None


def test_every_count_comes_through_the_wire_exactly(board: FakeBoard) -> None:
    device = board.mcp3008(5)
    try:
        for counts in range(1024):
            board.adc.counts[5] = counts
            assert device.raw_value == counts
    finally:
        device.close()


def test_a_reading_is_the_fraction_of_full_scale(build: Build, board: FakeBoard) -> None:
    soil = build(SOIL, samples=1)
    for counts in range(16, 1010):
        board.adc.counts[2] = counts
        assert soil.read() == {"soil": pytest.approx(counts / 1023, abs=5e-7)}
        board.let_pass(60)
        board.adc.counts[2] = 500  # back in the soil before half an hour is over
        soil.read()
        board.let_pass(HOUR_S)


def test_each_input_is_read_on_its_own(build: Build, board: FakeBoard) -> None:
    board.adc.counts = [100, 200, 300, 400, 500, 600, 700, 800]
    probes = [build(SOIL, channel=f"soil-{n}", adc_channel=n, samples=1) for n in range(8)]

    readings = [next(iter(probe.read().values())) for probe in probes]

    assert [round(value * 1023) for value in readings] == board.adc.counts
    assert board.adc.conversions == [1] * 8


@pytest.mark.parametrize("samples", [2, 16, 64])
def test_the_chip_is_clocked_once_for_each_sample_and_once_for_each_neighbour(
    build: Build, board: FakeBoard, samples: int
) -> None:
    build(SOIL, samples=samples).read()

    assert board.adc.conversions == [0, 1, samples, 1, 0, 0, 0, 0]


def test_a_single_sample_is_compared_with_nothing(build: Build, board: FakeBoard) -> None:
    build(SOIL, samples=1).read()

    assert board.adc.conversions == [0, 0, 1, 0, 0, 0, 0, 0]


def test_a_reading_is_the_mean_of_its_samples(build: Build, board: FakeBoard) -> None:
    board.adc.counts = Noise(600, 601, 603, 604)

    assert value(build(SOIL, samples=4)) == believed(602)


class Noise:
    """Counts of input 2 that differ from one conversion to the next; the others stand still."""

    def __init__(self, *counts: int) -> None:
        self._counts = iter(counts)

    def __getitem__(self, channel: int) -> int:
        return next(self._counts) if channel == 2 else MOIST


# --- disconnected, bus fault, floating ----------------------------------------------------------


@pytest.mark.parametrize("counts", [0, 15, 1010, 1023])
def test_an_end_of_the_scale_is_a_probe_that_is_not_connected(
    build: Build, board: FakeBoard, counts: int
) -> None:
    board.adc.counts[2] = counts
    probe = build(SOIL, samples=4)

    error = fault(probe)

    assert (error.code, error.reason) == ("PROBE_DISCONNECTED", "disconnected")
    assert f"({counts} of 1023)" in error.en
    assert "MCP3008 CH2" in error.en
    assert board.adc.conversions[2] == 3 * 4 + 1  # three bursts, then all the inputs once


@pytest.mark.parametrize("counts", [16, 1009])
def test_a_count_inside_the_scale_is_a_reading(build: Build, board: FakeBoard, counts: int) -> None:
    board.adc.counts[2] = counts

    assert value(build(SOIL)) == believed(counts)


def test_a_connection_that_comes_back_in_the_third_burst_is_a_reading(
    build: Build, board: FakeBoard
) -> None:
    board.adc.counts = Noise(0, 0, 1023, 1023, 600, 602)

    assert value(build(SOIL, samples=2)) == believed(601)


def test_a_loose_wire_between_both_ends_of_the_scale_is_not_taken_for_moist_soil(
    build: Build, board: FakeBoard
) -> None:
    board.adc.counts = Noise(*[0, 1023] * 6, 0)

    assert fault(build(SOIL, samples=4)).reason == "disconnected"


@pytest.mark.parametrize("counts", [0, 1023])
def test_all_inputs_at_one_end_of_the_scale_are_a_converter_that_is_not_there(
    build: Build, board: FakeBoard, counts: int
) -> None:
    board.adc.counts = [counts] * 8

    error = fault(build(SOIL))

    assert (error.code, error.reason) == ("ADC_SILENT", "bus fault")
    assert "MCP3008 CH2" in error.fr


def test_the_other_inputs_are_looked_at_only_when_the_probes_is_at_an_end(
    build: Build, board: FakeBoard
) -> None:
    board.adc.counts = [0, 0, MOIST, 0, 0, 0, 0, 0]  # seven pull-downs and a probe

    assert value(build(SOIL)) == believed(MOIST)
    assert board.adc.conversions == [0, 1, 16, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(("before", "after"), [(300, 700), (700, 300), (300, 340)])
def test_an_open_input_that_follows_its_neighbours_is_floating(
    build: Build, board: FakeBoard, before: int, after: int
) -> None:
    board.adc.counts[1], board.adc.counts[3] = before, after
    board.adc.floating = {2}

    error = fault(build(SOIL))

    assert (error.code, error.reason) == ("PROBE_FLOATING", "floating")
    assert "100 kΩ" in error.en
    assert board.adc.conversions[2] == 3 * 16


def test_an_open_input_looks_like_moist_soil_to_whoever_converts_it_alone(
    board: FakeBoard,
) -> None:
    neighbour, open_input = board.mcp3008(1), board.mcp3008(2)
    board.adc.floating = {2}
    try:
        assert neighbour.raw_value == MOIST
        assert open_input.raw_value == MOIST
    finally:
        neighbour.close()
        open_input.close()


def test_a_probe_that_is_plugged_in_does_not_follow_its_neighbours(
    build: Build, board: FakeBoard
) -> None:
    board.adc.counts[1], board.adc.counts[3] = 0, 1023

    assert value(build(SOIL)) == believed(MOIST)


def test_counts_that_scatter_within_a_burst_come_from_no_probe(
    build: Build, board: FakeBoard
) -> None:
    board.adc.counts = Noise(*[570, 600, 610, 630] * 3)

    assert fault(build(SOIL, samples=4)).reason == "floating"


def test_a_probes_own_noise_is_a_reading(build: Build, board: FakeBoard) -> None:
    board.adc.counts = Noise(571, 600, 610, 630)

    assert value(build(SOIL, samples=4)) == believed(602.75)


# --- in the air ---------------------------------------------------------------------------------


def in_air(build: Build, board: FakeBoard) -> Sensor:
    probe = build(SOIL, samples=1)
    board.adc.counts[2] = 834 - 25
    probe.read()
    board.let_pass(1800)
    return probe


def test_a_probe_near_its_air_value_for_half_an_hour_is_out_of_the_soil(
    build: Build, board: FakeBoard
) -> None:
    error = fault(in_air(build, board))

    assert (error.code, error.reason) == ("PROBE_IN_AIR", "in air")


def test_a_second_less_than_half_an_hour_is_dry_soil(build: Build, board: FakeBoard) -> None:
    probe = build(SOIL, samples=1)
    board.adc.counts[2] = 834
    probe.read()
    board.let_pass(1799)

    assert probe.read() == {"soil": pytest.approx(834 / 1023, abs=5e-7)}


def test_a_probe_put_back_into_the_soil_measures_again_at_once(
    build: Build, board: FakeBoard
) -> None:
    probe = in_air(build, board)
    fault(probe)

    board.adc.counts[2] = 834 - 26
    assert probe.read() == {"soil": pytest.approx(808 / 1023, abs=5e-7)}

    board.adc.counts[2] = 834
    assert probe.read()  # another half hour begins


def test_what_a_probe_gives_in_the_air_can_be_set(build: Build, board: FakeBoard) -> None:
    probe = build(SOIL, samples=1, air=900)
    board.adc.counts[2] = 834
    probe.read()
    board.let_pass(1800)

    assert probe.read() == {"soil": pytest.approx(834 / 1023, abs=5e-7)}


@pytest.mark.parametrize("options", [{"air": 400}, {"water": 834}])
def test_a_probe_that_gives_as_much_in_water_as_in_the_air_is_refused(
    build: Build, options: dict[str, int]
) -> None:
    with pytest.raises(ConfigError, match="PROBE_RANGE_WRONG"):
        build(SOIL, **options)


# --- flooded ------------------------------------------------------------------------------------


def flooded_for(probe: Sensor, board: FakeBoard, hours: float, counts: int) -> str | None:
    board.adc.counts[2] = counts
    assert doubt(probe) is None
    board.let_pass(hours * HOUR_S)
    return doubt(probe)


def test_a_probe_near_its_value_in_water_for_twelve_hours_is_flooded(
    build: Build, board: FakeBoard
) -> None:
    probe = build(SOIL)

    assert flooded_for(probe, board, 12, 425) == "flooded"
    assert value(probe) == Suspect(round(425 / 1023, 6), "flooded")
    board.adc.counts[2] = 426
    assert doubt(probe) is None


def test_less_than_twelve_hours_in_water_is_a_watering(build: Build, board: FakeBoard) -> None:
    assert flooded_for(build(SOIL), board, 11.99, 425) is None


def test_what_a_probe_gives_in_water_can_be_set(build: Build, board: FakeBoard) -> None:
    assert flooded_for(build(SOIL, water=300), board, 13, 326) is None
    assert flooded_for(build(SOIL, water=300), board, 13, 325) == "flooded"


# --- moved --------------------------------------------------------------------------------------


def after_ten_minutes(probe: Sensor, board: FakeBoard, counts: int) -> str | None:
    board.let_pass(600)
    board.adc.counts[2] = counts
    return doubt(probe)


def test_a_rise_of_a_tenth_of_the_span_within_ten_minutes_is_a_probe_that_was_moved(
    build: Build, board: FakeBoard
) -> None:
    probe = build(SOIL)
    assert doubt(probe) is None

    assert after_ten_minutes(probe, board, MOIST + 44) == "moved"  # of 434, air less water
    assert value(probe) == Suspect(round((MOIST + 44) / 1023, 6), "moved")


def test_a_slower_rise_is_soil_that_dries(build: Build, board: FakeBoard) -> None:
    probe = build(SOIL)
    doubts = [after_ten_minutes(probe, board, MOIST + n) for n in range(0, 172, 43)]

    assert doubts == [None] * 4


def test_a_fall_is_water(build: Build, board: FakeBoard) -> None:
    probe = build(SOIL)
    doubt(probe)

    assert after_ten_minutes(probe, board, MOIST - 150) is None


def test_a_moved_probe_is_believed_again_once_ten_minutes_pass_without_a_rise(
    build: Build, board: FakeBoard
) -> None:
    probe = build(SOIL)
    doubt(probe)
    assert after_ten_minutes(probe, board, MOIST + 100) == "moved"
    board.let_pass(300)
    assert doubt(probe) == "moved"

    assert after_ten_minutes(probe, board, MOIST + 100) is None


def test_a_probe_that_is_pulled_out_is_doubted_until_it_is_a_fault_and_believed_once_back(
    build: Build, board: FakeBoard
) -> None:
    probe = build(SOIL)
    doubt(probe)

    assert [after_ten_minutes(probe, board, 834) for _ in range(3)] == ["moved"] * 3
    board.let_pass(600)
    assert fault(probe).reason == "in air"
    board.adc.counts[2] = MOIST
    board.let_pass(600)
    assert doubt(probe) is None


def test_readings_a_long_time_apart_say_nothing_of_a_hand(build: Build, board: FakeBoard) -> None:
    probe = build(SOIL)
    doubt(probe)
    board.let_pass(HOUR_S)

    assert after_ten_minutes(probe, board, 750) is None


# --- stuck --------------------------------------------------------------------------------------


def two_days(probe: Sensor, board: FakeBoard, *soil_c: float, change: float = 0) -> str | None:
    """The doubt after 48 h in which the soil had these temperatures."""
    assert isinstance(probe, Warmed)
    assert doubt(probe) is None
    for celsius in soil_c:
        probe.feel(celsius)
        board.let_pass(48 * HOUR_S / len(soil_c))
    board.adc.counts[2] += change
    return doubt(probe)


@pytest.mark.parametrize("change", [0, 1, -1])
def test_a_probe_that_does_not_move_in_two_days_while_the_soil_warms_is_stuck(
    build: Build, board: FakeBoard, change: int
) -> None:
    assert two_days(build(SOIL), board, 12.0, 15.0, 13.0, change=change) == "stuck"


@pytest.mark.parametrize("change", [2, -2])
def test_a_probe_that_moves_by_two_counts_is_alive(
    build: Build, board: FakeBoard, change: int
) -> None:
    assert two_days(build(SOIL), board, 12.0, 15.0, change=change) is None


def test_soil_whose_warmth_stands_still_leaves_a_probe_still(
    build: Build, board: FakeBoard
) -> None:
    assert two_days(build(SOIL), board, 12.0, 14.9) is None


def test_without_a_thermometer_in_the_soil_a_still_probe_is_believed(
    build: Build, board: FakeBoard
) -> None:
    probe = build(SOIL)
    doubt(probe)
    board.let_pass(100 * HOUR_S)

    assert doubt(probe) is None


def test_warmth_from_before_the_last_move_does_not_count(build: Build, board: FakeBoard) -> None:
    probe = build(SOIL)
    two_days(probe, board, 12.0, 15.0, change=2)

    assert two_days(probe, board, 15.0, 15.1) is None


def test_a_stuck_probe_that_moves_is_believed(build: Build, board: FakeBoard) -> None:
    probe = build(SOIL)
    assert two_days(probe, board, 12.0, 15.0) == "stuck"
    board.adc.counts[2] -= 3

    assert doubt(probe) is None


# --- several on one chip ------------------------------------------------------------------------


def test_sensors_that_share_the_chip_are_read_side_by_side_without_an_error(
    board: FakeBoard,
) -> None:
    tables = [SOIL | {"channel": f"soil-{n}", "adc_channel": n} for n in (0, 1)]
    battery = {"type": "battery", "adc_channel": 2, "voltage": "supply"}
    board.adc.counts[:4] = [500, 700, 650, 0]
    sampler = Sampler(build_sensors([*tables, battery], board))
    expected = [round(500 / 1023, 6), round(700 / 1023, 6), round(650 / 1023 * 3.3 * 5.7, 3)]
    try:
        for _ in range(100):
            records = sampler.sample()
            assert [record.value for record in records] == expected
            assert {(record.fault, record.suspect) for record in records} == {(None, None)}
    finally:
        sampler.close()


class Watching:
    """Counts that notice whether anybody else could have had the chip's turn meanwhile."""

    def __init__(self, board: FakeBoard) -> None:
        self.was_free: list[bool] = []
        self._turn = board.spi_turn

    def __getitem__(self, _channel: int) -> int:
        try:
            with self._turn:
                self.was_free.append(True)
        except SensorFault:
            self.was_free.append(False)
        return MOIST


@pytest.mark.parametrize(
    "table",
    [
        SOIL,
        {"type": "battery", "adc_channel": 2, "voltage": "supply"},
        {"type": "wind-vane", "channel": "from", "adc_channel": 2},
    ],
    ids=lambda table: str(table["type"]),
)
def test_nobody_converts_between_an_input_and_what_leads_it(
    build: Build, board: FakeBoard, table: dict[str, Any]
) -> None:
    sensor = build(table)
    board.adc.counts = watching = Watching(board)
    board.spi_turn.patience_s = 0

    sensor.read()

    assert set(watching.was_free) == {False}


def test_a_recordings_rows_are_read_in_the_same_threads_and_none_is_doubted() -> None:
    probes = Probes(["a", "b"])
    rows = [{"a": 1.5, "b": 2.0}, {"a": 2.4}, {"a": 1.2, "b": 2.7}]
    try:
        probes.read(rows[0])
        probes.read(rows[1])
        before = threading.active_count()
        records = [record for row in rows * 20 for record in probes.read(row)]

        assert threading.active_count() == before
        assert {(record.fault, record.suspect) for record in records} == {(None, None)}
    finally:
        probes.close()
