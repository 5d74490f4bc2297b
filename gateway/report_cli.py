"""``jardin-gateway report``: one year in figures, as a table."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from sensor_node.console import pick
from sensor_node.errors import UsageError


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
    from gateway.bounds import FIRST_YEAR, LAST_YEAR  # noqa: PLC0415
    from gateway.catalogue import Catalogue  # noqa: PLC0415
    from gateway.durable import not_writable, write_whole  # noqa: PLC0415
    from gateway.settings import GatewaySettings  # noqa: PLC0415
    from gateway.yearly.year import csv_of, year_of  # noqa: PLC0415
    from sensor_node import settings as settings_file  # noqa: PLC0415

    if not FIRST_YEAR <= options.year <= LAST_YEAR:
        raise _no_year(options.year)
    settings = settings_file.load(GatewaySettings, options.config)
    data = settings.data
    with folder.existing(data), closing(Catalogue(data / "garden.sqlite")) as known:
        year = year_of(known, options.year, settings.timezone, settings.report.chosen)
    if options.csv is not None:
        try:
            write_whole(options.csv, csv_of(year, settings.language).encode())
        except OSError as error:
            raise not_writable(options.csv, error, "--csv") from error
    for name, value in year.rows(settings.language):
        sys.stdout.write(f"{name:<40} {value:>8}\n")
    return 0


def _no_year(year: int) -> UsageError:
    return UsageError(
        "NO_SUCH_YEAR",
        fr=f"{year} n'est pas une année du jardin : écrivez-la comme 2026.",
        en=f"{year} is no year of the garden: write it like 2026.",
    )
