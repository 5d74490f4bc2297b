"""A lost passphrase: ``python -m gateway.kit.lost``, once at each start (jardin-lost.service).

Whoever can put a file onto the card, or hold the kit's button while it starts, has the kit in
their hands: the keeper's passphrase is then forgotten, and /bienvenue asks for a new one, with the
code of the sheet. Root leaves a mark where the gateway finds it, and only then removes the file: a
power cut has it done again, never lost.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.kit.errand import opened_folder
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.damage import sync_folder, told
from sensor_node.errors import GardenError

if TYPE_CHECKING:
    from gateway.service import Gateway
    from sensor_node.board import Board

FILE: Final = "jardin-nouvelle-phrase"
"""With or without an ending: computers hide it, or add one."""
MARK: Final = "forget-passphrase"
HELD_S, LOOK_EVERY_S = 5.0, 0.05

log = logging.getLogger("jardin.kit")


def look(settings: GatewaySettings, board: Board | None = None) -> bool:
    """Whether somebody asked for it, by the file or by the button: the mark is then set.

    Raises ``OSError`` and ``HardwareError``.
    """
    kit = settings.kit
    if kit.requests is None:
        return False
    files = asking_files(kit.boot)
    asked = bool(files) or (kit.button is not None and is_held(kit.button, board))
    if asked:
        _mark(kit.requests)
    for file in files:
        _remove(file)
    if files and kit.boot is not None:
        sync_folder(kit.boot)
    return asked


def asking_files(boot: Path | None) -> list[Path]:
    """The files on the boot partition that ask for a new passphrase."""
    if boot is None or not boot.is_dir():
        return []
    return sorted(path for path in boot.iterdir() if path.name.lower().split(".")[0] == FILE)


def is_held(pin: int, board: Board | None = None) -> bool:
    """Whether the button between GPIO ``pin`` and GND is held for five seconds from now on."""
    if board is None:
        from sensor_node.board import PiBoard  # noqa: PLC0415 - a kit without a button has no pins

        board = PiBoard()
    contact = board.contact(pin)
    try:
        end_s = board.monotonic_s() + HELD_S
        while contact.value:
            if board.monotonic_s() >= end_s:
                return True
            board.sleep(LOOK_EVERY_S)
        return False
    finally:
        contact.close()


def forget_if_asked(gateway: Gateway) -> bool:
    """Forget the keeper's passphrase where root has left its mark; everybody is out then.

    Raises ``StorageError``.
    """
    folder = gateway.settings.kit.requests
    if folder is None or not (folder / MARK).exists():
        return False
    from gateway.security.roles import Role  # noqa: PLC0415 - once in the life of a kit

    gateway.access.keyring.passphrases.forget(Role.KEEPER)
    gateway.access.note("console", "PASSPHRASE_FORGOTTEN")
    log.warning("PASSPHRASE_FORGOTTEN: the keeper's passphrase is to be chosen anew")
    with told(folder / MARK):
        (folder / MARK).unlink()
        sync_folder(folder)
    return True


def _remove(file: Path) -> None:
    """Also a folder of that name, with what a computer lays into it unasked: left there, it would
    have the passphrase forgotten at every start.
    """
    if file.is_dir():
        shutil.rmtree(file)
    else:
        file.unlink()


def _mark(folder: Path) -> None:
    """In a folder that is not root's: no link is followed."""
    with opened_folder(folder) as opened:
        mark = os.open(MARK, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o640, dir_fd=opened)
        os.fsync(mark)
        os.close(mark)
        os.fsync(opened)


def main(arguments: Sequence[str] | None = None) -> int:
    """Look once; what cannot be looked at stops no kit from starting."""
    parser = argparse.ArgumentParser(prog="jardin-lost", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("/etc/jardin/gateway.toml"))
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if look(settings_file.load(GatewaySettings, options.config)):
            log.info("a new passphrase is asked for")
    except (GardenError, OSError) as error:
        print(error, file=sys.stderr)
        return error.exit_code if isinstance(error, GardenError) else 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
