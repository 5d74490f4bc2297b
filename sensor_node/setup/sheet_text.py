"""The wiring sheet in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from sensor_node.setup import advice, header
from sensor_node.setup.rows import loose_resistors, rows, title_of, use_in_words
from sensor_node.setup.sheet import Part, Sheet
from sensor_node.setup.terminal import Terminal
from sensor_node.wiring import COLOURS

LABEL = 24
PIN, TO, COLOUR = 10, 20, 8


def draw(sheet: Sheet, language: str, terminal: Terminal) -> str:
    """The whole sheet, ready to be printed."""
    return terminal.fit("\n".join(_lines(sheet, language, terminal)) + "\n")


def _lines(sheet: Sheet, language: str, terminal: Terminal) -> Iterator[str]:
    title = f"Branchement de {sheet.node}" if language == "fr" else f"Wiring of {sheet.node}"
    yield terminal.bold(title)
    yield ""
    for words in sheet.hazards:
        yield from terminal.wrap(words.text(language), "! ")
    for words in advice.BEFORE:
        yield from terminal.wrap(words.text(language))
    yield ""
    for odd in range(1, 40, 2):
        yield _header_line(sheet, odd, language, terminal)
    for part in sheet.parts:
        yield ""
        yield from _part(sheet, part, language, terminal)
    yield ""
    for words in advice.BEWARE:
        yield from terminal.wrap(words.text(language), "! ")


def _header_line(sheet: Sheet, odd: int, language: str, terminal: Terminal) -> str:
    left, right = _label(sheet, odd, language), _label(sheet, odd + 1, language)
    names = [header.name_of(header.HEADER[n], language) for n in (odd, odd + 1)]
    dots = "".join("●" if n in sheet.uses else "○" for n in (odd, odd + 1))
    left = _painted(f"{left:>{LABEL}}", sheet, odd, terminal)
    right = _painted(right, sheet, odd + 1, terminal)
    line = f"{left} {names[0]:>6} {odd:2} │{dots[0]} {dots[1]}│ {odd + 1:<2} {names[1]:<6} {right}"
    return line.rstrip()


def _label(sheet: Sheet, pin: int, language: str) -> str:
    text = use_in_words(sheet.uses.get(pin, ()), language)
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"


def _painted(text: str, sheet: Sheet, pin: int, terminal: Terminal) -> str:
    uses = sheet.uses.get(pin)
    return terminal.paint(text, uses[0].colour) if uses and text else text


def _part(sheet: Sheet, part: Part, language: str, terminal: Terminal) -> Iterator[str]:
    letter = part.letter or "─"
    heading, *more = terminal.wrap(title_of(part, language), f"{letter}  ")
    yield terminal.bold(heading)
    yield from more
    if not part.wiring.wires:
        yield "   rien à brancher" if language == "fr" else "   nothing to wire"
    for row in rows(sheet, part, language):
        colour = COLOURS[row.colour].text(language)
        painted = terminal.paint(colour, row.colour) + " " * (COLOUR - len(colour))
        yield f"   {row.pin:<{PIN}}→ {row.to:<{TO}}{painted}{row.resistors}".rstrip()
    loose = loose_resistors(part, language)
    if loose:
        yield from terminal.wrap(loose, "   ")
    for note in part.wiring.notes:
        yield from terminal.wrap(note.text(language), "   ")
