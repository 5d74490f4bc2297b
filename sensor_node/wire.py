"""The contract in code: ids, topics, quantities and units, packs (SenML, RFC 8428), acks.

Both ends import this module and nothing else of each other, so a node and its gateway cannot
disagree about a name. Pure: no clock, no disk, no network.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, NoReturn

from sensor_node.errors import ConfigError, PackRefused

BASE: Final = "jardin/v1"
SANDBOX: Final = "atelier."
"""How the names of pupils' programs begin, which no node can have."""
SIMULATED: Final = "simule-"
"""How the channels of a simulated pot begin."""
MAX_PACK_BYTES: Final = 8192
MAX_REASON: Final = 80
"""Characters of a doubt's reason that are kept."""
MAX_TIME_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999: a time beyond it is no time."""
MIN_TIME_MS: Final = 2**28 * 1000
"""RFC 8428 section 4.5.3: a base time below 2**28 seconds is relative, which a pack never is."""

Clock = Literal["ntp", "rtc", "gateway", "estimated"]
CLOCKS: Final[tuple[Clock, ...]] = ("ntp", "rtc", "gateway", "estimated")

# --- ids ------------------------------------------------------------------------------------

# fmt: off
RESERVED_IDS: Final = frozenset({
    "live", "gateway", "site", "hub", "beds", "channel", "pack", "ack", "state", "about", "clock",
    "command", "result", "say", "atelier",
})
# fmt: on
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_BOOT = re.compile(r"[0-9a-f]{16}")


@lru_cache(maxsize=1024)  # a garden has few names, and says each of them all day long
def is_id(text: str) -> bool:
    """Whether ``text`` may name a node, a channel, a bed or a site."""
    return _ID.fullmatch(text) is not None and text not in RESERVED_IDS


def check_id(text: str, what: str = "id") -> str:
    """``text`` if it is a valid id, else ``ConfigError``; ``what`` names it in the message."""
    if is_id(text):
        return text
    if text in RESERVED_IDS:
        raise ConfigError(
            "ID_RESERVED",
            fr=f"« {text} » est un mot réservé du jardin : choisissez un autre nom ({what}).",
            en=f"'{text}' is a reserved word of the garden: choose another name ({what}).",
        )
    raise ConfigError(
        "ID_INVALID",
        fr=f"« {text} » ne peut pas servir de nom ({what}) : 1 à 32 lettres minuscules sans "
        "accent, chiffres ou tirets, sans tiret au début.",
        en=f"'{text}' cannot be a name ({what}): 1 to 32 lower-case letters without accents, "
        "digits or hyphens, not starting with a hyphen.",
    )


# --- quantities and units ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a channel measures. ``unit`` is SenML's symbol, None for a bare number."""

    name: str
    unit: str | None
    aggregate: Literal["mean", "sum", "vector"] = "mean"


QUANTITIES: Final[Mapping[str, Quantity]] = {
    q.name: q
    for q in (
        Quantity("soil_moisture_raw", "/"),
        Quantity("soil_moisture", "%"),
        Quantity("soil_temperature", "Cel"),
        Quantity("air_temperature", "Cel"),
        Quantity("cpu_temperature", "Cel"),
        Quantity("relative_humidity", "%RH"),
        Quantity("illuminance", "lx"),
        Quantity("irradiance", "W/m2"),
        Quantity("pressure", "hPa"),
        Quantity("rain", "mm", "sum"),
        Quantity("water_volume", "l", "sum"),
        Quantity("wind_speed", "m/s"),
        Quantity("wind_direction", "deg", "vector"),
        Quantity("tank_level", "%"),
        Quantity("battery", "%EL"),
        Quantity("supply_voltage", "V"),
        Quantity("signal", "dBm"),
        Quantity("tank_empty", "/"),
        Quantity("undervoltage", "/"),
        Quantity("number", None),
    )
}
UNITS: Final = frozenset(q.unit for q in QUANTITIES.values())


