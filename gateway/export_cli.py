"""``jardin-gateway export``: a whole garden into one file."""

from __future__ import annotations

from pathlib import Path

from gateway import folder
from gateway.exporting import export_garden
from gateway.kit import garden
from gateway.progress import ProgressBar
from gateway.service import Gateway
from sensor_node.console import pick


def export_file(file: Path, config: Path) -> int:
    """Write the garden of the settings in ``config`` into ``file``; the gateway may be running.

    Returns 0; says how much there is, and whether more came in meanwhile. Raises ``StorageError``
    where there is no garden.
    """
    settings = garden.load(config)
    folder.check_made(settings.data)
    gateway = Gateway.open(settings)
    try:
        bar = ProgressBar(gateway.store.count())
        totals = export_garden(gateway, file, bar.tell)
        bar.end(totals.readings)
        more = gateway.store.count() - totals.readings
    finally:
        gateway.close()
    print(
        pick(
            f"{file} : {totals.readings} mesures, {totals.faults} pannes, "
            f"{len(totals.channels)} voies.",
            f"{file}: {totals.readings} readings, {totals.faults} faults, "
            f"{len(totals.channels)} channels.",
        )
    )
    if more:
        print(
            pick(
                f"{more} mesures sont arrivées pendant l'export et n'y sont pas.",
                f"{more} readings came in during the export and are not in it.",
            )
        )
    return 0
