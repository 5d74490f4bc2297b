"""A node that runs for a month holds no more than on its third day, whatever went wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MONTH = Path(__file__).with_name("month.py")
PYTHON_KB = 50
"""That much more in Python's objects is no leak: over a month it is a byte a pack."""
PROCESS_KB = 3000
"""SQLite fills its cache, 2 MB, with the first ten days; the rest is the allocator's."""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs /proc to see what a process holds"
)


def live(
    folder: Path, days: int, interval_min: int, outage_days: float
) -> tuple[dict[int, Any], dict[str, int]]:
    """What the node held after each day, by day, and what became of its packs."""
    done = subprocess.run(
        [sys.executable, str(MONTH), str(folder), *map(str, (days, interval_min, outage_days))],
        check=True,
        capture_output=True,
        text=True,
    )
    *each, end = map(json.loads, done.stdout.splitlines())
    print(done.stdout)
    return {held["day"]: held for held in each}, end


def assert_no_more(before: dict[str, int], after: dict[str, int]) -> None:
    assert after["python_kb"] - before["python_kb"] < PYTHON_KB
    assert after["rss_kb"] - before["rss_kb"] < PROCESS_KB
    assert after["threads"] == before["threads"]
    assert after["files"] == before["files"]


def test_after_two_days_with_an_outage_a_node_holds_no_more_than_after_one(tmp_path: Path) -> None:
    held, end = live(tmp_path, days=2, interval_min=5, outage_days=0.25)

    assert_no_more(held[1], held[2])
    assert end == {"acknowledged": 576, "dropped": 0, "estimated": 0}


@pytest.mark.prove
def test_after_a_month_at_a_pack_a_minute_a_node_holds_no_more_than_on_its_third_day(
    tmp_path: Path,
) -> None:
    held, end = live(tmp_path, days=35, interval_min=1, outage_days=7)

    assert_no_more(held[3], held[30])
    assert_no_more(held[3], held[35])
    assert max(day["waiting"] for day in held.values()) >= 6 * 1440  # the outage was one
    assert held[35]["waiting"] == 0
    assert end == {"acknowledged": 35 * 1440, "dropped": 0, "estimated": 0}
    # From the thirty-first day on, each pack takes the place of one that is thirty days old.
    assert held[35]["file_kb"] <= 1.02 * held[31]["file_kb"]
    assert max(day["wal_kb"] for day in held.values()) <= 10_000
