"""A card's first start: ``python3 -m gateway.kit.first_boot --boot /boot/firmware``.

It runs straight from the project's wheel on the boot partition, with the Python of Raspberry Pi OS:
all that it imports is the standard library and light modules of ours. Step by step; each can be
repeated, and is noted once it is on disk, so that a power cut anywhere is made up for at the next
start. What is wrong stands in ``jardin/PROBLEME.txt`` on the boot partition, where any computer
reads it.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from gateway.bundle.opened import opened
from gateway.card.answers import read_answers
from gateway.card.places import ANSWERS, BUNDLE, LOG, PROBLEM
from gateway.durable import sync_file, write_whole
from gateway.kit import placing, preparing
from gateway.kit.card_start import CardStart
from gateway.kit.notebook import Notebook
from gateway.kit.system import System
from sensor_node.damage import told
from sensor_node.errors import GardenError, HardwareError

BOOT: Final = Path("/boot/firmware")
Step = Callable[[CardStart], None]

STEPS: Final[Mapping[str, Step]] = {
    "check": preparing.check,
    "packages": preparing.packages,
    "users": preparing.users,
    "program": preparing.program,
    "settings": placing.settings,
    "files": placing.files,
    "keys": placing.keys,
    "names": placing.names,
    "services": placing.services,
    "secrets": placing.wipe_secrets,
}
"""In this order."""


def first_boot(boot: Path, system: System, steps: Mapping[str, Step] = STEPS) -> None:
    """Do what is not done yet. Raises ``GardenError`` for what stops it."""
    with told(boot / ANSWERS):
        text = (boot / ANSWERS).read_text(encoding="utf-8")
    answers = read_answers(text)
    notebook = Notebook(system.root, answers.card)
    with opened(boot / BUNDLE) as bundle:
        start = CardStart(boot, answers, bundle, system)
        for name, do in steps.items():
            if notebook.has(name):
                continue
            began_s = system.up_s()
            _log(boot, f"{name}…")
            do(start)
            system.sync()  # dpkg, pip and systemctl flush little themselves
            notebook.note(name)
            _log(boot, f"{name} : {system.up_s() - began_s:.0f} s")
    with told(boot / PROBLEM):
        (boot / PROBLEM).unlink(missing_ok=True)
    _log(boot, "fini, done")
    notebook.close()


def main(arguments: Sequence[str] | None = None, system: System | None = None) -> int:
    """The first start; returns the exit code of what stopped it, else 0 and the Pi restarts."""
    parser = argparse.ArgumentParser(prog="jardin-first-boot", description=__doc__)
    parser.add_argument("--boot", type=Path, default=BOOT)
    parser.add_argument("--no-restart", action="store_true")
    options = parser.parse_args(arguments)
    system = system or System()
    try:
        first_boot(options.boot, system)
    except GardenError as error:
        return _stopped(options.boot, error)
    except Exception as error:
        _log(options.boot, traceback.format_exc())
        return _stopped(options.boot, _unforeseen(error))
    if not options.no_restart:
        system.run(["systemctl", "--no-block", "reboot"])
    return 0


def _stopped(boot: Path, error: GardenError) -> int:
    _log(boot, str(error))
    text = f"{error.fr}\n\nLe Pi réessaie à chaque démarrage. ({error.code})\n\n\n"
    text += f"{error.en}\n\nThe Pi tries again at each start. ({error.code})\n"
    try:
        write_whole(boot / PROBLEM, text.replace("\n", "\r\n").encode())  # read on any computer
    except OSError as refused:
        print(refused, file=sys.stderr)
    return error.exit_code


def _log(boot: Path, line: str) -> None:
    """Say it to the journal, and to whoever reads the card elsewhere."""
    print(line, flush=True)
    try:
        with (boot / LOG).open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {line}\n")
        sync_file(boot / LOG)
    except OSError as refused:
        print(refused, file=sys.stderr)


def _unforeseen(error: Exception) -> HardwareError:
    return HardwareError(
        "FIRST_BOOT_FAILED",
        fr=f"Le premier démarrage s'est arrêté sur un imprévu ({error!r}) : "
        "jardin/premier-demarrage.log dit où. Refaites la carte ; si cela recommence, joignez ce "
        "fichier à votre demande d'aide.",
        en=f"The first start stopped at something unforeseen ({error!r}): "
        "jardin/premier-demarrage.log says where. Make the card again; if that goes on, ask for "
        "help with that file.",
    )


if __name__ == "__main__":
    sys.exit(main())
