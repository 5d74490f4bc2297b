"""The wiring sheet of one node: what goes on each pin of its header, and how each part is wired."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensor_node.config import NodeSettings
from sensor_node.drivers import options_of
from sensor_node.errors import ConfigError
from sensor_node.setup import header
from sensor_node.setup.choices import channel_options, names_in
from sensor_node.setup.hazards import Claim, hazards
from sensor_node.signals.settings import wirings
from sensor_node.wiring import (
    BLACK,
    BLUE,
    GND,
    GREEN,
    ONE_WIRE,
    ORANGE,
    RED,
    V5,
    V33,
    YELLOW,
    Resistor,
    Wire,
    Wiring,
    Words,
    adc,
    gpio,
)

BOOT_CONFIG = Path("boot/firmware/config.txt")
PULL_DOWN_OHM = 100_000
_OVERLAY = re.compile(r"^\s*dtoverlay\s*=\s*w1-gpio(?:-pullup)?(?P<options>[^#\n]*)", re.M)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its ``letter`` on the drawing, its channels, its wiring; ``chip``: the MCP3008."""

    letter: str
    names: tuple[str, ...]
    wiring: Wiring
    is_chip: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """What is plugged on a pin: a part's ``pin`` with a wire of ``colour``, or a rail."""

    letter: str
    pin: str
    colour: str


@dataclass(frozen=True)
class Sheet:
    """A node's own wiring. ``uses``: by physical pin; ``hazards``: what must be put right."""

    node: str
    parts: tuple[Part, ...]
    one_wire_pin: int
    uses: dict[int, tuple[Use, ...]] = field(default_factory=dict)
    hazards: tuple[Words, ...] = ()


def sheet_of_settings(settings: NodeSettings, root: Path = Path("/")) -> Sheet:
    """The sheet of the node of a settings file, its lamp and its buzzer too."""
    return sheet_of(settings.node, settings.sensors, root, wirings(settings.signals))


def sheet_of(
    node: str, tables: Sequence[Any], root: Path = Path("/"), more: Sequence[Wiring] = ()
) -> Sheet:
    """The sheet of ``node`` with the sensors of ``tables``, and ``more`` that is no sensor;
    ``root``: where the Pi's boot files are. Raises ``ConfigError`` for a table that is wrong.
    """
    one_wire_pin = one_wire_pin_of(root)
    parts = _lettered([*_wirings(tables), *(((), wiring) for wiring in more)])
    claims = list(_claims(parts, one_wire_pin))
    return Sheet(node, parts, one_wire_pin, _uses(parts, one_wire_pin), hazards(claims, tables))


