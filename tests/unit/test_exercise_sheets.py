"""The sheets of the exercises: short sentences, one page, the same in both languages."""

from __future__ import annotations

import ast
import math
import re
from pathlib import Path

import pytest
from exercises import CHECKS, DOCS, ENGLISH, FRENCH, LANGUAGES, Language, sentences

MOST_WORDS = 15
MOST_LINES, MOST_COLUMNS = 60, 80
"""A page of A4 with margins of 2 cm, printed as plain text in letters of 10 points."""
SHEETS = [language.sheet(number) for language in LANGUAGES for number in CHECKS]
NOTES = [language.notes for language in LANGUAGES]
A_WORD = re.compile(r"\w")


def _named(path: Path) -> str:
    return path.relative_to(DOCS).as_posix()


def blocks(text: str) -> list[str]:
    """The programs on a sheet."""
    found = re.findall(r"^( *)```python\n(.*?)^ *```", text, re.M | re.S)
    return [
        "\n".join(line[len(indent) :] for line in program.splitlines()) for indent, program in found
    ]


@pytest.mark.parametrize("sheet", SHEETS, ids=_named)
def test_no_sentence_is_longer_than_fifteen_words(sheet: Path) -> None:
    found = list(sentences(sheet.read_text(encoding="utf-8")))
    assert len(found) > 15
    long = [one for one in found if sum(1 for w in one.split() if A_WORD.search(w)) > MOST_WORDS]
    assert long == []


@pytest.mark.parametrize("notes", NOTES, ids=_named)
def test_the_notes_name_the_programmes_and_say_that_nobody_checked_them(notes: Path) -> None:
    text = " ".join(notes.read_text(encoding="utf-8").split())
    assert all(name in text for name in ("cycle 3", "cycle 4", "SNT", "NSI"))
    assert re.search("pas été vérifiés dans les textes|not checked against the official", text)


@pytest.mark.parametrize("sheet", SHEETS, ids=_named)
def test_a_sheet_is_one_page(sheet: Path) -> None:
    lines = sheet.read_text(encoding="utf-8").splitlines()
    printed = sum(max(1, math.ceil(len(line) / MOST_COLUMNS)) for line in lines)
    assert printed <= MOST_LINES


@pytest.mark.parametrize("sheet", SHEETS, ids=_named)
def test_a_sheet_has_its_aim_its_time_and_two_hints(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    assert re.search(r"^\*\*(But|Aim)\.\*\*", text, re.M)
    minutes = [
        int(n) for n in re.findall(r"\d+", re.findall(r"^(?:Durée|Time).*minutes", text, re.M)[0])
    ]
    assert all(20 <= one <= 40 for one in minutes)
    assert re.findall(r"^- ([A-Z])\. ", text, re.M) == ["A", "B"]


@pytest.mark.parametrize("sheet", SHEETS, ids=_named)
def test_the_steps_of_a_sheet_are_counted_right(sheet: Path) -> None:
    numbers = [int(n) for n in re.findall(r"^(\d+)\. ", sheet.read_text(encoding="utf-8"), re.M)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 7


@pytest.mark.parametrize("sheet", SHEETS, ids=_named)
def test_the_programs_of_a_sheet_are_python(sheet: Path) -> None:
    found = blocks(sheet.read_text(encoding="utf-8"))
    assert found
    for program in found:
        ast.parse(re.sub(r"_{4,}", "False", program), feature_version=(3, 8))


@pytest.mark.parametrize("number", CHECKS)
def test_both_languages_have_the_same_steps_and_programs(number: int) -> None:
    french, english = (one.sheet(number).read_text(encoding="utf-8") for one in (FRENCH, ENGLISH))
    for mark in (r"^\d+\. ", r"^ *```python", r"^ *```text", r"_{4,}"):
        assert len(re.findall(mark, french, re.M)) == len(re.findall(mark, english, re.M)), mark


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.folder)
def test_a_sheet_says_the_very_words_that_are_looked_for(language: Language) -> None:
    for number, words in enumerate(
        ((language.thirsty,), (language.mean, language.odd),
         (language.to_check, language.nobody), (language.missing, "litres")), start=1,
    ):  # fmt: skip
        text = language.sheet(number).read_text(encoding="utf-8")
        assert all(word in text for word in words)


@pytest.mark.parametrize("notes", NOTES, ids=_named)
def test_the_teachers_notes_name_each_exercise_and_each_programme(notes: Path) -> None:
    text = notes.read_text(encoding="utf-8")
    for name in ("cycle 3", "cycle 4", "SNT", "NSI"):
        assert name in text
    linked = re.findall(r"\]\(([^)]+)\)", text)
    assert all((notes.parent / link.partition("#")[0]).exists() for link in linked)
    here = {sheet.name for sheet in SHEETS if sheet.parent == notes.parent}
    assert here <= set(linked)
