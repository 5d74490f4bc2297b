"""What the gateway has no right to, done for it by root: ``python -m gateway.kit.steward``.

The gateway lays a file ``<verb>.json`` into a folder of its own, systemd starts this program
(jardin-steward.path), and the answer is beside it. The steward knows the verbs of one table and
nothing else: it believes no path, no link and no value of a folder that is not root's. A request
goes only once it is answered, so a power cut has it done again: each verb can be repeated.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from gateway.kit.errand import (
    MOST_BYTES,
    Answer,
    Request,
    Values,
    answer_name,
    opened_folder,
    read_request,
    refusal,
    request_name,
)
from gateway.kit.journal import clear_journal
from gateway.kit.setting_clock import set_clock
from gateway.kit.system import System
from sensor_node.errors import GardenError, HardwareError

REQUESTS: Final = Path("/var/lib/jardin/requests")

Verb = Callable[[Request, System], Values]

VERBS: Final[Mapping[str, Verb]] = {
    "clock": set_clock,
    "journal": clear_journal,
}
"""What can be asked. Each checks all that it is given, and raises ``GardenError`` with what to do;
a verb that outlasts a start sees in ``request.boot`` whether this is still the same one. Its
``PathExists=`` line in jardin-steward.path wakes the steward.
"""

log = logging.getLogger("jardin.steward")


def serve(
    folder: Path = REQUESTS,
    verbs: Mapping[str, Verb] = VERBS,
    system: System | None = None,
) -> int:
    """Do what is asked for in ``folder``; how many requests there were."""
    system, count = system or System(), 0
    with opened_folder(folder) as opened:
        for verb, do in verbs.items():
            content = _content(opened, request_name(verb))
            if content is None:
                continue
            answer = _answer(verb, do, content, system)
            log.info("%s: %s", verb, answer.code or "done")
            _write(opened, answer_name(verb), answer.as_bytes())
            _remove(opened, request_name(verb))
            count += 1
    return count


def _answer(verb: str, do: Verb, content: bytes, system: System) -> Answer:
    request = Request("", "", {})
    try:
        request = read_request(content)
        return Answer(request.id, system.boot(), do(request, system))
    except GardenError as error:
        return refusal(request, error)
    except Exception as error:  # an answer there must be, or the request is done over and over
        log.exception("%s failed", verb)
        return refusal(request, _failed(verb, error))


def _content(folder: int, name: str) -> bytes | None:
    """What stands in the plain file ``name``; empty for anything else, None for nothing."""
    try:
        # Not to wait for whoever might be at the other end of a pipe.
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError:  # a symbolic link, say
        return b""
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        return b""
    with os.fdopen(opened, "rb") as file:
        content = file.read(MOST_BYTES + 1)
    return content if len(content) <= MOST_BYTES else b""


def _write(folder: int, name: str, content: bytes) -> None:
    """The answer, whole, and of whom the folder is."""
    part = f".{name}.part"
    _remove(folder, part)
    opened = os.open(
        part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640, dir_fd=folder
    )
    with os.fdopen(opened, "wb") as file:
        owner = os.fstat(folder)
        with contextlib.suppress(PermissionError):  # whoever is not root is the owner
            os.fchown(opened, owner.st_uid, owner.st_gid)
        file.write(content)
        file.flush()
        os.fsync(opened)
    os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def _remove(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
    except IsADirectoryError:
        os.rename(name, f".{name}.refused", src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def _failed(verb: str, error: Exception) -> HardwareError:
    return HardwareError(
        "STEWARD_FAILED",
        fr=f"Le système n'a pas pu faire « {verb} » ({error}) : « journalctl -u jardin-steward -u "
        "jardin-update » dit pourquoi.",
        en=f"The system could not do '{verb}' ({error}): 'journalctl -u jardin-steward -u "
        "jardin-update' says why.",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer what is asked, and end."""
    parser = argparse.ArgumentParser(prog="jardin-steward", description=__doc__)
    parser.add_argument("--requests", type=Path, default=REQUESTS)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        serve(options.requests)
    except OSError as error:
        print(f"{options.requests}: {error.strerror}", file=sys.stderr)
        return HardwareError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
