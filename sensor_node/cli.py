"""The command line of a node: ``jardin-node init | join | wiring | read | doctor | run | …``.

Each command loads its own libraries, so that ``--help`` answers at once on a Pi Zero.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Mapping, Sequence

from sensor_node import __version__
from sensor_node.console import pick, run_command

COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "init": (
        "init_cli",
        "demander ce qui est branché et écrire node.toml",
        "ask what is connected and write node.toml",
    ),
    "join": (
        "join_cli",
        "entrer dans le jardin avec une invitation",
        "join the garden with an invitation",
    ),
    "wiring": (
        "wiring_cli",
        "dessiner où va chaque fil de ce nœud",
        "draw where each wire of this node goes",
    ),
    "read": ("read_cli", "lire chaque capteur une fois", "read each sensor once"),
    "doctor": (
        "doctor_cli",
        "examiner le nœud et dire quoi faire",
        "examine the node and say what to do",
    ),
    "run": ("run_cli", "mesurer et envoyer, sans fin", "measure and send, for ever"),
    "replay": ("replay_cli", "envoyer un enregistrement CSV", "send a recording from CSV"),
    "simulate": (
        "simulate_cli",
        "un nœud du jardin simulé, sans matériel",
        "a node of the simulated garden",
    ),
}
"""Each command: the module that knows its arguments, and what it does."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 2 usage, 3 configuration, 4 hardware or
    network, 5 storage).
    """
    options = parser().parse_args(arguments)
    return run_command(lambda: int(options.command(options)))


def parser() -> argparse.ArgumentParser:
    """Everything that ``jardin-node`` understands."""
    top = argparse.ArgumentParser(
        prog="jardin-node",
        description=pick(
            "Le nœud du jardin : lit les capteurs et envoie leurs mesures.",
            "The garden's node: reads sensors and sends what they measure.",
        ),
    )
    top.add_argument("--version", action="version", version=f"jardin-node {__version__}")
    commands = top.add_subparsers(required=True, metavar=pick("commande", "command"))
    for name, (module, fr, en) in COMMANDS.items():
        command = commands.add_parser(name, help=pick(fr, en), description=pick(fr, en))
        importlib.import_module(f"sensor_node.{module}").add_arguments(command)
    return top
