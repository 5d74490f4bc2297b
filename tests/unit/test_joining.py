"""The join link, the typed code and the proofs, which both ends share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor_node.errors import UsageError
from sensor_node.gateway_door import GatewayDoor
from sensor_node.joining import (
    LETTERS,
    CodeKeys,
    JoinLink,
    gateway_proof,
    keys_of,
    new_code,
    new_link,
    node_proof,
    parse_link,
    shown,
    typed,
)
from sensor_node.simulate_group import GroupDoor

AUTHORITY, NONCE = "ab" * 32, "00" * 16
PLACES = ("jardin.local:8000", "192.168.1.10:80", "[fd00::1]:8000", "a-b.lan:65535")


@pytest.mark.parametrize("place", PLACES)
def test_a_link_is_read_as_it_was_written(place: str) -> None:
    link = new_link(place, "bac-1", AUTHORITY)

    assert parse_link(f" {link}\n") == link


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "jardin://",
        "https://jardin.local:8000/bac-1?authority={a}&secret={s}",
        "jardin://jardin.local/bac-1?authority={a}&secret={s}",
        "jardin://jardin.local:99999/bac-1?authority={a}&secret={s}",
        "jardin://jardin.local:8000/Bac%201?authority={a}&secret={s}",
        "jardin://jardin.local:8000/+?authority={a}&secret={s}",
        "jardin://jardin.local:8000/gateway?authority={a}&secret={s}",
        "jardin://jardin.local:8000/bac-1?authority={a}",
        "jardin://jardin.local:8000/bac-1?authority={a}&secret=12",
        "jardin://jardin.local:8000/bac-1?authority=12&secret={s}",
        "jardin://user@jardin.local:8000/bac-1?authority={a}&secret={s}",
    ],
)
def test_a_link_that_is_not_whole_is_refused(broken: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_link(broken.format(a=AUTHORITY, s="0" * 32))

    assert refused.value.code == "JOIN_LINK_BROKEN"


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=200))
def test_no_text_makes_reading_a_link_fail_otherwise(text: str) -> None:
    with contextlib.suppress(UsageError):
        parse_link(text)


def test_a_secret_shows_in_no_log() -> None:
    link = new_link("jardin.local:8000", "bac-1", AUTHORITY)

    assert link.secret not in repr(link)
    assert keys_of(new_code()).claim not in repr(keys_of(new_code()))


def test_codes_are_random_letters_that_nobody_takes_for_others() -> None:
    codes = {new_code() for _ in range(200)}

    assert len(codes) == 200
    assert set("".join(codes)) == set(LETTERS)
    assert not set(LETTERS) & set("IO01")
    assert len(LETTERS) == 32


def test_a_code_may_be_typed_in_any_case_with_or_without_hyphens() -> None:
    code = new_code()

    assert {typed(shown(code)), typed(code.lower()), typed(f" {shown(code).lower()} ")} == {code}
    assert [typed(wrong) for wrong in ("", code[1:], code + "A", "I" * 16, "é" * 16)] == [None] * 5


def test_the_name_of_a_code_tells_nothing_of_its_secret() -> None:
    one, other = keys_of("ABCDEFGHJKLMNPQR"), keys_of("ABCDEFGHJKLMNPQS")

    assert one.name == other.name == "ABCD"
    assert (one.proof, one.claim) != (other.proof, other.claim)
    assert one.proof.hex()[:32] != one.claim


def test_the_keys_of_a_code_never_change() -> None:
    """A node and a gateway of two versions must find the same."""
    assert keys_of("ABCDEFGHJKLMNPQR") == CodeKeys(
        "ABCD",
        bytes.fromhex("01c7c77d5c91afe67a2f172ba7607aa5908bcb4adba6e428956dbffda200ebea"),
        "45a3325c297c55db52903332b02515ad",
    )


def test_neither_proof_can_stand_for_the_other_nor_for_another_number_or_authority() -> None:
    key = keys_of("ABCDEFGHJKLMNPQR").proof
    proofs = [
        node_proof(key, NONCE),
        node_proof(key, "11" * 16),
        gateway_proof(key, NONCE, AUTHORITY),
        gateway_proof(key, NONCE, "cd" * 32),
        gateway_proof(key, "11" * 16, AUTHORITY),
        node_proof(keys_of("ABCDEFGHJKLMNPQS").proof, NONCE),
    ]

    assert len(set(proofs)) == len(proofs)


def test_a_link_to_a_garden_is_short_enough_for_a_coarse_qr_code() -> None:
    link = JoinLink("fablab-jardin-gateway.local:8000", "b" * 32, AUTHORITY, "0" * 32)

    assert len(str(link)) < 220


@pytest.mark.parametrize(
    ("address", "port"),
    [("jardin.local", 8000), ("10.42.0.1:80", 80), ("[::1]:80", 80), ("[::1]", 8000), ("a:81", 81)],
)
def test_the_port_that_an_invitation_tells_is_taken_also_where_it_is_the_webs_own(
    address: str, port: int
) -> None:
    assert GatewayDoor(address, "fr").port == port


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("jardin.local", "jardin.local", 8000),
        ("jardin.local:80", "jardin.local", 80),
        ("http://jardin.local", "jardin.local", 80),
        ("http://jardin.local/", "jardin.local", 80),
        ("http://jardin.local:8000/atelier", "jardin.local", 8000),
        ("http://[::1]", "::1", 80),
    ],
)
@pytest.mark.parametrize("door_to", [GatewayDoor, partial(GroupDoor, token="")])
def test_an_address_of_a_browser_means_what_the_browser_takes_it_for(
    door_to: Callable[..., GatewayDoor], address: str, host: str, port: int
) -> None:
    door = door_to(address, language="fr")

    assert (door.host, door.port) == (host, port)
