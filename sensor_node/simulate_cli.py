"""``jardin-node simulate``: its arguments, and the simulated node from them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from sensor_node.console import pick, set_up_logging, stopped_by_signals
from sensor_node.errors import UsageError, language_of

LEAST_INTERVAL_S, MOST_INTERVAL_S = 10.0, 3600.0
MOST_PAST_DAYS = 30


def add_arguments(simulate: argparse.ArgumentParser) -> None:
    """What ``simulate`` understands."""
    simulate.add_argument(
        "--node", required=True, help=pick("serre, potager, verger ou meteo", "which demo node")
    )
    simulate.add_argument(
        "--data", type=Path, help=pick("dossier de la boîte d'envoi", "folder of the outbox")
    )
    simulate.add_argument("--host", help=pick("serveur MQTT", "MQTT broker"))
    simulate.add_argument("--port", type=int, help=pick("port MQTT", "MQTT port"))
    simulate.add_argument(
        "--interval", type=float, default=10.0, help=pick("secondes, 10 à 3600", "seconds")
    )
    simulate.add_argument(
        "--past-days",
        type=float,
        default=0.0,
        help=pick("jours déjà vécus, 0 à 30", "days already lived, 0 to 30"),
    )
    simulate.set_defaults(command=run_simulate)


def run_simulate(options: argparse.Namespace) -> int:
    """Run the simulated node until it is told to stop."""
    from sensor_node.clock import SystemClock  # noqa: PLC0415 - --help needs none of these
    from sensor_node.link import broker_from_environment  # noqa: PLC0415
    from sensor_node.node import Node  # noqa: PLC0415
    from sensor_node.outbox import Outbox  # noqa: PLC0415
    from sensor_node.simulate import (  # noqa: PLC0415
        DAY_MS,
        SimulatedSampling,
        Simulation,
        Troubles,
        demo_node,
    )

    _check(options)
    broker = broker_from_environment()
    broker = replace(broker, host=options.host or broker.host, port=options.port or broker.port)
    set_up_logging(language_of())
    described = demo_node(options.node)
    clock = SystemClock(trusted=True)  # a computer on somebody's desk
    now_ms = clock.wall_ms()
    from_ms = now_ms - round(options.past_days * DAY_MS)
    troubles = Troubles(options.node, now_ms)
    outbox = Outbox((options.data or Path("simulate-data") / options.node) / "outbox.sqlite")
    sampling = SimulatedSampling(described, troubles, clock, from_ms)
    node = Node(
        options.node, sampling, outbox, broker, clock, interval_s=options.interval, simulated=True
    )
    simulation = Simulation(node, sampling, outbox, troubles)
    with stopped_by_signals(simulation.stop):
        simulation.run(from_ms)
    sampling.close()
    outbox.close()
    return 0


def _check(options: argparse.Namespace) -> None:
    if not LEAST_INTERVAL_S <= options.interval <= MOST_INTERVAL_S:
        raise UsageError(
            "BAD_INTERVAL",
            fr="--interval va de 10 à 3600 secondes.",
            en="--interval goes from 10 to 3600 seconds.",
        )
    if not 0 <= options.past_days <= MOST_PAST_DAYS:
        raise UsageError(
            "BAD_PAST", fr="--past-days va de 0 à 30.", en="--past-days goes from 0 to 30."
        )
