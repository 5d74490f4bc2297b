"""The three lines that a group pastes into its program: in this one place."""

from __future__ import annotations

FILE = "jardin.py"
"""What the lines import; the garden gives it at ``/jardin.py``."""


def lines_of(token: str, address: str) -> str:
    """A group's first program. ``address``: the garden's, as the group's browser has it."""
    return (
        "from jardin import *\n"
        f'groupe("{token}", "{address}")\n'
        'envoyer("score", 12)\n'
    )  # fmt: skip
