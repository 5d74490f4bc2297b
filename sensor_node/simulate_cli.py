"""``jardin-node simulate``: its arguments, and the simulated node from them."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sensor_node.console import pick, run_command, set_up_logging, stopped_by_signals
from sensor_node.errors import UsageError, language_of

if TYPE_CHECKING:
    from sensor_node.clock import Clock
    from sensor_node.config import NodeSettings
    from sensor_node.link import Broker
    from sensor_node.simulate import PastSampling, Troubles

DAY_MS = 86_400_000
DEMO_INTERVAL_S = 10.0


@dataclass(frozen=True)
class Plan:
    """The node that is to run: its name, its outbox's folder, where it delivers, how often."""

    node: str
    data: Path
    broker: Broker
    interval_s: float


LEAST_INTERVAL_S, MOST_INTERVAL_S = 10.0, 3600.0
MOST_PAST_DAYS = 30


def add_arguments(simulate: argparse.ArgumentParser) -> None:
    """What ``simulate`` understands."""
    which = simulate.add_mutually_exclusive_group()
    which.add_argument("--node", help=pick("serre, potager, verger ou meteo", "which demo node"))
    which.add_argument(
        "--config",
        type=Path,
        metavar="node.toml",
        help=pick("les capteurs d'un nœud à soi, factices", "a node's own sensors, as fakes"),
    )
    simulate.add_argument(
        "--data", type=Path, help=pick("dossier de la boîte d'envoi", "folder of the outbox")
    )
    simulate.add_argument("--host", help=pick("serveur MQTT", "MQTT broker"))
    simulate.add_argument("--port", type=int, help=pick("port MQTT", "MQTT port"))
    simulate.add_argument(
        "--interval",
        type=float,
        help=pick(
            "secondes, 10 à 3600. Par défaut : 10, ou celui du fichier",
            "seconds, 10 to 3600. Default is 10, or the file's",
        ),
    )
    simulate.add_argument(
        "--past-days",
        type=float,
        default=0.0,
        help=pick("jours déjà vécus, 0 à 30", "days already lived, 0 to 30"),
    )
    group = simulate.add_argument_group(
        pick("pour un groupe d'atelier", "for a workshop's group"),
        pick(
            "Un pot, ou les capteurs de --node ou --config, dans le bac à sable du groupe.",
            "A pot, or the sensors of --node or --config, in the group's sandbox.",
        ),
    )
    way_in = group.add_mutually_exclusive_group()
    way_in.add_argument("--code", help=pick("le code du grand écran", "the big screen's code"))
    way_in.add_argument("--token", help=pick("le jeton du groupe", "the group's token"))
    group.add_argument("--plant", help=pick("la plante du groupe", "the group's plant"))
    group.add_argument(
        "--gateway",
        metavar="HOST[:PORT]",
        default="jardin.local",
        help=pick("l'adresse du jardin", "the garden's address"),
    )
    simulate.set_defaults(command=run_simulate)


def run_simulate(options: argparse.Namespace) -> int:
    """Run the simulated node until it is told to stop."""
    _check(options)
    if options.code or options.token:
        return _run_group(options)
    if options.config is None:
        return _run_demo(options)
    from sensor_node import config  # noqa: PLC0415 - --help needs none of these

    settings = config.load(options.config)
    return run_command(lambda: _run_own(options, settings), settings.language)


def _run_demo(options: argparse.Namespace) -> int:
    from sensor_node.clock import SystemClock  # noqa: PLC0415 - --help needs none of these
    from sensor_node.link import broker_from_environment  # noqa: PLC0415
    from sensor_node.simulate import SimulatedSampling, Troubles, demo_node  # noqa: PLC0415

    broker = _address(options, broker_from_environment())
    set_up_logging(language_of())
    described = demo_node(options.node)
    clock = SystemClock(trusted=True)  # a computer on somebody's desk
    troubles = Troubles(options.node, clock.wall_ms())
    from_ms = _from_ms(options, troubles.now_ms)
    sampling = SimulatedSampling(described, troubles, clock, from_ms)
    data = options.data or Path("simulate-data") / options.node
    plan = Plan(options.node, data, broker, options.interval or DEMO_INTERVAL_S)
    return _run(plan, sampling, clock, troubles, from_ms)


