"""``jardin-gateway report``: one year in figures, as a table."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from sensor_node.console import pick


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What ``jardin-gateway report`` understands."""
    command.add_argument("--year", type=int, required=True, metavar="2026")
    command.add_argument(
        "--csv", type=Path, metavar="FILE.csv", help=pick("dans ce fichier", "into this file")
    )
    command.add_argument("--config", type=Path, default=Path("gateway.toml"))
    command.set_defaults(command=_report)


def _report(options: argparse.Namespace) -> int:
    from gateway import folder  # noqa: PLC0415 - --help needs none of this
    from gateway.catalogue import Catalogue  # noqa: PLC0415
    from gateway.durable import write_whole  # noqa: PLC0415
    from gateway.flags import check_range  # noqa: PLC0415
    from gateway.settings import GatewaySettings  # noqa: PLC0415
    from gateway.yearly.year import csv_of, year_of  # noqa: PLC0415
    from sensor_node import settings as settings_file  # noqa: PLC0415
    from sensor_node.errors import UsageError  # noqa: PLC0415

    check_range("--year", options.year, 1970, 8999)
    settings = settings_file.load(GatewaySettings, options.config)
    data = settings.data
    with folder.existing(data), closing(Catalogue(data / "garden.sqlite")) as known:
        year = year_of(known, options.year, settings.timezone)
    if options.csv is not None:
        try:
            write_whole(options.csv, csv_of(year, settings.language).encode())
        except OSError as error:
            raise UsageError(
                "FILE_NOT_WRITABLE",
                fr=f"{options.csv} ne peut pas être écrit ({error.strerror}) : donnez un autre "
                "fichier (--csv).",
                en=f"{options.csv} cannot be written ({error.strerror}): give another file "
                "(--csv).",
            ) from None
    for name, value in year.rows(settings.language):
        sys.stdout.write(f"{name:<40} {value:>8}\n")
    return 0
