"""Writing a card, and reading it back: what was written is compared before anybody trusts it.

cmdline.txt and the files of cloud-init come last: a card that is pulled out before is one that
starts Raspberry Pi OS and nothing else, and the same command makes it whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from gateway.card.partition import CLOUD_INIT, CMDLINE
from gateway.card.places import BUNDLE, FOLDER, LOG, PROBLEM, SECRETS
from gateway.card.plan import Plan
from gateway.durable import sync_file, write_whole
from sensor_node.damage import sync_folder
from sensor_node.errors import HardwareError

LAST: Final = (*CLOUD_INIT, CMDLINE)
STALE: Final = (PROBLEM, LOG, f"{FOLDER}/node.toml", f"{FOLDER}/firstrun.sh")


def write_card(plan: Plan) -> None:
    """Write all of ``plan``, flushed. Raises ``HardwareError``."""
    boot = plan.partition.path
    first = [name for name in plan.files if name not in LAST]
    last = [name for name in LAST if name in plan.files]
    with _told(boot):
        _clear(boot)
        for name in first:
            _write(boot / name, plan.files[name])
        _copy(plan.bundle.path, boot / BUNDLE)
        for name in last:
            _write(boot / name, plan.files[name])


def check_card(plan: Plan) -> None:
    """Read everything back. Raises ``HardwareError`` for the first file that differs."""
    boot = plan.partition.path
    with _told(boot):
        for name, content in plan.files.items():
            if _digest_of(boot / name) != hashlib.sha256(content).digest():
                raise _differs(boot / name)
        if _digest_of(boot / BUNDLE) != _digest_of(plan.bundle.path):
            raise _differs(boot / BUNDLE)


def _clear(boot: Path) -> None:
    """What an earlier card of ours left that this one may not have."""
    for name in STALE:
        (boot / name).unlink(missing_ok=True)
    secrets = boot / SECRETS
    for path in sorted(secrets.rglob("*"), reverse=True) if secrets.is_dir() else ():
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def _copy(source: Path, target: Path) -> None:
    """A large file, straight to its place: a FAT of 512 MB has no room for it twice."""
    shutil.copyfile(source, target)
    sync_file(target)
    sync_folder(target.parent)


def _digest_of(path: Path) -> bytes:
    with path.open("rb") as file:
        _forget_cache(file)
        return hashlib.file_digest(file, "sha256").digest()


def _forget_cache(file: IO[bytes]) -> None:
    """What is read back comes from the card, not from memory, where the system lets us ask."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def _told(boot: Path) -> Iterator[None]:
    try:
        yield
    except HardwareError:
        raise
    except OSError as error:
        raise HardwareError(
            "CARD_NOT_WRITTEN",
            fr=f"La carte dans {boot} n'a pas pu être écrite ({error.strerror}) : est-elle encore "
            "dans le lecteur, et le verrou de l'adaptateur ouvert ? La même commande recommence.",
            en=f"The card in {boot} could not be written ({error.strerror}): is it still in the "
            "reader, and the adapter's lock open? The same command begins again.",
        ) from error


def _differs(path: Path) -> HardwareError:
    return HardwareError(
        "CARD_DIFFERS",
        fr=f"{path} relu n'est pas ce qui a été écrit : cette carte (ou ce lecteur) est abîmée. "
        "Prenez-en une autre.",
        en=f"{path} read back is not what was written: this card (or this reader) is bad. Take "
        "another one.",
    )
