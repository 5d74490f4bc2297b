"""The wiring sheet as one SVG file: a page of A4 that stands by itself, without fonts or links.

Colours are named in words beside each wire, for who does not see them and for a printer without
colours; ``title`` and ``desc`` say the same to a screen reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from sensor_node.setup import advice, header
from sensor_node.setup.rows import Row, loose_resistors, rows, title_of, use_in_words
from sensor_node.setup.sheet import Part, Sheet
from sensor_node.setup.terminal import lines_of
from sensor_node.wiring import COLOURS

WIDTH, MARGIN = 1000.0, 34.0
A4 = 297 / 210
PAINT = {
    "red": "#d62728", "black": "#111111", "yellow": "#f2c200", "blue": "#1f5fbf",
    "green": "#2a8a3e", "orange": "#f07d00", "violet": "#7b3fa0", "white": "#ffffff",
    "grey": "#888888",
}  # fmt: skip
SUPPLY = {"3V3": "#f7d4d4", "5V": "#f3b0a0", "GND": "#d5d5d5"}
INK, QUIET, ALARM = "#1a1a1a", "#5a5a5a", "#a3161a"
PITCH, ROW, LINE = 24.0, 19.0, 18.0
CARD, CARD_CHARACTERS, PAGE_CHARACTERS = 458.0, 66, 132


def svg(sheet: Sheet, language: str) -> str:
    """The drawing, as the text of a file."""
    page = _Page(sheet, language)
    body = "\n".join(page.draw())
    height = max(page.y + MARGIN, WIDTH * A4)
    width = height / A4
    title = _title(sheet, language)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" lang="{language}" width="210mm" height="297mm" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-labelledby="title desc" '
        'font-family="DejaVu Sans, Liberation Sans, Arial, Helvetica, sans-serif">\n'
        f'<title id="title">{escape(title)}</title>\n'
        f'<desc id="desc">{escape(_described(sheet, language))}</desc>\n'
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>\n'
        f'<g transform="translate({(width - WIDTH) / 2:.1f} 0)">\n{body}\n</g>\n</svg>\n'
    )


def _title(sheet: Sheet, language: str) -> str:
    return f"Branchement de {sheet.node}" if language == "fr" else f"Wiring of {sheet.node}"


def _described(sheet: Sheet, language: str) -> str:
    """The whole sheet in sentences, for a screen reader."""
    told = [words.text(language) for words in sheet.hazards]
    for part in sheet.parts:
        wires = [
            f"{row.pin} → {row.to}, {COLOURS[row.colour].text(language)}"
            + (f", {row.resistors}" if row.resistors else "")
            for row in rows(sheet, part, language)
        ]
        told.append(f"{part.letter} {title_of(part, language)}. {'; '.join(wires)}.".strip())
        told.append(loose_resistors(part, language))
    return " ".join(filter(None, told))


class _Page:
    """Draws from top to bottom; ``y`` is where the next thing goes."""

    def __init__(self, sheet: Sheet, language: str) -> None:
        self._sheet = sheet
        self._language = language
        self.y = 62.0

    def draw(self) -> Iterator[str]:
        yield _text(MARGIN, self.y, _title(self._sheet, self._language), size=32, bold=True)
        self.y += 14
        for words in self._sheet.hazards:
            yield from self._paragraph("⚠ " + words.text(self._language), ALARM, bold=True)
        for words in advice.BEFORE:
            yield from self._paragraph(words.text(self._language), INK)
        self.y += 26
        yield from self._header()
        yield from self._cards()
        self.y += 8
        for words in advice.BEWARE:
            yield from self._paragraph("⚠ " + words.text(self._language), ALARM)

    def _paragraph(self, text: str, ink: str, *, bold: bool = False) -> Iterator[str]:
        for line in lines_of(text, PAGE_CHARACTERS):
            self.y += LINE
            yield _text(MARGIN, self.y, line, size=13, ink=ink, bold=bold)
        self.y += 4

    def _header(self) -> Iterator[str]:
        card = "▲ carte SD ▲" if self._language == "fr" else "▲ SD card ▲"
        yield _text(WIDTH / 2, self.y, card, size=12, anchor="middle", ink=QUIET)
        self.y += 26
        top, left = self.y, WIDTH / 2 - 34
        yield (
            f'<rect x="{left - 10:.1f}" y="{top - 14:.1f}" width="88" '
            f'height="{20 * PITCH + 4:.1f}" rx="6" fill="#23262b"/>'
        )
        for odd in range(1, 40, 2):
            y = top + (odd // 2) * PITCH
            yield from self._pin(odd, left + 14, y, -1)
            yield from self._pin(odd + 1, left + 54, y, 1)
        self.y = top + 20 * PITCH + 22

    def _pin(self, number: int, x: float, y: float, side: int) -> Iterator[str]:
        """One pin with its number, its name and, where it is used, its wire and what it is."""
        place, uses = header.HEADER[number], self._sheet.uses.get(number, ())
        anchor = "end" if side < 0 else "start"
        name_x = x + side * 46
        if uses:
            yield from _wire(x, y, name_x + side * 140, PAINT[uses[0].colour])
        fill = SUPPLY.get(place, "#ffffff")
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9.5" fill="{fill}" stroke="#f2f2f2"/>'
        yield _text(x, y + 3.5, str(number), size=10, anchor="middle", bold=bool(uses))
        ink = INK if uses else QUIET
        width = 58
        box_x = name_x if side > 0 else name_x - width
        yield (
            f'<rect x="{box_x:.1f}" y="{y - 9:.1f}" width="{width}" height="18" rx="4" '
            f'fill="{fill}" stroke="#c9c9c9"/>'
        )
        name = header.name_of(place, self._language)
        yield _text(box_x + width / 2, y + 4, name, size=12, anchor="middle", ink=ink)
        if uses:
            said = use_in_words(uses, self._language)
            yield _text(name_x + side * 146, y + 4, said, size=13, anchor=anchor, bold=True)

    def _cards(self) -> Iterator[str]:
        """The parts in two columns, each in the one that is shorter so far."""
        columns = {MARGIN: self.y, WIDTH - MARGIN - CARD: self.y}
        for part in self._sheet.parts:
            x = min(columns, key=lambda column: columns[column])
            lines, bottom = _card(self._sheet, part, self._language, x, columns[x])
            yield from lines
            columns[x] = bottom + 14
        self.y = max(columns.values())


def _card(sheet: Sheet, part: Part, language: str, x: float, top: float) -> tuple[list[str], float]:
    """One part's table and where it ends."""
    inside: list[str] = []
    y = top + 8
    for line in lines_of(title_of(part, language), CARD_CHARACTERS - 20):
        y += LINE
        inside.append(_text(x + (44 if part.letter else 14), y, line, size=14, bold=True))
    if part.letter:
        inside.append(
            f'<circle cx="{x + 22:.1f}" cy="{top + 22:.1f}" r="13" fill="{INK}"/>'
            + _text(x + 22, top + 27, part.letter, size=14, anchor="middle", bold=True, ink="#fff")
        )
    y += 6
    for row in rows(sheet, part, language):
        y += ROW
        inside += _row(row, language, x + 14, y)
        y += ROW * row.resistors.count(", ")
    nothing = "Rien à brancher." if language == "fr" else "Nothing to wire."
    notes = [note.text(language) for note in part.wiring.notes]
    notes += [loose_resistors(part, language)] if part.wiring.wires else [nothing]
    for note in filter(None, notes):
        y += 3
        for line in lines_of(note, CARD_CHARACTERS):
            y += LINE - 2
            inside.append(_text(x + 14, y, line, size=12, ink=QUIET))
    bottom = y + 14
    frame = (
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{CARD}" height="{bottom - top:.1f}" rx="8" '
        'fill="#fafaf7" stroke="#bdbdb5"/>'
    )
    return [frame, *inside], bottom


def _row(row: Row, language: str, x: float, y: float) -> Iterator[str]:
    yield _text(x, y, row.pin, size=13, bold=True)
    yield _text(x + 84, y, f"→ {row.to}", size=13)
    yield from _wire(x + 234, y - 4.5, x + 252, PAINT[row.colour])
    yield _text(x + 260, y, COLOURS[row.colour].text(language), size=13)
    for line, resistor in enumerate(row.resistors.split(", ")):
        yield _text(x + 316, y + line * ROW, resistor, size=12, bold=True)


def _wire(x: float, y: float, end: float, paint: str) -> Iterator[str]:
    """A wire, dark at its edges so that yellow and white show on paper."""
    for colour, width in (("#333333", 6.5), (paint, 4.5)):
        yield (
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end:.1f}" y2="{y:.1f}" stroke="{colour}" '
            f'stroke-width="{width}" stroke-linecap="round"/>'
        )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    bold: bool = False,
    anchor: str = "start",
    ink: str = INK,
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{ink}"{weight}{place}>'
        f"{escape(text)}</text>"
    )
