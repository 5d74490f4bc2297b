"""Updates by root, from systemd: ``python -m gateway.kit.update_service``.

Without arguments it does what the page has asked for (jardin-update.path), by the steward's rules;
with ``settle`` it makes up for an update that a cut has interrupted (jardin-settle.service, at each
start, from the version that was proven last).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gateway.kit import refusals
from gateway.kit.errand import Request
from gateway.kit.ledger import Ledger
from gateway.kit.releases import current
from gateway.kit.steward import REQUESTS, Verb, serve
from gateway.kit.stick_bundles import named
from gateway.kit.system import System
from gateway.kit.this_card import card_of, stay_in_this_version
from gateway.kit.updating import Updater
from gateway.kit.uploading import UPLOAD
from sensor_node.console import run_command

VERB: Final = "update"
SETTLE: Final = "settle"

log = logging.getLogger("jardin.update")


def update(request: Request, system: System) -> Mapping[str, Any]:
    """Install what was uploaded, or the bundle of this ``name`` on the stick.

    A request from before the last start is one that a cut has interrupted: it is not tried again
    by itself, for it may be the new version that cut the power. Raises ``GardenError``.
    """
    if request.boot != system.boot():
        release = current(system.root)
        raise refusals.cut(release.version if release else "?")
    name = request.values.get("stick")
    path = system.root / str(REQUESTS).lstrip("/") / UPLOAD
    if name is not None:
        path = named(name, system.root)
    try:
        release = Updater(card_of(system), log.info).update(path)
    finally:
        if name is None:
            path.unlink(missing_ok=True)
    return {"version": release.version}


VERBS: Final[Mapping[str, Verb]] = {VERB: update}


def settle(system: System) -> int:
    """Make up for an interrupted update; returns 0."""
    if Ledger(system.root).read() is not None:
        outcome = Updater(card_of(system), log.info).settle()
        log.warning("an interrupted update: the %s version is in service", outcome)
    return 0


def main(arguments: list[str], folder: Path = REQUESTS) -> int:
    """Serve, or settle; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if arguments == [SETTLE]:
        return run_command(lambda: settle(System()))
    serve(folder, VERBS)
    return 0


if __name__ == "__main__":
    stay_in_this_version()
    sys.exit(main(sys.argv[1:]))
