"""One alert from its beginning to its end, and what people and messages made of it."""

from dataclasses import dataclass, field
from typing import Final, Literal

from gateway.alerts.rules import RULES, Key, Rule, Values

Severity = Literal["urgent", "warning"]
NIGHTS: Final = frozenset({"frost_watch", "frost_alert"})
"""What is of one night, and told once in it; the second says more than the first."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert; all times in ms since 1970 UTC, None for not yet or not at all.

    values: what it began by, or is seen by now. silenced_by: a role, never a name. told_ms,
    told_end_ms: when a message was made that tells its beginning and its end.
    """

    id: int
    key: Key
    begun_ms: int
    ended_ms: int | None = None
    values: Values = field(default_factory=dict)
    bed: str | None = None
    silenced_until_ms: int | None = None
    silenced_by: str | None = None
    told_ms: int | None = None
    told_end_ms: int | None = None

    @property
    def rule(self) -> Rule:
        """What it is an alert by."""
        return RULES[self.key.code]

    @property
    def severity(self) -> Severity:
        """Whether it waits for the morning."""
        return "urgent" if self.rule.urgent else "warning"

    @property
    def node(self) -> str | None:
        """The node that it is of, or whose channel."""
        about = self.rule.about
        if about == "node":
            return self.key.subject or None
        return self.key.subject.partition("/")[0] if about == "channel" else None

    @property
    def channel(self) -> str | None:
        """The channel that it is of, as `node/channel`."""
        return self.key.subject if self.rule.about == "channel" else None

    def is_silenced(self, at_ms: int) -> bool:
        """Whether a person wants to hear nothing of it at `at_ms`."""
        return self.silenced_until_ms is not None and at_ms < self.silenced_until_ms

    def concerns(self, bed: str) -> bool:
        """Whether it is shown at `bed`: its own, and what is of the whole garden's air."""
        return self.bed == bed or self.rule.about == "garden"
