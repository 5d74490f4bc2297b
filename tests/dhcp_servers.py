"""What servers of addresses answer, byte by byte: for tests of whoever reads it."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address
from typing import Final

from gateway.kit.dhcp import checksum

END: Final = 255
_MAGIC: Final = bytes((99, 130, 83, 99))


def options(*pairs: tuple[int, bytes]) -> bytes:
    """RFC 2132: code, length, value, and the end mark."""
    return b"".join(bytes((code, len(value))) + value for code, value in pairs) + bytes((END,))


def reply(
    listed: bytes,
    *,
    offered: str = "0.0.0.0",  # noqa: S104 - no address at all
    sender: str = "10.21.0.1",
    sname: bytes = b"",
    file: bytes = b"",
) -> bytes:
    """A BOOTREPLY with the options ``listed``, as the payload of an Ethernet frame."""
    head = struct.pack("!BBBBIHH", 2, 1, 6, 0, 0x1234, 0, 0x8000)
    fields = bytes(4) + IPv4Address(offered).packed + bytes(8) + bytes(16)
    message = head + fields + sname.ljust(64, b"\0") + file.ljust(128, b"\0") + _MAGIC + listed
    udp = struct.pack("!HHHH", 67, 68, 8 + len(message), 0) + message
    head = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(udp), 0, 0, 64, 17)
    ends = IPv4Address(sender).packed + b"\xff" * 4
    return head + struct.pack("!H", checksum(head + bytes(2) + ends)) + ends + udp
