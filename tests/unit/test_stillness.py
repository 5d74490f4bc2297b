"""A value that never moves is doubted."""

from __future__ import annotations

from sensor_node.drivers.stillness import Stillness

HOUR_S = 3600.0


def test_a_value_that_stands_still_for_its_time_is_stuck_until_it_moves() -> None:
    still = Stillness(after_h=24)

    assert [still.doubt(h * HOUR_S, 20.0) for h in (0, 23.9, 24, 30)] == [
        None,
        None,
        "stuck",
        "stuck",
    ]
    assert still.doubt(31 * HOUR_S, 20.1) is None
    assert still.doubt(54.9 * HOUR_S, 20.1) is None
    assert still.doubt(55 * HOUR_S, 20.1) == "stuck"


def test_one_of_several_values_that_moves_is_enough() -> None:
    still = Stillness(after_h=1)

    assert still.doubt(0, 20.0, 50.0) is None
    assert still.doubt(HOUR_S, 20.0, 50.1) is None


def test_a_change_within_the_sensors_own_noise_is_none() -> None:
    still = Stillness(after_h=48, within=2)

    assert still.doubt(0, 600) is None
    assert still.doubt(24 * HOUR_S, 602) is None
    assert still.doubt(48 * HOUR_S, 598) == "stuck"
    assert still.doubt(49 * HOUR_S, 603) is None
