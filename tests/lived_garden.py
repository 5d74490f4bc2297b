"""The demo's four beds, lived morning by morning or brought in at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from gateway.beds.journal import Told
from gateway.beds.records import BedDetails
from gateway.beds.watches import Wish
from gateway.demo import calibrate
from gateway.demo_year import _measured
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Reading, Series
from gateway.watering.samples import at_local_hour_ms
from sensor_node.clock import FakeClock
from sensor_node.garden import STEP_MS, SimulatedGarden, SoilProbe, Watering
from sensor_node.garden.demo import BEDS, NODES, SEED

ZONE = "Europe/Paris"
LAST = date(2026, 7, 14)
HALF_HOUR_MS = 30 * 60_000
FORGOTTEN = 3
"""Of so many waterings one is not told."""


def mornings(count: int) -> list[date]:
    """The days up to ``LAST``."""
    return [LAST - timedelta(days=number) for number in range(count - 1, -1, -1)]


class Simulated:
    """What the demo's nodes measure each half hour, in order of time, and what their
    gardener wrote down of what was poured, by bed.
    """

    def __init__(self, days: int) -> None:
        self.from_ms = at_local_hour_ms(LAST - timedelta(days=days), 0, ZONE)
        self.to_ms = at_local_hour_ms(LAST + timedelta(days=1), 0, ZONE)
        garden = SimulatedGarden(SEED, BEDS, self.from_ms - STEP_MS)
        channels = [
            (Series(node.node, one.channel), one, SoilProbe(SEED, f"{node.node}/{one.channel}"))
            for node in NODES
            for one in node.channels
        ]
        self.readings = [
            Reading(series, moment.at_ms, _measured(channel, moment, probe))
            for moment in garden.run(self.from_ms, self.to_ms, HALF_HOUR_MS)
            for series, channel, probe in channels
        ]
        self.told = {
            plan.bed: [w for n, w in enumerate(garden.waterings(plan.bed)) if n % FORGOTTEN]
            for plan in BEDS
        }


def planted(folder: Path, now_ms: int) -> tuple[Gateway, FakeClock]:
    """A gateway with the demo's beds and nothing measured yet."""
    clock = FakeClock(now_ms)
    settings = GatewaySettings(data=folder, latitude=47.3, longitude=5.0)
    gateway = Gateway.open(settings, clock)
    for node in NODES:
        for one in node.channels:
            gateway.catalogue.see_channel(Series(node.node, one.channel), one.unit, one.quantity)
    calibrate(gateway)
    for plan in BEDS:
        details = BedDetails(
            area_m2=plan.area_m2,
            name=plan.bed.capitalize(),
            soil="limon",
            crop=plan.crop.name,
            planted_on=date(2026, 5, 15),
            mulched=plan.mulched,
            exposure="greenhouse" if plan.under_glass else "open",
        )
        gateway.catalogue.beds.put(plan.bed, details, now_ms)
        own = [
            Series(node.node, one.channel)
            for node in NODES
            for one in node.channels
            if one.feed == plan.bed or (plan.under_glass and one.feed == "serre")
        ]
        gateway.catalogue.watches.wish(plan.bed, [Wish(one, 0) for one in own], now_ms)
    return gateway, clock


def tell(gateway: Gateway, bed: str, one: Watering, now_ms: int) -> None:
    """Write a watering down."""
    record = gateway.catalogue.beds.get(bed)
    assert record is not None
    litres = one.mm * record.details.area_m2
    told = Told(one.at_ms, litres, litres / 10, "logged", "gardener")
    gateway.catalogue.journal.tell(bed, told, now_ms)


def brought_in(folder: Path, simulated: Simulated) -> Gateway:
    """The garden that gets all of its readings and its journal at once, in the end."""
    end_ms = round(datetime.fromisoformat("2026-07-15T08:30:00+02:00").timestamp() * 1000)
    gateway, _clock = planted(folder, end_ms)
    gateway.store.commit(simulated.readings, [])
    gateway.present.load(gateway.store.newest())
    for bed, waterings in simulated.told.items():
        for one in waterings:
            tell(gateway, bed, one, end_ms)
    return gateway


def lived(folder: Path, simulated: Simulated, days: Sequence[date]) -> Gateway:
    """The garden that is advised each morning, with what has come in by then."""
    gateway, clock = planted(folder, simulated.from_ms)
    readings = simulated.readings
    told = simulated.told
    at, known_ms = 0, 0
    for on in days:
        now_ms = at_local_hour_ms(on, gateway.settings.advice.hour, ZONE)
        batch = []
        while at < len(readings) and readings[at].at_ms <= now_ms:
            batch.append(readings[at])
            at += 1
        gateway.store.commit(batch, [])
        gateway.present.load(gateway.store.newest())
        clock.set_wall(now_ms)
        for bed, waterings in told.items():
            for one in waterings:
                if known_ms < one.at_ms <= now_ms:
                    tell(gateway, bed, one, one.at_ms)
        known_ms = now_ms
        gateway.advisor.look()
    gateway.store.commit(readings[at:], [])
    gateway.present.load(gateway.store.newest())
    return gateway
