"""Whether an environment works: ``python -m gateway.kit.self_check kit 0.2.0``, from inside it.

Run by whoever installs it before it is put into service. It opens no port, no database and no pin.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from gateway.bundle.manifest import ROLES
from sensor_node import __version__

MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "gateway": (
        "gateway.run",
        "gateway.pages",
        "gateway.keys.authority",
        "amqtt",
        "apprise",
        "babel",
        "cryptography.hazmat.primitives.asymmetric.ed25519",
        "httpx",
        "jinja2",
        "prometheus_client",
        "segno",
    ),
    # It reads the signature of the next bundle as well.
    "node": (
        "sensor_node.cli",
        "cryptography.hazmat.primitives.asymmetric.ed25519",
        "gpiozero",
        "paho.mqtt.client",
        "serial",
        "w1thermsensor",
    ),
}
"""What each must be able to load."""


def check(role: str, version: str) -> None:
    """Raises whatever is wrong with this environment."""
    # As our board does: the 1-Wire library would call modprobe.
    os.environ["W1THERMSENSOR_NO_KERNEL_MODULE"] = "1"
    if __version__ != version:
        raise RuntimeError(f"{__version__} instead of {version}")
    for part in ROLES[:2] if role == "kit" else (role,):
        for module in MODULES[part]:
            importlib.import_module(module)
    if role != "gateway" and _brings("lgpio"):
        importlib.import_module("lgpio")
    if role != "node":
        _check_addresses()


def _check_addresses() -> None:
    """All that a gateway reads in only when it is asked for."""
    from gateway import assets  # noqa: PLC0415 - a node has no pages
    from gateway.api.chapters import NOUNS  # noqa: PLC0415

    assets.static_files()
    for modules in NOUNS.values():
        for module in modules:
            importlib.import_module(f"gateway.api.{module}")


def _brings(library: str) -> bool:
    """Whether the bundle brought ``library``; else the system lends it, or a node on real pins
    says that it is missing.
    """
    try:
        place = Path(str(distribution(library).locate_file("")))
    except PackageNotFoundError:
        return False
    return place.is_relative_to(sys.prefix)


if __name__ == "__main__":
    check(*sys.argv[1:])
