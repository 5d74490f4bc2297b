"""Whether a sensor fits beside those that are there and those that will be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sensor_node import wire
from sensor_node.drivers import build_sensors, driver_module
from sensor_node.errors import ConfigError
from sensor_node.setup.choices import Choices, channel_options, channels_of, names_in
from sensor_node.setup.hazards import SEVERAL_DS18B20
from sensor_node.setup.sheet import sheet_of
from sensor_node.wiring import Words

PLACES = ("adc_channel", "address")
"""Options that name a place and are no GPIO."""


def check_names(kind: str, beside: Choices) -> None:
    """Raises ``ConfigError`` for a channel's name that cannot be or is taken already."""
    used = {channel for other in beside.taken for channel in channels_of(other)}
    for name in channel_options(driver_module(kind).Options):
        if name not in beside.begun:
            continue
        for channel in names_in(beside.begun[name]):
            wire.check_id(channel, name)
            if channel in used:
                raise channel_twice(channel)
            used.add(channel)


def channel_twice(channel: str) -> ConfigError:
    """Nobody could tell the two apart."""
    return ConfigError(
        "CHANNEL_TWICE",
        fr=f"Deux capteurs s'appellent « {channel} » : donnez-leur deux noms.",
        en=f"Two sensors are called '{channel}': give them two names.",
    )


def check_places(table: Mapping[str, Any], beside: Choices) -> None:
    """Raises ``ConfigError`` for a pin, an input or an address that another part has, or a bus
    that comes later.
    """
    for words in sheet_of("node", beside.all_with(table)).hazards:
        raise conflict(words)


def try_out(tables: Sequence[Mapping[str, Any]]) -> None:
    """Build the drivers on a fake board: each checks what only it knows. Raises ``ConfigError``."""
    from sensor_node.fakes import FakeBoard  # noqa: PLC0415 - loads the sensors' libraries

    try:
        sensors = build_sensors(tables, FakeBoard())
    except ImportError:  # a PC without the extra "node", on which a file for a Pi is prepared
        return
    for sensor in sensors:
        sensor.close()


def conflict(words: Words) -> ConfigError:
    """A wiring that cannot work."""
    return ConfigError("WIRING_CONFLICT", fr=words.fr, en=words.en)


def several_without_id() -> ConfigError:
    """Of several thermometers on one bus nobody knows which is which."""
    return conflict(SEVERAL_DS18B20)
