"""Replaying a recording through the very same way as a node's own samples.

A probe's volts are put on the fake converter and read back by the real driver; every pack is in
the outbox before it is sent; it is marked when the gateway has acknowledged it. The times are the
file's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sensor_node import wire
from sensor_node.clock import Clock
from sensor_node.dating import Stamp
from sensor_node.delivery import Delivery, Sampled
from sensor_node.drivers import build_sensors
from sensor_node.drivers.base import Channel, Sensor
from sensor_node.errors import UsageError
from sensor_node.fakes import FakeBoard
from sensor_node.outbox import Entry
from sensor_node.recording import Account, Recording, Row
from sensor_node.sampler import Sampler
from sensor_node.uplink import Tally

ROWS_A_COMMIT = 50
MOST_WAITING = 400
"""Packs in the outbox beyond which the replay waits for acknowledgements."""
ADC_INPUTS = 8


@dataclass(slots=True)
class Report(Account):
    """What became of every row: ``rows`` = ``invalid`` + ``empty`` + ``repeated`` + ``sent``."""

    sent: int = 0


class Probes:
    """The recording's soil probes: fake inputs under the real MCP3008 driver.

    ``samples``: conversions averaged for each reading; a recording's volts stand still, so 1. The
    board's time stands still too: a recording's probe is judged by nothing that takes hours.
    """

    def __init__(self, channels: Sequence[str], samples: int = 1) -> None:
        if len(channels) > ADC_INPUTS:
            raise UsageError(
                "TOO_MANY_PROBES",
                fr="Un MCP3008 a huit entrées : au plus huit colonnes en volts.",
                en="An MCP3008 has eight inputs: at most eight columns in volts.",
            )
        self.board = FakeBoard()
        self._inputs = {name: number for number, name in enumerate(channels)}
        tables = [
            {"type": "soil-mcp3008", "channel": name, "adc_channel": number, "samples": samples}
            for name, number in self._inputs.items()
        ]
        self._sensors: dict[str, Sensor] = {
            sensor.channels[0].name: sensor for sensor in build_sensors(tables, self.board)
        }
        self._samplers: dict[tuple[str, ...], Sampler] = {}

    def channel(self, name: str) -> Channel:
        """The channel as the driver describes it."""
        return self._sensors[name].channels[0]

    def read(self, volts: dict[str, float]) -> list[wire.Record]:
        """Put ``volts`` on the inputs and read them as a node would."""
        for name, value in volts.items():
            self.board.adc.set_volts(self._inputs[name], value)
        names = tuple(volts)  # a row may lack a column
        if names not in self._samplers:
            self._samplers[names] = Sampler([self._sensors[name] for name in names])
        return self._samplers[names].sample()

    def close(self) -> None:
        """Let go of the fake bus."""
        for sampler in self._samplers.values():
            sampler.close()
        for sensor in self._sensors.values():
            sensor.close()


def described(recording: Recording, probes: Probes) -> list[Channel]:
    """The recording's channels as a node's ``about`` describes them."""
    return [
        probes.channel(c.channel)
        if c.channel in recording.volt_channels
        else Channel(c.channel, c.quantity, "recording", c.column)
        for c in recording.channels
    ]


class Replay:
    """Sends ``recording`` by ``delivery``.

    ``speed`` None: as fast as acknowledgements allow; 60: an hour of the file in a minute.
    """

    def __init__(
        self,
        recording: Recording,
        probes: Probes,
        delivery: Delivery,
        clock: Clock,
        *,
        speed: float | None = None,
        wait: Callable[[float], object],
    ) -> None:
        self._recording = recording
        self._probes = probes
        self._delivery = delivery
        self._clock = clock
        self._speed = speed
        self._wait = wait
        self._seen: dict[int, int] = {}
        self._pending: list[Entry] = []
        self._first: tuple[int, float] | None = None
        self._units = {c.channel: wire.QUANTITIES[c.quantity].unit for c in recording.channels}
        self.report = Report()

    @property
    def tally(self) -> Tally:
        """What delivery has done so far."""
        return self._delivery.tally

    def run(self, lines: Iterable[str], progress: Callable[[], None] = lambda: None) -> Report:
        """Send every row and wait until all are acknowledged.

        Raises ``NetworkError`` when nobody acknowledges any more, ``StorageError`` when the
        outbox fails; what was not acknowledged is in the outbox.
        """
        for row in self.report.rows_of(self._recording.read(lines)):
            if row is not None:
                self._take(row)
            progress()
        self._flush()
        self._delivery.wait_until_waiting(0)
        progress()
        return self.report

    def _take(self, row: Row) -> None:
        records = [wire.Record(c, self._units[c], v) for c, v in row.values.items()]
        if row.volts:
            records += self._probes.read(dict(row.volts))
        encoded = wire.encode_records(records)
        if self._seen.get(row.at_ms) == hash(encoded):
            self.report.repeated += 1
            return
        self._seen[row.at_ms] = hash(encoded)
        self._send(row.at_ms, encoded)

    def _send(self, at_ms: int, encoded: str) -> None:
        self._keep_pace(at_ms)
        stamp = Stamp(self._clock.monotonic_s(), at_ms, "rtc")
        self._pending.append(self._delivery.number(Sampled(stamp, encoded)))
        self.report.sent += 1
        if len(self._pending) >= ROWS_A_COMMIT or self._speed is not None:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            self._delivery.append(self._pending)
            self._pending.clear()
        self._delivery.wait_until_waiting(MOST_WAITING)

    def _keep_pace(self, at_ms: int) -> None:
        if self._speed is None:
            return
        now_s = self._clock.monotonic_s()
        if self._first is None:
            self._first = (at_ms, now_s)
        due_s = self._first[1] + (at_ms - self._first[0]) / 1000 / self._speed
        if due_s > now_s:
            self._wait(due_s - now_s)
