"""``jardin-gateway import``: an exported garden or a downloaded CSV into a garden."""

from __future__ import annotations

from contextlib import closing
from io import TextIOWrapper
from pathlib import Path

from gateway import folder
from gateway.bringing import Brought, bring_garden
from gateway.garden_file import GZIP
from gateway.importing import ImportReport, import_csv
from gateway.progress import ProgressBar
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.times import AHEAD_MS
from sensor_node import settings as settings_file
from sensor_node.console import pick
from sensor_node.errors import StorageError


def import_file(file: Path, config: Path, *, simulated: bool) -> int:
    """Take ``file`` into the garden of the settings in ``config``; the gateway may be running.

    Returns 0; raises ``UsageError`` for a file that is none of ours and ``StorageError`` for one
    that cannot be read, before a garden is made for it.
    """
    settings = settings_file.load(GatewaySettings, config)
    _check_there(file)
    with folder.shared(settings.data), closing(Gateway.open(settings)) as gateway:
        if _is_garden(file):
            print(summary_of_garden(bring_into(gateway, file)))
        else:
            print(summary(import_into(gateway, file, simulated=simulated, shown=True)))
    return 0


def bring_into(gateway: Gateway, file: Path) -> Brought:
    """Take the garden in ``file`` into ``gateway``, with a bar if somebody looks."""
    size = file.stat().st_size
    bar = ProgressBar(size)
    report = bring_garden(gateway, file, bar.tell)
    bar.end(size)
    gateway.present.load(gateway.store.newest())
    return report


def _check_there(file: Path) -> None:
    if file.is_dir():
        raise StorageError(
            "FILE_IS_FOLDER",
            fr=f"{file} est un dossier : donnez le fichier à importer, un export (.jsonl.gz) ou un "
            "CSV. Rien n'a été changé.",
            en=f"{file} is a folder: give the file to import, an export (.jsonl.gz) or a CSV. "
            "Nothing was changed.",
        )
    if not file.exists():
        raise StorageError(
            "FILE_ABSENT",
            fr=f"Le fichier {file} n'existe pas : vérifiez son nom, et que la clé USB est "
            "branchée. Rien n'a été changé.",
            en=f"The file {file} does not exist: check its name, and that the USB stick is "
            "plugged in. Nothing was changed.",
        )


def _is_garden(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(GZIP)) == GZIP
    except OSError:
        return False  # the CSV's reader says why


def import_into(
    gateway: Gateway, file: Path, *, simulated: bool, shown: bool = False
) -> ImportReport:
    """Take the CSV ``file`` into ``gateway``; ``shown``: with a bar if somebody looks."""
    try:
        size = file.stat().st_size
        bar = ProgressBar(size) if shown else None
        with file.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", newline="") as lines:
            report = import_csv(
                gateway.store,
                gateway.catalogue,
                lines,
                simulated=simulated,
                label=file.name,
                progress=(lambda _rows: bar.tell(raw.tell())) if bar else None,
                not_after_ms=gateway.clock.wall_ms() + AHEAD_MS
                if gateway.clock.synchronised()
                else None,
            )
    except StorageError:
        raise
    except OSError as error:
        raise _unreadable(file, error) from error
    if bar:
        bar.end(size)
    gateway.present.load(gateway.store.newest())
    return report


def _unreadable(file: Path, error: OSError) -> StorageError:
    return StorageError(
        "FILE_UNREADABLE",
        fr=f"Le fichier {file} ne peut pas être lu ({error.strerror}) : vérifiez ses droits, et "
        "que sa clé USB ou son disque est en bon état.",
        en=f"The file {file} cannot be read ({error.strerror}): check its permissions, and that "
        "its USB stick or disk is well.",
    )


def summary_of_garden(report: Brought) -> str:
    """What became of the readings of an exported garden."""
    again = pick("repris là où il s'était arrêté : ", "gone on with where it had stopped: ")
    return (again if report.resumed else "") + _table(
        (pick("mesures nouvelles", "new readings"), report.new),
        (pick("  déjà là", "  already here"), report.same),
        (pick("  remplacées", "  replaced"), report.replaced),
        (pick("pannes dans le fichier", "faults in the file"), report.faults),
    )


def summary(report: ImportReport) -> str:
    """What became of the rows, and the first refused lines with their reasons."""
    table = _table(
        (pick("lignes lues", "rows read"), report.rows),
        (pick("  nouvelles", "  new"), report.new),
        (pick("  déjà là", "  already here"), report.same),
        (pick("  remplacées", "  replaced"), report.replaced),
        (pick("  refusées", "  refused"), report.refused_count),
    )
    word = pick("ligne", "line")
    return "\n".join(
        [table, *(f"{word} {r.line}: {pick(r.fr, r.en)}" for r in report.refused[:20])]
    )


def _table(*rows: tuple[str, int]) -> str:
    return "\n".join(f"{name:<24}{number:>9}" for name, number in rows)
