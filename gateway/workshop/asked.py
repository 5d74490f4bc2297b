"""What may be asked of a workshop: by its page, by programs and on the command line alike."""

from __future__ import annotations

from typing import Final

from sensor_node.errors import UsageError

MOST_GROUPS: Final = 40
MOST_MINUTES: Final = 7 * 24 * 60
TITLE_CHARACTERS: Final = 80


def titled(text: str) -> str:
    """The title, in its bounds. Raises ``UsageError`` where there is none."""
    if title := text.strip()[:TITLE_CHARACTERS]:
        return title
    raise UsageError(
        "TITLE_WANTED",
        fr="Donnez un titre à l'atelier, par exemple « La terre a soif ».",
        en="Give the workshop a title, for example 'Thirsty soil'.",
    )
