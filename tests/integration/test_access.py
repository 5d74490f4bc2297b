"""Who may do what, at every address, with every key, through every door: from the one table."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from door import garden_door
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from people import (
    FAR,
    GARDENERS_WORDS,
    HERE,
    KEEPERS_WORDS,
    SAFE,
    WAYS,
    Client,
    People,
    Way,
    people_of,
)
from starlette.routing import Mount

from gateway import assets
from gateway.api.guard import COOKIE, CSRF_HEADER, SECURE_COOKIE, Guard
from gateway.security.giving import Giver
from gateway.security.roles import HOLDERS, KEEPERS_OWN, Action, Holder, Role, Scope, may
from gateway.settings import AccessSettings

REFUSALS: Final = {"KEY_NEEDED", "NO_KEEPER", "NOT_ALLOWED", "HTTPS_NEEDED", "OTHER_PAGE"}
PARTS: Final = {
    "node": "potager-1",
    "channel": "sol",
    "bed": "bac-1",
    "number": "1",
    "role": "gardener",
    "id": "5f0c9a1e",
    "plant": "tomate",
    "workshop": "5f0c9a1e",
    "what": "pause",
    "tongue": "fr",
    "crop": "oca",
}
HOUR_S: Final = 3600

pytestmark = pytest.mark.usefixtures("built_assets")


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with people_of(tmp_path) as found:
        yield found


@pytest.fixture
def private(tmp_path: Path) -> Iterator[People]:
    with people_of(tmp_path, private=True) as found:
        yield found


def guards_of(dependant: Dependant) -> list[Guard]:
    calls = [each.call for each in dependant.dependencies]
    return [call for call in calls if isinstance(call, Guard)]


def routes_of(people: People) -> list[RouteContext]:
    people.app.state.chapters.read_all()
    routes = list(iter_route_contexts(people.app.routes))
    files = [one for one in routes if isinstance(one.original_route, Mount)]
    assert [one.path for one in files] == [assets.PREFIX]
    return [one for one in routes if one not in files]


def addresses_of(people: People) -> list[tuple[str, str, Action]]:
    """Each method and path of the garden with the action that it declares."""
    found = []
    for route in routes_of(people):
        (guard,) = guards_of(route.dependant)
        path = (route.path or "").format(**PARTS)
        found += [(method, path, guard.action) for method in sorted(route.methods or ())]
    return found


def code_of(answer: httpx.Response) -> str:
    kind = answer.headers.get("content-type", "")
    return str(answer.json()["code"]) if kind == "application/problem+json" else ""


def test_every_address_declares_one_action(people: People) -> None:
    routes = routes_of(people)
    assert len(routes) > 40
    bare = [route.path for route in routes if len(guards_of(route.dependant)) != 1]
    assert not bare


@pytest.fixture(scope="module")
def gardens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, People]]:
    """An open garden and a private one, for questions that change nothing."""
    with (
        people_of(tmp_path_factory.mktemp("open")) as open_to_all,
        people_of(tmp_path_factory.mktemp("private"), private=True) as private,
    ):
        for garden in (open_to_all, private):
            garden.gateway.events.close()  # a stream ends where it begins
        yield {False: open_to_all, True: private}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
@pytest.mark.parametrize("holder", HOLDERS)
def test_the_table_holds_at_every_address(
    gardens: dict[bool, People], holder: Holder, way: Way
) -> None:
    people = gardens[holder != Role.READER]
    client = people.client(way, holder)
    for method, path, action in addresses_of(people):
        answer = client.request(method, path)
        told = f"{method} {path}: {answer.status_code} {answer.text[:200]}"
        expected = expected_of(holder, action, way)
        assert code_of(answer) == expected or (not expected and is_let_by(answer)), told
        if path == "/sortir":
            client = people.client(way, holder)


def expected_of(holder: Holder, action: Action, way: Way) -> str:
    """The code of the refusal; empty where there is none."""
    if action in KEEPERS_OWN and not way.safe:
        return "HTTPS_NEEDED"
    base = Role.READER if holder == Role.READER else Role.STRANGER
    if may(holder, action) or may(base, action):
        return ""
    return "KEY_NEEDED" if holder in (Role.STRANGER, Role.READER) else "NOT_ALLOWED"


def is_let_by(answer: httpx.Response) -> bool:
    return code_of(answer) not in REFUSALS and answer.status_code != 401


def test_a_refusal_says_what_to_do_in_the_reader_s_language(people: People) -> None:
    answer = people.client(FAR).post("/api/v1/beds", headers={"Accept-Language": "fr"})
    assert answer.status_code == 401
    assert "demandez au jardinier un code" in answer.json()["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_garden_without_a_keeper_is_read_and_says_how_to_be_written_to(tmp_path: Path) -> None:
    with people_of(tmp_path, keeper=False) as people:
        client = people.client(FAR)
        assert client.get("/api/v1/garden").status_code == 200
        answer = client.post("/api/v1/beds", json={"id": "bac-1", "area_m2": 1})
        assert (answer.status_code, code_of(answer)) == (401, "NO_KEEPER")
        assert "jardin-gateway passphrase" in answer.json()["detail"]
        giver(people).code(Role.KEEPER)  # a link that nobody has opened yet
        assert code_of(client.post("/api/v1/beds")) == "NO_KEEPER"
        giver(people).code(Role.GARDENER)
        assert code_of(client.post("/api/v1/beds")) == "KEY_NEEDED"


def test_a_private_garden_sends_a_person_to_the_way_in_and_back(private: People) -> None:
    client = private.client(FAR)
    client.headers["Accept"] = "text/html"
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/entrer?vers=/")
    assert client.get("/entrer?vers=/").status_code == 200
    for path in ("/metrics", "/api/v1/events", "/api/v1/readings?channel=potager-1/sol"):
        assert private.client(FAR).get(path).status_code == 401
    assert private.client(FAR).get("/healthz").status_code == 200


# --- getting in and out -------------------------------------------------------------------------


def enter(client: Client, text: str, **more: Any) -> httpx.Response:
    return client.post("/entrer", data={"code": text, "vers": "/"}, **more)


def with_cookie_of(client: Client, answer: httpx.Response) -> Client:
    client.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
    return client


def test_the_gardener_enters_by_passphrase_and_leaves(people: People) -> None:
    client = people.client(FAR)
    answer = enter(client, f"  {GARDENERS_WORDS.replace(' ', '  ')} ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    with_cookie_of(client, answer)
    who = client.get("/api/v1/who").json()
    assert (who["role"], who["signed_in"]) == ("gardener", True)
    csrf = {CSRF_HEADER: who["csrf"]}
    out = client.post("/sortir", headers=csrf)
    assert (out.status_code, out.headers["location"]) == (303, "/")
    assert client.get("/api/v1/who").json()["role"] == "reader"


def test_the_keeper_s_passphrase_does_not_open_the_plain_door(people: People) -> None:
    answer = enter(people.client(FAR), KEEPERS_WORDS)
    assert answer.status_code == 403
    assert "https://jardin.local:8443/entrer" in answer.text
    assert "set-cookie" not in answer.headers
    safe = enter(people.client(SAFE), KEEPERS_WORDS)
    assert safe.headers["set-cookie"].startswith(f"{SECURE_COOKIE}=")
    assert "Secure" in safe.headers["set-cookie"]
    assert enter(people.client(HERE), KEEPERS_WORDS).status_code == 303


def test_a_session_is_of_the_door_that_it_was_begun_at(people: People) -> None:
    plain = people.client(FAR, Role.GARDENER)
    (_, _, session_id) = plain.headers["Cookie"].partition("=")
    for name in (COOKIE, SECURE_COOKIE):
        there = people.client(SAFE)
        there.headers["Cookie"] = f"{name}={session_id}"
        assert there.get("/api/v1/who").json()["signed_in"] is False


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}, {"Host": "x.fr"}]
)
def test_who_comes_through_another_program_is_not_at_this_computer(
    people: People, headers: dict[str, str]
) -> None:
    client = people.client(HERE, Role.KEEPER)
    assert client.get("/api/v1/tokens").status_code == 200
    assert code_of(client.get("/api/v1/tokens", headers=headers)) == "HTTPS_NEEDED"


def test_a_link_s_code_gives_the_keeper_s_session_once(people: People) -> None:
    code, _ = giver(people).code(Role.KEEPER)
    assert enter(people.client(FAR), code).status_code == 403  # and is not used up
    page = people.client(HERE).get(f"/entrer?code={code}")
    assert f'value="{code}"' in page.text
    client = with_cookie_of(people.client(HERE), enter(people.client(HERE), code))
    assert client.get("/api/v1/who").json()["role"] == "keeper"
    assert enter(people.client(HERE), code).status_code == 403


def test_a_code_of_the_day_ends_with_its_day(people: People) -> None:
    code, _ = giver(people).code(Role.GARDENER, hours=2)
    client = with_cookie_of(people.client(FAR), enter(people.client(FAR), code.upper()))
    people.clock.advance(2 * HOUR_S - 1)
    assert client.get("/api/v1/who").json()["role"] == "gardener"
    people.clock.advance(1)
    assert client.get("/api/v1/who").json()["role"] == "reader"
    assert enter(people.client(FAR), code).status_code == 403


def test_a_new_passphrase_ends_every_session_of_that_role(people: People) -> None:
    keeper, gardener = people.client(HERE, Role.KEEPER), people.client(FAR, Role.GARDENER)
    short = keeper.put("/api/v1/passphrases/gardener", json={"passphrase": "aaaaaaaaaaaaaaa"})
    assert code_of(short) == "PASSPHRASE_WEAK"
    same = keeper.put("/api/v1/passphrases/gardener", json={"passphrase": KEEPERS_WORDS})
    assert code_of(same) == "PASSPHRASE_WEAK"
    new = {"passphrase": "rouge semis hiver table"}
    assert keeper.put("/api/v1/passphrases/gardener", json=new).status_code == 204
    assert gardener.get("/api/v1/who").json()["signed_in"] is False
    assert keeper.get("/api/v1/who").json()["signed_in"] is True
    assert enter(people.client(FAR), GARDENERS_WORDS).status_code == 403
    assert enter(people.client(FAR), new["passphrase"]).status_code == 303


def test_no_secret_is_in_the_database(people: People, tmp_path: Path) -> None:
    code, _ = giver(people).code(Role.GARDENER)
    secrets = [people.token(Scope.SEND), code.replace("-", ""), KEEPERS_WORDS, GARDENERS_WORDS]
    entered = enter(people.client(FAR), GARDENERS_WORDS).headers["set-cookie"]
    secrets.append(entered.partition("=")[2].partition(";")[0])
    with closing(sqlite3.connect(tmp_path / "garden.sqlite")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("garden.sqlite*"))
    assert not [secret for secret in secrets if secret.encode() in kept]


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
def test_the_way_in_leads_to_this_site_only(people: People, to: str) -> None:
    answer = people.client(FAR).post("/entrer", data={"code": GARDENERS_WORDS, "vers": to})
    assert answer.headers["location"] == "/"


# --- wrong tries --------------------------------------------------------------------------------


def test_twelve_people_with_a_right_code_in_the_same_second_all_get_in(people: People) -> None:
    code, _ = giver(people).code(Role.GARDENER)
    access = people.gateway.access
    here = threading.Semaphore(0)

    def come(_number: int) -> Role:
        here.release()
        return access.enter(code, secure=False, safe=False).role

    with ThreadPoolExecutor(12) as pool:
        with access.keyring.database.reading():  # nobody is answered before all have come
            roles = pool.map(come, range(12))
            for _ in range(12):
                here.acquire()
        assert set(roles) == {Role.GARDENER}
    assert access.for_codes.wait_s() == 0


def test_wrong_codes_slow_the_whole_door_and_the_keeper_lifts_it(people: People) -> None:
    code, _ = giver(people).code(Role.GARDENER)
    for _ in range(11):
        assert enter(people.client(FAR), "bcdf-ghjk").status_code == 403
    shut = enter(people.client(SAFE), code)
    assert (shut.status_code, shut.headers["retry-after"]) == (429, "2")
    assert enter(people.client(FAR), GARDENERS_WORDS).status_code == 303  # another door
    gardener = people.client(FAR, Role.GARDENER)
    assert gardener.get("/api/v1/who").json()["signed_in"] is True
    keeper = people.client(HERE, Role.KEEPER)
    assert keeper.get("/api/v1/door").json()["codes_wait_s"] == 2.0
    assert keeper.delete("/api/v1/door").json()["codes_wait_s"] == 0.0
    assert enter(people.client(FAR), code).status_code == 303


def test_a_link_s_code_opens_also_while_the_door_is_shut(people: People) -> None:
    for _ in range(12):
        enter(people.client(FAR), "bcdf-ghjk")
        enter(people.client(FAR), "une phrase qui n'ouvre rien")
    code, _ = giver(people).code(Role.KEEPER)
    assert enter(people.client(HERE), code).status_code == 303


# --- pages of others ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://jardin.local:9000"}, 403),
        ({"Origin": "https://jardin.local:8000"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({}, 403),
        ({"Origin": "http://jardin.local:8000"}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
    ],
)
def test_only_a_page_of_the_garden_writes_with_a_session(
    people: People, headers: dict[str, str], status: int
) -> None:
    client = people.client(FAR, Role.GARDENER)
    del client.headers[CSRF_HEADER]
    answer = client.post("/api/v1/beds", json={"id": "bac-1", "area_m2": 1}, headers=headers)
    assert answer.status_code == status, answer.text


def test_a_form_of_an_old_browser_brings_the_token(people: People) -> None:
    client = people.client(FAR, Role.GARDENER)
    csrf = client.headers.pop(CSRF_HEADER)
    assert client.post("/sortir", data={"csrf": "x" * 32}).status_code == 403
    assert client.post("/sortir", data={"csrf": csrf}).status_code == 303


# --- programs -----------------------------------------------------------------------------------


def test_a_token_ends_when_it_expires_or_is_revoked(people: People) -> None:
    keeper = people.client(HERE, Role.KEEPER)
    wish = {"label": "station", "scopes": ["send"], "node": "meteo", "days": 1}
    made = keeper.post("/api/v1/tokens", json=wish).json()
    assert made["token"].startswith("jardin_")
    program = people.client(FAR, Authorization=f"Bearer {made['token']}")
    body = {"readings": [{"channel": "air", "value": 21.4, "unit": "Cel"}]}
    assert program.post("/api/v1/readings", json=body).status_code == 201
    (listed,) = keeper.get("/api/v1/tokens").json()["tokens"]
    assert "token" not in listed
    assert listed["used"] == "2025-11-22T04:30:00.000Z"
    people.clock.advance(24 * HOUR_S)
    assert code_of(program.post("/api/v1/readings", json=body)) == "TOKEN_REFUSED"
    again = people.client(HERE, Role.KEEPER)
    other = again.post("/api/v1/tokens", json=wish).json()
    program = people.client(FAR, Authorization=f"Bearer {other['token']}")
    assert again.delete(f"/api/v1/tokens/{other['id']}").json()["revoked"] is not None
    assert code_of(program.post("/api/v1/readings", json=body)) == "TOKEN_REFUSED"


@pytest.mark.parametrize(
    "wish",
    [
        {"scopes": ["send"]},
        {"scopes": ["water"], "node": "meteo"},
        {"scopes": ["send"], "node": "live"},
        {"scopes": ["send"], "node": "atelier.atelier.x"},
    ],
)
def test_a_token_is_bound_to_a_node_where_it_sends(people: People, wish: dict[str, Any]) -> None:
    keeper = people.client(HERE, Role.KEEPER)
    assert code_of(keeper.post("/api/v1/tokens", json={"label": "x"} | wish)) == "TOKEN_NODE"


def test_changes_of_keys_are_in_the_log_by_role(people: People) -> None:
    keeper = people.client(HERE, Role.KEEPER)
    keeper.post("/api/v1/tokens", json={"label": "vanne", "scopes": ["water"]})
    keeper.post("/api/v1/codes", json={"role": "group", "plant": "tomate"})
    keeper.delete("/api/v1/door")
    log = keeper.get("/api/v1/audit?limit=2").json()
    assert [(c["by"], c["what"], c["about"]) for c in log["changes"]] == [
        ("keeper", "DOOR_LIFTED", ""),
        ("keeper", "CODE_MADE", "group tomate"),
    ]
    (first,) = keeper.get("/api/v1/audit", params={"before": log["next"]}).json()["changes"]
    assert (first["what"], first["time"]) == ("TOKEN_MADE", "2025-11-22T04:30:00.000Z")


def test_the_drought_restriction_is_in_the_log_too(people: People) -> None:
    gardener, keeper = people.client(FAR, Role.GARDENER), people.client(HERE, Role.KEEPER)
    gardener.put("/api/v1/restriction", json={"from_hour": 10, "to_hour": 18})
    gardener.delete("/api/v1/restriction")
    changes = keeper.get("/api/v1/audit").json()["changes"]
    assert [(c["by"], c["what"], c["about"]) for c in changes] == [
        ("gardener", "RESTRICTION_ENDED", ""),
        ("gardener", "RESTRICTION_SET", "10-18"),
    ]


def giver(people: People) -> Giver:
    return Giver(people.gateway.catalogue.keyring, people.clock, "console")


def test_a_private_garden_s_stream_ends_with_the_key_that_opened_it(tmp_path: Path) -> None:
    with garden_door(tmp_path, access=AccessSettings(private=True)) as door:
        sessions = door.gateway.access.sessions
        session = sessions.begin(Role.GARDENER, door.clock.wall_ms(), secure=False)
        key = {"Cookie": f"{COOKIE}={session.id}"}
        with door.client.stream("GET", "/api/v1/events", headers=key) as stream:
            lines = stream.iter_lines()
            assert next(lines).startswith("retry")
            door.gateway.events.publish("state", {"node": "serre", "state": "online"})
            assert any(line == "event: state" for line in lines)
            sessions.end(session.id)
            door.gateway.events.publish("state", {"node": "serre", "state": "offline"})
            assert not any("offline" in line for line in lines)
        assert door.get("/events").status_code == 401
