"""``jardin-gateway backup`` and ``restore``."""

from __future__ import annotations

import sys
from pathlib import Path

from gateway import folder
from gateway.archive import Manifest, read_manifest
from gateway.backup import Backup, make_backup
from gateway.carebook import Carebook
from gateway.kit import garden
from gateway.restore import prepared
from sensor_node.clock import SystemClock
from sensor_node.console import pick
from sensor_node.errors import UsageError


def back_up(config: Path, to: Path | None) -> int:
    """Back up the garden of the settings in ``config``, which may be running; returns 0.

    ``to``: a folder or the file to make, else the setting ``backup.folder``.
    """
    settings = garden.load(config)
    target = to or settings.backup.folder
    if target is None:
        raise UsageError(
            "BACKUP_NOWHERE",
            fr="Où mettre la sauvegarde ? Donnez --to DOSSIER, ou le réglage backup.folder.",
            en="Where should the backup go? Give --to FOLDER, or the setting backup.folder.",
        )
    now_ms = SystemClock().wall_ms()
    with folder.existing(settings.data):
        line = _Line()
        try:
            backup = make_backup(settings, target, now_ms, line.tell)
        finally:
            line.end()
        Carebook(settings.data).backed_up(backup, now_ms)
    print(_made(backup))
    return 0


def restore(config: Path, file: Path, *, yes: bool) -> int:
    """Put the backup ``file`` in the place of the garden's data; returns 0, or 1 if it was not
    wanted after all. ``yes``: without asking.
    """
    settings = garden.load(config)
    read_manifest(file)
    with folder.alone(settings.data):
        now_ms = SystemClock().wall_ms()
        with prepared(file, settings.data, now_ms) as preparation:
            print(_described(preparation.manifest))
            if not yes and not _is_wanted(settings.data):
                print(pick("Rien n'a été changé.", "Nothing was changed."))
                return 1
            aside = preparation.apply()
    print(
        pick(
            f"C'est fait. Les données d'avant sont dans {aside}. Lancez la passerelle : les nœuds "
            "renverront d'eux-mêmes ce qu'ils ont mesuré depuis (30 jours au plus).",
            f"Done. The data of before are in {aside}. Start the gateway: the nodes will send "
            "again by themselves what they have measured since (30 days at the most).",
        )
    )
    return 0


class _Line:
    """How far it is, on one line of a terminal; nothing where no person looks."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._said = ""

    def tell(self, step: str, done: float) -> None:
        text = f"{step} {done:4.0%}"
        if self._shown and text != self._said:
            self._said = text
            print(f"\r{text:<40}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._said:
            print(f"\r{'':<40}\r", end="", file=sys.stderr, flush=True)


def _made(backup: Backup) -> str:
    size, readings = f"{backup.bytes / 1e6:.1f}", backup.manifest.readings
    lines = [
        pick(
            f"Sauvegarde faite et vérifiée : {backup.path} ({size} Mo, {readings} mesures).",
            f"Backup made and checked: {backup.path} ({size} MB, {readings} readings).",
        )
    ]
    if backup.same_disk:
        lines.append(
            pick(
                "Attention : elle est sur le même disque que les données. Si ce disque meurt, les "
                "deux sont perdues ; copiez-la ailleurs, sur une clé USB par exemple.",
                "Mind: it lies on the same disk as the data. If that disk dies, both are lost; "
                "copy it elsewhere, to a USB stick for example.",
            )
        )
    return "\n".join(lines)


def _described(manifest: Manifest) -> str:
    store = manifest.files["store.sqlite"]
    return pick(
        f"Sauvegarde de « {manifest.garden} » faite le {manifest.made} : {manifest.readings} "
        f"mesures, de {store.from_ or '–'} à {store.to or '–'}.",
        f"Backup of '{manifest.garden}' made {manifest.made}: {manifest.readings} readings, "
        f"from {store.from_ or '–'} to {store.to or '–'}.",
    )


def _is_wanted(data: Path) -> bool:
    question = pick(
        f"La mettre à la place des données de {data} ? (oui/non) ",
        f"Put it in the place of the data in {data}? (yes/no) ",
    )
    if not sys.stdin.isatty():
        raise UsageError(
            "CONFIRM_NEEDED",
            fr="Personne ne peut répondre ici : ajoutez --yes pour restaurer sans question. "
            "Rien n'a été changé.",
            en="Nobody can answer here: add --yes to restore without asking. Nothing was changed.",
        )
    return input(question).strip().lower() in ("o", "oui", "y", "yes")
