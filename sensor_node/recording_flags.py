"""How a recording's columns are told on the command line, and the file is opened.

What replays a recording through a node and what makes a season of it ask in the same words.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sensor_node.console import pick
from sensor_node.errors import UsageError

if TYPE_CHECKING:
    from sensor_node.recording import RecordingMap


def add_map_arguments(parser: argparse._ActionsContainer, *, required: bool = False) -> None:
    """How the columns of a recording are told; ``map_of`` reads them."""
    parser.add_argument(
        "--map",
        action="append",
        required=required,
        metavar=pick("CARTE", "MAP"),
        help=pick(
            "un fichier TOML, ou COLONNE=voie:grandeur[:conversion] (répétable)",
            "a TOML file, or COLUMN=channel:quantity[:conversion] (repeatable)",
        ),
    )
    parser.add_argument(
        "--time",
        metavar="COL[,COL]",
        help=pick("colonnes de la date et de l'heure", "columns of date and time"),
    )
    parser.add_argument("--time-format", help=pick("« iso » ou strptime", "'iso' or strptime"))
    parser.add_argument("--zone", help=pick("fuseau, comme Europe/Paris", "time zone"))
    parser.add_argument(
        "--no-value",
        action="append",
        help=pick("cellule qui veut dire « rien » (répétable)", "cell that means 'nothing'"),
    )
    parser.add_argument("--no-header", action="store_true")
    parser.add_argument("--separator")
    parser.add_argument("--decimal", choices=(".", ","))


def map_of(options: argparse.Namespace) -> RecordingMap:
    """The map from a TOML file, or from the flags; flags win."""
    from sensor_node.recording import RecordingMap  # noqa: PLC0415
    from sensor_node.settings import build, read_toml  # noqa: PLC0415

    table: dict[str, Any] = {}
    channels: list[dict[str, str]] = []
    for given in options.map or ():
        if "=" in given:
            channels.append(_channel_of(given))
        else:
            table |= read_toml(Path(given))
    columns = None if options.time is None else options.time.split(",")
    time = given_of(columns=columns, format=options.time_format, zone=options.zone)
    if isinstance(table.setdefault("time", {}), dict):
        table["time"] |= time
    if channels:
        table["channels"] = [*table.get("channels", []), *channels]
    table |= given_of(
        no_value=options.no_value,
        header=False if options.no_header else None,
        separator=options.separator,
        decimal=options.decimal,
    )
    return build(RecordingMap, table)


def given_of(**flags: Any) -> dict[str, Any]:
    """The flags that were given."""
    return {name: value for name, value in flags.items() if value is not None}


def open_recording(path: Path) -> Any:
    """The lines of a recording. Raises ``UsageError`` where it cannot be read."""
    try:
        return path.open(encoding="utf-8-sig", errors="replace", newline="")
    except OSError as error:
        raise UsageError(
            "FILE_UNREADABLE",
            fr=f"Le fichier {path} ne peut pas être lu ({error.strerror}).",
            en=f"The file {path} cannot be read ({error.strerror}).",
        ) from None


def _channel_of(given: str) -> dict[str, str]:
    column, _, rest = given.rpartition("=")
    parts = rest.split(":")
    if not column or len(parts) not in (2, 3):
        raise UsageError(
            "MAP_FLAG_WRONG",
            fr=f"--map {given} : écrivez COLONNE=voie:grandeur, et s'il le faut :conversion.",
            en=f"--map {given}: write COLUMN=channel:quantity, and :conversion if need be.",
        )
    names = ("channel", "quantity", "conversion")
    return {"column": column, **dict(zip(names, parts, strict=False))}
