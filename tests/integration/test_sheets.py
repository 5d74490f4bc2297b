"""The sheets of the exercises as the gateway serves them, to a school without internet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from door import Door, garden_door
from exercises import CHECKS, LANGUAGES, Language

from gateway.api.guard import COOKIE
from gateway.pages.markdown import html_of
from gateway.security.roles import Role

TONGUES = {"exercices": "fr", "exercises": "en"}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, built_assets: None) -> Iterator[Door]:
    with garden_door(tmp_path_factory.mktemp("sheets"), pages=True) as opened:
        yield opened


def key_of(door: Door, role: Role) -> dict[str, str]:
    session = door.gateway.access.sessions.begin(role, door.clock.wall_ms(), secure=False)
    return {"Cookie": f"{COOKIE}={session.id}"}


def words(text: str) -> str:
    """The words of a page or of a sheet in their order, without what draws them."""
    bare = re.sub(r"</?[a-z][^>]*>|```\w+|\]\([^)]*\)", " ", text)
    return " ".join(re.findall(r"[^\W\d_]+", unescape(bare)))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.folder)
@pytest.mark.parametrize("number", CHECKS)
def test_anybody_reads_a_sheet_and_every_word_of_it(
    door: Door, language: Language, number: int
) -> None:
    path = f"/fiches/{TONGUES[language.folder]}/{number}"
    shown = door.client.get(path)
    assert shown.status_code == 200
    sheet = language.sheet(number).read_text(encoding="utf-8").partition("\n")[2]
    assert words(sheet) in words(shown.text)
    assert shown.text.count("<pre ") == sheet.count("```") / 2
    solution = language.solution(number).read_text(encoding="utf-8")
    assert solution.strip() not in unescape(shown.text)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.folder)
def test_the_solution_and_the_notes_are_for_who_runs_the_workshop(
    door: Door, language: Language
) -> None:
    tongue = TONGUES[language.folder]
    for path in (f"/fiches/{tongue}/4/solution", f"/fiches/{tongue}/notes/enseignant"):
        assert door.client.get(path).status_code == 401
        assert door.client.get(path, headers=key_of(door, Role.READER)).status_code == 403
        assert door.client.get(path, headers=key_of(door, Role.GARDENER)).status_code == 200
    solved = door.client.get(f"/fiches/{tongue}/4/solution", headers=key_of(door, Role.GARDENER))
    assert language.solution(4).read_text(encoding="utf-8").strip() in unescape(solved.text)
    notes = door.client.get(
        f"/fiches/{tongue}/notes/enseignant", headers=key_of(door, Role.GARDENER)
    ).text
    for programme in ("cycle 3", "cycle 4", "SNT", "NSI"):
        assert programme in notes


def test_all_sheets_are_linked_from_one_page(door: Door) -> None:
    page = door.client.get("/fiches").text
    links = re.findall(r'href="(/fiches/[^"]+)"', page)
    assert links == [f"/fiches/{tongue}/{n}" for tongue in ("fr", "en") for n in CHECKS]
    for path in ("/fiches/fr/9", "/fiches/de/1", "/fiches/fr/x", "/fiches/fr/..%2f..%2fLICENSE"):
        assert door.client.get(path).status_code == 404, path


def test_the_little_markdown_knows_what_sheets_are_made_of() -> None:
    told = html_of(
        "# Titre\n\nUn **mot** et `x < y`,\nsuite.\n\n1. Un.\n\n   Dessous.\n\n   ```python\n"
        "   a = 1\n\n   if a < 2:\n       b\n   ```\n\n2. Deux [lien](x.md).\n\n- A. Un.\n"
        "- B. Deux.\n\n| a | b |\n|---|---|\n| 1 | <2> |\n"
    )
    assert told == (
        "<h1>Titre</h1><p>Un <strong>mot</strong> et <code>x &lt; y</code>, suite.</p>"
        '<ol><li>Un.<p>Dessous.</p><pre tabindex="0"><code>a = 1\n\nif a &lt; 2:\n    b</code>'
        "</pre></li>"
        "<li>Deux lien.</li></ol><ul><li>A. Un.</li><li>B. Deux.</li></ul>"
        '<table tabindex="0"><thead><tr><th>a</th><th>b</th></tr></thead>'
        "<tbody><tr><td>1</td><td>&lt;2&gt;</td></tr></tbody></table>"
    )
