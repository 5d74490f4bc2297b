"""``jardin-gateway update FILE``: on a card, by root."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from sensor_node.console import pick

_WORDS: Final = {
    "verify": ("Signature et empreintes…", "Signature and hashes…"),
    "environment": ("Nouvel environnement…", "New environment…"),
    "libraries": ("Bibliothèques (quelques minutes)…", "Libraries (some minutes)…"),
    "check": ("Essai de la nouvelle version…", "Trying the new version…"),
    "stop": ("Arrêt du jardin…", "Stopping the garden…"),
    "keep": ("Copie des bases…", "Copying the databases…"),
    "trial": ("La nouvelle version est en service, à l'essai…", "The new version runs, on trial…"),
    "back": ("Retour à la version d'avant…", "Back to the version of before…"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``update`` understands."""
    parser.add_argument("file", type=Path, metavar="FILE.bundle")
    parser.add_argument(
        "--older",
        action="store_true",
        help=pick("même une version plus ancienne", "also an older version"),
    )
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Update this card; returns 0. Raises ``GardenError``."""
    from gateway.kit import refusals  # noqa: PLC0415 - --help loads nothing
    from gateway.kit.system import System  # noqa: PLC0415
    from gateway.kit.this_card import card_of, stay_in_this_version  # noqa: PLC0415
    from gateway.kit.updating import Updater  # noqa: PLC0415

    if hasattr(os, "geteuid") and os.geteuid() != 0:
        raise refusals.not_root()
    stay_in_this_version()
    updater = Updater(card_of(System()), _tell)
    release = updater.update(options.file, older=options.older)
    print(
        pick(
            f"La version {release.version} est en service.",
            f"Version {release.version} is in service.",
        )
    )
    return 0


def _tell(step: str) -> None:
    if step in _WORDS:
        print(pick(*_WORDS[step]), file=sys.stderr, flush=True)
