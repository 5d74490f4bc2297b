"""Writing down when a key was last used."""

from __future__ import annotations

import logging

from sensor_node.database import Database
from sensor_node.errors import StorageError

log = logging.getLogger("jardin.access")


def note_use(database: Database, statement: str, now_ms: int, key: int | bytes) -> None:
    """Run ``statement`` with both values. On a full disk keys open as before: that is when
    somebody needs the pages most.
    """
    try:
        with database.writing() as db:
            db.execute(statement, (now_ms, key))
    except StorageError as error:
        log.warning("%s", error)
