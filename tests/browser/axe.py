"""axe-core, which looks at a page as WCAG does; its npm package is a tool of these tests alone."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import Any

from playwright.sync_api import Page

from gateway.assets import DASHBOARDS, npm_command

FILE = DASHBOARDS / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def source() -> str:
    """The script, fetched at the version of ``package-lock.json`` where it is not there yet."""
    if not FILE.is_file():
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(
            [*npm_command(), "ci", *quiet], cwd=DASHBOARDS, check=True, stdout=sys.stderr
        )
    return FILE.read_text(encoding="utf-8")


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
    ]
