"""The exercises on real numbers: each solution is right, each typical slip finds its hint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from door import Door, garden_door
from exercises import AREA_M2, CHECKS, LANGUAGES, Language, hint, lay_out, run_program
from pupils import program_of

BY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.folder)
BY_NUMBER = pytest.mark.parametrize("number", CHECKS)


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with garden_door(tmp_path_factory.mktemp("exercises")) as opened:
        lay_out(opened)
        yield opened


def checked(
    garden: Door, language: Language, number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> str | None:
    module = program_of(garden, f"{language.module}.py")

    def run() -> str:
        return run_program(path, language.module, module, monkeypatch)

    return CHECKS[number](garden, language, run)


@BY_LANGUAGE
@BY_NUMBER
def test_the_solution_is_right(
    garden: Door, language: Language, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = language.solution(number)
    assert checked(garden, language, number, path, monkeypatch) is None


@BY_LANGUAGE
@BY_NUMBER
@pytest.mark.parametrize("letter", ["A", "B"])
def test_a_typical_slip_is_seen_and_the_sheet_has_the_hint_for_it(
    garden: Door, language: Language, number: int, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = language.wrong_solution(number, letter)
    assert checked(garden, language, number, path, monkeypatch) == letter
    assert hint(language, number, letter)


@BY_LANGUAGE
def test_the_figures_of_the_teachers_notes_are_those_of_this_garden(
    garden: Door, language: Language
) -> None:
    """A class whose garden has no past counts by hand with them."""
    notes = language.notes.read_text(encoding="utf-8").replace(",", ".")
    table = re.findall(
        r"^\| [1-5] \| ([\d.]*) ?\| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", notes, re.M
    )
    diary = program_of(garden, "garden.py").diary("tomates", days=5)
    told = [tuple(map(float, row[1:])) for row in table]
    assert told == [(day["thirst"], day["rain"], day["given"]) for day in diary]
    missing, answers = float(table[0][0]), []
    assert missing == diary[0]["missing"]
    for thirst, rain, given in told:
        missing = max(0.0, missing + thirst - rain - given)
        answers.append(f"{missing:.1f}")
    said = " ".join(notes.split())
    assert "; ".join(answers) in said.replace(" ;", ";")
    advised = garden.json("/beds/tomates/advice")["inputs"]["missing_mm"]
    assert f"{missing * AREA_M2:.1f} litres" in said
    assert f"{advised:.1f}" in said
