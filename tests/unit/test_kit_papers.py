"""The papers of the kit: as many steps as promised, each played or estimated, and true wiring."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from firmware_config import __path__ as templates
from sensor_node.cli import main

ROOT = Path(__file__).parents[2]
KIT = ROOT / "docs/kit"
PAIRS = {
    "mise-en-route.md": "first-start.md",
    "remise.md": "handover.md",
    "materiel.md": "parts.md",
    "cablage.md": "wiring.md",
    "boitiers.md": "cases.md",
}
AT_MOST = 12
STEP = re.compile(r"^\| (\d+) \| (.+) \| (.+) \|$", re.M)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]+))?\)")
TESTS = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))


def text(name: str) -> str:
    return (KIT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "played", "estimated"),
    [("mise-en-route.md", "joué", "estimé"), ("first-start.md", "played", "estimated")],
)
def test_from_the_written_card_to_the_first_reading_are_at_most_twelve_steps(
    page: str, played: str, estimated: str
) -> None:
    steps = STEP.findall(text(page))

    assert [int(number) for number, _, _ in steps] == list(range(1, len(steps) + 1))
    assert 5 < len(steps) <= AT_MOST
    for _, _, known in steps:
        test = re.fullmatch(rf"{played} ?: `(test_\w+)`", known)
        assert known == estimated or (test and f"def {test[1]}(" in TESTS), known


def test_both_languages_know_the_steps_alike() -> None:
    french, english = (STEP.findall(text(page)) for page in ("mise-en-route.md", "first-start.md"))

    told = [
        known.replace("joué :", "played:").replace("estimé", "estimated") for _, _, known in french
    ]
    assert told == [known for _, _, known in english]


def test_each_test_that_the_papers_name_is_there() -> None:
    for page in [*PAIRS, *PAIRS.values()]:
        for name in re.findall(r"`(test_\w+)`", text(page)):
            assert f"def {name}(" in TESTS, name


@pytest.mark.parametrize("page", sorted([*PAIRS, *PAIRS.values(), "README.md"]))
def test_each_link_of_the_papers_leads_somewhere(page: str) -> None:
    for name, _ in LINK.findall(text(page)):
        assert (KIT / name).resolve().exists(), name


@pytest.mark.parametrize(("french", "english"), PAIRS.items())
def test_each_paper_has_the_other_language_beside_it(french: str, english: str) -> None:
    assert f"({english})" in text(french)
    assert f"({french})" in text(english)
    assert text(french).count("\n| ") == text(english).count("\n| ")
    assert text(french).count("\n## ") == text(english).count("\n## ")


@pytest.mark.parametrize("page", ["materiel.md", "parts.md"])
def test_no_price_is_made_up(page: str) -> None:
    rows = [line for line in text(page).splitlines() if line.startswith("| ")][1:]

    assert len(rows) > 15
    assert all(row.endswith("| |") for row in rows)
    assert "€" not in text(page)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_drawing_is_that_of_the_node_that_cards_are_made_for(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", language)
    node = (Path(templates[0]) / "node.toml").read_text(encoding="utf-8")
    for gap, value in (("@NODE@", "bac-1"), ("@LANGUAGE@", language), ("@PINS@", "gpio")):
        node = node.replace(gap, value)
    (tmp_path / "node.toml").write_text(node, encoding="utf-8")
    drawing = tmp_path / "drawing.svg"

    assert main(["wiring", "--config", str(tmp_path / "node.toml"), "--svg", str(drawing)]) == 0
    kept = (KIT / f"images/cablage-{language}.svg").read_text(encoding="utf-8")
    assert drawing.read_text(encoding="utf-8") == kept, "draw it again: docs/kit/wiring.md says how"
