"""Plain files that are whole after a power cut: written beside, flushed, renamed."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from sensor_node.damage import beside, sync_folder, told
from sensor_node.errors import UsageError


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Give the file ``path`` this ``content``: after a kill it is the old one or the new one.

    ``private``: only its owner may read it, from its first byte on. One at a time for each path.
    """
    part = beside(path, ".part")
    try:
        # Left by a kill, with whatever rights; or a link that is to lead root elsewhere.
        part.unlink(missing_ok=True)
        with open(part, "xb", opener=_private if private else None) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        belong(part)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def link_whole(link: Path, target: str | Path) -> None:
    """Have ``link`` lead to ``target``: after a kill it leads where it did, or there.

    Raises ``StorageError``.
    """
    new = link.with_name(f".{link.name}.new")
    with told(link):
        new.unlink(missing_ok=True)
        new.symlink_to(target)
        new.replace(link)
        sync_folder(link.parent)


def sync_file(path: Path) -> None:
    """Have what was written to ``path`` on disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def free_name(path: Path) -> Path:
    """``path``, or with the first number behind its name that is not taken yet."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def belong(path: Path) -> None:
    """Give ``path`` to whom its folder belongs: a command run by root leaves the service no file
    that it cannot write. No link is followed: the service lays what it likes into its folder.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return
    owner = path.parent.stat()
    with contextlib.suppress(OSError):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def not_writable(path: Path, error: OSError, flag: str = "") -> UsageError:
    """For whoever named a file, with ``flag``, that ``error`` keeps from being written."""
    avec, by = (f" avec {flag}", f" with {flag}") if flag else ("", "")
    return UsageError(
        "FILE_NOT_WRITABLE",
        fr=f"{path} ne peut pas être écrit ({error.strerror}) : donnez{avec} un fichier dans un "
        "dossier qui existe et qui est à vous.",
        en=f"{path} cannot be written ({error.strerror}): give{by} a file in a folder that exists "
        "and is yours.",
    )
