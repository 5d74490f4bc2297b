"""Addresses are read in by the first request for one of them, and everybody finds all of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from people import FAR, HERE, People, people_of

from gateway import assets
from gateway.api.chapters import BASE, NOUNS, OTHERS, Chapters

pytestmark = pytest.mark.usefixtures("built_assets")


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with people_of(tmp_path) as found:
        yield found


def addresses_of(people: People) -> set[str]:
    return {route.path or "" for route in iter_route_contexts(people.app.routes)}


def test_a_garden_that_nobody_visits_has_read_no_chapter(people: People) -> None:
    people.client(FAR).get("/healthz")
    people.client(FAR).get("/metrics")

    assert addresses_of(people) == {"/healthz", "/metrics", assets.PREFIX}


def test_a_request_reads_the_chapter_of_its_noun_and_no_other(people: People) -> None:
    assert people.client(FAR).get("/api/v1/rain").status_code == 200

    read = addresses_of(people) - {"/healthz", "/metrics", assets.PREFIX}
    assert read == {f"{BASE}/rain", f"{BASE}/rain/{{number}}"}


@pytest.mark.parametrize("name", sorted({*sum(NOUNS.values(), ()), OTHERS}))
def test_every_address_is_in_the_chapter_where_it_is_looked_for(people: People, name: str) -> None:
    chapters: Chapters = people.app.state.chapters
    before = addresses_of(people)
    chapters.read([name])

    found = addresses_of(people) - before
    assert found
    assert [path for path in found if name not in chapters.of(path)] == []


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/", "/healthz/more", "/nothing"])
def test_an_address_that_is_in_no_chapter_is_not_found(people: People, path: str) -> None:
    answer = people.client(FAR).get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_ADDRESS")


def test_a_slash_too_many_leads_to_the_address_also_at_first(people: People) -> None:
    answer = people.client(HERE).get("/api/v1/beds/")

    assert (answer.status_code, answer.headers["location"]) == (
        307,
        "http://localhost:8000/api/v1/beds",
    )


def test_the_description_has_every_address_though_nobody_asked_for_one(people: People) -> None:
    paths = people.client(FAR).get("/api/openapi.json").json()["paths"]

    missing = [noun for noun in NOUNS if not any(p.startswith(f"{BASE}/{noun}") for p in paths)]
    assert missing == []
    assert {"/healthz", "/metrics"} <= paths.keys()


def test_the_description_is_the_same_whoever_asked_for_what_before(tmp_path: Path) -> None:
    with people_of(tmp_path / "a") as asked, people_of(tmp_path / "b") as fresh:
        asked.client(FAR).get("/api/v1/workshops")
        asked.client(FAR).get("/")

        assert list(asked.app.openapi()["paths"]) == list(fresh.app.openapi()["paths"])


def test_many_at_once_read_a_chapter_once() -> None:
    read: list[str] = []
    gate = threading.Barrier(8)
    chapters = Chapters(read.append, always=())

    def visit() -> None:
        gate.wait()
        chapters.read(chapters.of("/api/v1/beds"))

    with ThreadPoolExecutor(8) as pool:
        for one in [pool.submit(visit) for _ in range(8)]:
            one.result()
    assert read == list(NOUNS["beds"])
    assert chapters.has("/api/v1/beds")


def test_a_chapter_that_cannot_be_read_is_tried_again() -> None:
    tries: list[str] = []

    def read(name: str) -> None:
        tries.append(name)
        if len(tries) == 1:
            raise OSError("the disk is away")

    chapters = Chapters(read, always=())
    with pytest.raises(OSError, match="the disk"):
        chapters.read(["rain"])
    chapters.read(["rain"])

    assert tries == ["rain", "rain"]
