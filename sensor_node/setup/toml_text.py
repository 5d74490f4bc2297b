"""The few forms of TOML that node.toml needs, written: the standard library only reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence

Value = str | bool | int | float | Sequence[float] | Sequence[str]

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_DELETE = 0x7F


def toml_value(value: Value) -> str:
    """``value`` as TOML reads it back: a text, a truth, a finite number or a list of those.

    Raises ``ValueError`` for a number that is not finite and for half a surrogate pair.
    """
    if isinstance(value, str):
        value.encode("utf-8")  # half a surrogate pair is no text, and UnicodeEncodeError says so
        return f'"{"".join(map(_escaped, value))}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    return f"[{', '.join(toml_value(each) for each in value)}]"


def toml_comment(text: str) -> str:
    """A comment of one line."""
    return f"# {' '.join(text.split())}"


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return repr(value)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if ord(character) < ord(" ") or ord(character) == _DELETE:
        return f"\\u{ord(character):04x}"
    return character
