"""axe-core, which looks at a page as WCAG does; its npm package is a tool of these tests alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page

from gateway.assets import DASHBOARDS, npm_command

SCRIPT = Path("node_modules", "axe-core", "axe.min.js")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def source() -> str:
    """The script at the version of ``package-lock.json``; nothing of it stays in the project."""
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
    with TemporaryDirectory(prefix="jardin-axe-") as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(DASHBOARDS / name, folder)
        subprocess.run([*npm_command(), "ci", *quiet], cwd=folder, check=True, stdout=sys.stderr)
        return (Path(folder) / SCRIPT).read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds wrong on ``page`` as it stands: the rule, and where."""
    page.evaluate(source())
    found: dict[str, Any] = page.evaluate(
        "(levels) => axe.run(document, { runOnly: { type: 'tag', values: levels } })", LEVELS
    )
    return [
        f"{one['id']}: {node['html'][:120]} {node['any'][:1]}"
        for one in found["violations"]
        for node in one["nodes"]
    ] + [f"letters in the colour of their ground: {html}" for html in _unseen(found["incomplete"])]


def _unseen(doubtful: list[dict[str, Any]]) -> Iterator[str]:
    """Letters that axe leaves to a person to judge, since somebody may have hidden them so."""
    for one in doubtful:
        for node in one["nodes"] if one["id"] == "color-contrast" else ():
            if any((why["data"] or {}).get("messageKey") == "equalRatio" for why in node["any"]):
                yield node["html"][:120]
