"""The few bytes of DHCP that tell whether somebody else gives addresses on a cable.

A question (RFC 2131, figure 1 and table 5: DHCPDISCOVER) and what is read in an answer; the options
are those of RFC 2132. The program that asks has no address yet, so the headers of IPv4 (RFC 791)
and UDP (RFC 768) are written here too. Reading never raises: whatever is not an answer is None.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

SERVER_PORT: Final = 67
CLIENT_PORT: Final = 68
MAGIC: Final = bytes((99, 130, 83, 99))
"""RFC 2131, section 3: what follows is options."""

KIT_OPTION: Final = 224
KIT_MARK: Final = b"jardin"
"""Site-specific option (RFC 3942) in the answers of a kit: so that two of them know each other."""

_FIXED: Final = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s4s")
_IP: Final = struct.Struct("!BBHHHBBH4s4s")
_UDP: Final = struct.Struct("!HHHH")
_REQUEST, _REPLY, _ETHERNET = 1, 2, 1
_BROADCAST_FLAG: Final = 0x8000
_UDP_PROTOCOL: Final = 17
_MASK, _OVERLOAD, _KIND, _SERVER, _PARAMETERS, _END, _PAD = 1, 52, 53, 54, 55, 255, 0
_DISCOVER, _OFFER, _ACK, _NAK = 1, 2, 5, 6
_ANYONE: Final = bytes(4)
_EVERYONE: Final = b"\xff" * 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to somebody: an offer, an acknowledgement or a refusal."""

    server: IPv4Address
    offered: IPv4Interface | None
    is_kit: bool


def question(hardware: bytes, transaction: int, waited_s: float = 0.0) -> bytes:
    """A DHCPDISCOVER from ``hardware`` (6 bytes), as the payload of an Ethernet frame.

    ``waited_s``: since the first one; some servers answer only whom nobody else has answered for
    a few seconds. The broadcast flag asks for an answer that everybody on the cable hears.
    """
    secs = min(int(waited_s), 0xFFFF)
    fixed = _FIXED.pack(
        _REQUEST, _ETHERNET, len(hardware), 0, transaction & 0xFFFFFFFF, secs, _BROADCAST_FLAG,
        _ANYONE, _ANYONE, _ANYONE, _ANYONE, hardware, b"", b"", MAGIC,
    )  # fmt: skip
    options = bytes((_KIND, 1, _DISCOVER, _PARAMETERS, 3, _MASK, _SERVER, KIT_OPTION, _END))
    return _in_udp(fixed + options)


def answer(payload: bytes) -> Answer | None:
    """What the IPv4 packet ``payload`` says, where it is a DHCP server's answer."""
    message = _out_of_udp(payload)
    if message is None or len(message) < _FIXED.size:
        return None
    fields = _FIXED.unpack_from(message)
    if fields[0] != _REPLY or fields[-1] != MAGIC:
        return None
    options = _options(message[_FIXED.size :])
    overload = options.get(_OVERLOAD, b"\0")[:1]
    if overload in (b"\1", b"\3"):
        options = {**_options(fields[13]), **options}
    if overload in (b"\2", b"\3"):
        options = {**_options(fields[12]), **options}
    if options.get(_KIND, b"") not in (bytes((_OFFER,)), bytes((_ACK,)), bytes((_NAK,))):
        return None
    return Answer(
        server=IPv4Address(_four(options.get(_SERVER)) or payload[12:16]),
        offered=_interface(fields[8], options.get(_MASK)),
        is_kit=options.get(KIT_OPTION) == KIT_MARK,
    )


def checksum(data: bytes) -> int:
    """RFC 1071: the ones' complement sum of 16-bit words."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def _in_udp(message: bytes) -> bytes:
    length = _UDP.size + len(message)
    pseudo = _ANYONE + _EVERYONE + struct.pack("!BBH", 0, _UDP_PROTOCOL, length)
    ports = (CLIENT_PORT, SERVER_PORT, length)
    check = checksum(pseudo + _UDP.pack(*ports, 0) + message) or 0xFFFF
    header = (0x45, 0x10, _IP.size + length, 0, 0, 64, _UDP_PROTOCOL)
    check_ip = checksum(_IP.pack(*header, 0, _ANYONE, _EVERYONE))
    ip = _IP.pack(*header, check_ip, _ANYONE, _EVERYONE)
    return ip + _UDP.pack(*ports, check) + message


def _out_of_udp(payload: bytes) -> bytes | None:
    """The message that a server's port sent, without its headers.

    The sum of UDP is not looked at: a network card computes it later than we see the packet.
    """
    if len(payload) < _IP.size or payload[0] >> 4 != 4 or payload[9] != _UDP_PROTOCOL:
        return None
    start = 4 * (payload[0] & 0x0F)
    if start < _IP.size or len(payload) < start + _UDP.size:
        return None
    source, _, length, _ = _UDP.unpack_from(payload, start)
    if source != SERVER_PORT:
        return None
    return payload[start + _UDP.size : start + length]


def _options(data: bytes) -> dict[int, bytes]:
    """RFC 2132, section 2; ends at the end mark, or where the bytes make no sense any more."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data) and data[at] != _END:
        if data[at] == _PAD:
            at += 1
            continue
        length = data[at + 1] if at + 1 < len(data) else 0
        value = data[at + 2 : at + 2 + length]
        found[data[at]] = found.get(data[at], b"") + value  # RFC 3396: parts belong together
        at += 2 + length
    return found


def _four(value: bytes | None) -> bytes | None:
    return value if value is not None and len(value) == 4 else None


def _interface(address: bytes, mask: bytes | None) -> IPv4Interface | None:
    """``address`` in its network; None where none is offered or the mask is none."""
    if address == _ANYONE:
        return None
    known = IPv4Address(_four(mask) or _EVERYONE)
    try:
        return IPv4Interface(f"{IPv4Address(address)}/{known}")
    except ValueError:
        return None
