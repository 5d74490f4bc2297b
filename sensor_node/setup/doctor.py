"""The doctor: every part of a node looked at once, in the order in which it is put right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sensor_node.board import Board
from sensor_node.clock import Clock
from sensor_node.config import NodeSettings
from sensor_node.errors import ConfigError
from sensor_node.setup import vitals
from sensor_node.setup.buses import buses
from sensor_node.setup.disk import disk
from sensor_node.setup.finding import CONFIGURATION, HARDWARE, STORAGE, Finding, bad, good, odd
from sensor_node.setup.knock import network
from sensor_node.setup.look import Seen, look_at
from sensor_node.setup.running import process_holding
from sensor_node.setup.sheet import Sheet, sheet_of_settings
from sensor_node.setup.units import in_words
from sensor_node.wiring import Words

SETTINGS = Words("réglages", "settings")
WIRING = Words("branchement", "wiring")
BUSES = Words("bus", "buses")
SENSORS = Words("capteurs", "sensors")


def examine(
    settings: NodeSettings, board: Board, machine: Board, clock: Clock
) -> Iterator[Finding]:
    """Look at everything. ``board``: where the sensors are; ``machine``: whose kernel, disk and
    Wi-Fi are looked at, the same but for fake pins.
    """
    root = machine.system_root
    yield _settings(settings)
    try:
        sheet = sheet_of_settings(settings, root)
    except ConfigError as error:
        yield bad(WIRING, error)
    else:
        yield from _wiring(sheet)
        yield from _pins(settings, sheet, machine)
    yield from _sensors(settings, board)
    yield vitals.clock(clock, root, is_believed=settings.clock == "system")
    yield from vitals.body(machine)
    yield from disk(settings.data, settings.outbox_path, root)
    yield vitals.wifi(machine, settings.sensors)
    yield from network(settings.broker)


def exit_code_of(findings: Iterable[Finding]) -> int:
    """0 where nothing is bad; else configuration before storage before hardware and network."""
    codes = {finding.exit_code for finding in findings if finding.verdict == "bad"}
    return next((code for code in (CONFIGURATION, STORAGE, HARDWARE) if code in codes), 0)


def _settings(settings: NodeSettings) -> Finding:
    count = len(settings.sensors)
    if not count:
        return odd(
            SETTINGS,
            f"nœud {settings.node}, aucun capteur : « jardin-node init » les demande",
            f"node {settings.node}, no sensor: 'jardin-node init' asks for them",
        )
    return good(
        SETTINGS,
        f"nœud {settings.node}, {count} capteur{'s' * (count > 1)}",
        f"node {settings.node}, {count} sensor{'s' * (count > 1)}",
    )


def _wiring(sheet: Sheet) -> Iterator[Finding]:
    for words in sheet.hazards:
        yield Finding(WIRING, "bad", words, "WIRING_CONFLICT", CONFIGURATION)


def _pins(settings: NodeSettings, sheet: Sheet, machine: Board) -> Iterator[Finding]:
    if settings.pins == "fake":
        yield odd(BUSES, 'capteurs factices (pins = "fake")', 'fake sensors (pins = "fake")')
    else:
        yield from buses(sheet, machine.system_root)


def _sensors(settings: NodeSettings, board: Board) -> Iterator[Finding]:
    pid = process_holding(settings.outbox_path) if settings.pins == "gpio" else None
    if pid is not None:
        yield good(
            SENSORS,
            f"le nœud tourne (processus {pid}) : leurs valeurs sont sur la page du jardin",
            f"the node is running (process {pid}): their values are on the garden's page",
        )
        return
    for seen in look_at(settings.sensors, board):
        yield _sensor(seen)


def _sensor(seen: Seen) -> Finding:
    check = Words(seen.channel, seen.channel)
    words = seen.words or Words("", "")
    if seen.verdict == "fault" or seen.value is None or seen.quantity is None:
        return Finding(check, "bad", words, seen.code, seen.exit_code)
    fr = in_words(seen.value, seen.quantity, seen.unit, "fr")
    en = in_words(seen.value, seen.quantity, seen.unit, "en")
    if seen.verdict == "doubtful":
        return odd(check, f"{fr}, douteux : {words.fr}", f"{en}, doubtful: {words.en}")
    return good(check, fr, en)
