"""Keys: passphrases, codes, sessions, tokens, and what slows those who guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from gateway.catalogue import Catalogue
from gateway.security import codes
from gateway.security.access import Access
from gateway.security.giving import Giver
from gateway.security.keyring import Keyring
from gateway.security.passphrases import N, P, Passphrases, R, hashed, matches
from gateway.security.refusals import AccessRefused
from gateway.security.roles import KEEPERS_OWN, Action, Role, Scope
from gateway.security.sessions import DAY_MS, HOUR_MS, LASTS, MOST, RENEW_MS, Sessions
from gateway.security.throttle import BURST, FREE_TRIES, LONGEST_S, PER_S, Pace, Throttle
from gateway.security.tokens import PREFIX
from sensor_node.clock import FakeClock

NOW_MS: Final = 1_763_785_800_000
STORE: Final = "aaaabbbbccccdddd"


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    with closing(Catalogue(tmp_path / "garden.sqlite")) as catalogue:
        yield catalogue.keyring


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW_MS)


@pytest.fixture
def sessions(keyring: Keyring) -> Sessions:
    return Sessions(keyring.database, STORE)


# --- passphrases --------------------------------------------------------------------------------


def test_a_passphrase_is_kept_as_scrypt_makes_it_with_its_own_salt() -> None:
    one, other = (hashed("quatre mots sans rapport", n=4, p=1) for _ in range(2))
    assert one != other
    assert matches("quatre mots sans rapport", one)
    assert not matches("quatre mots sans rapports", one)
    assert "mots" not in one
    assert (N, R, P) == (2**14, 8, 5)  # 16 MB, OWASP's for a small machine


def test_a_cost_of_another_time_still_opens() -> None:
    assert matches("quatre mots sans rapport", hashed("quatre mots sans rapport", n=8, r=4, p=2))


@pytest.mark.parametrize("weak", ["", "court", "aaaaaaaaaaaaaaaaaa", "abababababab", "x" * 300])
def test_a_passphrase_that_is_easily_guessed_is_refused(keyring: Keyring, weak: str) -> None:
    with pytest.raises(AccessRefused, match="PASSPHRASE_WEAK"):
        keyring.passphrases.put(Role.KEEPER, weak, NOW_MS)
    assert keyring.passphrases.roles() == set()


def test_groups_and_readers_have_no_passphrase(keyring: Keyring) -> None:
    with pytest.raises(ValueError, match="has no passphrase"):
        keyring.passphrases.put(Role.GROUP, "quatre mots sans rapport", NOW_MS)


# --- codes --------------------------------------------------------------------------------------


def test_a_code_is_read_out_in_fours_and_typed_as_one_likes(keyring: Keyring) -> None:
    text = keyring.codes.make(Role.GARDENER, NOW_MS + HOUR_MS, NOW_MS)
    assert re.fullmatch(r"[bcdfghjkmnpqrstvwxz]{4}-[bcdfghjkmnpqrstvwxz]{4}", text)
    for typed in (text, text.upper(), f" {text.replace('-', ' ')} ", text.replace("-", "")):
        code = keyring.codes.use(typed, NOW_MS)
        assert code is not None
        assert (code.role, code.once) == (Role.GARDENER, False)


def test_the_keeper_s_code_is_long_and_goes_once(keyring: Keyring) -> None:
    text = keyring.codes.make(Role.KEEPER, NOW_MS + HOUR_MS, NOW_MS)
    assert codes.is_long(text)
    assert keyring.codes.use(text, NOW_MS) is not None
    assert keyring.codes.use(text, NOW_MS) is None


def test_a_code_that_is_taken_back_ends_the_sessions_it_began(
    keyring: Keyring, clock: FakeClock
) -> None:
    access, giver = access_of(keyring, clock), Giver(keyring, clock, "console")
    text, _ = giver.code(Role.GROUP, "tomate")
    session = access.enter(text, secure=False, safe=False)
    assert access.by_session(session.id, secure=False) is not None
    (code,) = keyring.codes.all(NOW_MS)
    assert giver.revoke_code(code.id)
    assert access.by_session(session.id, secure=False) is None
    assert not giver.revoke_code(code.id)


# --- sessions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", LASTS)
def test_a_session_lasts_while_it_is_used_and_not_for_ever(sessions: Sessions, role: Role) -> None:
    idle_ms, most_ms = LASTS[role]
    session = sessions.begin(role, NOW_MS, secure=True)
    unused = sessions.find(session.id, NOW_MS + idle_ms, secure=True)
    assert unused is None
    now_ms = NOW_MS
    while now_ms + idle_ms // 2 < NOW_MS + most_ms:
        now_ms += idle_ms // 2
        assert sessions.find(session.id, now_ms, secure=True) is not None
    assert sessions.find(session.id, NOW_MS + most_ms, secure=True) is None


def test_looking_at_a_page_twice_writes_to_the_disk_once(
    sessions: Sessions, keyring: Keyring
) -> None:
    session = sessions.begin(Role.GARDENER, NOW_MS, secure=False)
    for later_ms, seen_ms in ((RENEW_MS - 1, 0), (RENEW_MS, RENEW_MS), (RENEW_MS + 9, RENEW_MS)):
        sessions.find(session.id, NOW_MS + later_ms, secure=False)
        with keyring.database.reading() as db:
            assert db.execute("SELECT seen_ms FROM sessions").fetchone() == (NOW_MS + seen_ms,)


def test_what_a_backup_brings_back_opens_nothing(sessions: Sessions, keyring: Keyring) -> None:
    session = sessions.begin(Role.KEEPER, NOW_MS, secure=True)
    restored = Sessions(keyring.database, "0123456789abcdef")
    assert restored.find(session.id, NOW_MS, secure=True) is None


def test_sessions_do_not_fill_the_disk(keyring: Keyring, sessions: Sessions) -> None:
    first = sessions.begin(Role.READER, NOW_MS, secure=False)
    with keyring.database.writing() as db:
        db.executemany(
            "INSERT INTO sessions VALUES (?, 'reader', NULL, 0, ?, NULL, ?, ?)",
            [(b"%d" % n, STORE, NOW_MS + 1 + n, NOW_MS + DAY_MS) for n in range(MOST)],
        )
    last = sessions.begin(Role.READER, NOW_MS + MOST + 1, secure=False)
    assert sessions.find(first.id, NOW_MS, secure=False) is None
    assert sessions.find(last.id, NOW_MS, secure=False) is not None
    with keyring.database.reading() as db:
        assert db.execute("SELECT count(*) FROM sessions").fetchone() == (MOST,)


# --- tokens -------------------------------------------------------------------------------------


def test_a_token_is_known_to_those_who_look_for_secrets(keyring: Keyring) -> None:
    text, token = keyring.tokens.make("station", [Scope.READ], None, NOW_MS + DAY_MS, NOW_MS)
    assert re.fullmatch(PREFIX + r"[\w-]{27}", text)  # 160 bits
    found = keyring.tokens.find(text, NOW_MS)
    assert found is not None
    assert (found.id, found.scopes) == (token.id, {Scope.READ})
    for wrong in ("", "jardin_", text[:-1], text.upper(), text + "x", text.removeprefix(PREFIX)):
        assert keyring.tokens.find(wrong, NOW_MS) is None


def test_a_token_has_the_rights_of_its_scopes_alone(keyring: Keyring, clock: FakeClock) -> None:
    access = access_of(keyring, clock, private=True)
    text, _ = keyring.tokens.make("vanne", [Scope.WATER], None, NOW_MS + DAY_MS, NOW_MS)
    who = access.by_token(text)
    assert [action for action in Action if who.can(action)] == [Action.ENTER, Action.WATER]
    assert not any(who.can(action) for action in KEEPERS_OWN)
    assert (who.name, who.csrf) == ("program", "")


def test_keys_open_also_where_the_disk_takes_nothing_any_more(
    keyring: Keyring, sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    text, _ = keyring.tokens.make("station", [Scope.READ], None, NOW_MS + DAY_MS, NOW_MS)
    session = sessions.begin(Role.GARDENER, NOW_MS, secure=False)
    with keyring.database.reading() as db:
        db.execute("PRAGMA query_only = ON")
    assert keyring.tokens.find(text, NOW_MS) is not None
    assert sessions.find(session.id, NOW_MS + RENEW_MS, secure=False) is not None
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


# --- what slows ---------------------------------------------------------------------------------


def wrong(throttle: Throttle) -> float:
    """A wrong try; how long the door stays shut after it."""
    throttle.knock()
    return throttle.wait_s()


def test_wrong_tries_shut_the_door_ever_longer_to_a_minute(clock: FakeClock) -> None:
    throttle, waits = Throttle(clock), []
    for _ in range(FREE_TRIES + 8):
        waits.append(wrong(throttle))
        clock.advance(throttle.wait_s())
    assert waits[:FREE_TRIES] == [0.0] * FREE_TRIES
    assert waits[FREE_TRIES : FREE_TRIES + 2] == [2.0, 2.0]  # some was forgiven while it waited
    assert max(waits) <= LONGEST_S
    assert waits[-1] > waits[FREE_TRIES]


def test_while_the_door_is_shut_a_right_key_waits_too(clock: FakeClock) -> None:
    throttle = Throttle(clock)
    for _ in range(FREE_TRIES + 1):
        throttle.knock()
    with pytest.raises(AccessRefused, match="DOOR_SLOW") as caught:
        throttle.knock()
    assert caught.value.wait_s == 2
    clock.advance(2)
    throttle.knock()


def test_a_right_key_does_not_wash_the_wrong_ones_away(clock: FakeClock) -> None:
    throttle = Throttle(clock)
    for _ in range(FREE_TRIES):
        throttle.knock()
        throttle.knock()
        throttle.welcome()
        if throttle.wait_s():
            break
    assert wrong(throttle) > 0


def test_the_right_keys_of_a_whole_class_shut_nothing(clock: FakeClock) -> None:
    throttle = Throttle(clock)
    for _ in range(100):
        throttle.knock()
        throttle.welcome()
    assert throttle.wait_s() == 0


def test_an_hour_of_peace_forgives(clock: FakeClock) -> None:
    throttle = Throttle(clock)
    for _ in range(FREE_TRIES + 1):
        throttle.knock()
    clock.advance(3600)
    assert [wrong(throttle) for _ in range(FREE_TRIES)] == [0.0] * FREE_TRIES


def test_each_program_has_a_pace_of_its_own(clock: FakeClock) -> None:
    pace = Pace(clock)
    pace.take("1", int(BURST))
    with pytest.raises(AccessRefused, match="TOO_FAST") as caught:
        pace.take("1", 100)
    assert caught.value.wait_s == 100 / PER_S
    pace.take("2", 100)
    clock.advance(100 / PER_S)
    pace.take("1", 100)


def test_one_passphrase_is_tried_at_a_time(keyring: Keyring, clock: FakeClock) -> None:
    access, said = access_of(keyring, clock), []

    class Slow(Passphrases):
        def role_of(self, passphrase: str) -> Role | None:
            with pytest.raises(AccessRefused) as caught:  # somebody else comes meanwhile
                access.enter("une autre phrase", secure=True, safe=True)
            said.append((caught.value.code, caught.value.wait_s))
            return Role.GARDENER

    keyring.passphrases = Slow(keyring.database)
    assert access.enter("une phrase", secure=True, safe=True).role == Role.GARDENER
    assert said == [("DOOR_SLOW", 1)]


def access_of(keyring: Keyring, clock: FakeClock, *, private: bool = False) -> Access:
    return Access(keyring, clock, STORE, private=private)
