"""The dashboards for Grafana: sound as files, and each of their queries gives rows.

The queries run on a real InfluxDB, filled as a garden fills it, with Grafana's own words in them
replaced as Grafana replaces them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from influx import a_bucket

from gateway.store import influx_lines
from gateway.store.base import Fault, Reading, Series
from gateway.store.influx_server import InfluxServer
from gateway.store.influxdb import InfluxStore
from gateway.store.settings import InfluxSettings
from gateway.times import to_rfc3339

FOLDER = Path(__file__).parents[2] / "dashboards/grafana"
BOARDS = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}
HOUR_MS = 3_600_000
CHANNELS = [
    Series("potager-1", "air"),
    Series("potager-1", "cpu"),
    Series("serre", "pluie"),
    Series("serre", "bac-1-soil"),
]


class Query(NamedTuple):
    """``flux`` and where it stands."""

    board: str
    place: str
    flux: str


def queries() -> Iterator[Query]:
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield Query(name, f"{panel['id']}{target['refId']}", target["query"])
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                yield Query(name, f"${variable['name']}", variable["query"])
        for annotation in board["annotations"]["list"]:
            yield Query(name, annotation["name"], annotation["target"]["query"])


QUERIES = list(queries())
each_query = pytest.mark.parametrize("query", QUERIES, ids=lambda q: f"{q.board}-{q.place}")
each_board = pytest.mark.parametrize("board", BOARDS)


def test_there_are_two_dashboards() -> None:
    assert set(BOARDS) == {"garden", "gateway"}
    assert len({board["uid"] for board in BOARDS.values()}) == 2


@each_board
def test_every_panel_is_in_two_languages_and_has_a_place_of_its_own(board: str) -> None:
    panels = BOARDS[board]["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert " · " in panel["title"]
        assert " · " in panel["description"]
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def test_everything_asks_the_data_source_that_is_provisioned() -> None:
    (source,) = provisioned("datasources")["datasources"]
    assert (source["type"], source["jsonData"]["version"]) == ("influxdb", "Flux")
    named = re.findall(r'"datasource": \{\s*"type": "(\w+)",\s*"uid": "([^"]+)"', texts())
    assert set(named) == {("influxdb", source["uid"])}


def test_no_address_and_no_token_stands_in_a_file() -> None:
    (source,) = provisioned("datasources")["datasources"]
    for value in (source["url"], source["secureJsonData"]["token"]):
        assert re.fullmatch(r"\$JARDIN_[A-Z_]+", value)
    (provider,) = provisioned("dashboards")["providers"]
    assert provider["type"] == "file"


@each_query
def test_a_query_asks_for_what_the_garden_writes(query: Query) -> None:
    measurements = set(re.findall(r'r\._measurement == "(\w+)"', query.flux))
    assert measurements
    assert measurements <= {influx_lines.READING, influx_lines.FAULT}
    assert set(re.findall(r'r\._field == "(\w+)"', query.flux)) <= {"value", "suspect", "reason"}
    for opening, closing_ in ("()", "[]", "{}"):
        assert query.flux.count(opening) == query.flux.count(closing_)
    assert query.flux.count('"') % 2 == 0


@each_query
def test_a_query_keeps_to_the_time_and_the_variables_of_its_dashboard(query: Query) -> None:
    assert "v.timeRangeStart" in query.flux
    names = {variable["name"] for variable in BOARDS[query.board]["templating"]["list"]}
    assert {name.split(":")[0] for name in re.findall(r"\$\{([\w:]+)\}", query.flux)} <= names
    assert "${" not in as_grafana_sends_it(query, InfluxSettings(), 0, 1)


# --- on a real server -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filled() -> Iterator[tuple[InfluxServer, int]]:
    """A bucket with three days of a garden, until now by the server's clock."""
    now_ms = int(time.time() * 1000)
    with a_bucket() as settings, closing(InfluxStore(settings)) as store:
        store.commit(
            [
                Reading(series, now_ms - n * 600_000, n % 50 / 4, "stuck" if n % 40 == 1 else "")
                for series in CHANNELS
                for n in range(432)
            ],
            [Fault(Series("serre", "porche"), now_ms - n * HOUR_MS, "checksum") for n in range(9)]
            + [Fault(CHANNELS[0], now_ms - n * HOUR_MS - 7, "no answer") for n in range(9)],
        )
        with closing(InfluxServer(settings)) as server:
            yield server, now_ms


@each_query
def test_a_query_gives_rows_on_a_real_server(
    query: Query, filled: tuple[InfluxServer, int]
) -> None:
    server, now_ms = filled
    begin_ms = now_ms - 72 * HOUR_MS
    flux = as_grafana_sends_it(query, server.settings, begin_ms, now_ms + 1)
    rows = list(server.ask(flux))
    assert rows
    assert all(any(cell for cell in row.cells.values()) for row in rows)


def test_the_days_of_the_garden_begin_at_its_own_midnight(
    filled: tuple[InfluxServer, int],
) -> None:
    server, now_ms = filled
    (query,) = [q for q in QUERIES if (q.board, q.place) == ("garden", "4A")]
    flux = as_grafana_sends_it(query, server.settings, now_ms - 72 * HOUR_MS, now_ms + 1)
    starts = {row.cells["_time"][11:16] for row in server.ask(flux)}
    assert starts & {"22:00", "23:00"}  # of UTC: midnight in Paris, in summer and in winter
    assert "00:00" not in starts


def as_grafana_sends_it(query: Query, settings: InfluxSettings, from_ms: int, to_ms: int) -> str:
    words = {
        "v.defaultBucket": json.dumps(settings.bucket),
        "v.timeRangeStart": to_rfc3339(from_ms),
        "v.timeRangeStop": to_rfc3339(to_ms),
        "v.windowPeriod": "300000ms",
    }
    flux = query.flux
    for word, value in words.items():
        flux = flux.replace(word, value)
    return re.sub(r"\$\{(\w+)(:regex)?\}", lambda m: _value(query.board, m[1], m[2]), flux)


def _value(board: str, name: str, form: str | None) -> str:
    (variable,) = [v for v in BOARDS[board]["templating"]["list"] if v["name"] == name]
    if variable["type"] != "query":
        return str(variable["query"])
    assert form == ":regex", "several values need the form of a regular expression"
    values = sorted({series._asdict()[name] for series in [*CHANNELS, Series("serre", "porche")]})
    return f"({'|'.join(values)})"


def provisioned(kind: str) -> dict[str, Any]:
    (path,) = (FOLDER / "provisioning" / kind).glob("*.yaml")
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def texts() -> str:
    return "".join(path.read_text("utf-8") for path in FOLDER.glob("*.json"))
