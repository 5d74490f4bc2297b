"""What goes on by itself: each failure is told once, and ends nothing."""

from __future__ import annotations

import logging
import threading

import pytest

from gateway.rounds import Rounds, Tried
from sensor_node.errors import StorageError

log = logging.getLogger("jardin.rounds")
FULL = StorageError("DISK_FULL", fr="Le disque est plein.", en="The disk is full.")


class Work:
    """Fails with what lies in ``fails``."""

    def __init__(self) -> None:
        self.fails: Exception | None = None
        self.times = 0

    def do(self) -> None:
        self.times += 1
        if self.fails is not None:
            raise self.fails


def test_a_failure_is_told_once_until_all_went_well_again(caplog: pytest.LogCaptureFixture) -> None:
    tried, work = Tried(log, "ROUNDS_FAILED", logging.WARNING), Work()
    for fails in (FULL, FULL, ZeroDivisionError(), ZeroDivisionError(), FULL, None, FULL):
        work.fails = fails
        tried.do("work", work.do)
    told = [record.getMessage().partition(" ")[0].rstrip(":") for record in caplog.records]
    assert told == ["DISK_FULL", "ROUNDS_FAILED", "DISK_FULL", "DISK_FULL"]
    assert work.times == 7


def test_each_work_has_its_own_failures(caplog: pytest.LogCaptureFixture) -> None:
    tried, work = Tried(log, "ROUNDS_FAILED"), Work()
    work.fails = FULL
    for _ in range(2):
        tried.do("one", work.do)
        tried.do("other", work.do)
    assert len(caplog.records) == 2


def test_a_round_that_fails_in_an_unforeseen_way_does_not_end_them() -> None:
    tried, work = Tried(log, "ROUNDS_FAILED"), Work()
    work.fails = ZeroDivisionError()
    done = threading.Semaphore(0)

    def turn() -> None:
        tried.do("work", work.do)
        done.release()

    with Rounds("rounds", turn, 0.001):
        assert all(done.acquire(timeout=20) for _ in range(3))
