"""The thread of the morning: it looks again and again, and tells a failure once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.beds.advisor import Advisor
from gateway.beds.morning import Morning
from gateway.beds.observed import Observed, Observer
from gateway.beds.records import BedDetails, BedRecord
from gateway.catalogue import Catalogue
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.clock import FakeClock

MORNING_MS = 1_784_091_600_000  # 2026-07-15T05:00:00Z, seven o'clock in the garden


class Garden:
    """Two beds; that of `broken` cannot be observed."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(MORNING_MS)
        self.gateway = Gateway.open(GatewaySettings(data=folder), self.clock)
        for bed in ("a", "b"):
            self.gateway.catalogue.beds.put(bed, BedDetails(area_m2=1.0), MORNING_MS)
        self.broken: set[str] = set()
        self.advisor = Advisor(
            self.gateway.settings,
            self.gateway.catalogue,
            _Observer(self),
            self.clock,
            self.gateway.events.publish,
            forecasts=self.gateway.forecasts,
        )

    @property
    def advised(self) -> list[str]:
        catalogue: Catalogue = self.gateway.catalogue
        today = self.advisor.today()
        return [bed for bed in ("a", "b") if catalogue.advice.last(bed, today)]


class _Observer(Observer):
    def __init__(self, garden: Garden) -> None:
        gateway = garden.gateway
        super().__init__(gateway.catalogue, gateway.measured, gateway.as_measured, gateway.present)
        self._garden = garden

    def observe(
        self, bed: BedRecord, from_ms: int, now_ms: int, *, probes: bool = True
    ) -> Observed:
        if bed.bed in self._garden.broken:
            raise ZeroDivisionError(bed.bed)
        return super().observe(bed, from_ms, now_ms, probes=probes)


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Garden]:
    garden = Garden(tmp_path)
    yield garden
    garden.gateway.close()


def test_a_bed_that_cannot_be_advised_leaves_the_others_alone_and_is_told_once(
    garden: Garden, caplog: pytest.LogCaptureFixture
) -> None:
    garden.broken = {"a"}
    morning = Morning(garden.advisor)
    morning.look()
    morning.look()
    assert garden.advised == ["b"]
    assert [record.getMessage() for record in caplog.records] == ["ADVICE_FAILED: a"]
    garden.broken = set()
    morning.look()
    assert garden.advised == ["a", "b"]


def test_a_disk_that_fails_is_told_once_and_tried_again(
    garden: Garden, caplog: pytest.LogCaptureFixture
) -> None:
    morning = Morning(garden.advisor)
    garden.gateway.catalogue.close()
    with caplog.at_level(logging.ERROR):
        morning.look()
        morning.look()
    assert len(caplog.records) == 1
    assert "STORAGE_FAILED" in caplog.records[0].getMessage()


def test_what_a_bed_is_told_stands_though_its_advice_fails(garden: Garden) -> None:
    garden.broken = {"a"}
    garden.advisor.renew("a")
    assert garden.advised == []


def test_the_thread_looks_until_it_is_stopped(garden: Garden) -> None:
    looked = threading.Semaphore(0)
    garden.advisor.board.on_change = looked.release
    with Morning(garden.advisor, every_s=0.01):
        assert looked.acquire(timeout=20)
        assert looked.acquire(timeout=20)
    assert garden.advised == ["a", "b"]