def quantity_of_unit(unit: str | None) -> str | None:
    """The one quantity that has ``unit``, or None where several share it, as ``Cel`` does."""
    found = [q.name for q in QUANTITIES.values() if q.unit == unit]
    return found[0] if len(found) == 1 else None


# --- topics -----------------------------------------------------------------------------------


def pack_topic(node: str, boot: str, seq: int, base: str = BASE) -> str:
    """Where the pack ``seq`` of ``boot`` is published."""
    return f"{base}/{node}/pack/{boot}/{seq}"


def node_topic(node: str, leaf: str, base: str = BASE) -> str:
    """A topic of a node: ``ack``, ``state``, ``about``, ``clock/ask``, ``clock/answer``…"""
    return f"{base}/{node}/{leaf}"


def gateway_state_topic(base: str = BASE) -> str:
    """Where the gateway says that it is there, retained."""
    return f"{base}/gateway/state"


def live_topic(node: str, channel: str, base: str = BASE) -> str:
    """Where the latest value of a channel stands as a plain number, retained."""
    return f"{base}/live/channel/{node}/{channel}"


def advice_topic(bed: str, base: str = BASE) -> str:
    """Where the advice of the day for a bed stands, retained."""
    return f"{base}/live/beds/{bed}/advice"


def alert_topic(bed: str, base: str = BASE) -> str:
    """Where the alerts of a bed stand, retained while there are any."""
    return f"{base}/live/beds/{bed}/alert"


def alerts_topic(base: str = BASE) -> str:
    """Where all alerts of the garden stand, retained while there are any."""
    return f"{base}/live/alerts"


def split_topic(topic: str, base: str = BASE) -> tuple[str, list[str]] | None:
    """The node and the words after it, or None for a topic that is no node's."""
    if not topic.startswith(base + "/"):
        return None
    node, *rest = topic[len(base) + 1 :].split("/")
    return (node, rest) if is_id(node) and rest else None


# --- packs ------------------------------------------------------------------------------------


class Record(NamedTuple):
    """One channel in a pack: a finite ``value`` in ``unit``, or the reason of a ``fault``.

    ``suspect``: why the value is doubted. It travels as a field of our own beside the value,
    which whoever does not know it passes over (RFC 8428, section 4.4).
    """

    channel: str
    unit: str | None = None
    value: float | None = None
    fault: str | None = None
    suspect: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that could not be taken; the good ones beside it are."""

    channel: str
    code: str
    payload: str


@dataclass(frozen=True, slots=True)
class Pack:
    """All readings of one sampling moment of one node: the unit of delivery.

    ``at_ms``: milliseconds since 1970 UTC. ``refused``: what ``decode_pack`` set aside.
    """

    node: str
    boot: str
    seq: int
    at_ms: int
    clock: Clock
    records: tuple[Record, ...]
    refused: tuple[RefusedRecord, ...] = field(default=())


def encode_records(records: Iterable[Record]) -> str:
    """The records as the inside of a SenML array, without node and time.

    This is what the outbox keeps: a pack whose time is settled later gets it from ``seal``.
    Raises ``ValueError`` for a value that is not finite.
    """
    return ",".join(
        json.dumps(_record_fields(r), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        for r in records
    )


def seal(node: str, at_ms: int, clock: Clock, encoded_records: str) -> bytes:
    """The pack as it travels: base name and time, the records, and whose time it is."""
    head = f'{{"bn":"{node}/","bt":{at_ms / 1000!r}}}'
    tail = f'{{"n":"clock","vs":"{clock}"}}'
    return f"[{head},{encoded_records + ',' if encoded_records else ''}{tail}]".encode()


def encode_pack(pack: Pack) -> bytes:
    """``pack`` as SenML JSON; ``decode_pack`` gives back exactly the same pack."""
    return seal(pack.node, pack.at_ms, pack.clock, encode_records(pack.records))


def _record_fields(record: Record) -> dict[str, Any]:
    fields: dict[str, Any] = {"n": record.channel}
    if record.fault is not None:
        fields["vs"] = f"fault: {record.fault}"
        return fields
    if record.unit is not None:
        fields["u"] = record.unit
    fields["v"] = record.value
    if record.suspect is not None:
        fields["suspect"] = record.suspect
    return fields


def decode_pack(topic: str, payload: bytes, base: str = BASE) -> Pack:
    """The pack that ``payload`` on ``topic`` is.

    Raises ``PackRefused`` with a stable code where it is none; single records that cannot be
    taken stand in ``Pack.refused`` and the others are kept.
    """
    node, boot, seq = _address(topic, base)
    state = _Resolver(node)
    try:
        state.take_all(_senml_array(payload))
    except RecursionError:
        _refuse("NOT_SENML", "il est trop profond", "it is too deep")
    if state.at_ms is None:
        _refuse("NO_TIME", "il n'a pas de temps (bt)", "it has no time (bt)")
    if state.clock is None:
        _refuse("NO_CLOCK", "il ne dit pas son horloge", "it does not say its clock")
    return Pack(
        node, boot, seq, state.at_ms, state.clock, tuple(state.records), tuple(state.refused)
    )


def pack_address(topic: str, base: str = BASE) -> tuple[str, str, int] | None:
    """The node, boot and seq that a pack's topic names, or None for any other topic."""
    try:
        return _address(topic, base)
    except PackRefused:
        return None


