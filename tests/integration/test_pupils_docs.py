"""The programs that the README and the pupils' page show are run as they stand there."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from door import MINUTE_MS, Door, garden_door
from pupils import program_of

from gateway.security.roles import Scope
from gateway.store.base import Reading, Series
from sensor_node.config import NodeSettings
from sensor_node.drivers import build_sensors
from sensor_node.fakes import FakeBoard
from sensor_node.settings import build

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "pupils.md"
PLACE = "http://jardin.local:8000"
GLASS, SOIL = Series("serre", "air"), Series("serre", "tomates-soil")
MAST, RAIN, BED = Series("meteo", "air"), Series("meteo", "pluie"), Series("bac-1", "sol")


CHANNELS = {
    GLASS: "air_temperature",
    SOIL: "soil_moisture",
    MAST: "air_temperature",
    RAIN: "rain",
    BED: "soil_moisture",
}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A garden with the places that the programs name."""
    with garden_door(tmp_path_factory.mktemp("docs")) as opened:
        for node in {series.node for series in CHANNELS}:
            mine = {s.channel: {"quantity": q} for s, q in CHANNELS.items() if s.node == node}
            opened.gateway.catalogue.set_about(node, {"channels": mine})
        for bed, watching in (("tomates", [GLASS, SOIL]), ("bac-1", [BED])):
            body = {"id": bed, "area_m2": 4, "channels": [str(series) for series in watching]}
            assert opened.client.post("/api/v1/beds", json=body).status_code == 201
        now_ms = opened.clock.wall_ms()
        for ago in range(12):
            at_ms = now_ms - ago * 30 * MINUTE_MS
            opened.measure(Reading(GLASS, at_ms, 20.0 + ago), Reading(MAST, at_ms, 8.0))
        opened.measure(*(Reading(series, now_ms, 18.0) for series in (SOIL, BED, RAIN)))
        yield opened


def programs(path: Path, word: str) -> list[str]:
    """The blocks of a page that have a line beginning with ``word``, without their indent."""
    blocks = re.findall(r"(?:^ {4,}\S.*\n?)+", path.read_text(encoding="utf-8"), re.M)
    return [
        re.sub(r"^ {4,8}", "", block, flags=re.M)
        for block in blocks
        if re.search(rf"^ +{word}", block, re.M)
    ]


@pytest.mark.parametrize("name", ["jardin", "garden"])
@pytest.mark.parametrize(
    ("path", "count"), [(ROOT / "README.md", 3), (PAGE, 1)], ids=["readme", "page"]
)
def test_the_first_programs_run(
    door: Door, name: str, path: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, program_of(door, f"{name}.py"))
    found = programs(path, f"import {name}")
    assert len(found) == count
    for program in found:
        exec(program, {})  # noqa: S102


@pytest.mark.parametrize("name", ["jardin", "garden"])
def test_every_call_of_the_page_s_table_works(door: Door, name: str) -> None:
    module: Any = program_of(door, f"{name}.py")
    text = PAGE.read_text(encoding="utf-8")
    calls = [
        call
        for cell in re.findall(r"^\| (`.*?) \|", text, re.M)
        for call in re.findall(rf"`({name}\..*?\))`", cell)
    ]
    assert len(calls) == 11
    now_ms = door.clock.wall_ms()
    token, _ = door.gateway.catalogue.keyring.tokens.make(
        "essai", [Scope.SEND], "essai", now_ms + 10**9, now_ms
    )
    rung: list[int] = []
    names: dict[str, Any] = {name: module}
    names["sonner"] = names["ring"] = lambda: rung.append(1)
    for call in calls:
        if "journal" in call or "diary" in call:
            continue  # no day has gone by in this garden; the exercises read one
        eval(call.replace("bcdf-ghjk", token), names)  # noqa: S307 - our own page
    assert rung == [1]


@pytest.mark.parametrize("name", ["jardin", "garden"])
def test_the_recipes_for_pandas_run(door: Door, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = pytest.importorskip("pandas")
    monkeypatch.setenv("no_proxy", "*")
    by_address = programs(PAGE, "import pandas")[name == "garden"].replace(PLACE, door.address)
    names: dict[str, Any] = {}
    # Its last line draws, which takes a further library.
    exec(by_address.rpartition("\n")[0].rpartition("\n")[0], names)  # noqa: S102
    (table,) = [one for one in names.values() if isinstance(one, pandas.DataFrame)]
    assert table["value"].max() == 30.5  # the mean of the first hour
    module = program_of(door, f"{name}.py")
    word = "mesures = jardin" if name == "jardin" else "measures = garden"
    (by_program,) = programs(PAGE, word)
    names = {name: module, "pandas": pandas}
    exec(by_program, names)  # noqa: S102
    (series,) = [one for one in names.values() if isinstance(one, pandas.Series)]
    assert len(series) == 12
    assert series.index.is_monotonic_increasing


def test_the_plain_address_of_the_page_answers_a_number(door: Door) -> None:
    addresses = set(re.findall(rf"{PLACE}(/api/\S*latest\?format=text)", PAGE.read_text("utf-8")))
    assert addresses == {"/api/v1/channels/serre/air/latest?format=text"}
    assert door.client.get(addresses.pop()).text == "20"


def test_the_node_of_the_micro_bit_can_be_set_up() -> None:
    blocks = re.findall(r"^ *```toml\n(.*?)^ *```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert len(blocks) == 2
    for block in blocks:
        table = {"node": "bac-1", "data": "data"} | tomllib.loads(block)
        (sensor,) = build_sensors(build(NodeSettings, table).sensors, FakeBoard())
        assert [one.name for one in sensor.channels] == ["light", "temp", "soil"]
        sensor.close()