def _run_own(options: argparse.Namespace, settings: NodeSettings) -> int:
    """The node of a settings file. What it keeps stands apart from what the real node keeps."""
    from sensor_node.clock import SystemClock  # noqa: PLC0415 - --help needs none of these
    from sensor_node.simulate import Troubles  # noqa: PLC0415
    from sensor_node.simulate_own import OwnSampling  # noqa: PLC0415

    set_up_logging(settings.language)
    clock = SystemClock(trusted=True)
    nothing_goes_wrong = Troubles("", clock.wall_ms())
    from_ms = _from_ms(options, nothing_goes_wrong.now_ms)
    sampling = OwnSampling(settings, clock, from_ms)
    data = options.data or settings.data / "simulated"
    broker = _address(options, settings.broker)
    plan = Plan(settings.node, data, broker, options.interval or settings.interval_s)
    return _run(plan, sampling, clock, nothing_goes_wrong, from_ms)


def _run_group(options: argparse.Namespace) -> int:
    from sensor_node.clock import SystemClock  # noqa: PLC0415 - --help needs none of these
    from sensor_node.simulate_group import GroupDoor, GroupSimulation  # noqa: PLC0415

    set_up_logging(language_of())
    clock = SystemClock(trusted=True)
    sampling = _group_sampling(options, clock)
    door = GroupDoor(options.gateway, options.token or "", language_of())
    if options.code:
        plant = door.join(options.code, options.plant)
        print(
            pick(
                f"Votre plante : {plant}. La prochaine fois : --token {door.token}",
                f"Your plant: {plant}. The next time: --token {door.token}",
            ),
            flush=True,
        )
    simulation = GroupSimulation(sampling, door, clock, options.interval or DEMO_INTERVAL_S)
    with closing(sampling), stopped_by_signals(simulation.stop):
        simulation.run()
    return 0


def _group_sampling(options: argparse.Namespace, clock: Clock) -> PastSampling:
    """What the group measures: a node of the demo, a node of its own, else a pot."""
    from sensor_node import config, settings  # noqa: PLC0415 - --help needs none of these
    from sensor_node.simulate import SimulatedSampling, Troubles, demo_node  # noqa: PLC0415
    from sensor_node.simulate_group import POT  # noqa: PLC0415
    from sensor_node.simulate_own import OwnSampling  # noqa: PLC0415

    now_ms = clock.wall_ms()
    if options.node:
        return SimulatedSampling(demo_node(options.node), Troubles("", now_ms), clock, now_ms)
    if options.config is not None:
        return OwnSampling(config.load(options.config), clock, now_ms)
    pot = settings.build(config.NodeSettings, {"node": "pot", "data": ".", "sensors": POT})
    return OwnSampling(pot, clock, now_ms)


def _run(plan: Plan, sampling: PastSampling, clock: Clock, troubles: Troubles, from_ms: int) -> int:
    from sensor_node.node import Node  # noqa: PLC0415 - --help needs none of these
    from sensor_node.outbox import Outbox  # noqa: PLC0415
    from sensor_node.simulate import Simulation  # noqa: PLC0415

    outbox = Outbox(plan.data / "outbox.sqlite")
    node = Node(
        plan.node, sampling, outbox, plan.broker, clock, interval_s=plan.interval_s, simulated=True
    )
    simulation = Simulation(node, sampling, outbox, troubles)
    with stopped_by_signals(simulation.stop):
        simulation.run(from_ms)
    sampling.close()
    outbox.close()
    return 0


def _address(options: argparse.Namespace, broker: Broker) -> Broker:
    return replace(broker, host=options.host or broker.host, port=options.port or broker.port)


def _from_ms(options: argparse.Namespace, now_ms: int) -> int:
    return now_ms - round(float(options.past_days) * DAY_MS)


def _check(options: argparse.Namespace) -> None:
    if not (options.node or options.config or options.code or options.token):
        raise UsageError(
            "SIMULATE_WHAT",
            fr="Que simuler ? --node serre, --config node.toml, ou un groupe : --code et le code "
            "du grand écran.",
            en="Simulate what? --node serre, --config node.toml, or a group: --code and the code "
            "on the big screen.",
        )
    if options.interval is not None and not LEAST_INTERVAL_S <= options.interval <= MOST_INTERVAL_S:
        raise UsageError(
            "BAD_INTERVAL",
            fr="--interval va de 10 à 3600 secondes.",
            en="--interval goes from 10 to 3600 seconds.",
        )
    if not 0 <= options.past_days <= MOST_PAST_DAYS:
        raise UsageError(
            "BAD_PAST", fr="--past-days va de 0 à 30.", en="--past-days goes from 0 to 30."
        )