def _address(topic: str, base: str) -> tuple[str, str, int]:
    parts = split_topic(topic, base)
    if parts is None or len(parts[1]) != 3 or parts[1][0] != "pack":
        _refuse("BAD_TOPIC", f"sujet inattendu : {topic}", f"unexpected topic: {topic}")
    node, (_, boot, seq) = parts
    if _BOOT.fullmatch(boot) is None:
        _refuse("BAD_BOOT", f"« {boot} » n'est pas un démarrage", f"'{boot}' is no boot id")
    if not (seq.isascii() and seq.isdigit()) or len(seq) > 15 or str(int(seq)) != seq:
        _refuse("BAD_SEQ", f"« {seq} » n'est pas un numéro", f"'{seq}' is no sequence number")
    return node, boot, int(seq)


def _senml_array(payload: bytes) -> list[dict[str, Any]]:
    if len(payload) > MAX_PACK_BYTES:
        _refuse("TOO_LARGE", f"{len(payload)} octets", f"{len(payload)} bytes")
    try:
        array = _parse(payload)
    except (ValueError, RecursionError):
        _refuse("NOT_JSON", "ce n'est pas du JSON", "it is not JSON")
    if not isinstance(array, list) or not array or not all(isinstance(r, dict) for r in array):
        _refuse("NOT_SENML", "ce n'est pas une liste SenML", "it is not a SenML array")
    return array


