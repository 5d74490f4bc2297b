"""What the files of a process hold at the moment when it is killed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def as_a_kill_leaves_it(path: Path) -> Iterator[sqlite3.Connection]:
    """The database in a copy of its files, whatever the process that has them open knows besides.

    Nobody may write meanwhile.
    """
    with TemporaryDirectory(dir=path.parent) as folder:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / path.name)) as found:
            yield found
