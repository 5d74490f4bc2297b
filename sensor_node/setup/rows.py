"""A sheet's tables in words: each wire of a part with its ends, its colour and its resistors."""

from __future__ import annotations

from dataclasses import dataclass

from sensor_node.setup import header
from sensor_node.setup.sheet import Part, Sheet, Use, pin_of
from sensor_node.wiring import COLOURS, GND, V33, Resistor, Words, ohms

PLUS = Words("rail + (3,3 V)", "rail + (3.3 V)")
MINUS = Words("rail − (GND)", "rail − (GND)")


@dataclass(frozen=True, slots=True)
class Row:
    """One wire: from ``pin`` of the part to a place in words; ``colour`` is a key of COLOURS."""

    pin: str
    to: str
    colour: str
    resistors: str


def rows(sheet: Sheet, part: Part, language: str) -> list[Row]:
    """The part's wires."""
    found = []
    for wire in part.wiring.wires:
        notes = [_towards(r, wire.to, language) for r in part.wiring.resistors]
        if wire.through_ohm:
            notes.insert(0, f"via {ohms(wire.through_ohm, language)}")
        pin = f"{wire.pin} ({header.CHIP_PINS[wire.pin]})" if part.is_chip else wire.pin
        to = place_in_words(sheet, wire.to, language)
        found.append(Row(pin, to, wire.colour, ", ".join(filter(None, notes))))
    return found


def loose_resistors(part: Part, language: str) -> str:
    """The resistors that touch no wire of the part: those of the chip's inputs without a probe."""
    ends = {wire.to for wire in part.wiring.wires}
    loose = [r for r in part.wiring.resistors if not {r.one, r.other} & (ends - {V33, GND})]
    if not loose:
        return ""
    places = " ".join(r.one for r in loose)
    each = ohms(loose[0].ohm, language)
    if language == "fr":
        return f"Entrées libres {places} : {each} de chacune au rail −."
    return f"Free inputs {places}: {each} from each to rail −."


def place_in_words(sheet: Sheet, place: str, language: str) -> str:
    """Where a wire goes: ``GPIO4, broche 7``, ``rail + (3,3 V)``, ``CH0 de A, broche 1``."""
    if place in (V33, GND):
        return (PLUS if place == V33 else MINUS).text(language)
    word, of = ("broche", "de") if language == "fr" else ("pin", "of")
    if place in header.CHIP_PINS:
        letter = next((part.letter for part in sheet.parts if part.is_chip), "?")
        return f"{place} {of} {letter}, {word} {header.CHIP_PINS[place]}"
    pin = pin_of(place, sheet.one_wire_pin)
    return f"{header.name_of(header.HEADER[pin], language)}, {word} {pin}" if pin else place


def title_of(part: Part, language: str) -> str:
    """A part's name with the channels that it fills."""
    name = part.wiring.part.text(language)
    if not part.names:
        return name
    return f"{name} → {', '.join(part.names)}"


def use_in_words(uses: tuple[Use, ...], language: str) -> str:
    """What is on one pin: ``B DATA · jaune``, ``C D SDA · bleu``, ``rail + · rouge``."""
    told: dict[tuple[str, str], list[str]] = {}
    for use in uses:
        told.setdefault((use.pin, use.colour), []).append(use.letter or "rail")
    return ", ".join(
        f"{' '.join(letters)} {pin} · {COLOURS[colour].text(language)}"
        for (pin, colour), letters in told.items()
    )


def _towards(resistor: Resistor, place: str, language: str) -> str:
    """``10 kΩ vers le rail +`` where the resistor begins at ``place``; nothing elsewhere."""
    if place in (V33, GND) or place not in (resistor.one, resistor.other):
        return ""
    other = resistor.other if resistor.one == place else resistor.one
    rail = {V33: "rail +", GND: "rail −"}.get(other, other)
    size = ohms(resistor.ohm, language)
    return f"{size} vers {rail}" if language == "fr" else f"{size} to {rail}"
