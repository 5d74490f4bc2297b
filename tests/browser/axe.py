"""axe-core, which looks at a page as WCAG does; its npm package is a tool of these tests alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from gateway.assets import DASHBOARDS, npm_command

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def fetch(kept: Path) -> str:
    """The script at the version of ``package-lock.json``; ``kept``: where an earlier run left it.

    It is fetched in a folder of its own: nothing may stand where a wheel would carry it.
    """
    lock = DASHBOARDS / "package-lock.json"
    if not kept.is_file() or kept.stat().st_mtime < lock.stat().st_mtime:
        with tempfile.TemporaryDirectory(prefix="jardin-axe-") as name:
            folder = Path(name)
            for file in (DASHBOARDS / "package.json", lock):
                shutil.copy(file, folder)
            command = [*npm_command(), "ci", *QUIET]
            subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)
            part = Path(tempfile.mkstemp(dir=kept.parent)[1])
            shutil.copyfile(folder / "node_modules/axe-core/axe.min.js", part)
            part.replace(kept)
    return kept.read_text(encoding="utf-8")


def violations(page: Page, script: str) -> list[str]:
    """What axe, ``script``, finds wrong on ``page`` as it stands: the rule, and where."""
    page.evaluate(script)
    found: dict[str, Any] = page.evaluate(
        "(levels) => axe.run(document, { runOnly: { type: 'tag', values: levels } })", LEVELS
    )
    return [
        f"{one['id']}: {node['html'][:120]} {node['any'][:1]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
