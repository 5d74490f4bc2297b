"""What a person's browser shows where a page cannot be: words and a way on, no program's text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest
from people import GARDENERS_WORDS, HERE, People, people_of

from gateway.security.roles import Role

BROWSER: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PATIENT: Final = "text/html, application/problem+json"
"""A script of a page, which tells problems itself."""
NEW: Final = "/nouveau-bac"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with people_of(tmp_path) as found:
        yield found


def test_a_key_that_may_not_edit_beds_is_told_what_to_do(people: People) -> None:
    answer = people.client(HERE, Role.GROUP, Accept=BROWSER).get(f"{NEW}?lang=fr")
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "ne permet pas cela" in answer.text
    assert f"/entrer?vers={NEW}%3Flang%3Dfr" in answer.text
    assert "Entrer avec un autre code" in answer.text


def test_what_was_typed_with_the_wrong_key_is_there_with_the_right_one(people: People) -> None:
    form = {"page": NEW, "name": "Les fèves", "area_m2": "2", "was": "{}"}
    refused = people.client(HERE, Role.GROUP, Accept=BROWSER).post(NEW, data=form)
    assert refused.status_code == 403
    assert "what you wrote will be there" in refused.text
    there = refused.text.partition("/entrer?vers=")[2].partition('"')[0]
    entered = people.client(HERE, Accept=BROWSER).post(
        "/entrer", data={"code": GARDENERS_WORDS, "vers": unquote(there)}
    )
    assert entered.status_code == 303, entered.text
    back = people.client(HERE, Role.GARDENER, Accept=BROWSER).get(entered.headers["location"])
    assert 'value="Les fèves"' in back.text


@pytest.mark.parametrize("path", ["/bacs/aucun", "/rien", "/etalonner/aucun/rien"])
def test_an_address_with_nothing_is_told_on_a_page(people: People, path: str) -> None:
    answer = people.client(HERE, Accept=BROWSER).get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    ("path", "more"),
    [
        (NEW, {"Accept": PATIENT}),
        (NEW, {"Accept": BROWSER, "HX-Request": "true"}),
        (NEW, {"Accept": "*/*"}),
        ("/api/v1/keys", {"Accept": BROWSER}),
    ],
)
def test_scripts_and_programs_get_a_problem(
    people: People, path: str, more: dict[str, str]
) -> None:
    answer = people.client(HERE, Role.GROUP, **more).get(path)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
