"""The demo garden: four nodes, what is wired to each, what feeds each channel, what goes wrong."""

from dataclasses import dataclass
from typing import Literal

from sensor_node.garden.crop import (
    BROAD_BEAN,
    COURGETTE,
    GARLIC,
    HERBS,
    LETTUCE_UNDER_GLASS,
    STRAWBERRY,
    TOMATO_UNDER_GLASS,
)
from sensor_node.garden.model import Moment
from sensor_node.garden.soil import LOAM, SANDY_LOAM, BedPlan

SEED = 21
OPEN_AIR = "open-air"
UNDER_GLASS = "under-glass"

Quantity = Literal["soil_moisture_raw", "air_temperature", "relative_humidity"]
Sensor = Literal["mcp3008", "dht22"]
_UNITS: dict[Quantity, str] = {
    "soil_moisture_raw": "/",
    "air_temperature": "Cel",
    "relative_humidity": "%RH",
}


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """One channel of a demo node.

    port: the MCP3008 input (0 to 7) or the DHT22's data pin (BCM number). feed: the bed that the
    probe is in, or the air that the DHT22 hangs in (`OPEN_AIR`, `UNDER_GLASS`).
    """

    channel: str
    quantity: Quantity
    sensor: Sensor
    port: int
    feed: str

    @property
    def unit(self) -> str:
        """The contract's unit of the quantity."""
        return _UNITS[self.quantity]

    def value(self, moment: Moment) -> float:
        """Give the truth that feeds the sensor: °C, %RH or, for a probe, water content in %."""
        if self.quantity == "soil_moisture_raw":
            return moment.beds[self.feed].water_content_pct
        air = moment.under_glass if self.feed == UNDER_GLASS else moment.weather
        if self.quantity == "air_temperature":
            return air.air_temperature_c
        return air.relative_humidity_pct


@dataclass(frozen=True, slots=True)
class DemoNode:
    """One demo node and its channels."""

    node: str
    channels: tuple[DemoChannel, ...]


@dataclass(frozen=True, slots=True)
class NodeSilent:
    """A node whose battery is flat: nothing leaves it from some seconds before the demo's now."""

    node: str
    before_now_s: int

    def holds(self, at_ms: int, now_ms: int) -> bool:
        """Tell whether it troubles the moment `at_ms` of a demo that was started at `now_ms`."""
        return at_ms >= now_ms - 1000 * self.before_now_s


@dataclass(frozen=True, slots=True)
class ProbeInAir:
    """A probe that somebody pulled out of the soil some seconds before the demo's now."""

    node: str
    channel: str
    before_now_s: int

    def holds(self, at_ms: int, now_ms: int) -> bool:
        """Tell whether it troubles the moment `at_ms` of a demo that was started at `now_ms`."""
        return at_ms >= now_ms - 1000 * self.before_now_s


def _air(feed: str) -> tuple[DemoChannel, DemoChannel]:
    return (
        DemoChannel("air", "air_temperature", "dht22", 4, feed),
        DemoChannel("humidity", "relative_humidity", "dht22", 4, feed),
    )


def _soil(bed: str, port: int = 0) -> DemoChannel:
    return DemoChannel(f"{bed}-soil", "soil_moisture_raw", "mcp3008", port, bed)


BEDS = (
    BedPlan(
        "tomates", TOMATO_UNDER_GLASS, LOAM, 0.4, 4.0, under_glass=True, soaked_on=(3, 1),
        winter=LETTUCE_UNDER_GLASS,
    ),
    BedPlan("paillis", COURGETTE, LOAM, 0.4, 2.0, mulched=True),
    BedPlan("nu", COURGETTE, LOAM, 0.4, 2.0, winter=BROAD_BEAN),
    BedPlan("fraises", STRAWBERRY, SANDY_LOAM, 0.3, 3.0, mulched=True),
    BedPlan("ail", GARLIC, LOAM, 0.4, 2.0),
    BedPlan(
        "aromatiques", HERBS, SANDY_LOAM, 0.3, 1.5, under_glass=True, soaked_on=(3, 1),
        hand_watered=False,
    ),
)  # fmt: skip
"""Raised beds of 30 to 40 cm. In summer `paillis` and `nu` differ by their mulch alone. Nobody has
watered `aromatiques` since the soaking of March: on most days of the year one bed is thirsty."""

NODES = (
    DemoNode("serre", (_soil("tomates"), _soil("aromatiques", 1), *_air(UNDER_GLASS))),
    DemoNode("potager", (_soil("paillis", 0), _soil("nu", 1), _soil("ail", 2))),
    DemoNode("verger", (_soil("fraises"), *_air(OPEN_AIR))),
    DemoNode("meteo", _air(OPEN_AIR)),
)

TROUBLES: tuple[NodeSilent | ProbeInAir, ...] = (
    NodeSilent("verger", before_now_s=9 * 3600),
    ProbeInAir("potager", "nu-soil", before_now_s=3 * 3600),
)
