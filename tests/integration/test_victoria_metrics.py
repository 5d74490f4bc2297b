"""The write path on a second real server: VictoriaMetrics takes what InfluxDB takes.

It answers no Flux, so it is no engine for a garden; but what reaches it was written as InfluxDB's
line protocol says, by somebody else's reading of it.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from harness import eventually, missing

from gateway.broker import HOST, free_port
from gateway.store.base import Fault, Reading, Series
from gateway.store.influx_lines import fault_line, reading_line
from gateway.store.influx_server import InfluxServer
from gateway.store.influxdb import InfluxStore
from gateway.store.settings import InfluxSettings
from sensor_node.errors import StorageError

AIR, SOIL = Series("potager-1", "air"), Series("site.serre", "bac-1-soil")
NOON = 1_763_809_200_000
DAY_MS = 86_400_000


class VictoriaMetrics:
    """A server in ``folder``, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("victoria-metrics")
        if program is None:
            missing("victoria-metrics")
        address = f"{HOST}:{free_port()}"
        options = {
            "storageDataPath": folder / "data",
            "httpListenAddr": address,
            "retentionPeriod": "100y",
            "memory.allowedBytes": "128MB",
        }
        self.url = f"http://{address}"
        self._client = httpx.Client(base_url=self.url, trust_env=False)
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, *(f"-{name}={value}" for name, value in options.items())],
                stdout=log,
                stderr=log,
            )
        eventually(self._answers, "VictoriaMetrics answers")

    def _answers(self) -> bool:
        assert self._process.poll() is None, "VictoriaMetrics has ended"
        try:
            return self._client.get("/health").status_code == 200
        except httpx.TransportError:
            return False

    def metrics(self) -> dict[tuple[str, str, str], list[tuple[int, float]]]:
        """(time, value) by (metric, node, channel), in the order of time."""
        self._client.get("/internal/force_flush")
        answer = self._client.get("/api/v1/export", params={"match[]": '{__name__!=""}'})
        found: dict[tuple[str, str, str], list[tuple[int, float]]] = {}
        for line in answer.text.splitlines():
            told = json.loads(line)
            name = tuple(told["metric"][label] for label in ("__name__", "node", "channel"))
            rows = zip(told["timestamps"], told["values"], strict=True)
            found.setdefault(name, []).extend(rows)  # type: ignore[arg-type]
        return {name: sorted(rows) for name, rows in found.items()}

    def stop(self) -> None:
        self._client.close()
        self._process.send_signal(signal.SIGINT)
        self._process.wait()


@pytest.fixture
def victoria(tmp_path: Path) -> Iterator[VictoriaMetrics]:
    server = VictoriaMetrics(tmp_path)
    yield server
    server.stop()


def written(victoria: VictoriaMetrics, lines: list[str]) -> None:
    with closing(InfluxServer(InfluxSettings(url=victoria.url, token="any"))) as server:
        server.write(lines)


def test_what_a_garden_writes_arrives_with_its_times_values_nodes_and_channels(
    victoria: VictoriaMetrics,
) -> None:
    readings = [
        Reading(series, NOON + n * 300_000 + 1, (n % 977) / 8 - 20, "stuck" if n % 50 == 0 else "")
        for n in range(7000)
        for series in (AIR, SOIL)
    ]
    late = [Reading(AIR, NOON - n * DAY_MS, n / 4) for n in (400, 2, 30)]
    written(victoria, [reading_line(r) for r in [*readings, *late]])
    found = victoria.metrics()
    for series in (AIR, SOIL):
        assert found["reading_value", *series] == sorted(
            (r.at_ms, r.value) for r in [*readings, *late] if r.series == series
        )


@pytest.mark.parametrize("value", [0.0, -0.1, 1e-7, 1e15, 3.0, 21.123456789])
def test_a_value_arrives_whatever_its_size(victoria: VictoriaMetrics, value: float) -> None:
    written(victoria, [reading_line(Reading(AIR, NOON, value))])
    assert victoria.metrics()["reading_value", *AIR] == [(NOON, value)]


def test_no_word_of_a_doubt_or_a_fault_spoils_the_line_it_stands_in(
    victoria: VictoriaMetrics,
) -> None:
    words = ['say "no"', "back\\slash\\", "a,b c=d", "two\nlines\r\n", "é ❄ \ud800", "nul\0", ""]
    lines = [
        line
        for n, word in enumerate(words)
        for line in (
            reading_line(Reading(AIR, NOON + n, float(n), word)),
            fault_line(Fault(SOIL, NOON + n, word)),
        )
    ]
    written(victoria, lines)
    found = victoria.metrics()
    assert found["reading_value", *AIR] == [(NOON + n, float(n)) for n in range(len(words))]
    assert len(found["fault_reason", *SOIL]) == len(words)


def test_it_is_refused_as_an_engine_in_words(victoria: VictoriaMetrics) -> None:
    with pytest.raises(StorageError) as caught:
        InfluxStore(InfluxSettings(url=victoria.url, token="any"))
    assert caught.value.code in {"INFLUX_FAILED", "INFLUX_BUCKET"}
    assert victoria.metrics() == {}
