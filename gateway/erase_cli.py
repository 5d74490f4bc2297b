"""``jardin-gateway erase``: what people left long ago, or everything, after it was shown."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway import erasing, folder
from gateway.backup import make_backup
from gateway.carebook import Carebook
from gateway.erasing import Erased
from gateway.kit import garden
from gateway.retention import WORDS, Old, Retention
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.clock import SANE_SINCE_MS, SystemClock
from sensor_node.console import pick
from sensor_node.errors import ConfigError


def erase_old(config: Path, *, preview: bool, yes: bool) -> int:
    """Erase what retention says, and the backups and copies that still hold it; returns 0, or 1
    if it was not wanted. Raises ``StorageError`` where the gateway runs.
    """
    settings = garden.load(config)
    folder.check_made(settings.data)
    with folder.alone(settings.data):
        with closing(Gateway.open(settings)) as gateway:
            _require_time(gateway.clock.wall_ms())
            retention = Retention(gateway)
            old = retention.preview()
            _show_old(settings, old)
            if not old or preview:
                return 0
            if not yes and not _is_wanted():
                return 1
            retention.apply(old)
        _renew_copies(settings)
    print(pick("C'est effacé.", "It is erased."))
    return 0


def erase_all(config: Path, *, preview: bool, yes: bool) -> int:
    """Erase the whole garden; returns 0, 1 if it was not wanted, 4 where MQTT still holds
    something. Raises ``StorageError`` where the gateway runs.
    """
    settings = garden.load(config)
    with folder.alone(settings.data):
        _show_all(settings)
        if preview:
            return 0
        if not yes and not _is_wanted():
            return 1
        done = erasing.erase_everything(settings)
    _tell(done)
    return 0 if done.broker is None else done.broker.exit_code


def _require_time(now_ms: int) -> None:
    if now_ms < SANE_SINCE_MS:
        raise ConfigError(
            "ERASE_NO_TIME",
            fr="L'horloge de cet ordinateur n'est pas à l'heure : réglez-la d'abord. Rien n'a été "
            "effacé.",
            en="The clock of this computer is not right: set it first. Nothing was erased.",
        )


def _show_old(settings: GatewaySettings, old: Old) -> None:
    before = datetime.fromtimestamp(old.before_ms / 1000, ZoneInfo(settings.timezone)).date()
    print(pick(f"Ce qui est d'avant le {before} :", f"What is from before {before}:"))
    for name, words in WORDS.items():
        print(f"{old.counts[name]:>8}  {pick(*words)}")
    if not old:
        print(pick("Rien à effacer.", "Nothing to erase."))
        return
    held = [*erasing.backups(settings), *erasing.copies(settings)]
    if held:
        print(
            pick(
                "Ces sauvegardes et copies, qui en gardent la trace, partent aussi ; une "
                "sauvegarde neuve est faite à leur place :",
                "These backups and copies, which still hold it, go too; a new backup is made in "
                "their place:",
            )
        )
        print("\n".join(f"          {path}" for path in held))


def _renew_copies(settings: GatewaySettings) -> None:
    """A new backup first, where there is a folder for them; then the older ones go."""
    before = erasing.backups(settings)
    target = settings.backup.folder
    if before and target is not None and target.is_dir():
        now_ms = SystemClock().wall_ms()
        Carebook(settings.data).backed_up(make_backup(settings, target, now_ms), now_ms)
    erasing.remove(before)
    erasing.remove(erasing.copies(settings))


def _show_all(settings: GatewaySettings) -> None:
    print(
        pick(
            f"Tout le jardin « {settings.name} » part, pour de bon : mesures, bacs, carnet, clés "
            f"des personnes et des programmes, registre ({settings.data}), ce que le serveur MQTT "
            "retient, et ces sauvegardes :",
            f"The whole garden '{settings.name}' goes, for good: readings, beds, log, keys of "
            f"people and programs, log of changes ({settings.data}), what the MQTT broker "
            "retains, and these backups:",
        )
    )
    print("\n".join(f"          {path}" for path in erasing.backups(settings)) or "          –")


def _tell(done: Erased) -> None:
    print(
        pick(
            f"C'est effacé : {done.files} fichiers, {done.backups} sauvegardes, {done.topics} "
            "messages retenus.\nHors d'atteinte d'ici : les exports et copies faits ailleurs ; "
            "les nœuds, qui renverront leurs 30 derniers jours (effacez leur dossier « data ») ; "
            "une carte SD, qui garde des restes jusqu'à ce qu'elle soit réécrite ou détruite.",
            f"It is erased: {done.files} files, {done.backups} backups, {done.topics} retained "
            "messages.\nOut of reach from here: exports and copies made elsewhere; the nodes, "
            "which will send their last 30 days again (erase their folder 'data'); an SD card, "
            "which keeps remains until it is written over or destroyed.",
        )
    )
    if done.left:
        names = ", ".join(path.name for path in done.left)
        print(pick(f"Pas de nous, laissé là : {names}", f"Not ours, left there: {names}"))
    if done.broker is not None:
        print(
            pick(
                "Le serveur MQTT ne répond pas, et peut retenir encore des valeurs : lancez-le, "
                "puis recommencez la même commande.",
                "The MQTT broker does not answer, and may still retain values: start it, then run "
                "the same command again.",
            ),
            done.broker.text(pick("fr", "en")),
            sep="\n",
            file=sys.stderr,
        )


def _is_wanted() -> bool:
    word = pick("effacer", "erase")
    asked = pick(f"Écrivez « {word} » pour effacer : ", f"Write '{word}' to erase: ")
    try:
        answer = input(asked)
    except EOFError:
        answer = ""
    if answer.strip().lower() == word:
        return True
    print(pick("Rien n'a été effacé.", "Nothing was erased."))
    return False
