"""Recordings of other people's gardens go through driver, outbox, broker, gateway and store."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from harness import environment, gateway_on, shared_data
from killed import as_a_kill_leaves_it

from gateway.broker import HOST, MosquittoBroker
from gateway.service import Gateway
from gateway.store.base import Series
from sensor_node import wire
from sensor_node.clock import SystemClock
from sensor_node.delivery import Delivery
from sensor_node.errors import NetworkError
from sensor_node.link import Broker as BrokerAddress
from sensor_node.link import MqttLink
from sensor_node.node import new_boot
from sensor_node.outbox import Outbox
from sensor_node.recording import Recording, RecordingMap
from sensor_node.replay import Probes, Replay, Report
from sensor_node.settings import build
from sensor_node.uplink import Uplink

PLANTWATCH = {
    "time": {
        "columns": ["DATE", "TIME"],
        "format": "%B-%d-%Y %I:%M %p",
        "zone": "Europe/Paris",
    },
    "channels": [
        {
            "column": "WET_VOLTAGE_V",
            "channel": "pot-soil",
            "quantity": "soil_moisture_raw",
            "conversion": "volts",
        },
        {"column": "LUX", "channel": "light", "quantity": "illuminance"},
    ],
}
ONE_COUNT = 1 / 1023


class WatchedLink(MqttLink):
    """A real link that looks into the outbox's file at every pack it publishes."""

    outbox: Outbox
    packs_published = 0
    packs_not_on_disk = 0
    _on_disk: frozenset[tuple[str, int]] = frozenset()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        address = wire.pack_address(topic)
        if address is not None:
            self.packs_published += 1
            self.packs_not_on_disk += not self._is_on_disk(*address[1:])
        super().publish(topic, payload, qos=qos, retain=retain)

    def _is_on_disk(self, boot: str, seq: int) -> bool:
        """Whether the pack is in the files, as a power cut would leave them now."""
        if (boot, seq) not in self._on_disk:
            with self.outbox._database.reading(), as_a_kill_leaves_it(self.outbox.path) as found:
                rows = found.execute(
                    "SELECT boot, id & 0xFFFFFFFFFF FROM packs JOIN boots ON number = id >> 40"
                ).fetchall()
            self._on_disk = frozenset(rows)
        return (boot, seq) in self._on_disk


class Rig:
    """What a replay needs, on a real broker."""

    def __init__(self, folder: Path, port: int, description: dict[str, object]) -> None:
        self.recording = Recording(build(RecordingMap, description))
        self.probes = Probes(self.recording.volt_channels)
        self.outbox = Outbox(folder / "outbox.sqlite")
        self._address = BrokerAddress(host=HOST, port=port)
        self._clock = SystemClock()
        self.link: WatchedLink
        self.delivery = Delivery(
            "plantwatch",
            self.outbox,
            self._address,
            self._clock,
            boot=new_boot(),
            about=dict,
            connect=self._connect,
        )

    def _connect(self, uplink: Uplink) -> WatchedLink:
        self.link = WatchedLink(self._address, uplink, self._clock, client_id="replay")
        self.link.outbox = self.outbox
        return self.link

    def run(self, lines: Iterable[str]) -> Report:
        replay = Replay(
            self.recording, self.probes, self.delivery, self._clock, wait=lambda _s: None
        )
        self.delivery.start()
        return replay.run(lines)

    def close(self) -> None:
        self.delivery.stop()
        self.probes.close()
        self.outbox.close()


@contextmanager
def rig_on(folder: Path, port: int, description: dict[str, object]) -> Iterator[Rig]:
    rig = Rig(folder, port, description)
    try:
        yield rig
    finally:
        rig.close()


def plantwatch_lines() -> list[str]:
    """Every row of the soil recording under one header, as one file."""
    files = sorted(shared_data("plantwatch_rpi/Lux-Moisture").glob("*.csv"))
    lines: list[str] = []
    for file in files:
        lines += file.read_text(encoding="utf-8").splitlines(keepends=True)[bool(lines) :]
    return lines


