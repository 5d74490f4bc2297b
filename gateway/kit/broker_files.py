"""mosquitto's files, made from the keys that a card brought: ``python -m gateway.kit.broker_files
/var/lib/jardin``, by root, in the environment in service. They are of whom the folder is.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from gateway.durable import belong
from gateway.keys.book import Book
from gateway.keys.broker import write_files
from gateway.keys.place import Place
from sensor_node.console import run_command


def make(data: Path) -> int:
    """What the accounts of the garden in ``data`` say; returns 0."""
    place = Place(data)
    place.check_made()
    with closing(Book(place.book)) as book, book.alone() as entries:
        write_files(place, entries)
    for path in place.keys.iterdir():  # what SQLite laid beside its database is root's
        belong(path)
    return 0


if __name__ == "__main__":
    sys.exit(run_command(lambda: make(Path(sys.argv[1]))))
