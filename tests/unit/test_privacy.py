"""The garden has no place for people's data, and says what it knows in a child's words."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from door import garden_door
from people import FAR, People, people_of

from gateway.folder import DATABASES
from sensor_node.database import open_database

DOCS = Path(__file__).parents[2] / "docs"
OF_PEOPLE = re.compile(
    r"(^|_)(e?mail|phone|first_?name|last_?name|surname|user|user_?agent|ip|client|birth\w*|photo"
    r"|address|account|school|pupil)($|_)"
)
DIGESTS = {"deliveries.address"}
"""What stands for where a grown-up gets alerts: the address itself is in the settings alone."""


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with people_of(tmp_path, private=True) as found:
        yield found


def words_of(page: str) -> str:
    """What a reader sees of the page's own part."""
    main = page[page.index("<main") : page.index("</main>")]
    text = re.sub(r"</(p|li|h2)>", "\n", main)
    return html.unescape(re.sub(r"<[^>]+>", "", text)).replace("\u00a0", " ")


def test_no_table_has_a_column_for_people(tmp_path: Path) -> None:
    for name, migrations in DATABASES.items():
        with closing(open_database(tmp_path / name, migrations)) as db:
            columns = {f"{table}.{column}" for table, column in _columns(db)}
        assert len(columns) > 8
        assert [c for c in columns - DIGESTS if OF_PEOPLE.search(c.partition(".")[2])] == []


def _columns(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        for row in db.execute(f'PRAGMA table_info("{table}")'):
            yield table, row[1]


def test_no_answer_and_no_wish_of_the_interface_has_a_field_for_people(people: People) -> None:
    shapes = people.app.openapi()["components"]["schemas"]
    fields = {f"{n}.{f}" for n, shape in shapes.items() for f in shape.get("properties", {})}
    assert len(fields) > 100
    assert [f for f in fields if OF_PEOPLE.search(f.partition(".")[2])] == []


@pytest.mark.parametrize(("language", "says"), [("fr", "Il oublie"), ("en", "It forgets")])
def test_anybody_reads_the_notice_also_in_a_private_garden(
    people: People, language: str, says: str
) -> None:
    answer = people.client(FAR).get(f"/vie-privee?lang={language}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert says in words_of(answer.text)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_child_of_ten_can_read_the_notice(people: People, language: str) -> None:
    """Short sentences of short words, and not many of them."""
    text = words_of(people.client(FAR).get(f"/vie-privee?lang={language}").text)
    sentences = [s.split() for s in re.split(r"[.!?\n]+\s*", text) if s.strip()]
    words = [word.strip("«»“”,:()’'") for sentence in sentences for word in sentence]
    assert max(map(len, sentences)) <= 24
    assert sum(map(len, sentences)) / len(sentences) <= 11
    assert sum(len(word) > 12 for word in words) <= 2
    assert len(words) < 300


def test_the_notice_says_when_the_weather_is_asked_for_on_the_internet(people: People) -> None:
    silent = words_of(people.client(FAR).get("/vie-privee?lang=en").text)
    people.gateway.forecasts.place = (47.32, 5.04)  # type: ignore[assignment]
    asking = words_of(people.client(FAR).get("/vie-privee?lang=en").text)
    assert "Everything stays on the garden’s computer" in silent
    assert "which town it is in" in asking


def test_the_place_of_the_garden_leaves_as_its_commune_only(tmp_path: Path) -> None:
    with garden_door(tmp_path) as door:  # which lies at 47.32167, 5.04139
        assert door.json("/garden")["place"] == {"latitude": 47.32, "longitude": 5.04}


def test_the_record_of_processing_has_everything_that_the_law_asks_for() -> None:
    """GDPR, article 30 (1), a to g."""
    text = (DOCS / "registre-traitement.md").read_text(encoding="utf-8")
    for heading in (
        "Responsable du traitement", "Délégué à la protection", "Finalités", "Personnes concernées",
        "Données", "Destinataires", "Transferts hors", "Durées", "Sécurité",
    ):  # fmt: skip
        assert f"| **{heading}" in text
