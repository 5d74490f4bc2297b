"""The computer that a bundle is for: its system, its processor and its Python."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from gateway.bundle.manifest import Manifest, System
from sensor_node.errors import UsageError


@dataclass(frozen=True, slots=True)
class Host:
    """``codename``: Debian's; ``machine``: the processor that Python runs on; ``python``: 3.11."""

    codename: str
    machine: str
    python: str

    @classmethod
    def here(cls, root: Path = Path("/")) -> Host:
        """This computer, whose system lies in ``root``."""
        return cls(
            codename=os_release(root).get("VERSION_CODENAME", "?"),
            # A 64-bit kernel may carry a 32-bit system: then no wheel for arm64 runs.
            machine=platform.machine() if sys.maxsize > 2**32 else "32-bit",
            python=f"{sys.version_info[0]}.{sys.version_info[1]}",
        )

    def find(self, manifest: Manifest) -> System:
        """What of the bundle is for this computer. Raises ``UsageError`` where nothing is."""
        for system in manifest.systems:
            if (system.codename, system.machine, system.python) == (
                self.codename,
                self.machine,
                self.python,
            ):
                return system
        has = ", ".join(f"{s.codename} {s.machine} Python {s.python}" for s in manifest.systems)
        own = f"{self.codename} {self.machine} Python {self.python}"
        raise UsageError(
            "BUNDLE_OTHER_SYSTEM",
            fr=f"Ce paquet est pour {has} ; cet ordinateur est : {own}. Prenez le paquet qui lui "
            "convient. Le jardin n'a pas été touché.",
            en=f"This bundle is for {has}; this computer is: {own}. Take the bundle that fits. "
            "The garden was not touched.",
        )


def os_release(root: Path) -> dict[str, str]:
    """What the system in ``root`` says of itself; nothing where it does not say."""
    try:
        lines = (root / "etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    said = (line.partition("=") for line in lines)
    return {key: value.strip().strip('"') for key, _, value in said}
