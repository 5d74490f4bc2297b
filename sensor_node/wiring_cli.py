"""``jardin-node wiring``: the node's own header in the terminal, and as a drawing to print."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sensor_node.console import pick, run_command
from sensor_node.errors import ConfigError


def add_arguments(wiring: argparse.ArgumentParser) -> None:
    """What ``wiring`` understands."""
    wiring.add_argument("--config", type=Path, required=True, metavar="node.toml")
    wiring.add_argument(
        "--svg",
        type=Path,
        metavar=pick("FICHIER", "FILE"),
        help=pick("écrire aussi un dessin à imprimer", "also write a drawing to print"),
    )
    wiring.set_defaults(command=run_wiring)


def run_wiring(options: argparse.Namespace) -> int:
    """Draw; returns 3 for a wiring that cannot work, which the sheet says first. Raises
    ``ConfigError`` for settings that are wrong.
    """
    from sensor_node import config  # noqa: PLC0415 - --help needs none of these
    from sensor_node.setup.sheet import sheet_of_settings  # noqa: PLC0415

    settings = config.load(options.config)

    def draw() -> int:
        from sensor_node.setup.sheet_svg import svg  # noqa: PLC0415
        from sensor_node.setup.sheet_text import draw as drawn  # noqa: PLC0415
        from sensor_node.setup.terminal import Terminal  # noqa: PLC0415

        sheet = sheet_of_settings(settings)
        sys.stdout.write(drawn(sheet, settings.language, Terminal.of(sys.stdout)))
        if options.svg is not None:
            _write(options.svg, svg(sheet, settings.language))
        return ConfigError.exit_code if sheet.hazards else 0

    return run_command(draw, settings.language)


def _write(path: Path, text: str) -> None:
    from sensor_node.database import storage_error  # noqa: PLC0415

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise storage_error(error, path) from error
