"""How the simulated garden moves each kind of fake part: one line in ``FEEDS`` for each driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sensor_node.drivers import wind_vane
from sensor_node.fakes import FakeBoard
from sensor_node.garden import Moment, SoilProbe
from sensor_node.garden.demo import SEED
from sensor_node.garden.yard import Yard

EMPTY_TANK_PCT = 8.0
CPU_OVER_AIR_C = 22.0
WIFI_DBM = -58


@dataclass(frozen=True, slots=True)
class Now:
    """What a part meets: the garden at ``at_ms``, and the rain since the last sample."""

    at_ms: int
    moment: Moment
    yard: Yard
    rained_mm: float


Feed = Callable[[Now], None]


@dataclass(frozen=True, slots=True)
class Plug:
    """A sensor's options, the board that its fake part is on, its node and the bed it stands in."""

    options: Any
    board: FakeBoard
    node: str
    bed: str


def soil(plug: Plug) -> Feed:
    """A probe in its bed."""
    probe = SoilProbe(SEED, f"{plug.node}/{plug.options.channel}")

    def feed(now: Now) -> None:
        bed = now.moment.beds[plug.bed]
        counts = probe.counts(bed.water_content_pct, bed.soil_temperature_c, now.at_ms)
        plug.board.adc.counts[plug.options.adc_channel] = counts

    return feed


def dht22(plug: Plug) -> Feed:
    """Air in the open."""

    def feed(now: Now) -> None:
        part = plug.board.dht22_parts[plug.options.pin]
        part.temperature_c = now.moment.weather.air_temperature_c
        part.humidity_pct = now.moment.weather.relative_humidity_pct

    return feed


def sht4x(plug: Plug) -> Feed:
    """Air in the open."""

    def feed(now: Now) -> None:
        part: Any = plug.board.i2c.parts[plug.options.address]
        part.temperature_c = now.moment.weather.air_temperature_c
        part.humidity_pct = now.moment.weather.relative_humidity_pct

    return feed


def bme280(plug: Plug) -> Feed:
    """Air in the open, and its pressure."""

    def feed(now: Now) -> None:
        weather = now.moment.weather
        part: Any = plug.board.i2c.parts[plug.options.address]
        part.set_air(weather.air_temperature_c, weather.relative_humidity_pct, weather.pressure_hpa)

    return feed


def bh1750(plug: Plug) -> Feed:
    """The light of the sky; a summer's noon is more than the part can measure, as it is outside."""

    def feed(now: Now) -> None:
        part: Any = plug.board.i2c.parts[plug.options.address]
        part.lux = now.moment.weather.illuminance_lx

    return feed


def ds18b20(plug: Plug) -> Feed:
    """The soil of its bed, or the air."""

    def feed(now: Now) -> None:
        moment = now.moment
        in_soil = plug.options.quantity == "soil_temperature"
        celsius = (
            moment.beds[plug.bed].soil_temperature_c
            if in_soil
            else moment.weather.air_temperature_c
        )
        named = (plug.options.id or "").removeprefix("28-")
        parts = plug.board.one_wire.parts
        (parts[named] if named else next(iter(parts.values()))).measures(celsius)

    return feed


def rain_gauge(plug: Plug) -> Feed:
    """A tip for each full bucket; what does not fill one waits for more."""
    waiting_mm = 0.0

    def feed(now: Now) -> None:
        nonlocal waiting_mm
        waiting_mm += now.rained_mm
        tips = int(waiting_mm / plug.options.mm_per_tip)
        waiting_mm -= tips * plug.options.mm_per_tip
        plug.board.tip(plug.options.pin, tips)

    return feed


def anemometer(plug: Plug) -> Feed:
    """Turns all the time, also while other parts' drivers pause."""
    fed_s = plug.board.monotonic_s()

    def feed(now: Now) -> None:
        nonlocal fed_s
        hertz = now.moment.weather.wind_speed_m_s / plug.options.m_s_per_hz
        past_s, fed_s = plug.board.monotonic_s() - fed_s, plug.board.monotonic_s()
        plug.board.tip(plug.options.pin, round(hertz * past_s))

    return feed


def vane(plug: Plug) -> Feed:
    """Stands at the nearest of its positions."""
    volts = plug.options.volts or wind_vane.usual_volts()

    def feed(now: Now) -> None:
        position = round(now.yard.wind_from_deg(now.at_ms) / 360 * len(volts)) % len(volts)
        plug.board.adc.set_volts(plug.options.adc_channel, volts[position])

    return feed


def tank_float(plug: Plug) -> Feed:
    """Sinks with the tank's water."""
    closes = plug.board.press if plug.options.empty_when == "closed" else plug.board.release
    opens = plug.board.release if plug.options.empty_when == "closed" else plug.board.press

    def feed(now: Now) -> None:
        empty = now.yard.tank_pct(now.at_ms) < EMPTY_TANK_PCT
        (closes if empty else opens)(plug.options.pin)

    return feed


def sonar(plug: Plug) -> Feed:
    """Looks down at the tank's water."""
    part = plug.board.sonar(plug.options.trigger, plug.options.echo)

    def feed(now: Now) -> None:
        empty_cm, full_cm = plug.options.empty_cm, plug.options.full_cm
        part.distance_cm = empty_cm - (empty_cm - full_cm) * now.yard.tank_pct(now.at_ms) / 100

    return feed


def charge(plug: Plug) -> Feed:
    """A battery that the sun fills."""

    def feed(now: Now) -> None:
        empty_v, full_v = plug.options.empty_v, plug.options.full_v
        volts = empty_v + (full_v - empty_v) * now.yard.battery_pct(now.at_ms) / 100
        plug.board.adc.set_volts(plug.options.adc_channel, volts / plug.options.divider)

    return feed


def pi_health(plug: Plug) -> Feed:
    """A Pi in a box in the shade."""

    def feed(now: Now) -> None:
        system = plug.board.system
        system.set_cpu_temperature(now.moment.weather.air_temperature_c + CPU_OVER_AIR_C)
        system.set_signal(WIFI_DBM, plug.options.interface)

    return feed


FEEDS: Mapping[str, Callable[[Plug], Feed]] = {
    "soil-mcp3008": soil,
    "dht22": dht22,
    "ds18b20": ds18b20,
    "bme280": bme280,
    "bh1750": bh1750,
    "sht4x": sht4x,
    "tank-float": tank_float,
    "hc-sr04": sonar,
    "pi-health": pi_health,
    "rain-gauge": rain_gauge,
    "anemometer": anemometer,
    "wind-vane": vane,
    "battery": charge,
}
"""By driver. A driver that is not here keeps what its fake part gives by itself."""