def plantwatch_truth(lines: list[str]) -> tuple[dict[int, float], dict[int, float]]:
    """Volts and lux by time, read by other means than ours; the last row of a time wins."""
    volts: dict[int, float] = {}
    lux: dict[int, float] = {}
    for row in csv.DictReader(lines):
        local = datetime.strptime(f"{row['DATE']} {row['TIME']}", "%B-%d-%Y %I:%M %p")  # noqa: DTZ007
        at_ms = int(local.replace(tzinfo=ZoneInfo("Europe/Paris")).timestamp()) * 1000
        volts[at_ms] = float(row["WET_VOLTAGE_V"])
        lux[at_ms] = float(row["LUX"])
    return volts, lux


def stored(gateway: Gateway, channel: str) -> dict[int, float]:
    points = gateway.store.points(Series("plantwatch", channel), 0, 2**52, 10**6)
    return {point.at_ms: point.value for point in points}


def test_a_real_recording_goes_through_every_layer_exactly_and_twice_is_once(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    lines = plantwatch_lines()
    volts, lux = plantwatch_truth(lines)
    with gateway_on(tmp_path / "g", mosquitto.port) as gateway:
        with rig_on(tmp_path / "n", mosquitto.port, PLANTWATCH) as rig:
            report = rig.run(lines)
            assert report.rows == len(lines) - 1
            assert (report.invalid, report.repeated, report.empty) == (0, 0, 0)
            assert report.sent == report.rows
            assert sum(rig.probes.board.adc.conversions) == report.rows
            assert rig.link.packs_published >= report.sent
            assert rig.link.packs_not_on_disk == 0
            assert rig.delivery.tally.acknowledged == report.sent
            assert rig.delivery.tally.refused == 0
        probe = stored(gateway, "pot-soil")
        assert probe.keys() == volts.keys()
        assert all(abs(probe[t] - volts[t] / 3.3) <= ONE_COUNT for t in volts)
        assert stored(gateway, "light") == lux
        count = gateway.store.count()
        assert count == len(volts) + len(lux)

        with rig_on(tmp_path / "n", mosquitto.port, PLANTWATCH) as rig:
            rig.run(lines)
            assert rig.delivery.tally.acknowledged == report.sent
        assert gateway.store.count() == count
        assert stored(gateway, "pot-soil") == probe


def test_rows_without_a_header_with_units_in_the_cells_and_a_stray_header_are_told(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    description: dict[str, object] = {
        "header": False,
        "time": {"columns": ["1", "2"], "format": "%b-%d-%Y %I:%M %p", "zone": "Europe/Paris"},
        "channels": [
            {
                "column": "3",
                "channel": "air",
                "quantity": "air_temperature",
                "conversion": "degF",
            },
            {"column": "4", "channel": "humidity", "quantity": "relative_humidity"},
        ],
    }
    files = sorted(shared_data("plantwatch_rpi/Humidity-Temp").glob("*.csv"))
    lines = [
        line for f in files for line in f.read_text(encoding="utf-8").splitlines(keepends=True)
    ]
    good = re.compile(r"(\w+-\d+-\d+),(\d+:\d+ [AP]M),([\d.]+) °F,([\d.]+) %$")
    valid = {m.groups() for line in lines if (m := good.match(line.strip()))}
    with (
        gateway_on(tmp_path / "g", mosquitto.port) as gateway,
        rig_on(tmp_path / "n", mosquitto.port, description) as rig,
    ):
        report = rig.run(lines)
        assert report.rows == len(lines)
        assert report.rows == report.invalid + report.empty + report.repeated + report.sent
        assert report.invalid >= 1
        assert all(p.line > 0 and p.reason for p in report.problems)
        assert any("time unreadable" in p.reason for p in report.problems)
        temperatures = stored(gateway, "air")
        times = {(date, time) for date, time, _, _ in valid}
        assert len(temperatures) == len(times)
        first = datetime(2025, 9, 17, 13, 19, tzinfo=ZoneInfo("Europe/Paris"))
        assert temperatures[int(first.timestamp()) * 1000] == pytest.approx(21.0)


def test_interleaved_clocks_zeros_for_no_value_and_a_last_row_of_text_are_told(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    moisture = "Sensor 0013A20041A24464 - VWC (%) - averages"
    file = shared_data("30mhz_greenhouse/one-month-every-5-minutes.csv")
    text = file.read_text(encoding="utf-8")
    description: dict[str, object] = {
        # The column of time has no title in this file.
        "time": {"columns": [""], "format": "iso", "zone": "Europe/Amsterdam"},
        "channels": [
            {
                "column": moisture,
                "channel": "bed-soil",
                "quantity": "soil_moisture",
                "no_value": ["", "0"],
            },
        ],
    }
    truth: dict[str, float] = {}
    for row in csv.DictReader(text.splitlines()):
        if re.fullmatch(r"[\d.]+", row[moisture] or "") and float(row[moisture]) != 0:
            truth[row[""]] = float(row[moisture])
    with (
        gateway_on(tmp_path / "g", mosquitto.port) as gateway,
        rig_on(tmp_path / "n", mosquitto.port, description) as rig,
    ):
        report = rig.run(text.splitlines(keepends=True))
        assert report.rows == report.invalid + report.empty + report.repeated + report.sent
        assert report.empty == 3  # three rows of the other clock have nothing for this probe
        last_line = len(text.splitlines())
        assert any(problem.line == last_line for problem in report.problems)
        values = stored(gateway, "bed-soil")
        assert len(values) == len(truth)
        assert sorted(values.values()) == sorted(truth.values())


def test_a_replay_with_nobody_to_acknowledge_says_so_and_keeps_everything(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    lines = ["time,v\n", "2026-05-01T06:00:00Z,1.2\n"]
    description: dict[str, object] = {
        "time": {"columns": ["time"]},
        "channels": [
            {
                "column": "v",
                "channel": "soil",
                "quantity": "soil_moisture_raw",
                "conversion": "volts",
            }
        ],
    }
    with rig_on(tmp_path / "n", mosquitto.port, description) as rig:
        rig.delivery.start()
        rig.delivery.append([])
        replay = Replay(rig.recording, rig.probes, rig.delivery, SystemClock(), wait=bool)
        for row in rig.recording.read(lines):
            replay._take(row)  # type: ignore[arg-type]
        rig.delivery.append(replay._pending)
        with pytest.raises(NetworkError) as caught:
            rig.delivery.wait_until_waiting(0, patience_s=0.5)
        assert caught.value.code == "GATEWAY_SILENT"
        assert rig.outbox.waiting_count() == 1


def test_the_command_prints_its_table_and_refuses_a_wrong_column_in_words(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    recording = tmp_path / "mesures.csv"
    recording.write_text(
        "quand;temp\n01/05/2026 08:00;12,5\n01/05/2026 08:05;abc\n01/05/2026 08:00;12,5\n",
        encoding="utf-8",
    )
    flags = ["--time", "quand", "--time-format", "%d/%m/%Y %H:%M", "--zone", "Europe/Paris"]
    flags += ["--separator", ";", "--decimal", ",", "--host", HOST, "--port", str(mosquitto.port)]
    flags += ["--node", "foreign", "--data", str(tmp_path / "n")]

    def replay(mapping: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "sensor_node",
                "replay",
                str(recording),
                "--map",
                mapping,
                *flags,
            ],
            capture_output=True,
            text=True,
            env=environment(),
            timeout=60,
            check=False,
        )

    with gateway_on(tmp_path / "g", mosquitto.port) as gateway:
        done = replay("temp=air:air_temperature")
        assert done.returncode == 0, done.stderr
        table = dict(re.findall(r"^\s*([a-z ]+?)\s{2,}(\d+)$", done.stdout, re.MULTILINE))
        assert table == {
            "rows read": "3",
            "invalid": "1",
            "without a value": "0",
            "repeated": "1",
            "sent": "1",
            "packs acknowledged": "1",
            "of these refused": "0",
        } | {k: v for k, v in table.items() if "cells" in k}
        assert "line 3, temp: not a number: 'abc'" in done.stdout
        assert gateway.store.count() == 1
        wrong = replay("temperature=air:air_temperature")
        assert wrong.returncode == 2
        assert "has no column 'temperature'" in wrong.stderr
        assert "Traceback" not in wrong.stderr
