"""The little Markdown that our own sheets are written in, as HTML: nothing that others wrote.

Headings, paragraphs, numbered and other lists with what stands indented below a line, programs,
tables, ``**bold**``, ```code``` and links, of which only the words are kept: a sheet is printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final

_HEADING: Final = re.compile(r"(#{1,3}) (.+)")
_NUMBERED: Final = re.compile(r"(\d+)\. +(.*)")
_BULLET: Final = re.compile(r"- +(.*)")
_FENCE: Final = "```"
_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_CODE: Final = re.compile(r"`([^`]+)`")


def html_of(text: str) -> str:
    """``text`` as HTML."""
    return "".join(_blocks(text.splitlines()))


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif found := _HEADING.fullmatch(line):
            level = len(found[1])
            yield f"<h{level}>{_words(found[2])}</h{level}>"
            at += 1
        elif line.startswith(_FENCE):
            end = _end_of_program(lines, at)
            program = escape("\n".join(lines[at + 1 : end]))
            yield f'<pre tabindex="0"><code>{program}</code></pre>'
            at = end + 1
        elif line.startswith("|"):
            end = _while(lines, at, lambda one: one.startswith("|"))
            yield _table(lines[at:end])
            at = end
        elif _NUMBERED.match(line) or _BULLET.match(line):
            at, told = _list(lines, at)
            yield told
        else:
            end = _while(lines, at, lambda one: bool(one.strip()) and not _begins_a_block(one))
            yield f"<p>{_words(' '.join(lines[at:end]))}</p>"
            at = end


def _list(lines: Sequence[str], at: int) -> tuple[int, str]:
    """A list from line ``at``: where it ends, and its HTML."""
    pattern = _NUMBERED if _NUMBERED.match(lines[at]) else _BULLET
    items = []
    first = _NUMBERED.match(lines[at])
    while at < len(lines) and (found := pattern.match(lines[at])):
        end = _while(lines, at + 1, lambda one: not one.strip() or one.startswith("  "))
        indent = found.start(found.lastindex or 1)
        below = [
            one[indent:] if one[:indent].isspace() else one.strip() for one in lines[at + 1 : end]
        ]
        items.append(f"<li>{_item([found[found.lastindex or 1], *below])}</li>")
        at = end
    if first is None:
        return at, f"<ul>{''.join(items)}</ul>"
    start = f' start="{first[1]}"' if first[1] != "1" else ""
    return at, f"<ol{start}>{''.join(items)}</ol>"


def _item(lines: Sequence[str]) -> str:
    """What stands in a list's line, and below it; a single paragraph without its marks."""
    blocks = list(_blocks(lines))
    if blocks and blocks[0].startswith("<p>"):
        blocks[0] = blocks[0].removeprefix("<p>").removesuffix("</p>")
    return "".join(blocks)


def _table(lines: Sequence[str]) -> str:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    head, *body = [row for row in rows if not all(set(cell) <= set("-: ") and cell for cell in row)]
    heads = "".join(f"<th>{_words(cell)}</th>" for cell in head)
    cells = "".join(
        f"<tr>{''.join(f'<td>{_words(cell)}</td>' for cell in row)}</tr>" for row in body
    )
    # It may be wider than a phone: it scrolls by itself, also by keyboard.
    return f'<table tabindex="0"><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>'


def _words(text: str) -> str:
    told = _LINK.sub(r"\1", escape(text, quote=False))
    told = _BOLD.sub(r"<strong>\1</strong>", told)
    return _CODE.sub(r"<code>\1</code>", told)


def _begins_a_block(line: str) -> bool:
    return line.startswith((_FENCE, "|", "#")) or bool(_NUMBERED.match(line) or _BULLET.match(line))


def _end_of_program(lines: Sequence[str], at: int) -> int:
    return next((n for n in range(at + 1, len(lines)) if lines[n].startswith(_FENCE)), len(lines))


def _while(lines: Sequence[str], at: int, holds: Callable[[str], bool]) -> int:
    """Where ``holds`` ends, from line ``at`` on; after that one at least where it begins there."""
    end = at
    while end < len(lines) and holds(lines[end]):
        end += 1
    return end
