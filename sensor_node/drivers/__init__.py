"""Sensor drivers: one module each on its real library, and the table that names them.

To add a sensor: write one module with ``Options`` (what node.toml may say of it) and a class like
the others here, and add one line to ``TABLE``.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sensor_node import wire
from sensor_node.board import Board
from sensor_node.drivers.awaited import Awaited
from sensor_node.drivers.base import Channel, Sensor
from sensor_node.errors import ConfigError, HardwareError
from sensor_node.settings import build, reject_unknown

__all__ = [
    "TABLE",
    "Channel",
    "Sensor",
    "build_sensor",
    "build_sensors",
    "driver_module",
    "options_of",
]

TABLE: Mapping[str, str] = {
    "soil-mcp3008": "sensor_node.drivers.soil_mcp3008:SoilMcp3008",
    "dht22": "sensor_node.drivers.dht22:Dht22",
    "dht11": "sensor_node.drivers.dht11:Dht11",
    "ds18b20": "sensor_node.drivers.ds18b20:Ds18b20",
    "bme280": "sensor_node.drivers.bme280:Bme280",
    "bh1750": "sensor_node.drivers.bh1750:Bh1750",
    "sht4x": "sensor_node.drivers.sht4x:Sht4x",
    "tank-float": "sensor_node.drivers.tank_float:TankFloat",
    "hc-sr04": "sensor_node.drivers.hc_sr04:HcSr04",
    "pi-health": "sensor_node.drivers.pi_health:PiHealth",
    "rain-gauge": "sensor_node.drivers.rain_gauge:RainGauge",
    "anemometer": "sensor_node.drivers.anemometer:Anemometer",
    "wind-vane": "sensor_node.drivers.wind_vane:WindVane",
    "microbit": "sensor_node.drivers.microbit:Microbit",
    "battery": "sensor_node.drivers.battery:Battery",
}


def build_sensors(tables: Sequence[Any], board: Board) -> list[Sensor]:
    """The sensors of ``[[sensors]]`` in node.toml, on ``board``.

    One whose bus is missing is awaited, while the others measure. Raises ``ConfigError`` for a
    wrong table, and ``HardwareError`` where no sensor at all can be opened, or one that counts
    pulses cannot; what was opened before is closed again.
    """
    sensors: list[Sensor] = []
    try:
        absent = [error for table in tables if (error := _add(sensors, table, board))]
        if absent and len(absent) == len(tables):
            raise absent[0]
        _check_channels(sensors)
    except BaseException:
        for sensor in sensors:
            sensor.close()
        raise
    return sensors


def _add(sensors: list[Sensor], table: Any, board: Board) -> HardwareError | None:
    """Add the sensor of ``table``, or what awaits it; why it is awaited."""
    try:
        sensors.append(build_sensor(table, board))
    except HardwareError as error:
        sensors.append(Awaited(partial(build_sensor, table), board, error))
        return error
    return None


def build_sensor(table: Any, board: Board) -> Sensor:
    """One sensor from its table; ``type`` names the driver."""
    module, options = options_of(table)
    _, _, name = TABLE[table["type"]].partition(":")
    sensor: Sensor = getattr(module, name)(options, board)
    return sensor


def options_of(table: Any) -> tuple[Any, Any]:
    """The driver's module that a table's ``type`` names, and its ``Options`` from the table."""
    if not isinstance(table, dict) or not isinstance(table.get("type"), str):
        raise ConfigError(
            "SENSOR_NO_TYPE",
            fr=f"Chaque [[sensors]] a besoin d'un « type » : {', '.join(TABLE)}.",
            en=f"Each [[sensors]] needs a 'type': {', '.join(TABLE)}.",
        )
    options = dict(table)
    module = driver_module(options.pop("type"))
    return module, build(module.Options, options)


def driver_module(kind: str) -> Any:
    """The module of the driver ``kind``; ``ConfigError`` names the nearest right one."""
    reject_unknown({kind: None}, list(TABLE), "sensors.type=")
    return importlib.import_module(TABLE[kind].partition(":")[0])


def _check_channels(sensors: Sequence[Sensor]) -> None:
    seen: set[str] = set()
    for channel in (c for sensor in sensors for c in sensor.channels):
        wire.check_id(channel.name, "channel")
        if channel.name in seen:
            raise ConfigError(
                "CHANNEL_TWICE",
                fr=f"Deux capteurs s'appellent « {channel.name} » : donnez-leur deux noms.",
                en=f"Two sensors are called '{channel.name}': give them two names.",
            )
        seen.add(channel.name)
