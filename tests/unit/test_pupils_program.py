"""``jardin.py`` and ``garden.py``: two languages, one program, any Python since 3.8."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator

import pytest

from gateway.pupils.french import COMMENTS, NAMES, TEXTS
from gateway.pupils.making import SOURCE, address_of, program

ADDRESS = "http://jardin.local:8000"
FRENCH, ENGLISH = program("fr", ADDRESS), program("en", ADDRESS)
SAME = {
    "\n",
    " ",
    "Bearer ",
    ", ",
    '", "',
    "{} {}",
    "  - {}",
    "{:<32} {:<20} {}",
    "{:<32} {}",
    "{:>9} |{}",
}
"""Texts with a space that are the same in both languages."""
OF_THE_GARDEN = {"in air", "no answer", "%d/%m %H:%M"}
"""Words of the interface, and the way a moment is written."""


def tokens(text: str, kind: int) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == kind:
            yield token.string


def texts(program: str) -> list[str]:
    return [ast.literal_eval(text) for text in tokens(program, tokenize.STRING)]


@pytest.mark.parametrize("text", [FRENCH, ENGLISH], ids=["fr", "en"])
def test_it_is_python_3_8_and_imports_the_standard_library_alone(text: str) -> None:
    tree = ast.parse(text, feature_version=(3, 8))
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported
    assert imported <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def test_the_twins_differ_in_their_words_and_in_nothing_else() -> None:
    shapes = []
    for text in (FRENCH, ENGLISH):
        kinds = [
            (token.type, token.string if token.type == tokenize.OP else "")
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
        ]
        shapes.append(kinds)
    assert shapes[0] == shapes[1]


def test_every_text_and_comment_has_its_french() -> None:
    source = SOURCE.read_text(encoding="utf-8")
    wordy = {text for text in texts(source) if re.search(r"\s", text)}
    assert wordy - TEXTS.keys() - SAME - OF_THE_GARDEN == set()
    assert set(tokens(source, tokenize.COMMENT)) == COMMENTS.keys()


def test_no_french_is_left_of_what_the_source_does_not_say_any_more() -> None:
    source = SOURCE.read_text(encoding="utf-8")
    assert TEXTS.keys() - set(texts(source)) == set()
    assert NAMES.keys() - set(tokens(source, tokenize.NAME)) == set()


def test_each_french_text_has_the_places_of_the_english_one() -> None:
    for english, french in TEXTS.items():
        assert re.findall(r"\{.*?\}", english) == re.findall(r"\{.*?\}", french), english


def test_no_name_of_one_language_is_two_of_the_other() -> None:
    assert len(set(NAMES.values())) == len(NAMES)
    kept = set(tokens(ENGLISH, tokenize.NAME)) - NAMES.keys()
    assert not kept & set(NAMES.values()) - NAMES.keys()


@pytest.mark.parametrize("text", [FRENCH, ENGLISH], ids=["fr", "en"])
def test_what_it_prints_fits_the_old_windows_of_a_school(text: str) -> None:
    for told in texts(text):
        told.encode("cp1252")


def test_the_french_speaks_of_jardin_py_alone() -> None:
    told = "\n".join(texts(FRENCH))
    assert "garden." not in told
    called = re.findall(r"jardin\.(\w+)", told)
    known = set(tokens(FRENCH, tokenize.NAME)) | {"local"}
    assert set(called) <= known, set(called) - known


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("jardin.local", 8000, "http://jardin.local:8000"),
        ("10.42.0.1", None, "http://10.42.0.1"),
        ("10.42.0.1", 80, "http://10.42.0.1"),
        ("fe80::1", 8000, "http://[fe80::1]:8000"),
        (None, 8000, "http://localhost:8001"),
        ('a"b', 8000, "http://localhost:8001"),
        ("a\nb", 8000, "http://localhost:8001"),
    ],
)
def test_an_address_is_a_name_and_a_port_or_this_computer(
    host: str | None, port: int | None, address: str
) -> None:
    assert address_of(host, port, 8001) == address


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_address_is_written_as_a_text_of_python(language: str) -> None:
    text = program("fr" if language == "fr" else "en", "http://jardin.local")
    assert text.count('"http://jardin.local"\n') == 1
