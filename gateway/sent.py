"""A reading that a program sends over HTTP."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """One reading as a program or a group sends it. ``at_ms``: milliseconds since 1970 UTC."""

    channel: str
    unit: str | None
    at_ms: int
    value: float
