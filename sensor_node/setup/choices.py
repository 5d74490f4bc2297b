"""The sensors that can be connected, and sensible answers for what node.toml may say of them."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING
from typing import Any

from sensor_node.drivers import driver_module, options_of
from sensor_node.settings import About, describe
from sensor_node.setup import header
from sensor_node.wiring import Wiring, Words

NAMES: Mapping[str, Mapping[str, str]] = {
    "soil-mcp3008": {"channel": "bac-1-soil"},
    "dht22": {"temperature": "air", "humidity": "humidity"},
    "dht11": {"temperature": "air", "humidity": "humidity"},
    "ds18b20": {"channel": "soil-temp"},
    "bme280": {"temperature": "air", "humidity": "humidity", "pressure": "pressure"},
    "bh1750": {"channel": "light"},
    "sht4x": {"temperature": "air", "humidity": "humidity"},
    "tank-float": {"channel": "tank-empty"},
    "hc-sr04": {"channel": "tank-level"},
    "pi-health": {"temperature": "cpu", "undervoltage": "undervoltage", "signal": "wifi"},
    "rain-gauge": {"channel": "rain"},
    "anemometer": {"channel": "wind"},
    "wind-vane": {"channel": "wind-from"},
    "microbit": {"channels": "light"},
    "battery": {"voltage": "battery-v", "charge": "battery"},
}
"""Names of channels as they are usual in the garden; a second one of the same gets a number."""


def channel_options(options: type[Any]) -> list[str]:
    """The options of a driver that are names of channels."""
    hints = typing.get_type_hints(options)
    texts = (str, str | None, list[str])
    return [
        name
        for name, _, about in describe(options)
        if hints[name] in texts and not about.choices and "channel" in about.en
    ]


class Choices:
    """Suggests free pins, inputs, addresses and names, beside the sensors already ``taken``.

    ``kinds``: the drivers of all sensors that will be there, so that a pin is left to a bus that
    comes later. ``begun``: what is said already of the sensor in question.
    """

    def __init__(
        self,
        taken: Sequence[Mapping[str, Any]],
        kinds: Sequence[str],
        begun: Mapping[str, Any] | None = None,
    ) -> None:
        self.taken = taken
        self._kinds = kinds
        self.begun = begun or {}

    def also(self, begun: Mapping[str, Any]) -> Choices:
        """The same, with ``begun`` said of the sensor in question."""
        said = {key: value for key, value in begun.items() if key != "type"}
        return Choices(self.taken, self._kinds, said)

    def count(self, kind: str) -> int:
        """How many parts of the driver ``kind`` there will be."""
        return list(self._kinds).count(kind)

    def all_with(self, table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The sensors there are, ``table``, and one of each kind that comes later, so that it is
        told now that its bus needs a pin.
        """
        tables = [*self.taken, table]
        for kind in dict.fromkeys(self._kinds[len(tables) :]):
            if kind not in {known["type"] for known in tables}:
                tables.append(Choices(tables, self._kinds).table(kind))
        return tables

    def suggestion(self, kind: str, name: str) -> Any:
        """A sensible value of the option ``name`` of the driver ``kind``; None for no value."""
        options = _options(kind)
        found = next((each, about) for key, each, about in describe(options) if key == name)
        each, about = found
        if name in channel_options(options):
            return self._name(kind, name, required=each.default is MISSING)
        if is_gpio(about):
            return self._first(name, self._pins())
        if name == "adc_channel":
            return self._first(name, range(8))
        if name == "address":
            return self._first(name, addresses(kind) or [each.default])
        return None if each.default is MISSING else each.default

    def table(self, kind: str) -> dict[str, Any]:
        """A whole table of the driver ``kind``: what is said already, the rest suggestions; what
        only a person can know (how deep a tank is) is the least that it can be.
        """
        table: dict[str, Any] = {"type": kind, **self.begun}
        for name, each, about in describe(_options(kind)):
            if name in table:
                continue
            value = Choices(self.taken, self._kinds, table).suggestion(kind, name)
            if value is None and each.default is MISSING:
                value = about.least
            if value is not None and (each.default is MISSING or value != each.default):
                table[name] = value
        return table

    def _pins(self) -> Iterator[int]:
        if "ds18b20" not in self._kinds:
            yield header.USUAL_ONE_WIRE_PIN
        yield from header.FREE_PINS

    def _first(self, name: str, candidates: Iterable[Any]) -> Any:
        """The first of ``candidates`` that no sensor has; the first of all where none is free."""
        used = [value for table in self.taken for value in self._places(table, name)]
        used += [value for value in self.begun.values() if type(value) is int]
        ordered = list(candidates)
        return next((one for one in ordered if one not in used), ordered[0])

    def _places(self, table: Mapping[str, Any], name: str) -> Iterator[Any]:
        """What a sensor has of the same kind: its ``name``, and any pin where that is one."""
        options = {key: (each, about) for key, each, about in describe(_options(table["type"]))}
        asked_for_pin = name not in ("adc_channel", "address")
        for key, (each, about) in options.items():
            if key == name or (asked_for_pin and is_gpio(about)):
                yield table.get(key, each.default)

    def _name(self, kind: str, name: str, *, required: bool) -> str | list[str] | None:
        known = NAMES.get(kind, {}).get(name)
        if known is None:
            known = kind if required else None
        if known is None:
            return None
        used = set(self._channels())
        free = next(one for one in _numbered(known) if one not in used)
        return [free] if typing.get_type_hints(_options(kind))[name] == list[str] else free

    def _channels(self) -> Iterator[str]:
        yield from (text for text in self.begun.values() if isinstance(text, str))
        for table in self.taken:
            yield from channels_of(table)


def _options(kind: str) -> Any:
    return driver_module(kind).Options


def channels_of(table: Mapping[str, Any]) -> list[str]:
    """The channels that a sensor's table names."""
    options = _options(table["type"])
    said = [table[name] for name in channel_options(options) if name in table]
    return [name for one in said for name in names_in(one)]


def names_in(value: str | Sequence[str]) -> list[str]:
    """The channels that one option names: one, or a list whose ``=`` tells the quantity."""
    texts = [value] if isinstance(value, str) else value
    return [text.partition("=")[0] for text in texts]


def is_gpio(about: About) -> bool:
    """Whether an option is the BCM number of a GPIO."""
    return (about.least, about.most) == (0, 27)


def addresses(kind: str) -> list[int]:
    """The I²C addresses that a driver's part can have."""
    module = driver_module(kind)
    known = getattr(module, "ADDRESSES", None)
    if known is not None:
        return list(known)
    for name, each, about in describe(module.Options):
        if name == "address" and about.least is not None and about.most is not None:
            return [each.default, *range(int(about.least), int(about.most) + 1)]
    return []


def plain_name(kind: str) -> Words:
    """What a person calls the part of the driver ``kind``."""
    module, options = options_of(Choices([], [kind]).table(kind))
    described: Wiring = module.wiring(options)
    return described.part


def _numbered(name: str) -> Iterator[str]:
    """``bac-1-soil``, ``bac-2-soil``…; ``air``, ``air-2``…"""
    yield name
    for number in range(2, 100):
        yield name.replace("-1-", f"-{number}-") if "-1-" in name else f"{name}-{number}"
