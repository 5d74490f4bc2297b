"""What an installed garden has beside its code: the web assets, so that installing them needs no
Node.js, and the sheets of the exercises, which a school without internet prints from it.

An editable installation builds nothing here: ``make assets`` does, when pages are wanted.
"""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHEETS = ("exercices", "exercises")


class AssetsHook(BuildHookInterface):
    """Builds ``dashboards/dist`` unless it is up to date, as it is in a source archive."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises ``GardenError`` where npm is wanted and not to be had."""
        if version == "editable":
            return
        if self.target_name == "wheel":
            for folder in SHEETS:
                build_data["force_include"][f"docs/{folder}"] = (
                    f"gateway/workshop/exercises/{folder}"
                )
        sys.path.insert(0, self.root)
        try:
            from gateway import assets  # noqa: PLC0415 - the project is not installed yet

            assets.build()
        finally:
            sys.path.remove(self.root)
