"""The table of roles as the documentation shows it: ``python -m gateway.security.table fr``."""

from __future__ import annotations

import sys

from gateway.security.roles import ACTIONS_FR_EN, HOLDERS, MATRIX, NO, OWN, ROLES_FR_EN, YES


def table(language: str) -> str:
    """A Markdown table, actions down, keys across."""
    place = 0 if language == "fr" else 1
    marks = {YES: ("oui", "yes")[place], OWN: ("le sien", "its own")[place], NO: ""}
    heads = ["", *(ROLES_FR_EN[holder][place] for holder in HOLDERS)]
    lines = [heads, ["---"] * len(heads)]
    for action, row in MATRIX.items():
        lines.append([ACTIONS_FR_EN[action][place], *(marks[row[holder]] for holder in HOLDERS)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    print(table(sys.argv[1]))
