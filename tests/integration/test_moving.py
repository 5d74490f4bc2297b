"""A garden moves from one engine to another without loss, whatever kills it on the way."""

from __future__ import annotations

import gzip
import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from influx import a_bucket

from gateway.bringing import PLACE_FILE, bring_garden
from gateway.calibrations import Wanted
from gateway.cli import main
from gateway.exporting import PIECE, export_garden
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Fault, Reading, Series
from gateway.store.settings import InfluxSettings, StoreSettings
from sensor_node.errors import StorageError, UsageError

NOON = 1_763_809_200_000
SOIL = Series("potager-1", "bac-1-soil")
CHANNELS = {
    SOIL: ("/", "soil_moisture_raw"),
    Series("potager-1", "air"): ("Cel", "air_temperature"),
    Series("site-2.serre", "vent"): ("deg", "wind_direction"),
    Series("atelier.tomate", "x"): (None, "number"),
}
PORCH = Series("potager-1", "porche")
COUNT = 12_000

Opens = Callable[[str], Gateway]


class Place:
    """Where gardens of one test live. ``names`` say the engine: ``sqlite-a``, ``influxdb-b``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._buckets = ExitStack()
        self._stores: dict[str, StoreSettings] = {}
        self._opened: list[Gateway] = []

    def settings(self, name: str) -> GatewaySettings:
        if name not in self._stores:
            store = StoreSettings()
            if name.startswith("influxdb"):
                store = StoreSettings("influxdb", self._buckets.enter_context(a_bucket()))
            self._stores[name] = store
        return GatewaySettings(data=self.folder / name, store=self._stores[name])

    def toml(self, name: str) -> Path:
        settings = self.settings(name)
        file = self.folder / f"{name}.toml"
        influx: InfluxSettings = settings.store.influxdb
        file.write_text(
            f'data = "{settings.data}"\n[store]\nengine = "{settings.store.engine}"\n'
            f'[store.influxdb]\nurl = "{influx.url}"\norg = "{influx.org}"\n'
            f'bucket = "{influx.bucket}"\ntoken = "{influx.token}"\n'
        )
        return file

    def open(self, name: str) -> Gateway:
        self._opened.append(Gateway.open(self.settings(name)))
        return self._opened[-1]

    def close(self) -> None:
        for gateway in self._opened:
            gateway.close()
        self._buckets.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.close()


def fill(gateway: Gateway) -> None:
    """A garden with everything that may be lost: doubts, faults, odd values, late data."""
    draw = random.Random(7)
    channels = {"bac-1-soil": {"quantity": "soil_moisture_raw", "sensor": "MCP3008", "pin": "0"}}
    gateway.catalogue.set_about("potager-1", {"interval_s": 60, "channels": channels})
    for series, (unit, quantity) in CHANNELS.items():
        gateway.catalogue.see_channel(series, unit, quantity)
    gateway.catalogue.see_channel(PORCH, None)
    gateway.catalogue.mark_simulated([Series("potager-1", "air")])
    gateway.catalogue.add_import("2024.csv", NOON, NOON + 5, True, 17)
    calibrations = gateway.catalogue.calibrations
    (first,) = calibrations.make([Wanted(SOIL, (0.8, 0.0), (0.4, 40.0))], "keeper", NOON)
    calibrations.undo(SOIL, first.id, NOON + 1)
    calibrations.make([Wanted(SOIL, (0.81, 0.0), (0.43, 41.5), NOON)], "keeper", NOON + 2)
    readings = [
        Reading(
            series,
            NOON + n * 60_000 + draw.randrange(1000),
            draw.choice([draw.gauss(0, 1e3), 0.1 * n, -0.0, 5e-324, 1e300, float(n)]),
            draw.choice(["", "", "", "stuck", 'with "quotes", and\\more', "é ❄"]),
        )
        for series in CHANNELS
        for n in range(COUNT // len(CHANNELS) + (PIECE if series == SOIL else 0))
    ]
    draw.shuffle(readings)
    for begin in range(0, len(readings), 4000):
        gateway.store.commit(readings[begin : begin + 4000], [])
    faults = [Fault(PORCH, NOON + n, draw.choice(["checksum", "no answer"])) for n in range(300)]
    gateway.store.commit([], [*faults, Fault(SOIL, NOON - 5, "timeout")])


def everything(gateway: Gateway) -> dict[str, object]:
    store, catalogue = gateway.store, gateway.catalogue
    found: dict[str, object] = {}
    for series in store.newest():
        found[f"readings {series}"] = store.points(series, 0, 2**60, 10**6)
        found[f"faults {series}"] = store.faults(series, 0, 2**60, 10**6)
    found["channels"] = catalogue.channels()
    found["calibrations"] = catalogue.calibrations.all()
    found["imports"] = catalogue.imports()
    found["abouts"] = {name: node.about for name, node in catalogue.nodes().items()}
    return found


WAYS = [
    ["sqlite-a", "sqlite-b"],
    ["sqlite-a", "influxdb-b", "sqlite-c"],
    ["influxdb-a", "influxdb-b"],
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-to-".join(n.split("-")[0] for n in way))
def test_a_garden_moves_without_loss(place: Place, way: list[str]) -> None:
    gardens = [place.open(name) for name in way]
    fill(gardens[0])
    for number, (one, next_one) in enumerate(pairwise(gardens)):
        file = place.folder / f"{number}.jsonl.gz"
        totals = export_garden(one, file)
        assert totals.readings == one.store.count() == COUNT + PIECE
        assert totals.faults == 301
        report = bring_garden(next_one, file)
        assert (report.new, report.same, report.replaced) == (totals.readings, 0, 0)
        assert everything(next_one) == everything(gardens[0])


def test_importing_twice_is_importing_once(place: Place) -> None:
    one, other = place.open("sqlite-a"), place.open("sqlite-b")
    fill(one)
    file = place.folder / "garden.jsonl.gz"
    export_garden(one, file)
    bring_garden(other, file)
    report = bring_garden(other, file)
    assert (report.new, report.same, report.replaced) == (0, COUNT + PIECE, 0)
    assert everything(other) == everything(one)


KILLED = """
import os, signal, sys
from pathlib import Path
from gateway.bringing import bring_garden
from gateway.exporting import export_garden
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.settings import load

