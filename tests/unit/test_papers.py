"""The papers on security: what they promise is there, and each test that they name exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ETSI = (ROOT / "docs/etsi-en-303-645.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINES_OF_A_PAGE = 60


def proofs() -> dict[str, list[tuple[str, str]]]:
    """The tests that the table names, by provision."""
    found: dict[str, list[tuple[str, str]]] = {}
    provision = ""
    for line in ETSI.splitlines():
        if begun := re.match(r"\| (5\.\d+) ", line):
            provision = begun.group(1)
        if line.startswith("|") and provision:
            found.setdefault(provision, []).extend(NAMED.findall(line))
    return found


def functions_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_of_the_thirteen_provisions_has_its_test() -> None:
    assert list(proofs()) == [f"5.{number}" for number in range(1, 14)]
    assert all(proofs().values())


@pytest.mark.parametrize(
    ("path", "name"), sorted({p for named in proofs().values() for p in named})
)
def test_a_test_that_is_named_as_a_proof_exists(path: str, name: str) -> None:
    assert name in functions_in(path)


def test_whoever_finds_a_hole_knows_whom_to_tell_and_what_follows() -> None:
    french, _, english = SECURITY.partition("## English")
    for half in (french, english):
        assert "Report a vulnerability" in half  # the button's name on the repository
        assert len(re.findall(r"\| [^|]*\b\d+ (?:days|jours)", half)) == 4
    assert "**Durée du suivi.**" in french
    assert "**Support period.**" in english


def test_the_threat_model_is_one_page_in_each_language() -> None:
    text = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
    french, _, english = text.partition("## English")
    assert len(french.splitlines()) < LINES_OF_A_PAGE
    assert len(english.splitlines()) < LINES_OF_A_PAGE
    assert french.count("\n| ") == english.count("\n| ")
