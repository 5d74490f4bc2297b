"""Everything that goes onto a card's boot partition, before a byte of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gateway.bundle.opened import Bundle
from gateway.card.answers import GATEWAY_ADDRESS, Answers, Words
from gateway.card.kit_folder import HTTP_PORT, Facts, KitFolder
from gateway.card.partition import CLOUD_INIT, CMDLINE, CONFIG, Partition
from gateway.card.places import (
    ANSWERS,
    BUNDLE,
    FOLDER,
    INVITATION,
    KEYS,
    MACHINE,
    OWN_WHEEL,
    SETTINGS,
    UPDATE_KEY,
    WHEEL,
    WORDS,
)
from gateway.card.sections import command_line, with_section
from gateway.card.templates import filled, template
from sensor_node.errors import ConfigError, HardwareError

SPARE_BYTES: Final = 4_000_000
"""What the system's own next kernel should still find."""
SCRIPTS: Final = ("start.sh", "first-boot.sh", "jardin-first-boot.service")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written. ``files``: by their path on the partition; ``bundle``: last but for
    cmdline.txt, which alone has the card start it.
    """

    partition: Partition
    answers: Answers
    bundle: Bundle
    files: Mapping[str, bytes]

    def sizes(self) -> dict[str, int]:
        """How many bytes each file will have on the partition."""
        sizes = {name: len(content) for name, content in self.files.items()}
        return sizes | {BUNDLE: self.bundle.path.stat().st_size}

    def needed_bytes(self) -> int:
        """What does not lie on the partition yet."""
        return sum(max(0, size - self._there(name)) for name, size in self.sizes().items())

    def _there(self, name: str) -> int:
        try:
            return (self.partition.path / name).stat().st_size
        except OSError:
            return 0

    def changes(self) -> str:
        """What becomes other in the system's own files, line by line."""
        return "".join(
            line
            for name in (CONFIG, CMDLINE)
            for line in unified_diff(
                self.partition.text(name).splitlines(keepends=True),
                self.files[name].decode().splitlines(keepends=True),
                f"{name} (avant, before)",
                f"{name} (après, after)",
                n=1,
            )
        )


def check_bundle(bundle: Bundle, answers: Answers) -> str:
    """The project's own wheel in ``bundle``. Raises ``ConfigError`` where the card's system is not
    among those that it is for.
    """
    for system in bundle.manifest.systems:
        if (system.codename, system.machine) == (answers.system, MACHINE):
            wheels = system.wheels_for(answers.role)
            return next(name for name in wheels if name.startswith(OWN_WHEEL))
    has = ", ".join(f"{s.codename} {s.machine}" for s in bundle.manifest.systems)
    raise ConfigError(
        "CARD_OTHER_BUNDLE",
        fr=f"{bundle.path.name} est pour {has} ; cette carte est : {answers.system} {MACHINE}. "
        "Faites le paquet qui convient (make bundle). Rien n'a été écrit.",
        en=f"{bundle.path.name} is for {has}; this card is: {answers.system} {MACHINE}. Make the "
        "bundle that fits (make bundle). Nothing was written.",
    )


def check_room(plan: Plan) -> None:
    """Raises ``HardwareError`` where the card is too small."""
    needed, free = plan.needed_bytes() + SPARE_BYTES, plan.partition.free_bytes()
    if free >= needed:
        return
    wanted_mb, free_mb = needed // 10**6 + 1, free // 10**6
    raise HardwareError(
        "CARD_TOO_SMALL",
        fr=f"Il manque de la place sur {plan.partition.path} : {wanted_mb} Mo sont nécessaires, "
        f"{free_mb} Mo sont libres. Réécrivez la carte avec une image récente, dont la partition "
        "de démarrage fait 512 Mo. Rien n'a été écrit.",
        en=f"There is not enough room on {plan.partition.path}: {wanted_mb} MB are needed, "
        f"{free_mb} MB are free. Write the card again with a recent image, whose boot partition "
        "has 512 MB. Nothing was written.",
    )


def plan_card(
    partition: Partition,
    answers: Answers,
    kit: KitFolder,
    facts: Facts,
    bundle: Bundle,
    *,
    update_key: bytes,
    settings: str | None = None,
) -> Plan:
    """All that goes onto ``partition``. ``settings``: a node.toml of one's own.

    Raises ``ConfigError``, ``StorageError``, and ``HardwareError`` for too small a card.
    """
    wheel = _content(bundle, check_bundle(bundle, answers))
    files: dict[str, bytes] = {
        WHEEL: wheel,
        UPDATE_KEY: update_key,
        ANSWERS: answers.to_text().encode(),
        WORDS: Words(facts.password, facts.code).to_text().encode(),
        **{f"{FOLDER}/{name}": template(f"boot/{name}").encode() for name in SCRIPTS},
        **_of_system(partition, answers),
    }
    if answers.has_node:
        gateway = f"{'localhost' if answers.has_gateway else GATEWAY_ADDRESS}:{HTTP_PORT}"
        files[SETTINGS] = (settings or filled("node.toml", answers.values())).encode()
        files[INVITATION] = kit.invitation(answers.node, gateway).encode("ascii")
    if answers.has_gateway:
        files |= {f"{KEYS}/{name}": content for name, content in kit.keys().items()}
    plan = Plan(partition, answers, bundle, files)
    check_room(plan)
    return plan


def _content(bundle: Bundle, name: str) -> bytes:
    with TemporaryDirectory() as folder:
        (path,) = bundle.extract([name], Path(folder))
        return path.read_bytes()


def _of_system(partition: Partition, answers: Answers) -> dict[str, bytes]:
    config = with_section(partition.text(CONFIG), template("boot/config.txt"))
    line = command_line(partition.text(CMDLINE), answers.system, answers.country)
    own = {CONFIG: config.encode(), CMDLINE: line.encode()}
    if answers.system == "bookworm":
        return own | {f"{FOLDER}/firstrun.sh": template("boot/firstrun.sh").encode()}
    values = answers.values()
    return own | {name: filled(f"boot/{name}", values).encode() for name in CLOUD_INIT}
