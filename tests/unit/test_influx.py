"""What is said to InfluxDB and what its refusals mean; the real one is met in other tests."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings import GatewaySettings
from gateway.store.aggregate import buckets_of_points
from gateway.store.base import Bucket, Fault, Point, Reading, Series
from gateway.store.influx_change import MOST_SPANS, NEAR_MS, spans
from gateway.store.influx_errors import refused
from gateway.store.influx_lines import fault_line, literal, one_of, predicate, reading_line, source
from gateway.store.influxdb import InfluxStore
from gateway.store.opening import open_store
from gateway.store.settings import InfluxSettings, StoreSettings
from sensor_node.errors import ConfigError, StorageError
from sensor_node.settings import build

AIR = Series("potager-1", "air")
NOON = 1_763_809_200_000
SETTINGS = InfluxSettings(url="http://127.0.0.1:8086", token="s3cret")


# --- lines and questions ----------------------------------------------------------------------


def test_a_whole_number_is_written_as_a_float() -> None:
    assert reading_line(Reading(AIR, NOON, 21)) == (
        f'reading,channel=air,node=potager-1 value=21.0,suspect="" {NOON}'
    )


def test_a_good_reading_writes_that_nothing_is_doubted() -> None:
    assert 'suspect=""' in reading_line(Reading(AIR, NOON, 1.0))
    assert 'suspect="stuck"' in reading_line(Reading(AIR, NOON, 1.0, "stuck"))


@given(word=st.text())
def test_whatever_a_node_says_stays_one_line(word: str) -> None:
    for line in (reading_line(Reading(AIR, NOON, 1.0, word)), fault_line(Fault(AIR, NOON, word))):
        assert not set(line) & {"\n", "\r", "\0"}
        line.encode()


def test_quotes_and_backslashes_do_not_end_a_text() -> None:
    assert fault_line(Fault(AIR, NOON, 'a "b" \\')).split(" ", 1)[1] == (
        f'reason="a \\"b\\" \\\\" {NOON}'
    )
    assert literal('a"b\\${r}') == '"a\\"b\\\\\\${r}"'
    assert predicate("fault", Series('a"b', "c")) == (
        '_measurement="fault" AND node="a\\"b" AND channel="c"'
    )


def test_a_name_with_a_space_or_a_comma_is_one_tag() -> None:
    line = reading_line(Reading(Series("a b", "c,d=e"), NOON, 1.0))
    assert line.startswith("reading,channel=c\\,d\\=e,node=a\\ b value=")


def test_a_range_that_no_calendar_holds_is_asked_for_as_far_as_it_goes() -> None:
    assert "start: 1970-01-01T00:00:00.000Z, stop: 2262-04-11T23:47:16.854Z" in source(
        "jardin", -5, 2**60, "true"
    )


def test_a_question_about_many_channels_names_the_nodes() -> None:
    few = [Series("n", f"c{i}") for i in range(3)]
    many = [Series("n", f"c{i}") for i in range(50)]
    assert one_of(few).count("r.channel") == 3
    assert "r.channel" not in one_of(many)
    assert one_of(many).count("r.node") == 1


@given(moments=st.lists(st.integers(0, 40 * NEAR_MS), min_size=1, max_size=60))
def test_spans_hold_every_moment_apart_and_in_order(moments: list[int]) -> None:
    found = spans(moments)
    assert len(found) <= MOST_SPANS
    assert all(any(first <= m <= last for first, last in found) for m in moments)
    bounds = [bound for span in found for bound in span]
    assert bounds == sorted(bounds)
    assert {bounds[0], bounds[-1]} == {min(moments), max(moments)}


def test_a_pack_of_today_and_one_of_last_month_are_two_spans() -> None:
    month = 30 * 24 * NEAR_MS
    assert spans([NOON, NOON - month, NOON + 1000]) == [
        (NOON - month, NOON - month),
        (NOON, NOON + 1000),
    ]


def test_points_become_buckets_and_empty_ones_are_left_out() -> None:
    points = [Point(0, 4.0, ""), Point(9, 1.0, ""), Point(30, 7.0, "stuck")]
    assert list(buckets_of_points(points, [0, 10, 20, 40], vector=False)) == [
        Bucket(0, 2, 2.5, 1.0, 4.0, 5.0),
        Bucket(20, 1, 7.0, 7.0, 7.0, 7.0),
    ]
    assert list(buckets_of_points([], [0, 10], vector=False)) == []


# --- refusals -----------------------------------------------------------------------------------

# As InfluxDB 2.9 says them.
REFUSALS = {
    401: ('{"code":"unauthorized","message":"unauthorized access"}', "INFLUX_TOKEN"),
    403: ('{"code":"forbidden","message":"insufficient permissions"}', "INFLUX_TOKEN"),
    404: ('{"code":"not found","message":"bucket \\"x\\" not found"}', "INFLUX_BUCKET"),
    422: (
        '{"code":"unprocessable entity","message":"failure writing points to database: partial '
        'write: field type conflict: input field \\"value\\" on measurement \\"reading\\" is type '
        'integer, already exists as type float dropped=1"}',
        "INFLUX_FIELD_TYPE",
    ),
    500: ('{"code":"internal error","message":"engine is closed"}', "INFLUX_FAILED"),
    503: ("<html>a proxy</html>", "INFLUX_FAILED"),
}


@pytest.mark.parametrize("status", REFUSALS)
def test_each_refusal_becomes_words_with_the_setting_to_look_at(status: int) -> None:
    body, code = REFUSALS[status]
    error = refused(SETTINGS, status, body)
    assert (error.code, error.exit_code) == (code, 5)
    assert "s3cret" not in error.fr + error.en


def test_nobody_at_the_address_is_told_with_the_address() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}"
        with pytest.raises(StorageError) as caught:
            InfluxStore(replace(SETTINGS, url=url))
    assert caught.value.code == "INFLUX_ABSENT"
    assert url in caught.value.fr


def test_a_server_that_never_answers_is_not_waited_for_without_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(StorageError) as caught:
            InfluxStore(replace(SETTINGS, url=url, timeout_s=0.1))
    assert caught.value.code == "INFLUX_ABSENT"


def test_without_its_library_the_engine_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "influxdb_client", None)
    with pytest.raises(ConfigError) as caught:
        open_store(StoreSettings("influxdb", SETTINGS), tmp_path, "UTC")
    assert caught.value.code == "INFLUX_LIBRARY"


# --- settings -----------------------------------------------------------------------------------


def test_the_token_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("abc==\n")
    assert replace(SETTINGS, token_file=file).secret() == "abc=="


def test_a_token_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        replace(SETTINGS, token_file=tmp_path / "absent").secret()
    assert caught.value.code == "TOKEN_FILE_UNREADABLE"


def test_an_address_without_http_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        InfluxStore(replace(SETTINGS, url="localhost:8086"))
    assert caught.value.code == "INFLUX_URL"


def test_the_token_comes_from_the_environment_and_is_never_shown() -> None:
    variables = {"JARDIN_STORE_ENGINE": "influxdb", "JARDIN_STORE_INFLUXDB_TOKEN": "s3cret"}
    settings = build(GatewaySettings, {"data": "garden"}, variables)
    assert (settings.store.engine, settings.store.influxdb.token) == ("influxdb", "s3cret")
    assert "s3cret" not in repr(settings)


def test_an_engine_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ConfigError) as caught:
        build(StoreSettings, {"engine": "postgres"})
    assert "sqlite, influxdb" in caught.value.en
