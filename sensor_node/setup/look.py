"""One look at one sensor, now: what each of its channels gives, and what to think of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from sensor_node.board import Board
from sensor_node.drivers import build_sensor, options_of
from sensor_node.drivers.base import Channel, Measured, Sensor, Suspect
from sensor_node.errors import ConfigError, GardenError, HardwareError, SensorFault
from sensor_node.setup import units
from sensor_node.setup.sheet import channel_names
from sensor_node.wire import is_finite_number
from sensor_node.wiring import Words

SLOWEST_S = 20.0
"""No driver tries for longer than some 10 s: one that takes this long hangs."""
Verdict = Literal["good", "doubtful", "fault"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one channel gave. ``words``: why it is doubtful, or what failed and what to do."""

    channel: str
    sensor: str
    verdict: Verdict
    value: float | None = None
    unit: str | None = None
    quantity: str | None = None
    code: str | None = None
    words: Words | None = None
    exit_code: int = HardwareError.exit_code


def look_at(
    tables: Sequence[Any], board: Board, channel: str | None = None, slowest_s: float = SLOWEST_S
) -> Iterator[Seen]:
    """Every channel of the sensors in ``tables``, one sensor after the other.

    ``channel``: only the sensor that fills it. One that fails, hangs for ``slowest_s`` or has no
    bus hides none of the others.
    """
    for table in tables:
        names = _names(table)
        if channel is None or channel in names:
            yield from _look(table, names, board, slowest_s)


def _look(table: Any, names: Sequence[str], board: Board, slowest_s: float) -> list[Seen]:
    kind = str(table.get("type")) if isinstance(table, dict) else "?"
    # A daemon, so that a sensor that hangs for ever does not keep this program from its end.
    answer: list[list[Seen]] = []
    work = partial(_answer, partial(_read, table, board), answer, kind, names)
    thread = threading.Thread(target=work, name=f"look-{kind}", daemon=True)
    thread.start()
    thread.join(slowest_s)
    return answer[0] if answer else _failed(kind, names, _hangs(kind, slowest_s))


def _answer(
    read: Callable[[], list[Seen]], answer: list[list[Seen]], kind: str, names: Sequence[str]
) -> None:
    try:
        answer.append(read())
    except GardenError as error:
        answer.append(_failed(kind, names, error))
    except Exception as error:
        answer.append(_failed(kind, names, _unforeseen(kind, error)))


def _read(table: Any, board: Board) -> list[Seen]:
    sensor: Sensor = build_sensor(table, board)
    try:
        values = sensor.read()
        return [_seen(channel, values[channel.name]) for channel in sensor.channels]
    finally:
        sensor.close()


def _seen(channel: Channel, value: Measured) -> Seen:
    about = (channel.unit, channel.quantity)
    if isinstance(value, Suspect):
        said = units.DOUBTS.get(value.reason, Words(value.reason, value.reason))
        return Seen(channel.name, channel.sensor, "doubtful", value.value, *about, None, said)
    if isinstance(value, SensorFault):
        words = Words(value.fr, value.en)
        return Seen(channel.name, channel.sensor, "fault", None, *about, value.code, words)
    if not is_finite_number(value):
        fault = _unforeseen(channel.sensor, ValueError(f"{value!r}"))
        return Seen(
            channel.name, channel.sensor, "fault", None, *about, fault.code,
            Words(fault.fr, fault.en),
        )  # fmt: skip
    doubt = units.doubt(value, channel.quantity)
    verdict: Verdict = "doubtful" if doubt else "good"
    return Seen(channel.name, channel.sensor, verdict, value, *about, None, doubt)


def _failed(kind: str, names: Sequence[str], error: GardenError) -> list[Seen]:
    words = Words(error.fr, error.en)
    wrong = error.exit_code if isinstance(error, ConfigError) else HardwareError.exit_code
    return [
        Seen(name, kind, "fault", code=error.code, words=words, exit_code=wrong)
        for name in names or (kind,)
    ]


def _names(table: Any) -> tuple[str, ...]:
    """The channels of a table; those of a table that is wrong as far as they can be told."""
    try:
        return channel_names(table, options_of(table)[0])
    except ConfigError:
        texts = table.items() if isinstance(table, dict) else ()
        return tuple(v for k, v in texts if isinstance(v, str) and k != "type")


def _hangs(kind: str, slowest_s: float) -> SensorFault:
    return SensorFault(
        "too slow",
        code="SENSOR_SLOW",
        fr=f"Le capteur « {kind} » n'a pas répondu en {slowest_s:g} s : vérifiez ses fils, puis "
        "redémarrez le Pi.",
        en=f"The sensor '{kind}' did not answer within {slowest_s:g} s: check its wires, then "
        "restart the Pi.",
    )


def _unforeseen(kind: str, error: Exception) -> SensorFault:
    what = f"{type(error).__name__}: {error}"
    return SensorFault(
        type(error).__name__,
        code="SENSOR_UNFORESEEN",
        fr=f"Le pilote de « {kind} » a échoué d'une façon imprévue ({what}) : vérifiez les fils ; "
        "si cela dure, signalez-le.",
        en=f"The driver of '{kind}' failed in an unforeseen way ({what}): check the wires; if it "
        "goes on, report it.",
    )
