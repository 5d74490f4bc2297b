"""``jardin-node replay``: its arguments, its progress bar and its closing table."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sensor_node.console import pick, stopped_by_signals
from sensor_node.errors import UsageError
from sensor_node.recording_flags import add_map_arguments, given_of, map_of, open_recording

if TYPE_CHECKING:
    from sensor_node.recording import Recording
    from sensor_node.replay import Replay, Report
    from sensor_node.uplink import Tally

SHOWN_LINES = 20
BAR_WIDTH = 30
SHOW_EVERY_ROWS = 50


def add_arguments(replay: argparse.ArgumentParser) -> None:
    """What ``replay`` understands."""
    replay.add_argument("file", type=Path, metavar="FILE.csv")
    replay.add_argument("--node", required=True, help=pick("nom du nœud", "name of the node"))
    add_map_arguments(replay, required=True)
    replay.add_argument("--host", help=pick("serveur MQTT", "MQTT broker"))
    replay.add_argument("--port", type=int)
    replay.add_argument(
        "--username",
        help=pick("le mot de passe vient de JARDIN_BROKER_PASSWORD", "password from the variable"),
    )
    replay.add_argument(
        "--data", type=Path, help=pick("dossier de la boîte d'envoi", "folder of the outbox")
    )
    replay.add_argument(
        "--speed",
        type=float,
        help=pick("60 : une heure en une minute ; absent : au plus vite", "60: an hour a minute"),
    )
    replay.set_defaults(command=run_replay)


def run_replay(options: argparse.Namespace) -> int:
    """Replay ``options.file``; returns 0 once everything is acknowledged."""
    from sensor_node.link import broker_from_environment  # noqa: PLC0415 - not for --help
    from sensor_node.recording import Recording  # noqa: PLC0415
    from sensor_node.wire import check_id  # noqa: PLC0415

    check_id(options.node, "--node")
    if options.speed is not None and options.speed <= 0:
        raise UsageError("BAD_SPEED", fr="--speed est positif.", en="--speed is positive.")
    flags = given_of(host=options.host, port=options.port, username=options.username)
    broker = replace(broker_from_environment(), **flags)
    data = options.data or Path("replay-data") / options.node
    return _send(options, Recording(map_of(options)), broker, data)


def _send(options: argparse.Namespace, recording: Recording, broker: Any, data: Path) -> int:
    from sensor_node.clock import SystemClock  # noqa: PLC0415
    from sensor_node.delivery import Delivery  # noqa: PLC0415
    from sensor_node.node import about, new_boot  # noqa: PLC0415
    from sensor_node.outbox import Outbox  # noqa: PLC0415
    from sensor_node.replay import Probes, Replay, described  # noqa: PLC0415

    line_count = _count_lines(options.file)
    logging.getLogger("jardin").setLevel(logging.CRITICAL)  # what went wrong is said in the end
    clock, outbox, stopping = SystemClock(), Outbox(data / "outbox.sqlite"), threading.Event()
    probes = Probes(recording.volt_channels)
    channels = described(recording, probes)
    delivery = Delivery(
        options.node,
        outbox,
        broker,
        clock,
        boot=new_boot(),
        about=lambda: about(channels, 300.0, outbox, "rtc", simulated=False),
    )
    replay = Replay(recording, probes, delivery, clock, speed=options.speed, wait=stopping.wait)
    bar = _Bar(replay, line_count)
    delivery.start()
    try:
        with stopped_by_signals(_interrupt), open_recording(options.file) as lines:
            replay.run(lines, bar.step)
    finally:
        bar.close()
        delivery.stop()
        probes.close()
        outbox.close()
        print(summary(replay.report, delivery.tally))
    return 0


def _interrupt() -> None:
    raise KeyboardInterrupt


def _count_lines(path: Path) -> int:
    with open_recording(path) as lines:
        return sum(1 for _ in lines)


class _Bar:
    """A line on the terminal that fills up; nothing where there is no terminal."""

    def __init__(self, replay: Replay, lines: int) -> None:
        self._replay = replay
        self._lines = max(1, lines)
        self._calls = 0
        self._shown = sys.stderr.isatty()

    def step(self) -> None:
        self._calls += 1
        if self._shown and self._calls % SHOW_EVERY_ROWS == 0:
            self._show()

    def close(self) -> None:
        """Leave the bar as it stands and go to the next line."""
        if self._shown:
            self._show()
            print(file=sys.stderr)

    def _show(self) -> None:
        part = min(1.0, self._replay.report.rows / self._lines)
        bar = ("#" * round(BAR_WIDTH * part)).ljust(BAR_WIDTH, ".")
        acked, words = self._replay.tally.acknowledged, pick("accusés", "acknowledged")
        print(f"\r[{bar}] {part:4.0%}  {acked} {words}", end="", file=sys.stderr, flush=True)


def summary(report: Report, tally: Tally) -> str:
    """The closing table, and the first lines that could not be read with their reasons."""
    rows = [
        (pick("lignes lues", "rows read"), report.rows),
        (pick("  invalides", "  invalid"), report.invalid),
        (pick("  sans valeur", "  without a value"), report.empty),
        (pick("  répétées", "  repeated"), report.repeated),
        (pick("  envoyées", "  sent"), report.sent),
        (pick("paquets accusés", "packs acknowledged"), tally.acknowledged),
        (pick("  dont refusés", "  of these refused"), tally.refused),
    ]
    if report.cells_unreadable:
        rows.insert(
            2, (pick("  (cellules illisibles)", "  (cells unreadable)"), report.cells_unreadable)
        )
    lines = [f"{name:<24}{number:>9}" for name, number in rows]
    return "\n".join([*lines, *_problem_lines(report)])


def _problem_lines(report: Report) -> Sequence[str]:
    word = pick("ligne", "line")
    lines = [
        f"{word} {p.line}{f', {p.column}' if p.column else ''}: {p.reason}"
        for p in report.problems[:SHOWN_LINES]
    ]
    more = len(report.problems) - SHOWN_LINES
    if more > 0:
        lines.append(pick(f"… et {more} autres", f"… and {more} more"))
    return lines
