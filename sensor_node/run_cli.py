"""``jardin-node run``: its arguments."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(run: argparse.ArgumentParser) -> None:
    """What ``run`` understands."""
    run.add_argument("--config", type=Path, required=True, metavar="node.toml")
    run.add_argument("--verbose", action="store_true")
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from sensor_node.run import run_node  # noqa: PLC0415 - --help needs none of it

    return run_node(options.config, verbose=options.verbose)
