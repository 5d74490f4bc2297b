"""``jardin-node doctor``: what is well, what is not, and what to do about it."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sensor_node.console import pick, run_command
from sensor_node.errors import ConfigError, language_of

if TYPE_CHECKING:
    from sensor_node.config import NodeSettings
    from sensor_node.setup.finding import Finding
    from sensor_node.setup.terminal import Terminal

NAME_WIDTH = 16


def add_arguments(doctor: argparse.ArgumentParser) -> None:
    """What ``doctor`` understands."""
    doctor.add_argument("--config", type=Path, required=True, metavar="node.toml")
    doctor.add_argument(
        "--json", action="store_true", help=pick("pour un programme", "for programs")
    )
    doctor.set_defaults(command=run_doctor)


def run_doctor(options: argparse.Namespace) -> int:
    """Examine and tell; returns 3, 5 or 4 where something is bad."""
    from sensor_node import config  # noqa: PLC0415 - --help needs none of these
    from sensor_node.setup.doctor import SETTINGS  # noqa: PLC0415
    from sensor_node.setup.finding import bad  # noqa: PLC0415

    try:
        settings = config.load(options.config)
    except ConfigError as error:
        return tell([bad(SETTINGS, error)], language_of(), as_json=options.json)
    return run_command(lambda: _examine(settings, as_json=options.json), settings.language)


def _examine(settings: NodeSettings, *, as_json: bool) -> int:
    from sensor_node.board import PiBoard  # noqa: PLC0415
    from sensor_node.clock import SystemClock  # noqa: PLC0415
    from sensor_node.run import board_of  # noqa: PLC0415
    from sensor_node.setup.doctor import examine  # noqa: PLC0415

    warnings.simplefilter("ignore")  # gpiozero warns of each library that it does not find
    clock = SystemClock(trusted=settings.clock == "system")
    findings = examine(settings, board_of(settings), PiBoard(), clock)
    return tell(findings, settings.language, as_json=as_json)


def tell(findings: Iterable[Finding], language: str, *, as_json: bool = False) -> int:
    """Print the findings as they come; returns the exit code of the worst."""
    from sensor_node.setup.doctor import exit_code_of  # noqa: PLC0415
    from sensor_node.setup.terminal import Terminal  # noqa: PLC0415

    told: list[Finding] = []
    terminal = Terminal.of(sys.stdout)
    for finding in findings:
        told.append(finding)
        if not as_json:
            print(*lines_of(finding, language, terminal), sep="\n", flush=True)
    if as_json:
        print(json.dumps(list(_objects(told, language)), ensure_ascii=False, indent=1))
    return exit_code_of(told)


def lines_of(finding: Finding, language: str, terminal: Terminal) -> list[str]:
    """``✓ heure            2026-05-01 06:00 UTC, tenue par le réseau``."""
    mark, colour = {"good": ("✓", "green"), "odd": ("!", "orange"), "bad": ("✗", "red")}[
        finding.verdict
    ]
    name = f"{terminal.fit(mark):<2} {finding.check.text(language):<{NAME_WIDTH}} "
    first, *more = terminal.wrap(finding.words.text(language), name)
    return [terminal.paint(first, colour), *more]


def _objects(findings: Iterable[Finding], language: str) -> Iterator[dict[str, object]]:
    for finding in findings:
        yield {
            "check": finding.check.text(language),
            "verdict": finding.verdict,
            "code": finding.code,
            "text": finding.words.text(language),
        }
