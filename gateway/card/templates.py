"""The files of firmware_config, as they are or with the answers of a card filled in.

They are read as resources of a package: a card's first start has them in its wheel, unopened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.abc import Traversable
from importlib.resources import files
from typing import Final

_GAP: Final = re.compile(r"@([A-Z]+)@")


def template(name: str) -> str:
    """The text of ``firmware_config/<name>``."""
    found = files("firmware_config")
    for part in name.split("/"):
        found = found / part
    return found.read_text(encoding="utf-8")


def filled(name: str, values: Mapping[str, str]) -> str:
    """That text with each ``@NAME@`` replaced; ``KeyError`` for one that has no value."""
    return _GAP.sub(lambda gap: values[gap.group(1)], template(name))


def tree(name: str) -> list[str]:
    """The files below ``firmware_config/<name>``, by their path below it."""
    found = files("firmware_config")
    for part in name.split("/"):
        found = found / part
    return sorted(_below(found, ""))


def _below(folder: Traversable, path: str) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry, f"{path}{entry.name}/")
        else:
            yield f"{path}{entry.name}"
