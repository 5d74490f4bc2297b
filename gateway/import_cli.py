"""``jardin-gateway import``: a downloaded CSV back into a garden."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from gateway import folder
from gateway.importing import ImportReport, import_csv
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.console import pick
from sensor_node.errors import StorageError, UsageError

AHEAD_MS = 600_000


def import_file(file: Path, config: Path, *, simulated: bool) -> int:
    """Take ``file`` into the garden of the settings in ``config``; the gateway may be running.

    Returns 0; raises ``UsageError`` for a file that is none of ours.
    """
    settings = settings_file.load(GatewaySettings, config)
    with folder.shared(settings.data), closing(Gateway.open(settings)) as gateway:
        report = import_into(gateway, file, simulated=simulated, shown=sys.stderr.isatty())
    print(summary(report))
    return 0


def import_into(
    gateway: Gateway, file: Path, *, simulated: bool, shown: bool = False
) -> ImportReport:
    """Take ``file`` into ``gateway``; ``shown``: tell the progress on standard error."""

    def tell(rows: int) -> None:
        if shown:
            print(f"\r{rows}", end="", file=sys.stderr, flush=True)

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            report = import_csv(
                gateway.store,
                gateway.catalogue,
                lines,
                simulated=simulated,
                label=file.name,
                progress=tell,
                not_after_ms=gateway.clock.wall_ms() + AHEAD_MS
                if gateway.clock.synchronised()
                else None,
            )
    except StorageError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "FILE_UNREADABLE",
            fr=f"Le fichier {file} ne peut pas être lu ({error}).",
            en=f"The file {file} cannot be read ({error}).",
        ) from None
    gateway.present.load(gateway.store.newest())
    return report


def summary(report: ImportReport) -> str:
    """What became of the rows, and the first refused lines with their reasons."""
    lines = [
        f"{name:<24}{number:>9}"
        for name, number in (
            (pick("lignes lues", "rows read"), report.rows),
            (pick("  nouvelles", "  new"), report.new),
            (pick("  déjà là", "  already here"), report.same),
            (pick("  remplacées", "  replaced"), report.replaced),
            (pick("  refusées", "  refused"), report.refused_count),
        )
    ]
    word = pick("ligne", "line")
    return "\n".join(
        [*lines, *(f"{word} {r.line}: {pick(r.fr, r.en)}" for r in report.refused[:20])]
    )
