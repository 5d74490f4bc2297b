"""The printable sheets of the exercises, as they stand in the project's documentation.

An installed package carries them beside this module, a checkout has them in ``docs/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

NUMBERS: Final = (1, 2, 3, 4)
_PACKAGED: Final = Path(__file__).with_name("exercises")
_DOCS: Final = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True, slots=True)
class Tongue:
    """Where the sheets of a language are."""

    folder: str
    notes: str


TONGUES: Final[Mapping[str, Tongue]] = {
    "fr": Tongue("exercices", "enseignants.md"),
    "en": Tongue("exercises", "teachers.md"),
}


def sheet(language: str, number: int) -> str:
    """Sheet ``number`` in Markdown. Raises ``KeyError`` where there is none."""
    if number not in NUMBERS:
        raise KeyError(number)
    (found,) = _folder(language).glob(f"{number}-*.md")
    return found.read_text(encoding="utf-8")


def title(language: str, number: int) -> str:
    """What sheet ``number`` is called, with its number."""
    return sheet(language, number).partition("\n")[0].removeprefix("# ")


def solution(language: str, number: int) -> str:
    """The program that solves sheet ``number``. Raises ``KeyError`` where there is none."""
    if number not in NUMBERS:
        raise KeyError(number)
    return (_folder(language) / "solutions" / f"{number}.py").read_text(encoding="utf-8")


def notes(language: str) -> str:
    """The teacher's notes in Markdown. Raises ``KeyError`` for another language."""
    return (_folder(language) / TONGUES[language].notes).read_text(encoding="utf-8")


@cache
def _folder(language: str) -> Path:
    root = _PACKAGED if _PACKAGED.is_dir() else _DOCS
    return root / TONGUES[language].folder
