"""What the documentation says of roles is the table that the code goes by."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.security.roles import ACTIONS_FR_EN, HOLDERS, MATRIX, ROLES_FR_EN, Action
from gateway.security.table import table

ACCESS = Path(__file__).parents[2] / "docs/access.md"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_table_of_roles_is_the_one_of_the_code(language: str) -> None:
    assert table(language) in ACCESS.read_text(encoding="utf-8")


def test_each_action_and_each_key_has_its_words() -> None:
    assert set(MATRIX) == set(ACTIONS_FR_EN) == set(Action)
    assert set(HOLDERS) == set(ROLES_FR_EN)