def die(done):
    if done >= int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)

what = {"export": export_garden, "import": bring_garden}[sys.argv[1]]
what(Gateway.open(load(GatewaySettings, Path(sys.argv[2]))), Path(sys.argv[3]), die)
"""


def killed(what: str, config: Path, file: Path, after: int) -> None:
    command = [sys.executable, "-c", KILLED, what, str(config), str(file), str(after)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["sqlite-a", "influxdb-a"])
@pytest.mark.parametrize("after", [1, PIECE, COUNT, COUNT + PIECE])
def test_a_killed_export_goes_on_where_it_was(place: Place, name: str, after: int) -> None:
    one, other = place.open(name), place.open("sqlite-b")
    fill(one)
    file = place.folder / "garden.jsonl.gz"
    killed("export", place.toml(name), file, after)
    assert not file.exists()
    part = file.with_name(file.name + ".part")
    stood = part.read_bytes()
    assert export_garden(one, file).readings == COUNT + PIECE
    assert not part.exists()
    assert file.read_bytes().startswith(stood)
    bring_garden(other, file)
    assert everything(other) == everything(one)


@pytest.mark.parametrize("name", ["sqlite-b", "influxdb-b"])
def test_a_killed_import_goes_on_where_it_was(place: Place, name: str) -> None:
    one = place.open("sqlite-a")
    fill(one)
    file = place.folder / "garden.jsonl.gz"
    export_garden(one, file)
    killed("import", place.toml(name), file, file.stat().st_size // 2)
    other = place.open(name)
    before = other.store.count()
    assert 0 < before < one.store.count()
    report = bring_garden(other, file)
    assert report.resumed
    assert report.new == one.store.count() - before
    assert report.same < COUNT
    assert everything(other) == everything(one)
    assert not (other.settings.data / PLACE_FILE).exists()


def test_an_emptied_store_is_not_gone_on_with_but_filled_anew(place: Place) -> None:
    one = place.open("sqlite-a")
    fill(one)
    file = place.folder / "garden.jsonl.gz"
    export_garden(one, file)
    killed("import", place.toml("sqlite-b"), file, file.stat().st_size // 2)
    for leftover in (place.folder / "sqlite-b").glob("store.sqlite*"):
        leftover.unlink()
    other = place.open("sqlite-b")
    assert not bring_garden(other, file).resumed
    assert everything(other) == everything(one)


def test_readings_that_vanish_during_an_import_are_missed_at_its_end(place: Place) -> None:
    one, other = place.open("sqlite-a"), place.open("sqlite-b")
    fill(one)
    file = place.folder / "garden.jsonl.gz"
    export_garden(one, file)

    def lose(_bytes: int) -> None:
        other.store.delete(SOIL, 0, NOON + 600_000)

    with pytest.raises(StorageError) as caught:
        bring_garden(other, file, lose)
    assert caught.value.code == "IMPORT_INCOMPLETE"
    assert not (other.settings.data / PLACE_FILE).exists()


def test_a_piece_that_a_power_cut_tore_is_written_again(place: Place) -> None:
    one, other = place.open("sqlite-a"), place.open("sqlite-b")
    fill(one)
    file = place.folder / "garden.jsonl.gz"
    killed("export", place.toml("sqlite-a"), file, COUNT)
    part = file.with_name(file.name + ".part")
    part.write_bytes(part.read_bytes()[:-100])
    export_garden(one, file)
    bring_garden(other, file)
    assert everything(other) == everything(one)


def test_a_part_of_another_store_is_begun_anew(place: Place) -> None:
    one, other = place.open("sqlite-a"), place.open("sqlite-b")
    fill(one)
    file = place.folder / "garden.jsonl.gz"
    killed("export", place.toml("sqlite-a"), file, PIECE)
    other.store.commit([Reading(SOIL, NOON, 1.0)], [])
    assert export_garden(other, file).readings == 1


def test_a_file_without_its_end_is_told(place: Place) -> None:
    one, other = place.open("sqlite-a"), place.open("sqlite-b")
    fill(one)
    file = place.folder / "garden.jsonl.gz"
    export_garden(one, file)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(UsageError) as caught:
        bring_garden(other, file)
    assert caught.value.code == "FILE_CUT"


GARDEN = {"garden": {"format": 1}}
BAD = {
    "nothing": (b"", "NOT_A_GARDEN"),
    "no json": (gzip.compress(b"hello\n"), "NOT_A_GARDEN"),
    "other json": (gzip.compress(b"[1]\n"), "NOT_A_GARDEN"),
    "no header": (gzip.compress(b'{"readings": "a/b"}\n'), "NOT_A_GARDEN"),
    "damaged": (gzip.compress(b"hello")[:12] + b"\xff" * 40, "NOT_A_GARDEN"),
    "newer": (gzip.compress(b'{"garden": {"format": 2}}\n'), "FILE_TOO_NEW"),
}
LINES: dict[str, dict[str, object]] = {
    "a text for a number": {"readings": "a/b", "t": [NOON], "v": ["x"], "doubts": []},
    "no finite number": {"readings": "a/b", "t": [NOON], "v": [float("inf")], "doubts": []},
    "a time before time": {"readings": "a/b", "t": [5], "v": [1.0], "doubts": []},
    "two lengths": {"readings": "a/b", "t": [NOON], "v": [1.0, 2.0], "doubts": []},
    "a bad name": {"readings": "A b/c", "t": [NOON], "v": [1.0], "doubts": []},
    "no values": {"readings": "a/b", "t": [NOON]},
    "faults without reasons": {"faults": "a/b", "t": [NOON], "why": []},
}
for name, line in LINES.items():
    text = json.dumps(GARDEN) + "\n" + json.dumps(line) + "\n"
    BAD[name] = (gzip.compress(text.encode()), "NOT_A_GARDEN")


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_no_garden_changes_nothing(place: Place, what: str) -> None:
    content, code = BAD[what]
    gateway = place.open("sqlite-a")
    file = place.folder / "bad"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        bring_garden(gateway, file)
    assert caught.value.code == code
    assert (gateway.store.count(), gateway.catalogue.channels()) == (0, {})


def test_another_garden_with_the_same_names_is_refused(place: Place) -> None:
    one, other = place.open("sqlite-a"), place.open("sqlite-b")
    fill(one)
    file = place.folder / "garden.jsonl.gz"
    export_garden(one, file)
    other.catalogue.see_channel(SOIL, "mm", "rain")
    with pytest.raises(UsageError) as caught:
        bring_garden(other, file)
    assert caught.value.code == "OTHER_QUANTITY"
    assert other.store.count() == 0


def test_the_commands_move_a_garden_and_say_how_much(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(place.open("sqlite-a"))
    file = str(place.folder / "garden.jsonl.gz")
    assert main(["export", file, "--config", str(place.toml("sqlite-a"))]) == 0
    assert f"{COUNT + PIECE}" in capsys.readouterr().out
    assert main(["export", file, "--config", str(place.toml("sqlite-a"))]) == 2
    assert main(["import", file, "--config", str(place.toml("sqlite-b"))]) == 0
    told = capsys.readouterr()
    assert f"{COUNT + PIECE}" in told.out
    assert "█" not in told.err  # no bar where nobody looks
    assert place.open("sqlite-b").store.count() == COUNT + PIECE
