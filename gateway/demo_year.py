"""The year before the demo's week, as a CSV that the public import takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.formats import Row, write_csv
from gateway.store.base import Series
from sensor_node.garden import STEP_MS, Moment, SimulatedGarden, SoilProbe, Watering
from sensor_node.garden.demo import BEDS, NODES, SEED, DemoChannel

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS


def write_year(file: Path, end_ms: int) -> dict[str, tuple[Watering, ...]]:
    """Write the year before ``end_ms`` (UTC), hour by hour, every channel of the demo garden.

    Returns what was poured on each bed in that year.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    end_ms -= end_ms % HOUR_MS
    garden = SimulatedGarden(SEED, BEDS, end_ms - YEAR_MS - STEP_MS)
    with file.open("w", encoding="utf-8", newline="") as out:
        out.writelines(write_csv(_rows(garden, end_ms)))
    return {
        plan.bed: tuple(w for w in garden.waterings(plan.bed) if w.at_ms >= end_ms - YEAR_MS)
        for plan in BEDS
    }


def _rows(garden: SimulatedGarden, end_ms: int) -> Iterator[Row]:
    channels = [
        (
            Series(node.node, channel.channel),
            channel,
            SoilProbe(SEED, f"{node.node}/{channel.channel}"),
        )
        for node in NODES
        for channel in node.channels
    ]
    for moment in garden.run(end_ms - YEAR_MS, end_ms, HOUR_MS):
        for series, channel, probe in channels:
            value = _measured(channel, moment, probe)
            yield Row(moment.at_ms, *series, channel.quantity, channel.unit, value)


def _measured(channel: DemoChannel, moment: Moment, probe: SoilProbe) -> float:
    """What the sensor would give: a probe's fraction, or a DHT22's tenths."""
    truth = channel.value(moment)
    if channel.quantity != "soil_moisture_raw":
        return round(truth, 1)
    soil_c = moment.beds[channel.feed].soil_temperature_c
    return round(probe.fraction(truth, soil_c, moment.at_ms), 6)
