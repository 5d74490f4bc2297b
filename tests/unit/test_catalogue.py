"""Nodes, channels and imports, as the gateway learns of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.catalogue import Catalogue, ChannelInfo, ImportInfo, NodeInfo
from gateway.store.base import Series

AIR = Series("potager-1", "air")
BOOT = "7c1e9a52d01b44f3"
ABOUT: dict[str, Any] = {
    "software": "jardin-connecte 0.1.0",
    "interval_s": 60.0,
    "outbox": {"waiting": 3, "dropped": 2},
    "channels": {
        "air": {"quantity": "air_temperature", "unit": "Cel", "sensor": "DHT22", "pin": "GPIO4"},
        "say": {"quantity": "air_temperature", "unit": "Cel"},
        "bac": {"quantity": "happiness", "unit": "/"},
        "wet": {"quantity": "soil_moisture", "unit": "Cel"},
        "odd": "text",
        "rain": {"quantity": "rain", "pin": 17, "sensor": ["x"]},
    },
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "garden.sqlite"


@pytest.fixture
def catalogue(path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(path)
    yield catalogue
    catalogue.close()


# --- nodes ------------------------------------------------------------------------------------


def test_a_node_nobody_heard_of_is_none(catalogue: Catalogue) -> None:
    assert catalogue.nodes() == {}
    assert catalogue.node("potager-1") is None


def test_a_node_is_what_it_said_and_what_was_received_of_it(catalogue: Catalogue) -> None:
    catalogue.set_about("potager-1", ABOUT)
    catalogue.set_state("potager-1", "online")
    catalogue.record_packs(
        {("potager-1", BOOT): [1, 2, 3]}, {"potager-1": 1000}, {"potager-1": "ntp"}
    )
    assert catalogue.node("potager-1") == NodeInfo(
        node="potager-1",
        state="online",
        last_seen_ms=1000,
        about=ABOUT,
        interval_s=60.0,
        packs=3,
        clock="ntp",
        quarantined=0,
        dropped=2,
    )


def test_what_is_not_said_has_a_sensible_default(catalogue: Catalogue) -> None:
    catalogue.set_state("serre", "lost")
    node = catalogue.nodes()["serre"]
    assert (node.interval_s, node.packs, node.dropped, node.about) == (300.0, 0, 0, {})
    assert (node.last_seen_ms, node.clock) == (None, None)


@pytest.mark.parametrize("interval", ["fast", None, True, -5, 0, float("nan"), [1], 10**400])
def test_an_interval_that_is_none_counts_as_five_minutes(
    catalogue: Catalogue, interval: object
) -> None:
    catalogue.set_about("serre", {"interval_s": interval, "outbox": {"dropped": "many"}})
    node = catalogue.nodes()["serre"]
    assert (node.interval_s, node.dropped) == (300.0, 0)


def test_a_state_says_whether_it_is_news(catalogue: Catalogue) -> None:
    told = [catalogue.set_state("serre", s) for s in ("online", "online", "lost", "unknown")]
    assert told == [True, False, True, True]


def test_a_word_that_is_no_state_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="sleepy"):
        catalogue.set_state("serre", "sleepy")
    assert catalogue.nodes() == {}


def test_quarantined_things_are_counted_by_whoever_keeps_them(path: Path) -> None:
    catalogue = Catalogue(path, quarantined=lambda: {"serre": 4, "gone": 1})
    catalogue.set_state("serre", "online")
    catalogue.set_state("potager-1", "online")
    assert {n: i.quarantined for n, i in catalogue.nodes().items()} == {"serre": 4, "potager-1": 0}
    assert getattr(catalogue.node("serre"), "quarantined", None) == 4
    catalogue.close()


def test_everything_is_there_after_reopening(path: Path) -> None:
    def known(catalogue: Catalogue) -> tuple[object, ...]:
        return catalogue.nodes(), catalogue.channels(), catalogue.imports()

    first = Catalogue(path)
    first.set_about("potager-1", ABOUT)
    first.record_packs({("serre", BOOT): [5]}, {"serre": 7}, {"serre": "rtc"})
    first.add_import("2025", 0, 9, True, 4)
    before = known(first)
    first.close()
    again = Catalogue(path)
    assert known(again) == before
    again.close()


# --- about ------------------------------------------------------------------------------------


def test_an_about_creates_its_valid_channels_and_no_others(catalogue: Catalogue) -> None:
    catalogue.set_about("potager-1", ABOUT)
    rain = Series("potager-1", "rain")
    assert catalogue.channels() == {
        AIR: ChannelInfo(AIR, "air_temperature", "Cel", "DHT22", "GPIO4", False),
        rain: ChannelInfo(rain, "rain", "mm", None, "17", False),
    }


def test_a_later_about_changes_the_sensor_and_keeps_channels_it_no_longer_names(
    catalogue: Catalogue,
) -> None:
    catalogue.set_about("potager-1", ABOUT)
    catalogue.set_about(
        "potager-1", {"channels": {"air": {"quantity": "cpu_temperature", "sensor": "CPU"}}}
    )
    air = catalogue.channel(AIR)
    assert air == ChannelInfo(AIR, "cpu_temperature", "Cel", "CPU", None, False)
    assert len(catalogue.channels()) == 2


@pytest.mark.parametrize("channels", [None, [], "air", {"air": None}, {"AIR": {}}, {"a": {}}])
def test_an_about_with_strange_channels_is_kept_without_them(
    catalogue: Catalogue, channels: object
) -> None:
    catalogue.set_about("serre", {"channels": channels})
    assert catalogue.channels() == {}
    assert catalogue.nodes()["serre"].about == {"channels": channels}


def test_what_no_page_can_show_is_taken_out_of_an_about(catalogue: Catalogue) -> None:
    about = json.loads('{"a": NaN, "b": [1e999, -Infinity], "c": "x\\ud800"}')
    catalogue.set_about("serre", about)
    assert catalogue.nodes()["serre"].about == {"a": None, "b": [None, None], "c": "x?"}


def test_an_about_nested_beyond_reason_counts_as_empty(catalogue: Catalogue) -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    catalogue.set_about("serre", {"a": nested})
    assert catalogue.nodes()["serre"].about == {}


# --- channels ---------------------------------------------------------------------------------


def test_a_channel_appears_with_its_first_reading(catalogue: Catalogue) -> None:
    catalogue.see_channel(AIR, "%RH")
    catalogue.see_channel(AIR, "%RH")
    assert catalogue.channels() == {
        AIR: ChannelInfo(AIR, "relative_humidity", "%RH", None, None, False)
    }
    assert catalogue.nodes()["potager-1"].state == "unknown"


def test_a_channel_that_another_program_learned_of_is_known_at_once(
    catalogue: Catalogue, path: Path
) -> None:
    assert catalogue.channels() == {}
    importer = Catalogue(path)
    importer.see_channel(AIR, "Cel", "air_temperature")
    importer.close()
    assert [info.quantity for info in catalogue.channels().values()] == ["air_temperature"]
    catalogue.mark_simulated([AIR])
    assert [info.simulated for info in catalogue.channels().values()] == [True]


def test_a_quantity_that_several_share_a_unit_with_waits_to_be_told(catalogue: Catalogue) -> None:
    catalogue.see_channel(AIR, "Cel")
    assert catalogue.channel(AIR) == ChannelInfo(AIR, None, "Cel", None, None, False)
    catalogue.see_channel(AIR, "Cel", "air_temperature")
    assert catalogue.channel(AIR) == ChannelInfo(AIR, "air_temperature", "Cel", None, None, False)


def test_a_fault_alone_tells_neither_unit_nor_quantity(catalogue: Catalogue) -> None:
    catalogue.see_channel(AIR, None)
    assert catalogue.channel(AIR) == ChannelInfo(AIR, None, None, None, None, False)
    catalogue.see_channel(AIR, "hPa")
    assert catalogue.channel(AIR) == ChannelInfo(AIR, "pressure", "hPa", None, None, False)


def test_a_simple_device_says_bare_numbers(catalogue: Catalogue) -> None:
    catalogue.see_channel(AIR, None, "number")
    assert catalogue.channel(AIR) == ChannelInfo(AIR, "number", None, None, None, False)


def test_what_is_known_of_a_channel_does_not_change_with_a_reading(catalogue: Catalogue) -> None:
    catalogue.set_about("potager-1", ABOUT)
    before = catalogue.channel(AIR)
    catalogue.see_channel(AIR, "hPa")
    catalogue.see_channel(AIR, "Cel", "cpu_temperature")
    assert catalogue.channel(AIR) == before


def test_a_channel_once_simulated_stays_so(catalogue: Catalogue) -> None:
    catalogue.see_channel(AIR, "%RH")
    catalogue.mark_simulated([AIR])
    catalogue.set_about("potager-1", ABOUT)
    info = catalogue.channel(AIR)
    assert info is not None
    assert info.simulated


# --- packs ------------------------------------------------------------------------------------


def test_a_pack_received_twice_counts_once(catalogue: Catalogue) -> None:
    for seqs in ([1, 2, 3], [3, 2, 3], [7], [4, 5]):
        catalogue.record_packs({("serre", BOOT): seqs}, {}, {})
    catalogue.record_packs({("serre", "0" * 16): [1]}, {}, {})
    assert catalogue.nodes()["serre"].packs == 7


@given(batches=st.lists(st.lists(st.integers(0, 40), max_size=8), max_size=12))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_packs_in_any_order_count_as_many_as_are_distinct(
    catalogue: Catalogue, batches: list[list[int]]
) -> None:
    node = f"node-{len(catalogue.nodes())}"
    for seqs in batches:
        catalogue.record_packs({(node, BOOT): seqs}, {node: 1}, {})
    catalogue.set_state(node, "online")
    info = catalogue.node(node)
    assert info is not None
    assert info.packs == len({seq for seqs in batches for seq in seqs})


def test_last_seen_never_goes_back_and_the_clock_is_the_latest_word(catalogue: Catalogue) -> None:
    for seen_ms, clock in ((1000, "ntp"), (500, "rtc")):
        catalogue.record_packs({}, {"serre": seen_ms}, {"serre": clock})
    catalogue.record_packs({("serre", BOOT): [1]}, {}, {})
    node = catalogue.nodes()["serre"]
    assert (node.last_seen_ms, node.clock) == (1000, "rtc")


def test_a_node_met_without_a_time_was_never_seen(catalogue: Catalogue) -> None:
    catalogue.record_packs({("serre", BOOT): [1]}, {}, {})
    assert catalogue.nodes()["serre"].last_seen_ms is None


# --- imports ----------------------------------------------------------------------------------


def test_imports_are_kept_in_order(catalogue: Catalogue) -> None:
    first = catalogue.add_import("last year", 0, 10, True, 5)
    catalogue.add_import("school", 20, 30, False, 6)
    assert first == ImportInfo(1, "last year", 0, 10, True, 5)
    assert [(i.label, i.simulated, i.rows) for i in catalogue.imports()] == [
        ("last year", True, 5),
        ("school", False, 6),
    ]
