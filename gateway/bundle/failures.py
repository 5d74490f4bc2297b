"""What can go wrong while a bundle is built: each in one sentence with what to do."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sensor_node.errors import NetworkError, StorageError, UsageError

BUILD_S = 1800.0


def checked(
    command: Sequence[str],
    what: str,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """What ``command``, started in ``folder``, prints; a ``NetworkError`` about ``what`` unless it
    ends well.
    """
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=BUILD_S,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise download_failed(what, str(error)) from error
    if done.returncode != 0:
        raise download_failed(what, done.stderr or done.stdout)
    return done.stdout


def download_failed(what: str, said: str) -> NetworkError:
    """``said``: by the program that failed; its last line that tells an error is shown."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["?"]
    errors = [line for line in lines if line.startswith(("E:", "Err:", "ERROR:", "error:"))]
    last = (errors or lines)[-1]
    return NetworkError(
        "BUNDLE_DOWNLOAD_FAILED",
        fr=f"Pour le paquet, {what} ne se télécharge pas ({last}) : vérifiez internet, puis "
        "relancez. Rien n'a été laissé à moitié.",
        en=f"For the bundle, {what} cannot be downloaded ({last}): check the internet, then run "
        "it again. Nothing was left half made.",
    )


def no_wheel(pin: str, python: str, machine: str) -> UsageError:
    """For a library that is only to be had as source."""
    return UsageError(
        "BUNDLE_NO_WHEEL",
        fr=f"{pin} n'existe pas construit pour Python {python} sur {machine} : une carte n'a pas "
        "de compilateur. Prenez une autre version (make lock), ou celle du système.",
        en=f"{pin} is not to be had built for Python {python} on {machine}: a card has no "
        "compiler. Take another version (make lock), or the system's own.",
    )


def needs_sources(root: Path) -> UsageError:
    """For a gateway that was installed from a wheel."""
    return UsageError(
        "BUNDLE_NEEDS_SOURCES",
        fr=f"Un paquet se construit depuis les sources du projet, et {root} n'en a pas : "
        "« make bundle » dans le dossier du projet.",
        en=f"A bundle is built from the project's sources, and {root} has none: 'make bundle' in "
        "the project's folder.",
    )


def needs_apt() -> UsageError:
    """For a Linux without apt."""
    return UsageError(
        "BUNDLE_NEEDS_APT",
        fr="Les paquets du système se prennent avec apt (Debian, Ubuntu, Raspberry Pi OS), qui "
        "n'est pas ici : construisez le paquet sur un tel ordinateur.",
        en="The system's packages are taken with apt (Debian, Ubuntu, Raspberry Pi OS), which is "
        "not here: build the bundle on such a computer.",
    )


def needs_mirror() -> UsageError:
    """For a computer whose apt does not know Debian."""
    return UsageError(
        "BUNDLE_NEEDS_MIRROR",
        fr="L'apt de cet ordinateur ne connaît pas Debian, ou pas ses clés : installez "
        "debian-archive-keyring et donnez un miroir de Debian (--mirror http://…/debian).",
        en="This computer's apt does not know Debian, or not its keys: install "
        "debian-archive-keyring and give a mirror of Debian (--mirror http://…/debian).",
    )


def too_large(size: int, most: int) -> StorageError:
    """For a bundle over its limit."""
    return StorageError(
        "BUNDLE_TOO_LARGE",
        fr=f"Le paquet ferait {size // 10**6} Mo, plus que les {most // 10**6} permis : une "
        "bibliothèque de trop ? Rien n'a été écrit.",
        en=f"The bundle would take {size // 10**6} MB, more than the {most // 10**6} allowed: a "
        "library too many? Nothing was written.",
    )
