"""How many people came to a workshop, as the facilitator counted them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from gateway.yearly.columns import COLUMNS, MOST
from sensor_node.database import Database
from sensor_node.errors import UsageError

MIGRATION: Final = """
    CREATE TABLE attendance (
        workshop TEXT    NOT NULL,
        part     TEXT    NOT NULL,              -- of the closed list of columns
        count    INTEGER NOT NULL,
        PRIMARY KEY (workshop, part)
    ) WITHOUT ROWID;
"""


class Attendance:
    """In the catalogue's ``database``; ``StorageError`` when the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, workshop: str, counts: Mapping[str, int]) -> None:
        """What was counted of a workshop, instead of what was before. Raises ``UsageError`` for a
        column that is none, or a count that cannot be.
        """
        wrong = [
            name for name, count in counts.items() if name not in COLUMNS or not _can_be(count)
        ]
        if wrong:
            raise _wrong(wrong[0])
        with self._database.writing() as db:
            db.execute("DELETE FROM attendance WHERE workshop = ?", (workshop,))
            db.executemany(
                "INSERT INTO attendance VALUES (?, ?, ?)",
                [(workshop, name, count) for name, count in counts.items() if count],
            )

    def of(self, workshop: str) -> dict[str, int]:
        """What was counted of one workshop."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT part, count FROM attendance WHERE workshop = ?", (workshop,)
            ).fetchall()
        return dict(rows)

    def sums(self, workshops: Iterable[str]) -> Counter[str]:
        """The sums over several."""
        total: Counter[str] = Counter()
        for workshop in workshops:
            total.update(self.of(workshop))
        return total


def _can_be(count: int) -> bool:
    return 0 <= count <= MOST


def _wrong(name: str) -> UsageError:
    known = name in COLUMNS
    return UsageError(
        "COUNT_WRONG",
        fr=f"« {name[:40]} » : un nombre de 0 à {MOST} est attendu, dans une colonne de la liste."
        if known
        else f"Il n'y a pas de colonne « {name[:40]} » : {', '.join(COLUMNS)}.",
        en=f"'{name[:40]}': a number from 0 to {MOST} is expected, in a column of the list."
        if known
        else f"There is no column '{name[:40]}': {', '.join(COLUMNS)}.",
    )
