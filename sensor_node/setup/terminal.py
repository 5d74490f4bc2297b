"""What this terminal can show: colours or none, the characters of its encoding, its width."""

from __future__ import annotations

import os
import re
import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

WIDTH = 80
_SIMPLER = {
    "✓": "OK", "✗": "X", "●": "O", "○": "o", "→": "->", "─": "-", "│": "|", "−": "-", "·": "-",
    "Ω": "Ohm", "²": "2", "…": "...", "«": '"', "»": '"', "’": "'", "°": "deg ", "\xa0": " ",
    "\u202f": " ", "œ": "oe",
}  # fmt: skip
_ANSI = {
    "red": "31", "black": "1", "yellow": "33", "blue": "34", "green": "32", "orange": "38;5;208",
    "violet": "35", "white": "37", "grey": "90",
}  # fmt: skip


_TOGETHER = re.compile(r"(?<=«) | (?=[»:;!?])|(?<=[0-9]) (?=(?:V|kΩ|Ω|Ohm|kOhm|s|%|°C|m²)\b)")
"""Blanks at which no line ends: those of French punctuation, and before a unit."""
_HELD = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Terminal:
    """``coloured``: ANSI colours are understood. ``encoding``: of what is written to it."""

    coloured: bool = False
    encoding: str = "utf-8"

    @staticmethod
    def of(stream: TextIO, environment: Mapping[str, str] = os.environ) -> Terminal:
        """What ``stream`` can show; NO_COLOR and a dumb terminal are heeded."""
        plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
        return Terminal(stream.isatty() and not plain, stream.encoding or "ascii")

    def paint(self, text: str, colour: str) -> str:
        """``text`` in a wire's colour, where there are colours."""
        return f"\x1b[{_ANSI[colour]}m{text}\x1b[0m" if self.coloured else text

    def bold(self, text: str) -> str:
        """``text`` in bold, where that can be."""
        return f"\x1b[1m{text}\x1b[0m" if self.coloured else text

    def fit(self, text: str) -> str:
        """``text`` with what the encoding does not have in simpler characters."""
        try:
            text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return "".join(self._simpler(character) for character in text)
        return text

    def _simpler(self, character: str) -> str:
        try:
            character.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
            return _SIMPLER.get(character, bare or "?")
        return character

    def wrap(self, text: str, first: str = "", width: int = WIDTH) -> list[str]:
        """``text``, made to fit, in lines of ``width`` at the most; ``first`` before it, spaces
        below that.
        """
        first = self.fit(first)
        return lines_of(self.fit(text), width, first, " " * len(first))


def lines_of(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """``text`` in lines no longer than ``width``; no line begins with what belongs to the last."""
    lines = textwrap.wrap(
        _TOGETHER.sub(_HELD, text),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_HELD, " ") for line in lines]