class _Resolver:
    """Resolves SenML base fields record by record (RFC 8428, section 4.6)."""

    _PLAIN = frozenset({"n", "u", "v", "vs", "suspect"})
    _KNOWN = frozenset({*_PLAIN, "bn", "bt", "bu", "bver", "t"})
    _UNSUPPORTED = frozenset({"bv", "bs"})  # they change every record after them
    _UNSUPPORTED_HERE = frozenset({"s", "vb", "vd"})  # they spoil their own record only

    def __init__(self, node: str) -> None:
        self.at_ms: int | None = None
        self.clock: Clock | None = None
        self.records: list[Record] = []
        self.refused: list[RefusedRecord] = []
        self._prefix = f"{node}/"
        self._base_unit: str | None = None
        self._base_name = ""
        self._seen: set[str] = set()

    def take_all(self, array: list[dict[str, Any]]) -> None:
        """Every record. Almost each is a reading as nodes send it, which takes few steps."""
        records, seen = self.records, self._seen
        for fields in array:
            channel, unit, value = fields.get("n"), fields.get("u"), fields.get("v")
            if (
                type(value) is float
                and type(channel) is str
                and type(unit) is str
                and len(fields) == 3
                and self._base_name == self._prefix
                and channel not in seen
                and unit in UNITS
                and math.isfinite(value)
                and is_id(channel)
            ):
                seen.add(channel)
                records.append(Record(channel, unit, value))
            else:
                self._take(fields)

    def _take(self, fields: dict[str, Any]) -> None:
        unsupported = False
        if not fields.keys() <= self._PLAIN:
            self._take_base(fields)
            unsupported = not self._UNSUPPORTED_HERE.isdisjoint(fields)
        if not unsupported and "n" not in fields and "v" not in fields and "vs" not in fields:
            return  # base fields alone
        name = self._base_name + self._string(fields, "n", "")
        if not name.startswith(self._prefix):
            _refuse("OTHER_NODE", f"il parle de « {name} »", f"it speaks of '{name}'")
        channel = name[len(self._prefix) :]
        if unsupported:
            self._set_aside(channel, "UNSUPPORTED_FIELD", fields)
        elif "v" not in fields and "vs" not in fields:
            self._set_aside(channel, "NO_VALUE", fields)
        else:
            self._take_value(channel, fields)

    def _take_base(self, fields: dict[str, Any]) -> None:
        for key in fields:
            if key in self._UNSUPPORTED or (key.endswith("_") and key not in self._KNOWN):
                _refuse("UNSUPPORTED_FIELD", f"champ « {key} »", f"field '{key}'")
        if fields.get("bver", 10) != 10:
            _refuse("SENML_VERSION", "version de SenML inconnue", "unknown SenML version")
        if "bn" in fields:
            self._base_name = self._string(fields, "bn", "")
        if "bu" in fields:
            self._base_unit = self._string(fields, "bu", "")
        if "bt" in fields:
            at_ms = _milliseconds(fields["bt"])
            if self.at_ms not in (None, at_ms):
                _refuse("TWO_TIMES", "il a deux temps", "it has two times")
            self.at_ms = at_ms
        if fields.get("t", 0) != 0:
            _refuse("TWO_TIMES", "il a deux temps", "it has two times")

    def _take_value(self, channel: str, fields: dict[str, Any]) -> None:
        if channel == "clock":
            self._take_clock(fields)
        elif not is_id(channel):
            self._set_aside(channel, "BAD_CHANNEL", fields)
        elif channel in self._seen:
            self._set_aside(channel, "CHANNEL_TWICE", fields)
        else:
            self._seen.add(channel)
            self._take_reading(channel, fields)

    def _take_clock(self, fields: dict[str, Any]) -> None:
        if fields.get("vs") not in CLOCKS or self.clock is not None:
            _refuse("BAD_CLOCK", f"horloge {fields.get('vs')!r}", f"clock {fields.get('vs')!r}")
        self.clock = fields["vs"]

    def _take_reading(self, channel: str, fields: dict[str, Any]) -> None:
        if "vs" in fields:
            text = fields["vs"]
            if isinstance(text, str) and text.startswith("fault: ") and "v" not in fields:
                self.records.append(Record(channel, fault=text.removeprefix("fault: ")))
            else:
                self._set_aside(channel, "TEXT_VALUE", fields)
            return
        unit = fields.get("u", self._base_unit)
        if not (unit is None or isinstance(unit, str)) or unit not in UNITS:
            self._set_aside(channel, "UNKNOWN_UNIT", fields)
            return
        value = fields["v"]
        if not is_finite_number(value):
            self._set_aside(channel, "NOT_FINITE", fields)
            return
        doubt = fields.get("suspect")
        suspect = doubt[:MAX_REASON] if isinstance(doubt, str) else None
        self.records.append(Record(channel, unit, float(value), suspect=suspect))

    def _set_aside(self, channel: str, code: str, fields: dict[str, Any]) -> None:
        self.refused.append(RefusedRecord(channel[:80], code, json.dumps(fields)))

    @staticmethod
    def _string(fields: dict[str, Any], key: str, default: str) -> str:
        value = fields.get(key, default)
        if not isinstance(value, str):
            _refuse("NOT_SENML", f"« {key} » n'est pas un texte", f"'{key}' is not a text")
        return value


