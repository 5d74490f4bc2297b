"""An invitation is good once, in time, and in few tries; and this outlives a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.keys.acl import Identity
from gateway.keys.book import Book
from gateway.keys.inviting import (
    CODE_MS,
    CODE_TRIES,
    LINK_MS,
    Shown,
    admit,
    invite_by_code,
    invite_by_link,
    prove,
    thefts,
)
from sensor_node.errors import UsageError
from sensor_node.joining import (
    CodeKeys,
    JoinLink,
    gateway_proof,
    keys_of,
    new_code,
    new_link,
    node_proof,
)

NOW = 1_763_785_800_000
AUTHORITY, NONCE = "ab" * 32, "00" * 16
PASSWORD, OTHER = "p" * 43, "q" * 43


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with closing(Book(tmp_path / "keys.sqlite")) as book:
        yield book


def invited(book: Book, node: str = "bac-1", *, again: bool = False) -> JoinLink:
    link = new_link("jardin.local:8000", node, AUTHORITY)
    invite_by_link(book, link, NOW, again=again)
    return link


def told_a_code(book: Book, node: str = "bac-1") -> CodeKeys:
    return keys_of(invite_by_code(book, node, NOW, again=False))


def asks(book: Book, keys: CodeKeys, now_ms: int = NOW) -> str:
    shown = Shown(keys.name, NONCE, node_proof(keys.proof, NONCE))
    return prove(book, shown, AUTHORITY, now_ms)


def guesses(book: Book, keys: CodeKeys, now_ms: int = NOW) -> str:
    shown = Shown(keys.name, NONCE, "f" * 64)
    return prove(book, shown, AUTHORITY, now_ms)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(UsageError) as refused:
        act()
    return refused.value.code


def test_who_shows_the_secret_of_a_link_gets_the_account_of_its_node(book: Book) -> None:
    link = invited(book)

    assert admit(book, link.secret, PASSWORD, NOW) == "bac-1"
    account = book.accounts()["bac-1"]
    assert account.identity == Identity.NODE
    assert account.password.startswith("$7$")


def test_an_invitation_is_used_once(book: Book) -> None:
    link = invited(book)
    admit(book, link.secret, PASSWORD, NOW)
    before = book.accounts()

    assert refusal(lambda: admit(book, link.secret, OTHER, NOW + 1)) == "INVITATION_USED"
    assert book.accounts() == before


def test_who_did_not_hear_the_answer_may_ask_again_even_when_time_is_over(book: Book) -> None:
    link = invited(book)
    admit(book, link.secret, PASSWORD, NOW)

    assert admit(book, link.secret, PASSWORD, NOW + 2 * LINK_MS) == "bac-1"
    assert thefts(book) == []


def test_a_second_taker_is_told_to_the_keeper_until_the_node_is_removed(book: Book) -> None:
    link = invited(book)
    admit(book, link.secret, PASSWORD, NOW)
    refusal(lambda: admit(book, link.secret, OTHER, NOW + 5))

    assert [(theft.node, theft.at_ms) for theft in thefts(book)] == [("bac-1", NOW + 5)]
    with book.alone() as entries:
        entries.remove("bac-1")
    assert thefts(book) == []


def test_a_removed_node_does_not_come_back_with_its_old_invitation(book: Book) -> None:
    link = invited(book)
    admit(book, link.secret, PASSWORD, NOW)
    with book.alone() as entries:
        entries.remove("bac-1")
        entries.forget_invitations("bac-1")

    assert refusal(lambda: admit(book, link.secret, PASSWORD, NOW + 1)) == "INVITATION_USED"
    assert "bac-1" not in book.accounts()


def test_a_link_that_was_never_given_is_unknown(book: Book) -> None:
    invited(book)

    assert refusal(lambda: admit(book, "0" * 32, PASSWORD, NOW)) == "INVITATION_UNKNOWN"


def test_a_link_is_over_after_a_week_and_a_code_after_ten_minutes(book: Book) -> None:
    link, keys = invited(book), told_a_code(book, "bac-2")

    assert refusal(lambda: admit(book, link.secret, PASSWORD, NOW + LINK_MS)) == "INVITATION_OVER"
    assert refusal(lambda: asks(book, keys, NOW + CODE_MS)) == "INVITATION_OVER"
    assert refusal(lambda: admit(book, keys.claim, PASSWORD, NOW + CODE_MS)) == "INVITATION_OVER"
    assert admit(book, link.secret, PASSWORD, NOW + LINK_MS - 1) == "bac-1"


def test_a_clock_that_was_set_back_makes_no_invitation_last_longer(book: Book) -> None:
    link = invited(book)

    assert refusal(lambda: admit(book, link.secret, PASSWORD, NOW - 1)) == "INVITATION_OVER"


def test_who_knows_a_code_is_shown_that_the_authority_is_right(book: Book) -> None:
    keys = told_a_code(book)

    assert asks(book, keys) == gateway_proof(keys.proof, NONCE, AUTHORITY)
    assert admit(book, keys.claim, PASSWORD, NOW) == "bac-1"


def test_a_code_is_void_after_five_failed_tries_wherever_they_come_from(book: Book) -> None:
    keys, other = told_a_code(book), told_a_code(book, "bac-2")

    tries = [refusal(lambda: guesses(book, keys)) for _ in range(CODE_TRIES + 1)]

    assert tries == ["CODE_WRONG"] * CODE_TRIES + ["TOO_MANY_TRIES"]
    assert refusal(lambda: asks(book, keys)) == "TOO_MANY_TRIES"
    assert refusal(lambda: admit(book, keys.claim, PASSWORD, NOW)) == "TOO_MANY_TRIES"
    assert asks(book, other)


def test_asking_with_the_right_code_is_no_failed_try(book: Book) -> None:
    keys = told_a_code(book)

    for _ in range(2 * CODE_TRIES):
        asks(book, keys)

    assert admit(book, keys.claim, PASSWORD, NOW) == "bac-1"


def test_tries_uses_and_thefts_survive_a_restart(book: Book, tmp_path: Path) -> None:
    keys, link = told_a_code(book), invited(book, "bac-2")
    for _ in range(CODE_TRIES):
        refusal(lambda: guesses(book, keys))
    admit(book, link.secret, PASSWORD, NOW)
    refusal(lambda: admit(book, link.secret, OTHER, NOW))
    book.close()

    with closing(Book(tmp_path / "keys.sqlite")) as later:
        assert refusal(lambda: asks(later, keys)) == "TOO_MANY_TRIES"
        assert refusal(lambda: admit(later, link.secret, OTHER, NOW)) == "INVITATION_USED"
        assert [theft.node for theft in thefts(later)] == ["bac-2"]


def test_an_unknown_code_has_no_tries(book: Book) -> None:
    told_a_code(book)
    unknown = keys_of(new_code())

    assert refusal(lambda: asks(book, unknown)) == "INVITATION_UNKNOWN"


def test_a_new_invitation_of_a_node_voids_the_one_before(book: Book) -> None:
    first, second = invited(book), invited(book)

    assert refusal(lambda: admit(book, first.secret, PASSWORD, NOW)) == "INVITATION_UNKNOWN"
    assert admit(book, second.secret, PASSWORD, NOW) == "bac-1"


def test_a_node_with_keys_is_invited_again_only_on_purpose(book: Book) -> None:
    admit(book, invited(book).secret, PASSWORD, NOW)
    before = book.accounts()["bac-1"]

    assert refusal(lambda: invited(book)) == "NODE_HAS_KEYS"
    link = invited(book, again=True)
    assert book.accounts()["bac-1"] == before
    admit(book, link.secret, OTHER, NOW)
    assert book.accounts()["bac-1"] != before


def test_no_secret_stands_in_the_file(book: Book, tmp_path: Path) -> None:
    link, code = invited(book), invite_by_code(book, "bac-2", NOW, again=False)
    admit(book, link.secret, PASSWORD, NOW)
    book.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"bac-1" in kept
    for secret in (link.secret, code, code[4:], keys_of(code).claim, PASSWORD):
        assert secret.encode() not in kept
