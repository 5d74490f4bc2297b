"""How many people came to a workshop, as the facilitator counted them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
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

    def put(
        self, workshop: str, counts: Mapping[str, int], columns: Collection[str] = COLUMNS
    ) -> None:
        """What was counted of a workshop in ``columns``, instead of what was before; what stands in
        other columns stays. Raises ``UsageError`` for a column that is none of them, or a count
        that cannot be.
        """
        for name, count in counts.items():
            if name not in columns or not _can_be(count):
                raise _wrong(name, columns)
        with self._database.writing() as db:
            db.executemany(
                "DELETE FROM attendance WHERE workshop = ? AND part = ?",
                [(workshop, name) for name in columns],
            )
            db.executemany(
                "INSERT INTO attendance VALUES (?, ?, ?)",
                [(workshop, name, count) for name, count in counts.items() if count],
            )

    def of(self, workshop: str, columns: Collection[str] = COLUMNS) -> dict[str, int]:
        """What was counted of one workshop in ``columns``, in their order."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT part, count FROM attendance WHERE workshop = ?", (workshop,)
            ).fetchall()
        counted = dict(rows)
        return {name: counted[name] for name in columns if name in counted}

    def sums(self, workshops: Iterable[str], columns: Collection[str] = COLUMNS) -> dict[str, int]:
        """The sum over several of each of ``columns``, in their order."""
        total: Counter[str] = Counter()
        for workshop in workshops:
            total.update(self.of(workshop, columns))
        return {name: total[name] for name in columns}


def _can_be(count: int) -> bool:
    return 0 <= count <= MOST


def _wrong(name: str, columns: Collection[str]) -> UsageError:
    known = name in columns
    return UsageError(
        "COUNT_WRONG",
        fr=f"« {name[:40]} » : un nombre de 0 à {MOST} est attendu, dans une colonne de la liste."
        if known
        else f"Il n'y a pas de colonne « {name[:40]} » : {', '.join(columns)}.",
        en=f"'{name[:40]}': a number from 0 to {MOST} is expected, in a column of the list."
        if known
        else f"There is no column '{name[:40]}': {', '.join(columns)}.",
    )
