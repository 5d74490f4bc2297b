"""What the tests of sensors that try again share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sensor_node.fakes import FakeBoard


def in_pauses(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch, *events: Callable[[], Any]
) -> list[float]:
    """Has one of ``events`` happen in each pause between two tries; gives the pauses."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        if len(pauses) < len(events):
            events[len(pauses)]()
        pauses.append(seconds)

    monkeypatch.setattr(board, "sleep", sleep)
    return pauses
