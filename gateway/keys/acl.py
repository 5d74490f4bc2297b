"""Who may say and hear what on MQTT: the one table behind mosquitto's files, docs and tests.

``{name}`` stands for the account's own name. Every account gets lines of its own: mosquitto's
``pattern`` lines would hold for all accounts alike, and a pupil's program is no node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from sensor_node import wire

Access = Literal["read", "write", "readwrite"]


class Identity(StrEnum):
    """Whom an account belongs to."""

    GATEWAY = "gateway"
    NODE = "node"
    SANDBOX = "sandbox"
    """A workshop's group, while its workshop is on; the only one at the door in the clear."""
    RELOAD = "reload"
    """May do nothing: who enters with its newest password knows that the broker has read it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``identity`` may ``access`` what matches ``pattern``, below the topics' base."""

    identity: Identity
    access: Access
    pattern: str


TABLE: Final[tuple[Rule, ...]] = (
    Rule(Identity.GATEWAY, "readwrite", "#"),
    Rule(Identity.NODE, "write", "{name}/pack/+/+"),
    Rule(Identity.NODE, "readwrite", "{name}/state"),  # read: is another one of this name there?
    Rule(Identity.NODE, "readwrite", "{name}/about"),
    Rule(Identity.NODE, "write", "{name}/clock/ask"),
    Rule(Identity.NODE, "write", "{name}/result"),
    Rule(Identity.NODE, "write", "{name}/say/+"),
    Rule(Identity.NODE, "read", "{name}/ack"),
    Rule(Identity.NODE, "read", "{name}/clock/answer"),
    Rule(Identity.NODE, "read", "{name}/command"),
    Rule(Identity.NODE, "read", "gateway/state"),
    Rule(Identity.NODE, "read", "live/beds/+/advice"),
    Rule(Identity.SANDBOX, "readwrite", "{name}/say/+"),
    Rule(Identity.SANDBOX, "read", "gateway/state"),
    Rule(Identity.SANDBOX, "read", "live/#"),
)


def rules_of(identity: Identity) -> list[Rule]:
    """The lines of the table for ``identity``."""
    return [rule for rule in TABLE if rule.identity == identity]


def account_lines(name: str, identity: Identity, base: str = wire.BASE) -> Iterator[str]:
    """The lines of mosquitto's ACL file for the account ``name``."""
    yield f"user {name}"
    for rule in rules_of(identity):
        yield f"topic {rule.access} {base}/{rule.pattern.format(name=name)}"


def acl_file(accounts: Iterable[tuple[str, Identity]], base: str = wire.BASE) -> str:
    """The ACL of a door: whoever is not in it may do nothing."""
    blocks = ("\n".join(account_lines(name, identity, base)) for name, identity in accounts)
    return "\n\n".join(blocks) + "\n"
