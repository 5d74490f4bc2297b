"""Texts as TOML reads them back, in the files that a gateway and the cards of a kit begin with."""

from __future__ import annotations

import json


def toml_line(name: str, text: str) -> str:
    """``name`` with what a person called something: of one line, whatever was typed."""
    return f"{name} = {toml_text(printable(text))}"


def toml_text(text: str) -> str:
    """``text`` in its quotes, each character as it is."""
    # TOML takes the quoting of JSON, which alone leaves DEL as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def printable(text: str) -> str:
    """``text`` with a blank for each character that nobody sees."""
    return "".join(each if each.isprintable() else " " for each in text)
