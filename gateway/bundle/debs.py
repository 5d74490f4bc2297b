"""The system's packages of a bundle: what a card needs, with what it may lack.

apt chooses them as it would on the card, in a folder of its own and for the card's processor; what
every card has (what is required, and Python) is left out. A card installs of them only what
it does not have.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from gateway.bundle.failures import checked, needs_apt
from gateway.bundle.target import PACKAGES, Target

PRESENT: Final = ("?essential", "?priority(required)", "apt", "python3")
"""What no card is without; also what these need is left out."""
_FOLDERS: Final = (
    "etc/apt/apt.conf.d",
    "etc/apt/preferences.d",
    "etc/apt/sources.list.d",
    "etc/apt/trusted.gpg.d",
    "cache/archives/partial",
    "state/lists/partial",
)
_CHOSEN: Final = re.compile(r"^Inst (\S+) ", re.MULTILINE)
_CONFIGURATION: Final = """\
Dir "{home}";
Dir::State "{home}/state";
Dir::State::status "{home}/status";
Dir::Cache "{home}/cache";
Dir::Etc "{home}/etc/apt";
APT::Architecture "{arch}";
APT::Architectures {{ "{arch}"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::Retries "2";
"""


class Apt:
    """An apt of its own in ``home``, for ``target``, with ``sources``; nothing is installed.

    Raises ``UsageError`` without apt, ``NetworkError`` where the sources do not answer.
    """

    def __init__(self, home: Path, target: Target, sources: str) -> None:
        if shutil.which("apt-get") is None:
            raise needs_apt()
        self._target = target
        for name in _FOLDERS:
            (home / name).mkdir(parents=True, exist_ok=True)
        (home / "status").touch()
        (home / "etc/apt/sources.list.d/debian.list").write_text(sources, encoding="utf-8")
        text = _CONFIGURATION.format(home=home, arch=target.arch) + _ways_of_this_computer()
        (home / "apt.conf").write_text(text, encoding="utf-8")
        self._environment = {**os.environ, "APT_CONFIG": str(home / "apt.conf"), "LC_ALL": "C"}
        self._run("apt-get", "update", "--error-on=any")

    def offers(self, package: str) -> bool:
        """Whether the sources have ``package``."""
        return bool(self._run("apt-cache", "pkgnames", package).split())

    def choose(self, packages: Iterable[str]) -> set[str]:
        """``packages`` and what they need that a card may lack."""
        chosen = self._chosen(packages)
        return chosen - self._chosen(PRESENT)

    def download(self, packages: Collection[str], folder: Path) -> dict[str, Path]:
        """Each of ``packages`` with its file in ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        # apt downloads into the folder that it is started in.
        get = ["apt-get", "--quiet", "--quiet", "download"]
        self._run(*get, *sorted(packages), folder=folder)
        return {path.name.partition("_")[0]: path for path in sorted(folder.glob("*.deb"))}

    def _chosen(self, packages: Iterable[str]) -> set[str]:
        said = self._run("apt-get", "--simulate", "install", *packages)
        return {name.partition(":")[0] for name in _CHOSEN.findall(said)}

    def _run(self, *command: str, folder: Path | None = None) -> str:
        what = f"Debian {self._target.codename} ({self._target.arch})"
        return checked(command, what, self._environment, folder)


def package_files(apt: Apt, target: Target, folder: Path) -> dict[str, list[Path]]:
    """The packages of a gateway and of a node for ``target``, downloaded into ``folder``."""
    lent = [package for package in target.lends.values() if apt.offers(package)]
    chosen = {
        role: apt.choose([*packages, *(lent if role == "node" else [])])
        for role, packages in PACKAGES.items()
    }
    files = apt.download(set().union(*chosen.values()), folder)
    return {role: [files[name] for name in sorted(names)] for role, names in chosen.items()}


def _ways_of_this_computer() -> str:
    """How this computer's apt reaches the internet: proxies and certificates."""
    said = checked(["apt-config", "dump", "Acquire"], "apt")
    ways = re.compile(r"Acquire::https?(::|\s)")
    return "".join(f"{line}\n" for line in said.splitlines() if ways.match(line))
