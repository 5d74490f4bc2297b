"""How a part is wired: its wires and resistors, as data that a sheet, a drawing or a test can use.

Each driver module has a function ``wiring`` that gives these from its ``Options``. Where a wire
goes is one of the places below; ``sensor_node.setup.sheet`` finds the pin of the header for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

V33, V5, GND = "3V3", "5V", "GND"
SDA, SCL = "SDA", "SCL"
ONE_WIRE = "1-WIRE"

RED, BLACK, YELLOW, BLUE, GREEN = "red", "black", "yellow", "blue", "green"
ORANGE, VIOLET, WHITE, GREY = "orange", "violet", "white", "grey"


@dataclass(frozen=True, slots=True)
class Words:
    """The same said in French and in English."""

    fr: str
    en: str

    def text(self, language: str) -> str:
        """In ``language``; English for any language but French."""
        return self.fr if language == "fr" else self.en


COLOURS: Mapping[str, Words] = {
    RED: Words("rouge", "red"),
    BLACK: Words("noir", "black"),
    YELLOW: Words("jaune", "yellow"),
    BLUE: Words("bleu", "blue"),
    GREEN: Words("vert", "green"),
    ORANGE: Words("orange", "orange"),
    VIOLET: Words("violet", "violet"),
    WHITE: Words("blanc", "white"),
    GREY: Words("gris", "grey"),
}
"""The names of the wires' colours: a drawing says them in words, for who does not see them."""


@dataclass(frozen=True, slots=True)
class Wire:
    """From ``pin``, as the part prints it, ``to`` a place, best in this ``colour``.

    ``through_ohm``: the resistor that stands in this wire, 0 for none.
    """

    pin: str
    to: str
    colour: str
    through_ohm: int = 0


@dataclass(frozen=True, slots=True)
class Resistor:
    """A resistor of ``ohm`` between two places."""

    ohm: int
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Wiring:
    """A part: its plain name, its wires, the resistors around it, and what to beware of."""

    part: Words
    wires: tuple[Wire, ...] = ()
    resistors: tuple[Resistor, ...] = ()
    notes: tuple[Words, ...] = ()


def gpio(pin: int) -> str:
    """The place of a GPIO (BCM number)."""
    return f"GPIO{pin}"


def adc(channel: int) -> str:
    """The place of an input of the MCP3008, 0 to 7."""
    return f"CH{channel}"


def i2c(part: Words, *notes: Words, supply: str = "VIN") -> Wiring:
    """A part with the four wires of the I²C bus."""
    wires = (
        Wire(supply, V33, RED),
        Wire("GND", GND, BLACK),
        Wire("SDA", SDA, BLUE),
        Wire("SCL", SCL, YELLOW),
    )
    return Wiring(part, wires, (), notes)


def dht(part: Words, pin: int) -> Wiring:
    """A DHT with its data wire on a GPIO."""
    at = gpio(pin)
    return Wiring(
        part,
        (Wire("VCC", V33, RED), Wire("DATA", at, YELLOW), Wire("GND", GND, BLACK)),
        (Resistor(10_000, at, V33),),
        (
            Words(
                "Un module à trois broches porte déjà la résistance de 10 kΩ.",
                "A module with three pins has the 10 kΩ resistor on it already.",
            ),
        ),
    )


def contact(part: Words, pin: int, *notes: Words) -> Wiring:
    """A switch between a GPIO and GND; the Pi's own pull-up does the rest."""
    wires = (Wire("1", gpio(pin), GREEN), Wire("2", GND, BLACK))
    return Wiring(part, wires, (), notes)


def ohms(ohm: int, language: str) -> str:
    """``4700`` as a person writes it: 4,7 kΩ."""
    text = f"{ohm / 1000:g} kΩ" if ohm >= 1000 else f"{ohm} Ω"
    return text.replace(".", ",") if language == "fr" else text
