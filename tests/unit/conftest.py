"""What the tests of sensors share."""

import pytest

from sensor_node.fakes import FakeBoard


@pytest.fixture
def board() -> FakeBoard:
    """A header with fake parts; nothing is wired to it yet."""
    return FakeBoard()
