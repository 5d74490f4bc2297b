"""The command line of a node: ``jardin-node run | replay | simulate``.

Each command loads its own libraries, so that ``--help`` answers at once on a Pi Zero.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from sensor_node import __version__
from sensor_node.console import pick, run_command


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
    _add_run(commands)
    _add_replay(commands)
    _add_simulate(commands)
    return top


_Commands = argparse._SubParsersAction


def _add_run(commands: _Commands[argparse.ArgumentParser]) -> None:
    run = commands.add_parser(
        "run", help=pick("mesurer et envoyer, sans fin", "measure and send, for ever")
    )
    run.add_argument("--config", type=Path, required=True, metavar="node.toml")
    run.add_argument("--verbose", action="store_true")
    run.set_defaults(command=_run)


def _add_replay(commands: _Commands[argparse.ArgumentParser]) -> None:
    from sensor_node.replay_cli import add_arguments  # noqa: PLC0415

    replay = commands.add_parser(
        "replay", help=pick("envoyer un enregistrement CSV", "send a recording from CSV")
    )
    add_arguments(replay)


def _add_simulate(commands: _Commands[argparse.ArgumentParser]) -> None:
    from sensor_node.simulate_cli import add_arguments  # noqa: PLC0415

    simulate = commands.add_parser(
        "simulate",
        help=pick("un nœud du jardin simulé, sans matériel", "a node of the simulated garden"),
    )
    add_arguments(simulate)


def _run(options: argparse.Namespace) -> int:
    from sensor_node.run import run_node  # noqa: PLC0415

    return run_node(options.config, verbose=options.verbose)
