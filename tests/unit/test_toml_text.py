"""Texts in the files that a garden begins with: read back as they were, names of one line."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from gateway.toml_text import toml_line, toml_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_a_text_is_read_back_as_it_was(text: str) -> None:
    assert tomllib.loads(f"key = {toml_text(text)}") == {"key": text}


@given(TEXTS)
def test_a_name_is_of_one_line_of_characters_that_are_seen(text: str) -> None:
    seen = "".join(each if each.isprintable() else " " for each in text)

    assert tomllib.loads(toml_line("key", text)) == {"key": seen}
