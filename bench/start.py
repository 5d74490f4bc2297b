"""How soon ``jardin-node --help`` answers, against a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from bench.figures import Figure

ROUNDS = 11
HELP_GOAL_S = 0.3


def measure() -> list[Figure]:
    """Both in turn, so that whatever else the machine does weighs on both."""
    pairs = [
        (_seconds([sys.executable, "-c", "pass"]), _seconds(_help())) for _ in range(ROUNDS + 1)
    ][1:]  # the first round fills the disk cache
    return [
        Figure("python -c pass", "s", [bare for bare, _ in pairs]),
        Figure("jardin-node --help", "s", [ours for _, ours in pairs], most=HELP_GOAL_S),
        Figure("  times python -c pass", "", [ours / bare for bare, ours in pairs]),
    ]


def _help() -> list[str]:
    return [sys.executable, "-m", "sensor_node", "--help"]


def _seconds(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
