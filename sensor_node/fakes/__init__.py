"""Fake parts at pin level, under the unmodified sensor libraries.

They ship with the package because users test with them too, and because a garden without a
Raspberry Pi (the demo, a workshop PC) runs on them.
"""

from sensor_node.fakes.board import FakeBoard

__all__ = ["FakeBoard"]
