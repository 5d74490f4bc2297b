"""The programs of the care of data that are killed or lose their power: a backup, a restore.

``backup DATA FOLDER``, ``restore DATA FILE``, ``look DATA``, ``migrate DATA``. A line on standard
output says that a restore is decided: from there on the new data are promised.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gateway import folder, mend
from gateway.backup import make_backup
from gateway.carebook import Carebook
from gateway.restore import prepared
from gateway.settings import GatewaySettings
from gateway.store.sqlite import SqliteStore

NOW_MS = 1_763_809_200_000


def main() -> None:
    """Do it once."""
    what, data, other = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    print("begun", flush=True)
    if what == "backup":
        make_backup(GatewaySettings(data=data), other, NOW_MS)
    elif what == "restore":
        with folder.alone(data), prepared(other, data, NOW_MS) as preparation:
            preparation.apply()
    elif what == "migrate":
        SqliteStore(data / "store.sqlite", timezone="Europe/Paris").close()
    else:
        with folder.alone(data):
            mend.look_over(data, Carebook(data), NOW_MS, "Europe/Paris", fully=True)
    print("done", flush=True)


if __name__ == "__main__":
    main()
