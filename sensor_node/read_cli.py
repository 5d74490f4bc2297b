"""``jardin-node read``: every sensor once, now, with its unit and what to think of it."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sensor_node.console import pick, run_command
from sensor_node.errors import HardwareError, UsageError

if TYPE_CHECKING:
    from sensor_node.config import NodeSettings
    from sensor_node.setup.look import Seen
    from sensor_node.setup.terminal import Terminal


def add_arguments(read: argparse.ArgumentParser) -> None:
    """What ``read`` understands."""
    read.add_argument("--config", type=Path, required=True, metavar="node.toml")
    read.add_argument(
        "--sensor",
        metavar=pick("VOIE", "CHANNEL"),
        help=pick("seulement le capteur de cette voie", "only the sensor of this channel"),
    )
    read.add_argument("--json", action="store_true", help=pick("pour un programme", "for programs"))
    read.set_defaults(command=run_read)


def run_read(options: argparse.Namespace) -> int:
    """Read and tell; returns 4 where a sensor failed. Raises ``ConfigError``."""
    from sensor_node import config  # noqa: PLC0415 - --help needs none of these

    settings = config.load(options.config)
    return run_command(lambda: _read(settings, options), settings.language)


def _read(settings: NodeSettings, options: argparse.Namespace) -> int:
    from sensor_node.run import board_of  # noqa: PLC0415
    from sensor_node.setup.look import look_at  # noqa: PLC0415
    from sensor_node.setup.running import node_running, process_holding  # noqa: PLC0415
    from sensor_node.setup.terminal import Terminal  # noqa: PLC0415

    warnings.simplefilter("ignore")  # gpiozero warns of each library that it does not find
    pid = process_holding(settings.outbox_path) if settings.pins == "gpio" else None
    if pid is not None:
        raise node_running(pid)
    seen: list[Seen] = []
    looking = _kept(look_at(settings.sensors, board_of(settings), options.sensor), seen)
    if options.json:
        print(as_json(list(looking), settings.language))
    else:
        print_lines(looking, settings.language, Terminal.of(sys.stdout))
    if not seen:
        raise _nothing(options.sensor)
    failed = any(one.verdict == "fault" for one in seen)
    return HardwareError.exit_code if failed else 0


def as_json(seen: Iterable[Seen], language: str) -> str:
    """What was seen, for a program: values in the units of the wire."""
    told = [
        {
            "channel": one.channel,
            "sensor": one.sensor,
            "quantity": one.quantity,
            "value": one.value,
            "unit": one.unit,
            "verdict": one.verdict,
            "code": one.code,
            "text": one.words.text(language) if one.words else None,
        }
        for one in seen
    ]
    return json.dumps(told, ensure_ascii=False, indent=1)


def print_lines(seen: Iterable[Seen], language: str, terminal: Terminal) -> None:
    """A line for each channel as soon as it was read; at the end what the values do not say."""
    from sensor_node.setup import units  # noqa: PLC0415

    quantities: dict[str, None] = {}
    told = None
    for one in seen:
        head, *below = lines_of(one, language, terminal)
        # Two channels of one sensor fail for one reason, which is said once.
        print(head, *(below if one.words != told else ()), sep="\n", flush=True)
        told = one.words
        if one.value is not None and one.quantity is not None:
            quantities[one.quantity] = None
    remarks = [units.REMARKS[quantity] for quantity in quantities if quantity in units.REMARKS]
    if remarks:
        print()
    for remark in remarks:
        print(*terminal.wrap(remark.text(language), "  "), sep="\n")


def lines_of(one: Seen, language: str, terminal: Terminal) -> list[str]:
    """One channel: ``✓ air              21,4 °C     bon``; a fault with what to do below it."""
    from sensor_node.setup import units  # noqa: PLC0415

    marks = {"good": ("✓", "green"), "doubtful": ("!", "orange"), "fault": ("✗", "red")}
    names = {
        "good": pick_for(language, "bon", "good"),
        "doubtful": pick_for(language, "douteux", "doubtful"),
        "fault": pick_for(language, "panne", "fault"),
    }
    mark, colour = marks[one.verdict]
    value = "–"
    if one.value is not None and one.quantity is not None:
        value = units.in_words(one.value, one.quantity, one.unit, language)
    head = terminal.fit(f"{mark} {one.channel:<20} {value:>14}  {names[one.verdict]}")
    below = terminal.wrap(one.words.text(language), "    ") if one.words else []
    return [terminal.paint(head, colour), *below]


def pick_for(language: str, fr: str, en: str) -> str:
    """The words in the language of the settings."""
    return fr if language == "fr" else en


def _kept(seen: Iterable[Seen], into: list[Seen]) -> Iterator[Seen]:
    for one in seen:
        into.append(one)
        yield one


def _nothing(channel: str | None) -> UsageError:
    if channel is None:
        return UsageError(
            "NO_SENSOR",
            fr="Le fichier de réglages ne nomme aucun capteur : « jardin-node init » les demande.",
            en="The settings file names no sensor: 'jardin-node init' asks for them.",
        )
    return UsageError(
        "NO_SUCH_CHANNEL",
        fr=f"Aucun capteur ne remplit la voie « {channel} » : voyez [[sensors]] dans le fichier.",
        en=f"No sensor fills the channel '{channel}': see [[sensors]] in the file.",
    )
