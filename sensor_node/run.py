"""``jardin-node run``: a node from its settings file, until it is told to stop."""

from __future__ import annotations

from pathlib import Path

from sensor_node import config
from sensor_node.board import Board, PiBoard
from sensor_node.clock import SystemClock
from sensor_node.console import run_command, set_up_logging, stopped_by_signals
from sensor_node.drivers import build_sensors
from sensor_node.node import Node
from sensor_node.outbox import Outbox
from sensor_node.sampler import Sampler
from sensor_node.setup.disk import check_that_it_stays
from sensor_node.signals.display import Signals
from sensor_node.supervisor import Supervisor

MOIST_SOIL_COUNTS = 600
"""What every input of the fake converter gives in ``jardin-node run``: some moist soil."""


def run_node(path: Path, *, verbose: bool = False) -> int:
    """Run the node of the settings in ``path``; raises ``ConfigError``, or returns the exit code
    after one sentence in the language of the settings.
    """
    settings = config.load(path)
    set_up_logging(settings.language, verbose=verbose)
    return run_command(lambda: _run(settings), settings.language)


def board_of(settings: config.NodeSettings) -> Board:
    """The header that the settings ask for."""
    if settings.pins == "gpio":
        return PiBoard()
    from sensor_node.fakes import FakeBoard  # noqa: PLC0415 - a real node loads no fakes

    return FakeBoard(counts=MOIST_SOIL_COUNTS)


def _run(settings: config.NodeSettings) -> None:
    board, clock = board_of(settings), SystemClock(trusted=settings.clock == "system")
    sampler = Sampler(build_sensors(settings.sensors, board))
    signals = Signals(settings.signals, board, clock)
    if settings.pins == "gpio":  # on fakes nothing is measured that could be lost
        check_that_it_stays(settings.data)
    outbox = Outbox(settings.outbox_path, settings.outbox_packs)
    node = Node(
        settings.node,
        signals.watching(sampler),
        outbox,
        settings.broker,
        clock,
        interval_s=settings.interval_s,
        simulated=settings.pins == "fake",
        counters=sampler.counters,
        supervisor=Supervisor(settings.interval_s),
    )
    with stopped_by_signals(node.stop), signals.showing(node):
        node.run()
    sampler.close()
    outbox.close()
