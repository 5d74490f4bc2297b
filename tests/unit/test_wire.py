"""The contract in code: what travels comes back the same, and what is malformed is refused."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sensor_node import wire
from sensor_node.errors import ConfigError, PackRefused

BOOT = "7c1e9a52d01b44f3"
TOPIC = f"jardin/v1/potager-1/pack/{BOOT}/1234"
TIME_S = 1_763_785_800.0
AIR = {"bn": "potager-1/", "bt": TIME_S, "n": "air", "u": "Cel", "v": 21.4}
CLOCK = {"n": "clock", "vs": "ntp"}

steady = settings(deadline=None)  # a busy machine is no failure

ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True).filter(wire.is_id)
finite = st.floats(allow_nan=False, allow_infinity=False)
values = st.builds(
    wire.Record,
    ids,
    st.sampled_from(sorted(wire.UNITS, key=str)),
    finite,
    st.none(),
    st.none() | st.text(max_size=wire.MAX_REASON),
)
faults = st.builds(wire.Record, ids, st.none(), st.none(), st.text(max_size=60), st.none())
packs = st.builds(
    wire.Pack,
    node=ids,
    boot=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    seq=st.integers(0, 10**15 - 1),
    at_ms=st.integers(wire.MIN_TIME_MS, wire.MAX_TIME_MS),
    clock=st.sampled_from(wire.CLOCKS),
    records=st.lists(values | faults, max_size=20, unique_by=lambda r: r.channel).map(tuple),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
senml_like = st.lists(
    st.dictionaries(
        st.sampled_from(
            [
                *("bn", "bt", "bu", "bver", "bv", "n", "u", "v", "vs", "vb", "vd", "t", "s"),
                *("suspect", "x_", "x"),
            ]
        ),
        json_values | st.sampled_from(["potager-1/", "clock", "ntp", "air", "Cel", TIME_S]),
        max_size=5,
    ),
    max_size=4,
)


def encoded(*records: object) -> bytes:
    return json.dumps(records).encode()


def decoded(*records: object) -> wire.Pack:
    return wire.decode_pack(TOPIC, encoded(*records))


def refusal(payload: bytes, topic: str = TOPIC) -> str:
    with pytest.raises(PackRefused) as caught:
        wire.decode_pack(topic, payload)
    assert caught.value.fr != caught.value.en
    return caught.value.code


def outcome(topic: str, payload: bytes) -> str:
    """``read``, or why not; records set aside have one of their own reasons."""
    try:
        pack = wire.decode_pack(topic, payload)
    except PackRefused as refused:
        return refused.code
    assert all(r.code in UNUSABLE for r in pack.refused)
    return "read"


# --- packs ------------------------------------------------------------------------------------


@steady
@given(packs)
@example(wire.Pack("a", BOOT, 0, wire.MAX_TIME_MS, "ntp", (wire.Record("b", "Cel", 5e-324),)))
@example(
    wire.Pack(
        "a", BOOT, 1, wire.MIN_TIME_MS, "rtc", (wire.Record("b", None, 1.7976931348623157e308),)
    )
)
@example(wire.Pack("a", BOOT, 2, 1_763_785_800_001, "gateway", (wire.Record("b", fault=""),)))
def test_a_pack_comes_back_exactly_as_it_was_sent(pack: wire.Pack) -> None:
    topic = wire.pack_topic(pack.node, pack.boot, pack.seq)

    assert wire.decode_pack(topic, wire.encode_pack(pack)) == pack


def test_the_pack_in_the_contract_is_read_as_the_contract_means_it() -> None:
    payload = b"""[{"bn": "potager-1/", "bt": 1763785800.000, "n": "air", "u": "Cel", "v": 21.4},
     {"n": "humidity", "u": "%RH", "v": 55.2},
     {"n": "bac-1-soil", "u": "/", "v": 0.4312},
     {"n": "porch", "vs": "fault: checksum"},
     {"n": "clock", "vs": "ntp"}]"""

    assert wire.decode_pack(TOPIC, payload) == wire.Pack(
        "potager-1",
        BOOT,
        1234,
        1_763_785_800_000,
        "ntp",
        (
            wire.Record("air", "Cel", 21.4),
            wire.Record("humidity", "%RH", 55.2),
            wire.Record("bac-1-soil", "/", 0.4312),
            wire.Record("porch", fault="checksum"),
        ),
    )


def test_a_doubt_travels_beside_its_value() -> None:
    payload = wire.encode_pack(
        wire.Pack(
            "potager-1",
            BOOT,
            1234,
            1_763_785_800_000,
            "ntp",
            (wire.Record("bac-1-soil", "/", 0.4, suspect="stuck"),),
        )
    )

    assert json.loads(payload)[1] == {"n": "bac-1-soil", "u": "/", "v": 0.4, "suspect": "stuck"}


@pytest.mark.parametrize("doubt", [1, None, ["stuck"], {"a": 1}])
def test_a_doubt_that_is_no_text_is_passed_over_and_the_value_kept(doubt: object) -> None:
    assert decoded(AIR | {"suspect": doubt}, CLOCK).records == (wire.Record("air", "Cel", 21.4),)


def test_a_pack_without_records_is_still_a_sign_of_life() -> None:
    pack = wire.Pack("potager-1", BOOT, 1234, 1_763_785_800_000, "ntp", ())

    assert wire.decode_pack(TOPIC, wire.encode_pack(pack)) == pack


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_not_finite_is_never_encoded(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        wire.encode_records([wire.Record("air", "Cel", value)])


MALFORMED: dict[str, list[bytes]] = {
    "TOO_LARGE": [encoded(AIR, CLOCK) + b" " * wire.MAX_PACK_BYTES],
    "NOT_JSON": [b"", b"\xff\xfe", b"[{]", b"21.5 degrees", b'[{"n":"\\ud800"}]', b"[" * 5000],
    "NOT_SENML": [
        b"21.5",
        b"{}",
        b"[]",
        b"[1]",
        encoded(AIR | {"bn": 7}, CLOCK),
        encoded(AIR | {"n": None}, CLOCK),
        encoded(AIR | {"bu": 1}, CLOCK),
    ],
    "NO_TIME": [encoded({"bn": "potager-1/", "n": "air", "u": "Cel", "v": 1}, CLOCK)],
    "NO_CLOCK": [encoded(AIR)],
    "BAD_CLOCK": [
        encoded(AIR, {"n": "clock", "vs": "sundial"}),
        encoded(AIR, {"n": "clock", "v": 1}),
        encoded(AIR, CLOCK, CLOCK),
        encoded(AIR, {"n": "clock", "vs": ["ntp"]}),
    ],
    "OTHER_NODE": [
        encoded(AIR | {"bn": "potager-2/"}, CLOCK),
        encoded({"bt": TIME_S, "n": "air", "v": 1}, CLOCK),
        encoded(AIR, {"bn": "potager-10/", "n": "air"}, CLOCK),
    ],
    "UNSUPPORTED_FIELD": [
        encoded(AIR | {"bv": 20.0}, CLOCK),
        encoded(AIR | {"bs": 1}, CLOCK),
        encoded(AIR | {"must_": 1}, CLOCK),
    ],
    "SENML_VERSION": [encoded(AIR | {"bver": 11}, CLOCK)],
    "TWO_TIMES": [
        encoded(AIR, {"bt": TIME_S + 1, "n": "soil", "u": "/", "v": 0.5}, CLOCK),
        encoded(AIR, {"n": "soil", "u": "/", "v": 0.5, "t": -5}, CLOCK),
    ],
    "BAD_TIME": [
        encoded(AIR | {"bt": "noon"}, CLOCK),
        encoded(AIR | {"bt": True}, CLOCK),
        encoded(AIR | {"bt": float("nan")}, CLOCK),
        encoded(AIR | {"bt": 1e308}, CLOCK),
        encoded(AIR | {"bt": 10**400}, CLOCK),
        encoded(AIR | {"bt": -TIME_S}, CLOCK),
        encoded(AIR | {"bt": 2**28 - 0.001}, CLOCK),
        encoded(AIR | {"bt": 253_402_300_800}, CLOCK),
    ],
    "TIME_TOO_FINE": [encoded(AIR | {"bt": TIME_S + 0.0004}, CLOCK)],
}
BAD_ADDRESSES = {
    "BAD_TOPIC": [
        f"jardin/v2/potager-1/pack/{BOOT}/1",
        f"jardin/v1/live/pack/{BOOT}/1",
        f"jardin/v1/Potager/pack/{BOOT}/1",
        f"jardin/v1/potager-1/packs/{BOOT}/1",
        f"jardin/v1/potager-1/pack/{BOOT}",
        f"jardin/v1/potager-1/pack/{BOOT}/1/2",
    ],
    "BAD_BOOT": [
        "jardin/v1/potager-1/pack/7C1E9A52D01B44F3/1",
        "jardin/v1/potager-1/pack/7c1e/1",
        f"jardin/v1/potager-1/pack/{BOOT}\n/1",
    ],
    "BAD_SEQ": [
        f"jardin/v1/potager-1/pack/{BOOT}/{seq}" for seq in ("", "-1", "01", "1.0", "٣", "9" * 16)
    ],
}


@pytest.mark.parametrize(
    ("code", "payload"), [(code, p) for code, cases in MALFORMED.items() for p in cases]
)
def test_a_malformed_pack_is_refused_with_its_code(code: str, payload: bytes) -> None:
    assert refusal(payload) == code


@pytest.mark.parametrize(
    ("code", "topic"), [(code, t) for code, cases in BAD_ADDRESSES.items() for t in cases]
)
def test_a_pack_on_a_topic_that_names_none_is_refused_with_its_code(code: str, topic: str) -> None:
    assert refusal(encoded(AIR, CLOCK), topic) == code
    assert wire.pack_address(topic) is None


UNUSABLE: dict[str, list[dict[str, Any]]] = {
    "NO_VALUE": [{"n": "porch"}, {"n": "porch", "u": "Cel"}],
    "BAD_CHANNEL": [
        {"n": "Porch", "u": "Cel", "v": 1},
        {"n": "ack", "u": "Cel", "v": 1},
        {"u": "Cel", "v": 1},
    ],
    "CHANNEL_TWICE": [{"n": "air", "u": "Cel", "v": 21.5}],
    "TEXT_VALUE": [
        {"n": "porch", "vs": "warm"},
        {"n": "porch", "vs": 21},
        {"n": "porch", "v": 21, "vs": "fault: checksum"},
    ],
    "UNKNOWN_UNIT": [
        {"n": "porch", "u": "F", "v": 70},
        {"n": "porch", "u": 7, "v": 70},
        {"n": "porch", "u": ["Cel"], "v": 70},
    ],
    "NOT_FINITE": [
        {"n": "porch", "u": "Cel", "v": v}
        for v in (float("nan"), float("inf"), "21.4", None, True, [1], 10**400)
    ],
    "UNSUPPORTED_FIELD": [
        {"n": "porch", "vb": True},
        {"n": "porch", "vd": "aGk="},
        {"n": "porch", "s": 4.5},
        {"n": "porch", "u": "Cel", "v": 1, "s": 4.5},
    ],
}


@pytest.mark.parametrize(
    ("code", "record"), [(code, r) for code, cases in UNUSABLE.items() for r in cases]
)
def test_a_record_that_cannot_be_taken_is_set_aside_and_the_good_ones_are_kept(
    code: str, record: dict[str, Any]
) -> None:
    soil = {"n": "bac-1-soil", "u": "/", "v": 0.4}

    pack = decoded(AIR, record, soil, CLOCK)

    assert [r.channel for r in pack.records] == ["air", "bac-1-soil"]
    assert [(r.channel, r.code) for r in pack.refused] == [(record.get("n", ""), code)]
    assert json.loads(pack.refused[0].payload).keys() == record.keys()


def test_every_reason_in_the_code_has_a_named_case_here() -> None:
    source = Path(wire.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'(?:_refuse\(|_set_aside\(\w+, )\s*"([A-Z_]+)"', source))

    assert codes == {*MALFORMED, *BAD_ADDRESSES, *UNUSABLE, "BAD_ACK"}


@steady
@given(st.binary(max_size=200) | json_values.map(lambda v: json.dumps(v).encode()))
def test_whatever_the_bytes_a_pack_is_read_or_refused(payload: bytes) -> None:
    assert outcome(TOPIC, payload) in {"read", *MALFORMED}


@steady
@given(senml_like)
def test_whatever_the_fields_a_pack_is_read_or_refused(records: list[dict[str, Any]]) -> None:
    assert outcome(TOPIC, encoded(*records)) in {"read", *MALFORMED}


@steady
@given(st.text())
def test_whatever_the_topic_a_pack_is_read_or_refused(topic: str) -> None:
    codes = {"read", "OTHER_NODE", *BAD_ADDRESSES}

    assert outcome(f"jardin/v1/{topic}", encoded(AIR, CLOCK)) in codes


@pytest.mark.parametrize("field", ["v", "vs", "bt", "n"])
@pytest.mark.parametrize("depth", range(940, 1000, 4))
def test_a_record_nested_to_the_limit_of_the_parser_is_refused(field: str, depth: int) -> None:
    nested = f'{{"n":"clock","{field}":{"[" * depth}{"]" * depth}}}'

    code = refusal(f"[{nested}]".encode())

    assert code in MALFORMED


def test_half_a_character_cannot_hide_in_a_fault() -> None:
    assert refusal(b'[{"n":"porch","vs":"fault: \\uDC00"}]') == "NOT_JSON"
    assert refusal(b'[{"n":"porch","vs":"fault: \xed\xa0\x80"}]') == "NOT_JSON"


def test_a_whole_character_written_as_two_escapes_is_text() -> None:
    payload = encoded(AIR | {"v": 1}, {"n": "porch", "vs": "fault: 🌱"}, CLOCK)

    assert b"\\ud83c" in payload
    assert wire.decode_pack(TOPIC, payload).records[1].fault == "🌱"


# --- SenML's base fields (RFC 8428, section 4.6) ------------------------------------------------


def test_base_fields_may_stand_in_a_record_of_their_own() -> None:
    pack = decoded({"bn": "potager-1/", "bt": TIME_S}, {"n": "air", "u": "Cel", "v": 1}, CLOCK)

    assert pack.records == (wire.Record("air", "Cel", 1.0),)


def test_a_base_name_holds_until_another_one_comes() -> None:
    pack = decoded(
        AIR,
        {"bn": "potager-1/bac-1-", "n": "soil", "u": "/", "v": 0.1},
        {"n": "top", "u": "/", "v": 0.2},
        {"bn": "potager-1/", "n": "clock", "vs": "ntp"},
    )

    assert [r.channel for r in pack.records] == ["air", "bac-1-soil", "bac-1-top"]


def test_a_base_name_alone_may_be_the_whole_name() -> None:
    pack = decoded(
        {"bn": "potager-1/air", "bt": TIME_S, "u": "Cel", "v": 1},
        {"bn": "potager-1/clock", "vs": "ntp"},
    )

    assert pack.records == (wire.Record("air", "Cel", 1.0),)


def test_a_base_unit_holds_for_later_records_and_a_unit_of_their_own_wins() -> None:
    pack = decoded(
        {"n": "first", "bn": "potager-1/", "bt": TIME_S, "v": 1},
        {"n": "second", "bu": "Cel", "v": 2},
        {"n": "third", "v": 3},
        {"n": "fourth", "u": "%RH", "v": 4},
        CLOCK,
    )

    assert [r.unit for r in pack.records] == [None, "Cel", "Cel", "%RH"]


def test_a_base_time_may_come_late_and_be_said_again() -> None:
    pack = decoded(
        {"bn": "potager-1/", "n": "air", "u": "Cel", "v": 1},
        {"bt": TIME_S, "n": "soil", "u": "/", "v": 0.5, "t": 0},
        {"bt": TIME_S, **CLOCK},
    )

    assert pack.at_ms == 1_763_785_800_000


def test_the_version_and_unknown_fields_of_senml_are_borne() -> None:
    pack = decoded(AIR | {"bver": 10, "label": "east", "ut": 60}, CLOCK)

    assert pack.records == (wire.Record("air", "Cel", 21.4),)


def test_a_time_computed_by_adding_seconds_is_not_taken_for_a_fourth_decimal() -> None:
    assert decoded(AIR | {"bt": 1_763_785_800.1 + 0.2}, CLOCK).at_ms == 1_763_785_800_300


# --- acknowledgements -------------------------------------------------------------------------


seqs = st.sets(st.integers(0, 2**62 - 1) | st.integers(0, 30))


@steady
@given(st.text(max_size=20), seqs, st.text(min_size=1, max_size=20), seqs)
def test_an_ack_comes_back_exactly_as_it_was_sent(
    boot: str, seq: set[int], store: str, refused: set[int]
) -> None:
    ack = wire.Ack(boot, wire.ranges_of(seq), store, wire.ranges_of(refused))

    assert wire.decode_ack(wire.encode_ack(ack)) == ack


@steady
@given(st.lists(st.integers(0, 60)))
def test_ranges_say_exactly_the_numbers_in_the_fewest_pieces(numbers: list[int]) -> None:
    ranges = wire.ranges_of(numbers)

    assert sorted(set(numbers)) == [n for first, last in ranges for n in range(first, last + 1)]
    assert all(a[1] + 1 < b[0] for a, b in pairwise(ranges))


def test_the_ack_in_the_contract_is_read_as_the_contract_means_it() -> None:
    ack = wire.decode_ack(b'{"boot": "7c1e", "seq": [[1, 50], [52, 52]], "store": "s1"}')

    assert ack == wire.Ack("7c1e", ((1, 50), (52, 52)), "s1")


def test_refused_packs_are_left_out_of_an_ack_without_any() -> None:
    assert b"refused" not in wire.encode_ack(wire.Ack(BOOT, ((1, 2),), "s1"))
    assert b'"refused":[[2,2]]' in wire.encode_ack(wire.Ack(BOOT, ((1, 2),), "s1", ((2, 2),)))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'"boot"',
        b'{"boot": "a", "seq": [[1, 2]]}',
        b'{"boot": "a", "seq": [[1, 2]], "store": ""}',
        b'{"boot": "a", "seq": [[1, 2]], "store": 5}',
        b'{"boot": 1, "seq": [[1, 2]], "store": "s"}',
        b'{"boot": "a", "seq": [[2, 1]], "store": "s"}',
        b'{"boot": "a", "seq": [[-1, 1]], "store": "s"}',
        b'{"boot": "a", "seq": [[1.0, 2]], "store": "s"}',
        b'{"boot": "a", "seq": [[true, 2]], "store": "s"}',
        b'{"boot": "a", "seq": [[1, 2, 3]], "store": "s"}',
        b'{"boot": "a", "seq": ["12"], "store": "s"}',
        b'{"boot": "a", "seq": 5, "store": "s"}',
        b'{"boot": "a", "seq": [[1, 9223372036854775808]], "store": "s"}',
        b'{"boot": "a", "seq": [[1, 2]], "store": "s", "refused": 7}',
        b'{"boot": "\\ud800", "seq": [[1, 2]], "store": "s"}',
    ],
)
def test_an_ack_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(PackRefused, match="BAD_ACK"):
        wire.decode_ack(payload)


@steady
@given(st.binary(max_size=60) | json_values.map(lambda v: json.dumps(v).encode()))
def test_whatever_the_bytes_an_ack_is_read_or_refused(payload: bytes) -> None:
    with suppress(PackRefused):
        assert wire.decode_ack(payload).store


@steady
@given(st.dictionaries(st.text(), st.integers() | finite | st.text() | st.none()))
def test_an_object_comes_back_exactly_as_it_was_sent(fields: dict[str, object]) -> None:
    assert wire.decode_object(wire.encode_object(fields)) == fields


@pytest.mark.parametrize(
    "payload", [b"", b"\xff", b"[]", b"1", b"lost", b'{"a": NaN}', b'{"a": 1e999}', b'{"a":' * 5000]
)
def test_an_object_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(PackRefused, match="NOT_JSON"):
        wire.decode_object(payload)


# --- ids, quantities and topics -----------------------------------------------------------------


@pytest.mark.parametrize("text", ["a", "0", "bac-1-soil", "a-", "x" * 32, "site-1"])
def test_lower_case_letters_digits_and_hyphens_are_an_id(text: str) -> None:
    assert wire.is_id(text)
    assert wire.check_id(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "-a", "A", "é", "a_b", "a b", "a/b", "a.b", "x" * 33, "a\n", "+", "#", "٣"],
)
def test_anything_else_is_not_an_id_and_the_message_names_it(text: str) -> None:
    assert not wire.is_id(text)
    with pytest.raises(ConfigError, match="ID_INVALID") as caught:
        wire.check_id(text, "node")
    assert f"« {text} »" in caught.value.fr
    assert f"'{text}'" in caught.value.en


def test_the_reserved_words_are_those_of_the_contract() -> None:
    words = "live gateway site hub beds channel pack ack state about clock command result say"

    assert {*words.split(), "atelier"} == wire.RESERVED_IDS


@pytest.mark.parametrize("word", sorted(wire.RESERVED_IDS))
def test_a_reserved_word_is_not_an_id(word: str) -> None:
    assert not wire.is_id(word)
    with pytest.raises(ConfigError, match="ID_RESERVED"):
        wire.check_id(word)


def test_the_quantities_and_units_are_those_of_the_contract() -> None:
    assert {name: q.unit for name, q in wire.QUANTITIES.items()} == {
        "soil_moisture_raw": "/",
        "soil_moisture": "%",
        "soil_temperature": "Cel",
        "air_temperature": "Cel",
        "cpu_temperature": "Cel",
        "relative_humidity": "%RH",
        "illuminance": "lx",
        "irradiance": "W/m2",
        "pressure": "hPa",
        "rain": "mm",
        "water_volume": "l",
        "wind_speed": "m/s",
        "wind_direction": "deg",
        "tank_level": "%",
        "battery": "%EL",
        "supply_voltage": "V",
        "signal": "dBm",
        "tank_empty": "/",
        "undervoltage": "/",
        "number": None,
    }
    sums = {name for name, q in wire.QUANTITIES.items() if q.aggregate == "sum"}
    vectors = {name for name, q in wire.QUANTITIES.items() if q.aggregate == "vector"}
    assert (sums, vectors) == ({"rain", "water_volume"}, {"wind_direction"})


@pytest.mark.parametrize(
    ("unit", "quantity"),
    [("lx", "illuminance"), ("Cel", None), ("/", None), (None, "number"), ("F", None)],
)
def test_a_unit_tells_its_quantity_only_where_it_has_one(
    unit: str | None, quantity: str | None
) -> None:
    assert wire.quantity_of_unit(unit) == quantity


def test_topics_are_those_of_the_contract() -> None:
    assert wire.pack_topic("potager-1", BOOT, 1234) == TOPIC
    assert wire.node_topic("potager-1", "ack") == "jardin/v1/potager-1/ack"
    assert wire.gateway_state_topic() == "jardin/v1/gateway/state"
    assert wire.live_topic("potager-1", "air") == "jardin/v1/live/channel/potager-1/air"


@steady
@given(ids, st.from_regex(r"[0-9a-f]{16}", fullmatch=True), st.integers(0, 10**15 - 1))
def test_a_packs_address_is_read_from_its_topic(node: str, boot: str, seq: int) -> None:
    assert wire.pack_address(wire.pack_topic(node, boot, seq)) == (node, boot, seq)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "jardin/v1",
        "jardin/v1/",
        "jardin/v1/potager-1",
        "jardin/v11/potager-1/ack",
        "jardin/v1/gateway/state",
        "jardin/v1/site/beaune/potager-1/ack",
        "$SYS/broker/uptime",
    ],
)
def test_a_topic_of_no_node_is_left_alone(topic: str) -> None:
    assert wire.split_topic(topic) is None


def test_on_a_hub_the_same_topics_stand_behind_the_site() -> None:
    base = "jardin/v1/site/beaune"
    topic = wire.pack_topic("potager-1", BOOT, 7, base)

    assert topic == f"jardin/v1/site/beaune/potager-1/pack/{BOOT}/7"
    assert wire.pack_address(topic, base) == ("potager-1", BOOT, 7)
