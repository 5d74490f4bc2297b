"""The first half of a first start: what the garden stands on. Every step can be repeated."""

from __future__ import annotations

import hashlib
from typing import Final

from gateway.bundle.host import Host
from gateway.card.places import BUNDLE, OWN_WHEEL, WHEEL
from gateway.kit import releases
from gateway.kit.card_start import GATEWAY, NODE, CardStart
from gateway.kit.packages import install_missing
from sensor_node.damage import told
from sensor_node.errors import ConfigError, StorageError

MASKED: Final = ("mosquitto.service",)
"""Debian's own broker listens in the clear as soon as it is installed; the garden's is another."""
RIVAL: Final = "systemd-timesyncd"
"""Raspberry Pi OS has it, and dpkg installs no chrony beside it; it gives no time to others."""
DEVICES: Final = ("gpio", "i2c", "spi", "dialout")


def check(start: CardStart) -> None:
    """The card's system is the one that it was made for, and nothing of its bundle is damaged."""
    here, wanted = Host.here(start.system.root).codename, start.answers.system
    if here != wanted:
        raise ConfigError(
            "FIRST_BOOT_OTHER_SYSTEM",
            fr=f"Cette carte a été préparée pour {wanted}, mais son système est {here} : refaites-"
            f"la avec « jardin-gateway card --system {here} », s'il est connu, ou avec {wanted}.",
            en=f"This card was prepared for {wanted}, but its system is {here}: make it again with "
            f"'jardin-gateway card --system {here}', where that is known, or with {wanted}.",
        )
    start.bundle.check()
    wheel = start.boot / WHEEL
    with told(wheel):
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    files = start.bundle.manifest.files
    if digest not in {files[name].sha256 for name in files if name.startswith(OWN_WHEEL)}:
        raise StorageError(
            "FIRST_BOOT_DAMAGED",
            fr=f"{WHEEL} n'est pas celui de {BUNDLE} : la carte est abîmée, ou sa copie inachevée. "
            "Refaites-la avec « jardin-gateway card ».",
            en=f"{WHEEL} is not that of {BUNDLE}: the card is damaged, or its copy unfinished. "
            "Make it again with 'jardin-gateway card'.",
        )


def packages(start: CardStart) -> None:
    """The system's packages that the bundle brings, without any network."""
    for name in MASKED:
        unit = start.path(f"/etc/systemd/system/{name}")
        with told(unit):
            unit.parent.mkdir(parents=True, exist_ok=True)
            if not unit.is_symlink():
                unit.symlink_to("/dev/null")
    dpkg = ("env", "DEBIAN_FRONTEND=noninteractive", "dpkg")
    start.must(*dpkg, "--configure", "--pending")  # what a power cut left half configured
    start.must(*dpkg, "--remove", RIVAL)  # well also where it is gone
    root, run = start.system.root, start.system.run
    system = Host.here(root).find(start.bundle.manifest)
    install_missing(start.bundle, system, start.answers.role, root, run=run)


def users(start: CardStart) -> None:
    """Who runs gateway, broker and node; none of them can log in."""
    if start.answers.has_gateway and not start.has_user(GATEWAY):
        start.must(*_new_user(GATEWAY))
    if start.answers.has_node:
        for group in DEVICES:
            start.must("groupadd", "--system", "--force", group)
        if not start.has_user(NODE):
            start.must(*_new_user(NODE))
        start.must("usermod", "--append", "--groups", ",".join(DEVICES), NODE)


def program(start: CardStart) -> None:
    """The garden's own environment, put into service."""
    release = releases.install(
        start.bundle, start.answers.role, start.system.root, run=start.system.run
    )
    releases.switch(release, start.system.root)


def _new_user(name: str) -> tuple[str, ...]:
    home = f"/var/lib/{name}"
    shell = "/usr/sbin/nologin"
    return ("useradd", "--system", "--user-group", "--home-dir", home, "--shell", shell, name)
