"""The bytes of DHCP: a question that servers understand, and no answer read out of rubbish."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv4Interface

import pytest
from dhcp_servers import END, options, reply
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.kit import dhcp

MAC = bytes.fromhex("dca632000001")


def test_a_question_is_a_discover_that_everybody_may_hear_the_answer_of() -> None:
    packet = dhcp.question(MAC, 0x1234)
    assert packet[0] == 0x45
    assert packet[12:20] == bytes(4) + b"\xff" * 4  # from nobody yet, to everybody
    assert struct.unpack("!HH", packet[20:24]) == (68, 67)
    message = packet[28:]
    assert message[:4] == bytes((1, 1, 6, 0))  # RFC 2131, figure 1: op, htype, hlen, hops
    assert message[4:8] == bytes((0, 0, 0x12, 0x34))
    assert message[10:12] == b"\x80\x00"  # the broadcast flag, figure 2
    assert message[28:34] == MAC
    assert message[236:240] == bytes((99, 130, 83, 99))
    assert message[240:243] == bytes((53, 1, 1))  # RFC 2132, 9.6: DHCPDISCOVER
    assert message[-1] == 255


@pytest.mark.parametrize(("waited_s", "secs"), [(0, 0), (4.2, 4), (90_000, 0xFFFF)])
def test_a_question_says_how_long_it_has_waited(waited_s: float, secs: int) -> None:
    """RFC 2131, figure 1: a second server of two may answer only after some seconds."""
    packet = dhcp.question(MAC, 7, waited_s)
    assert struct.unpack("!H", packet[36:38]) == (secs,)


def test_the_sums_of_a_question_are_right() -> None:
    """RFC 1071: a sum over data with its own sum is nought."""
    packet = dhcp.question(MAC, 7)
    assert dhcp.checksum(packet[:20]) == 0
    pseudo = packet[12:20] + struct.pack("!BBH", 0, 17, len(packet) - 20)
    assert dhcp.checksum(pseudo + packet[20:]) == 0


def test_the_sum_of_rfc_1071s_example() -> None:
    assert dhcp.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF ^ 0xDDF2


@pytest.mark.parametrize("kind", [2, 5, 6])
def test_an_offer_an_acknowledgement_and_a_refusal_are_all_a_server(kind: int) -> None:
    heard = dhcp.answer(reply(options((53, bytes((kind,))), (54, bytes((10, 21, 0, 1))))))
    assert heard is not None
    assert heard.server == IPv4Address("10.21.0.1")
    assert not heard.is_kit


@pytest.mark.parametrize("kind", [1, 3, 4, 7, 8])
def test_what_clients_say_is_no_server(kind: int) -> None:
    assert dhcp.answer(reply(options((53, bytes((kind,)))))) is None


def test_what_is_offered_is_read_with_its_network() -> None:
    heard = dhcp.answer(
        reply(options((53, b"\2"), (1, bytes((255, 255, 0, 0)))), offered="10.42.7.9")
    )
    assert heard is not None
    assert heard.offered == IPv4Interface("10.42.7.9/16")


@pytest.mark.parametrize("mask", [b"", b"\xff", bytes((255, 0, 255, 0))])
def test_a_mask_that_is_none_harms_nobody(mask: bytes) -> None:
    heard = dhcp.answer(reply(options((53, b"\2"), (1, mask)), offered="192.168.1.9"))
    assert heard is not None
    assert heard.offered in (None, IPv4Interface("192.168.1.9/32"))


def test_a_server_that_does_not_name_itself_is_the_sender() -> None:
    heard = dhcp.answer(reply(options((53, b"\2")), sender="192.168.1.254"))
    assert heard is not None
    assert heard.server == IPv4Address("192.168.1.254")


def test_a_kit_is_known_by_its_mark() -> None:
    ours = dhcp.answer(reply(options((53, b"\2"), (224, b"jardin"))))
    other = dhcp.answer(reply(options((53, b"\2"), (224, b"printer"))))
    assert ours is not None
    assert other is not None
    assert (ours.is_kit, other.is_kit) == (True, False)


def test_options_may_stand_in_the_fields_of_names() -> None:
    """RFC 2132, 9.3: a server whose list is long overloads ``file`` and ``sname``."""
    for overload, field in ((1, "file"), (2, "sname"), (3, "file")):
        packet = reply(options((52, bytes((overload,)))), **{field: options((53, b"\2"))})
        assert dhcp.answer(packet) is not None
    assert dhcp.answer(reply(options((52, b"\2")), file=options((53, b"\2")))) is None


def test_padding_and_split_options_are_read() -> None:
    """RFC 2132, 3.1; RFC 3396: an option in two parts is one."""
    packet = reply(bytes(3) + bytes((224, 3)) + b"jar" + options((53, b"\5"), (224, b"din")))
    heard = dhcp.answer(packet)
    assert heard is not None
    assert heard.is_kit


def test_what_is_not_from_a_servers_port_is_no_answer() -> None:
    packet = bytearray(reply(options((53, b"\2"))))
    packet[20:22] = struct.pack("!H", 6767)
    assert dhcp.answer(bytes(packet)) is None


def test_a_longer_header_of_ip_is_read_over() -> None:
    packet = reply(options((53, b"\2")))
    with_options = bytes((0x46,)) + packet[1:20] + bytes(4) + packet[20:]
    assert dhcp.answer(with_options) == dhcp.answer(packet)


def test_an_answer_that_was_cut_short_is_none_or_says_less() -> None:
    packet = reply(options((53, b"\2"), (54, bytes((10, 0, 0, 1)))))
    for end in range(len(packet)):
        dhcp.answer(packet[:end])  # never raises
    assert dhcp.answer(packet[: 28 + 239]) is None


@settings(deadline=None)  # a busy machine is no fault
@given(st.binary(max_size=700))
def test_rubbish_is_never_read_as_an_answer(data: bytes) -> None:
    assert dhcp.answer(data) is None


@settings(deadline=None)  # a busy machine is no fault
@given(st.binary(max_size=312))
def test_any_options_are_read_without_a_complaint(data: bytes) -> None:
    heard = dhcp.answer(reply(data + bytes((END,))))
    assert heard is None or isinstance(heard.server, IPv4Address)


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(20, 400), st.integers(0, 255))
def test_a_bit_that_tips_over_harms_nobody(at: int, value: int) -> None:
    packet = bytearray(reply(options((53, b"\2"), (54, bytes((10, 0, 0, 1))), (1, b"\xff" * 4))))
    packet[at % len(packet)] = value
    dhcp.answer(bytes(packet))


@settings(deadline=None)  # a busy machine is no fault
@given(st.binary(min_size=6, max_size=6), st.integers(0, 2**32 - 1))
def test_a_question_is_no_answer(hardware: bytes, transaction: int) -> None:
    assert dhcp.answer(dhcp.question(hardware, transaction)) is None
