"""A stick in a node that stands alone: ``python -m gateway.kit.node_stick /dev/sda1``, by root
(jardin-node-stick@.service, which udev starts).

A node has no page and nobody who asks: it takes the newest bundle at the top of the stick by
itself, if the card's own key has signed it and it is newer than what is in service. What came of it
stands on the stick, where any computer reads it.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Final

from gateway.durable import write_whole
from gateway.kit import refusals, stick, stick_bundles
from gateway.kit.releases import current
from gateway.kit.stick import PLACE
from gateway.kit.stick_bundles import Found
from gateway.kit.system import System
from gateway.kit.this_card import card_of, stay_in_this_version
from gateway.kit.updating import Updater
from sensor_node.console import run_command
from sensor_node.damage import told
from sensor_node.errors import GardenError

REPORT: Final = "jardin-node.txt"

log = logging.getLogger("jardin.update")


def take(updater: Updater, found: list[Found], root: Path) -> int:
    """Install the newest of ``found`` that is newer, and tell of it on the stick; the exit code.

    A stick without any bundle stays as it is.
    """
    if not found:
        return 0
    newer = [bundle for bundle in found if bundle.is_newer]
    try:
        if newer:
            updater.update(stick_bundles.named(newer[0].name, root))
        elif found[0].refusal is not None:
            raise found[0].refusal
    except GardenError as error:
        _report(root, error.fr, error.en)
        log.warning("%s", error)
        return error.exit_code
    release = current(root)
    if release is None:
        raise refusals.no_card()
    fr, en = f"En service : version {release.version}.", f"In service: version {release.version}."
    _report(root, fr, en)
    return 0


def _report(root: Path, fr: str, en: str) -> None:
    """For whoever puts the stick into a computer. One that was pulled out hears nothing."""
    path = root / PLACE.lstrip("/") / REPORT
    try:
        with told(path):
            write_whole(path, f"{fr}\r\n\r\n{en}\r\n".encode())
    except GardenError as error:
        log.warning("%s", error)


def main(device: str) -> int:
    """Mount, take, report; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    system = System()
    stick.mount(device, system)
    updater = Updater(card_of(system), log.info)
    return take(updater, stick_bundles.found(system.root), system.root)


if __name__ == "__main__":
    stay_in_this_version()
    sys.exit(run_command(lambda: main(sys.argv[1])))
