"""The wheels of a bundle: the project's own, those of the lock files, and the pip that installs.

Wheels only, and exactly the versions of the locks: a card has no compiler, and pip would silently
fall back to ancient releases of pure Python.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from gateway.bundle.failures import checked, needs_sources, no_wheel
from gateway.bundle.target import Target
from sensor_node.errors import NetworkError

ROOT: Final = Path(__file__).parents[2]
OLDEST_GLIBC: Final = 17
OF_A_SIGNATURE: Final = ("cryptography", "cffi", "pycparser")
"""What a node takes of the gateway's lock: it reads the signature of the next bundle."""
_ABSENT: Final = re.compile(r"No matching distribution found for (\S+)")


def project_wheel(folder: Path, root: Path = ROOT) -> Path:
    """This project's own wheel, with the files of the pages. Raises ``GardenError``."""
    if not (root / "pyproject.toml").exists():
        raise needs_sources(root)
    build = ["wheel", "--quiet", "--no-deps", "--no-input", "--wheel-dir", str(folder), str(root)]
    checked([sys.executable, "-m", "pip", *build], "jardin-connecte")
    return next(folder.glob("jardin_connecte-*.whl"))


def pip_wheel(folder: Path, locks: Path = ROOT / "requirements") -> Path:
    """The pip that installs the others, of the version of dev.txt."""
    (pin,) = (line for line in _lines(locks / "dev.txt") if line.startswith("pip=="))
    _download([pin], [], folder)
    return next(folder.glob("pip-*.whl"))


def library_wheels(
    target: Target, folder: Path, locks: Path = ROOT / "requirements"
) -> dict[str, list[Path]]:
    """The libraries of a gateway and of a node for ``target``, downloaded into ``folder``.

    Raises ``UsageError`` for a pin that has no wheel, ``NetworkError`` where nothing comes.
    """
    gateway, node = (locks / f"{role}.txt" for role in ("gateway", "node"))
    of_gateway = list(pins(target, _lines(gateway)))
    signature = [pin for pin in of_gateway if _name(pin) in OF_A_SIGNATURE]
    wanted = {"gateway": of_gateway, "node": [*pins(target, _lines(node)), *signature]}
    every = sorted({pin for listed in wanted.values() for pin in listed})
    try:
        _download(every, _for_target(target), folder)
    except NetworkError as error:
        if absent := _ABSENT.search(str(error)):
            raise no_wheel(absent.group(1), target.python, target.machine) from error
        raise
    found = {_name(path.name): path for path in sorted(folder.glob("*.whl"))}
    return {role: sorted({found[_name(pin)] for pin in listed}) for role, listed in wanted.items()}


def pins(target: Target, lines: Iterable[str]) -> Iterator[str]:
    """Those of ``lines`` that ``target`` wants, without their conditions."""
    # It comes with the node's libraries. pip itself would judge by the computer that it runs on.
    from packaging.requirements import Requirement  # noqa: PLC0415 - of a building computer

    environment = {
        "implementation_name": "cpython",
        "platform_machine": target.machine,
        "platform_python_implementation": "CPython",
        "python_full_version": f"{target.python}.2",
        "python_version": target.python,
        "sys_platform": "linux",
    }
    for line in lines:
        pin = Requirement(line)
        wanted = pin.marker is None or pin.marker.evaluate(environment)
        if wanted and pin.name not in target.lends:
            yield f"{pin.name}{pin.specifier}"


def _for_target(target: Target) -> list[str]:
    glibc = range(target.glibc, OLDEST_GLIBC - 1, -1)
    platforms = [f"manylinux_2_{minor}_{target.machine}" for minor in glibc]
    return [
        "--implementation=cp",
        f"--python-version={target.python}",
        *(f"--platform={name}" for name in (*platforms, f"manylinux2014_{target.machine}")),
    ]


def _download(pins: Collection[str], options: Collection[str], folder: Path) -> None:
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check"]
    exactly = ["--no-deps", "--only-binary=:all:", *options]
    command = [sys.executable, "-m", "pip", "download", *quiet, *exactly, "--dest", str(folder)]
    checked([*command, *pins], f"{len(pins)} wheels")


def _lines(lock: Path) -> list[str]:
    if not lock.exists():
        raise needs_sources(lock.parent.parent)
    lines = lock.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", " "))]


def _name(of: str) -> str:
    """The normal form of the name that a pin or the file name of a wheel begins with."""
    return re.sub(r"[-_.]+", "-", re.split(r"==|-\d", of, maxsplit=1)[0]).lower()
