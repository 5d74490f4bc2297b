"""``jardin.py`` and ``garden.py``, made from one source: the English twin and its French words.

The source, ``garden.py`` beside this module, is a program of its own. Its names, texts and comments
are exchanged one by one, so the two differ in their words and in nothing else.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, Literal

from gateway.pupils.french import COMMENTS, NAMES, TEXTS

Language = Literal["fr", "en"]
FILES: Final[dict[Language, str]] = {"fr": "jardin.py", "en": "garden.py"}
SOURCE: Final = Path(__file__).with_name("garden.py")
_ADDRESS: Final = re.compile(r'^(ADDRESS|ADRESSE) = ".*"$', re.M)
_HOST: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:]{2,45}", re.ASCII)


def program(language: Language, address: str) -> str:
    """The file for pupils who read ``language``, which asks the garden at ``address``."""
    written = ast.unparse(ast.Constant(address)).replace("'", '"')
    return _ADDRESS.sub(lambda found: f"{found[1]} = {written}", _worded(language), count=1)


def address_of(host: str | None, port: int | None, http_port: int) -> str:
    """The everyday door as the reader knows it: ``host`` as they named it, or this computer.

    ``port``: that of the request by http, None for the usual one; ``http_port`` stands in where
    the host is none.
    """
    if host is None or _HOST.fullmatch(host) is None:
        return f"http://localhost:{http_port}"
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}" if port in (None, 80) else f"http://{name}:{port}"


@cache
def _worded(language: Language) -> str:
    source = SOURCE.read_text(encoding="utf-8")
    return source if language == "en" else french(source)


def french(source: str) -> str:
    """``source`` with each name, text and comment that has a French one in its place."""
    lines = source.splitlines(keepends=True)
    pieces: list[str] = []
    row, column = 1, 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        word = _french_of(token)
        if word is None:
            continue
        pieces += [_between(lines, (row, column), token.start), word]
        row, column = token.end
    pieces.append(_between(lines, (row, column), (len(lines), len(lines[-1]))))
    return "".join(pieces)


def _french_of(token: tokenize.TokenInfo) -> str | None:
    if token.type == tokenize.NAME:
        return NAMES.get(token.string)
    if token.type == tokenize.COMMENT:
        return COMMENTS.get(token.string)
    if token.type != tokenize.STRING:
        return None
    text = TEXTS.get(ast.literal_eval(token.string))
    return None if text is None else _quoted(text, docstring=token.string.startswith('"""'))


def _quoted(text: str, *, docstring: bool) -> str:
    """``text`` as a person would write it in a program."""
    if docstring:
        return f'"""{text}"""'
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    return "".join(_slices(lines, start, end))


def _slices(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> Iterator[str]:
    (first, left), (last, right) = start, end
    if first == last:
        yield lines[first - 1][left:right]
        return
    yield lines[first - 1][left:]
    yield from lines[first : last - 1]
    yield lines[last - 1][:right] if last <= len(lines) else ""
