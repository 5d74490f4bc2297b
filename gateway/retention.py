"""How long what people leave behind is kept: a school year, and a month.

Nobody has a name here, but what a group or a program of pupils sent, who (which role) did what and
when, and which key was used last, are traces of people all the same. On 1 October those of the
school years before go; what the garden measured, was given and was advised stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from gateway.security.audit import CONSOLE
from gateway.security.roles import Role
from gateway.service import Gateway
from gateway.store.base import Series
from sensor_node import wire

FIRST_MONTH: Final = 9
"""A school year begins on 1 September."""
SPARE_MONTHS: Final = 1

_ROLES: Final = ", ".join(f"'{name}'" for name in (*Role, "program", CONSOLE))
_SOMEBODY: Final = f"SET by = '{Role.GROUP}' WHERE by NOT IN ({_ROLES})"
TRACES: Final = {
    "changes": "FROM changes WHERE at_ms < :before",
    "tokens": "FROM tokens WHERE coalesce(min(revoked_ms, until_ms), until_ms) < :before",
    "codes": "FROM codes WHERE until_ms < :before",
    "sessions": "FROM sessions WHERE until_ms < :before",
    "notes": "FROM notes WHERE by NOT IN ('gardener', 'keeper') AND made_ms < :before",
    "undone": "FROM waterings WHERE source = 'logged' AND undone_ms < :before",
}
"""What goes whole, of the catalogue's tables."""
GROUPS: Final = {
    "waterings": f"waterings {_SOMEBODY} AND at_ms < :before",
    "rains": f"rains {_SOMEBODY} AND made_ms < :before",
}
"""What stays, but no longer says which group it was of."""
WORDS: Final = {
    "changes": ("lignes du registre des changements", "lines of the log of changes"),
    "tokens": ("jetons périmés ou révoqués", "expired or revoked tokens"),
    "codes": ("codes périmés", "expired codes"),
    "sessions": ("sessions finies", "ended sessions"),
    "notes": ("notes de groupes et de visiteurs", "notes of groups and visitors"),
    "undone": ("arrosages annulés", "waterings that were undone"),
    "waterings": ("arrosages qui diront « groupe »", "waterings that will say 'group'"),
    "rains": ("pluies notées qui diront « groupe »", "noted rains that will say 'group'"),
    "quarantine": ("messages en quarantaine", "messages in quarantine"),
    "sandbox": ("voies d'atelier à vider", "channels of workshops to empty"),
}


@dataclass(frozen=True, slots=True)
class Old:
    """What is older than ``before_ms`` and would go: how many of each of ``WORDS``."""

    before_ms: int
    counts: dict[str, int]

    def __bool__(self) -> bool:
        return any(self.counts.values())


def kept_since_ms(now_ms: int, timezone: str) -> int:
    """The first moment of which traces are kept, at ``now_ms``.

    A school year that ended on 31 August goes on 1 October, not before.
    """
    zone = ZoneInfo(timezone)
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    year = now.year if now.month >= FIRST_MONTH + SPARE_MONTHS else now.year - 1
    return _beginning(year, zone)


def _beginning(year: int, zone: tzinfo) -> int:
    return round(datetime(year, FIRST_MONTH, 1, tzinfo=zone).timestamp() * 1000)


class Retention:
    """What is too old in the garden behind ``gateway``. ``StorageError`` when the disk fails."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._database = gateway.catalogue.keyring.database

    def preview(self) -> Old:
        """What would go now; nothing is changed."""
        before_ms = kept_since_ms(self._gateway.clock.wall_ms(), self._gateway.settings.timezone)
        named = {"before": before_ms}
        with self._database.reading() as db:
            counts = {
                name: int(db.execute(f"SELECT count(*) {what}", named).fetchone()[0])
                for name, what in (*TRACES.items(), *_counted_groups())
            }
        counts["quarantine"] = len(self._gateway.quarantine.older_than(before_ms))
        counts["sandbox"] = len(list(self._sandboxes(before_ms)))
        return Old(before_ms, counts)

    def apply(self, old: Old) -> None:
        """Let go of what is older than that, so that no file of the data holds it any more."""
        named = {"before": old.before_ms}
        with self._database.writing() as db:
            for what in TRACES.values():
                db.execute(f"DELETE {what}", named)
            for what in GROUPS.values():
                db.execute(f"UPDATE {what}", named)
        quarantine = self._gateway.quarantine
        quarantine.remove(quarantine.older_than(old.before_ms))
        for series in list(self._sandboxes(old.before_ms)):
            self._gateway.store.delete(series, 0, old.before_ms)
        self._database.scrub()
        quarantine.scrub()

    def _sandboxes(self, before_ms: int) -> Iterator[Series]:
        """The channels of workshops that have something older."""
        store = self._gateway.store
        for series in store.newest():
            if series.node.startswith(wire.SANDBOX) and (
                store.points(series, 0, before_ms, 1) or store.faults(series, 0, before_ms, 1)
            ):
                yield series


def _counted_groups() -> Iterator[tuple[str, str]]:
    for name, what in GROUPS.items():
        table, _, condition = what.partition(f" SET by = '{Role.GROUP}' ")
        yield name, f"FROM {table} {condition}"
