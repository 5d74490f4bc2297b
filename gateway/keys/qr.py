"""An invitation as a QR code, in the terminal and as a drawing."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import segno

SCALE = 6


@cache
def _made(text: str) -> segno.QRCode:
    import segno  # noqa: PLC0415 - rarely used

    return segno.make(text, error="m", micro=False)


def terminal(text: str) -> str:
    """``text`` as half blocks, black on white whatever the terminal's colours are."""
    out = io.StringIO()
    _made(text).terminal(out, compact=True)
    return out.getvalue()


def svg(text: str, *, sized: bool = True) -> bytes:
    """``text`` as an SVG document; not ``sized``: as large as the page has it."""
    out: Any = io.BytesIO()
    _made(text).save(out, kind="svg", scale=SCALE, xmldecl=False, omitsize=not sized)
    return bytes(out.getvalue())
