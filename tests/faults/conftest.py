"""What the tests of the kit's network share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rooms import Room, classroom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with classroom(tmp_path) as room:
        yield room
