"""The bench counts what a process used as the process itself does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bench import runners
from bench.usage import Usage, is_known, usage
from sensor_node import config
from sensor_node.drivers import build_sensors
from sensor_node.fakes import FakeBoard

needs_proc = pytest.mark.skipif(not is_known(), reason="needs /proc")


@needs_proc
def test_cpu_time_is_what_the_process_itself_counts() -> None:
    before_s = time.process_time()
    used_s = usage(os.getpid()).cpu_s
    assert before_s <= used_s <= time.process_time()


@needs_proc
def test_user_and_system_time_add_up_to_it_within_their_ticks() -> None:
    used = usage(os.getpid())
    assert used.user_s + used.system_s == pytest.approx(used.cpu_s, abs=0.05)


def test_between_two_moments_all_but_the_memory_is_a_difference() -> None:
    before, after = Usage(1.0, 2.0, 3.0, 40.0, 5), Usage(1.5, 2.25, 3.75, 30.0, 9)
    assert after.since(before) == Usage(0.5, 0.25, 0.75, 30.0, 4)


def test_the_node_that_is_watched_has_the_six_usual_sensors(tmp_path: Path) -> None:
    runner = runners.node(tmp_path, 1883, 60)
    settings = config.load(Path(runner.command[-1]))
    sensors = build_sensors(settings.sensors, FakeBoard())
    for sensor in sensors:
        sensor.close()
    assert settings.interval_s == 60
    assert [table["type"] for table in settings.sensors] == [  # type: ignore[index]
        "soil-mcp3008",
        "dht22",
        "ds18b20",
        "bme280",
        "bh1750",
        "rain-gauge",
    ]