def one_wire_pin_of(root: Path = Path("/")) -> int:
    """The GPIO that this Pi's 1-Wire bus is on: what its boot files say, else 4."""
    try:
        text = (root / BOOT_CONFIG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return header.USUAL_ONE_WIRE_PIN
    for found in _OVERLAY.finditer(text):
        pin = re.search(r"gpiopin\s*=\s*(\d+)", found["options"])
        if pin:
            return int(pin[1])
    return header.USUAL_ONE_WIRE_PIN


def gpio_of(place: str, one_wire_pin: int) -> int | None:
    """The GPIO (BCM number) that a place stands for, None for supplies and inputs of the chip."""
    if place == ONE_WIRE:
        return one_wire_pin
    if place in header.I2C_PINS:
        return header.I2C_PINS[place]
    return int(place[4:]) if place.startswith("GPIO") else None


def pin_of(place: str, one_wire_pin: int) -> int | None:
    """The physical pin of the header for a place; None for an input of the MCP3008."""
    if place in (V33, GND, V5):
        return {V33: header.PLUS_PIN, GND: header.MINUS_PIN, V5: header.FIVE_PIN}[place]
    bcm = gpio_of(place, one_wire_pin)
    return None if bcm is None else header.physical(gpio(bcm))


def chip(claimed: Sequence[str]) -> Wiring:
    """The MCP3008 itself, with 100 kΩ to GND on each input that no resistor of a part holds.

    ``claimed``: the inputs (``CH0``) that have a resistor of their part's.
    """
    supplies = [Wire(pin, V33, RED) for pin in ("VDD", "VREF")]
    grounds = [Wire(pin, GND, BLACK) for pin in ("AGND", "DGND")]
    colours = {"CLK": ORANGE, "DOUT": YELLOW, "DIN": BLUE, "CS": GREEN}
    bus = [Wire(pin, gpio(header.SPI_PINS[pin]), colour) for pin, colour in colours.items()]
    free = [adc(n) for n in range(8) if adc(n) not in claimed]
    return Wiring(
        Words("MCP3008, convertisseur pour les sondes", "MCP3008, converter for the probes"),
        (*supplies, *grounds, *bus),
        tuple(Resistor(PULL_DOWN_OHM, place, GND) for place in free),
        (
            Words(
                "L'encoche en haut : broches 1 à 8 à gauche de haut en bas, 9 à 16 à droite de "
                "bas en haut.",
                "Notch up: pins 1 to 8 on the left from top to bottom, 9 to 16 on the right from "
                "bottom to top.",
            ),
        ),
    )


def _wirings(tables: Sequence[Any]) -> Iterator[tuple[tuple[str, ...], Wiring]]:
    for table in tables:
        module, options = options_of(table)
        describe = getattr(module, "wiring", None)
        if describe is None:
            raise ConfigError(
                "WIRING_UNKNOWN",
                fr=f"Le pilote « {table['type']} » ne dit pas comment se branche son capteur : "
                "voyez sa notice.",
                en=f"The driver '{table['type']}' does not say how its sensor is wired: see its "
                "data sheet.",
            )
        yield channel_names(table, module), describe(options)


def channel_names(table: Any, module: Any) -> tuple[str, ...]:
    """The channels that a sensor's table names, in the order of its options."""
    said = [table[name] for name in channel_options(module.Options) if name in table]
    return tuple(name for one in said for name in names_in(one))


def _lettered(found: Sequence[tuple[tuple[str, ...], Wiring]]) -> tuple[Part, ...]:
    inputs = {w.to for _, wiring in found for w in wiring.wires if w.to.startswith("CH")}
    held = [end for _, w in found for r in w.resistors for end in (r.one, r.other)]
    letters = iter(_LETTERS + _LETTERS.lower())
    parts: list[Part] = []
    if inputs:
        parts.append(Part(next(letters), (), chip(held), is_chip=True))
    for names, wiring in found:
        parts.append(Part(next(letters) if wiring.wires else "", names, wiring))
    return tuple(parts)


def _claims(parts: Sequence[Part], one_wire_pin: int) -> Iterator[Claim]:
    """Who needs which GPIO or input of the chip; what shares a bus has the bus for owner."""
    for part in parts:
        for wire in part.wiring.wires:
            pin = gpio_of(wire.to, one_wire_pin)
            if wire.to in header.I2C_PINS:
                yield Claim("I²C", gpio(header.I2C_PINS[wire.to]))
            elif wire.to == ONE_WIRE:
                yield Claim("1-Wire", gpio(one_wire_pin))
            elif pin is not None or wire.to.startswith("CH"):
                yield Claim(_owner(part), wire.to)


def _owner(part: Part) -> str:
    if part.is_chip:
        return "MCP3008"
    return f"{part.letter} ({', '.join(part.names)})" if part.names else part.letter


def _uses(parts: Sequence[Part], one_wire_pin: int) -> dict[int, tuple[Use, ...]]:
    uses: dict[int, tuple[Use, ...]] = {}
    wires = [(part, wire) for part in parts for wire in part.wiring.wires]
    places = {wire.to for _, wire in wires}
    places |= {end for p in parts for r in p.wiring.resistors for end in (r.one, r.other)}
    if V33 in places:
        uses[header.PLUS_PIN] = (Use("", "+", RED),)
    if GND in places:
        uses[header.MINUS_PIN] = (Use("", "−", BLACK),)
    for part, wire in wires:
        at = pin_of(wire.to, one_wire_pin)
        if at is not None and wire.to not in (V33, GND):
            uses[at] = (*uses.get(at, ()), Use(part.letter, wire.pin, wire.colour))
    return uses
