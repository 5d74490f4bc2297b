"""Requests that nobody thought of, made from the garden's own description, with every key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from people import HERE, People, people_of
from schemathesis import Case

from gateway.security.roles import HOLDERS, Holder, Role, Scope

FORESEEN: Final = {"READINGS_UNDATED", "WATERING_UNDATED", "CLOCK_UNTRUSTED"}
OPEN: Final = {"/healthz", "/api/v1/who"}
BOUNDED: Final = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with people_of(tmp_path_factory.mktemp("any"), private=True) as found:
        found.gateway.events.close()
        yield found


def ask(people: People, case: Case, holder: Holder) -> None:
    """Send ``case`` with the key of ``holder``: it is answered in words, and never fails."""
    wire: dict[str, Any] = case.as_transport_kwargs(base_url=HERE.url)
    wire.pop("cookies", None)
    if isinstance(wire.get("data"), bytes | str):
        wire["content"] = wire.pop("data")
    client = people.client(HERE, holder)
    headers = {k: v for k, v in (wire.pop("headers", None) or {}).items() if k != "User-Agent"}
    answer = client.request(wire.pop("method"), wire.pop("url"), headers=headers, **wire)
    told = f"{holder} {case.method} {case.formatted_path}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", told
    assert answer.status_code < 500 or answer.json()["code"] in FORESEEN, told
    if holder in (Role.STRANGER, Role.READER):
        assert answer.status_code not in (200, 201) or case.path in ("/healthz", "/api/v1/who"), (
            told
        )


def ask_all(people: People, holder: Holder, examples: int) -> int:
    """So many requests to each address that the garden describes; returns how many addresses."""
    description = schemathesis.openapi.from_dict(people.app.openapi())
    operations = [found.ok() for found in description.get_all_operations()]
    for operation in operations:

        @settings(BOUNDED, max_examples=examples)
        @given(case=operation.as_strategy())
        def each(case: Case) -> None:
            ask(people, case, holder)

        each()
    return len(operations)


@pytest.mark.parametrize("holder", [Role.STRANGER, Role.KEEPER, Scope.SEND])
def test_no_request_fails(people: People, holder: Holder) -> None:
    assert ask_all(people, holder, 2) > 40


@pytest.mark.prove
@pytest.mark.parametrize("holder", HOLDERS)
def test_no_request_fails_at_length(people: People, holder: Holder) -> None:
    assert ask_all(people, holder, 60) > 40
