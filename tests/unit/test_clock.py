"""Who keeps the wall clock right."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sensor_node import clock
from sensor_node.clock import SystemClock, rtc_agrees

NOON = 1_763_809_200_000


def rtc(folder: Path, text: str, name: str = "rtc0") -> Path:
    (folder / name).mkdir()
    (folder / name / "since_epoch").write_text(text, encoding="ascii")
    return folder


@pytest.mark.parametrize("apart_s", [0, 5, -5])
def test_a_battery_clock_that_says_the_same_keeps_the_time(tmp_path: Path, apart_s: int) -> None:
    assert rtc_agrees(NOON, rtc(tmp_path, f"{NOON // 1000 + apart_s}\n"))


@pytest.mark.parametrize(
    "text",
    [
        f"{NOON // 1000 + 6}",  # it drifted, or the wall clock was set by hand
        f"{NOON // 1000 + 3600}",  # local time
        "0",  # no battery
        "",
        "rubbish",
    ],
)
def test_a_battery_clock_that_says_something_else_keeps_nothing(tmp_path: Path, text: str) -> None:
    assert not rtc_agrees(NOON, rtc(tmp_path, text))


def test_a_battery_clock_that_begins_in_2000_like_the_wall_clock_keeps_nothing(
    tmp_path: Path,
) -> None:
    start_of_2000_s = 946_684_800

    assert not rtc_agrees(start_of_2000_s * 1000, rtc(tmp_path, str(start_of_2000_s)))


def test_without_a_battery_clock_nothing_keeps_the_time(tmp_path: Path) -> None:
    assert not rtc_agrees(NOON, tmp_path)
    assert not rtc_agrees(NOON, tmp_path / "absent")


def test_one_battery_clock_of_two_is_enough(tmp_path: Path) -> None:
    rtc(tmp_path, "0", "rtc0")

    assert rtc_agrees(NOON, rtc(tmp_path, str(NOON // 1000), "rtc1"))


def test_a_clock_that_is_believed_counts_as_synchronised() -> None:
    assert SystemClock(trusted=True).kept_by() == "ntp"


def test_the_battery_clock_is_looked_at_only_where_ntp_is_absent_and_once_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[int] = []
    monkeypatch.setattr(clock, "kernel_is_synchronised", lambda: False)
    monkeypatch.setattr(clock, "rtc_agrees", lambda wall_ms: not looks.append(wall_ms))
    system = SystemClock()

    assert [system.kept_by() for _ in range(3)] == ["rtc"] * 3
    assert len(looks) == 1


def test_the_steady_clock_also_counts_while_the_computer_sleeps() -> None:
    if not hasattr(time, "CLOCK_BOOTTIME"):
        pytest.skip("this system has no clock that counts while it sleeps")
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= SystemClock().monotonic_s() <= time.clock_gettime(time.CLOCK_BOOTTIME)