def is_finite_number(value: object) -> bool:
    """Whether ``value`` is an int or float that a double can hold (a bool is no number)."""
    if type(value) is float:
        return math.isfinite(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _milliseconds(seconds: object) -> int:
    if not is_finite_number(seconds):
        _refuse("BAD_TIME", "son temps n'est pas un nombre", "its time is not a number")
    assert isinstance(seconds, int | float)  # noqa: S101 - says the line above to the type checker
    if not MIN_TIME_MS <= seconds * 1000 < MAX_TIME_MS + 1:
        _refuse("BAD_TIME", f"temps impossible : {seconds}", f"impossible time: {seconds}")
    # A double near 2e9 s is exact to 3e-7 s; what a sum left below 0.01 ms is no fourth decimal.
    if abs(seconds - round(seconds, 3)) > 1e-5:
        _refuse("TIME_TOO_FINE", "plus de trois décimales", "more than three decimals")
    return round(seconds * 1000)


def _refuse(code: str, fr: str, en: str) -> NoReturn:
    raise PackRefused(code, fr=f"Paquet refusé : {fr}.", en=f"Pack refused: {en}.")


# --- acknowledgements -------------------------------------------------------------------------


Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Ack:
    """What the gateway has committed or set aside: inclusive ranges of ``seq`` of one ``boot``.

    ``refused``: the part of ``ranges`` that went to quarantine, wholly or for some readings; left
    out of the JSON when empty.
    """

    boot: str
    ranges: Ranges
    store: str
    refused: Ranges = ()


def ranges_of(numbers: Iterable[int]) -> Ranges:
    """Whole numbers as ascending inclusive ranges: 1, 2, 3, 5 gives (1, 3), (5, 5)."""
    ranges: list[tuple[int, int]] = []
    for n in sorted(set(numbers)):
        if ranges and n == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], n)
        else:
            ranges.append((n, n))
    return tuple(ranges)


def encode_ack(ack: Ack) -> bytes:
    """``ack`` as JSON."""
    fields: dict[str, object] = {"boot": ack.boot, "seq": ack.ranges, "store": ack.store}
    if ack.refused:
        fields["refused"] = ack.refused
    return json.dumps(fields, separators=(",", ":")).encode()


def decode_ack(payload: bytes) -> Ack:
    """The ack that ``payload`` is; ``PackRefused`` with code ``BAD_ACK`` where it is none."""
    try:
        fields = _parse(payload)
        ranges = tuple((first, last) for first, last in fields["seq"])
        refused = tuple((first, last) for first, last in fields.get("refused", ()))
        ack = Ack(fields["boot"], ranges, fields["store"], refused)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        _refuse("BAD_ACK", "accusé de réception illisible", "unreadable acknowledgement")
    if not _is_ack(ack):
        _refuse("BAD_ACK", "accusé de réception illisible", "unreadable acknowledgement")
    return ack


def _is_ack(ack: Ack) -> bool:
    return (
        isinstance(ack.boot, str)
        and isinstance(ack.store, str)
        and bool(ack.store)
        and all(
            type(first) is int and type(last) is int and 0 <= first <= last < 2**62
            for first, last in (*ack.ranges, *ack.refused)
        )
    )


def decode_object(payload: bytes) -> dict[str, Any]:
    """A JSON object (``about``, ``clock/ask``…); ``PackRefused`` ``NOT_JSON`` where it is none."""
    try:
        value = _parse(payload, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        _refuse("NOT_JSON", "un objet JSON est attendu", "a JSON object is expected")
    return value


def _parse(payload: bytes, **options: Any) -> Any:
    """JSON in UTF-8 whose texts are text: half a character (a lone surrogate) fits no database.

    Raises ``ValueError`` or ``RecursionError``.
    """
    text = payload.decode("utf-8")
    value = json.loads(text, **options)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def encode_object(fields: Mapping[str, object] | Sequence[object]) -> bytes:
    """A JSON document, compact, UTF-8."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
