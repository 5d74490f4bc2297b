"""``python cut_making.py FOLDER``: makes gardens and is killed at each step of it in turn.

Each in ``FOLDER/1``, ``FOLDER/2``…; a step is a file or folder that is about to get its name or
its rights. The last one got away. A program of its own: it forks, so it has no threads.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from gateway.keys.broker import Doors
from gateway.keys.making import Plan, make_garden
from gateway.keys.place import Place
from sensor_node.clock import FakeClock

NOW_MS = 1_763_785_800_000
STEPS = ("os.rename", "os.mkdir", "os.chmod")
MOST = 200


def make(folder: Path) -> None:
    """The garden that is made each time."""
    plan = Plan("Jardin", "fr", Doors(18883, 1884))
    make_garden(Place(folder / "data"), folder / "gateway.toml", plan, FakeClock(NOW_MS))


def make_killed_at(folder: Path, step: int) -> bool:
    """Make it in a process that ends at its ``step``th step; whether it got away."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, _arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in STEPS:
                left -= 1
                if left == 0:
                    os._exit(9)

        sys.addaudithook(count)
        try:
            make(folder)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main() -> None:
    """All of them."""
    folder = Path(sys.argv[1])
    for step in range(1, MOST):
        if make_killed_at(folder / str(step), step):
            return
    raise SystemExit("it never got away")


if __name__ == "__main__":
    main()
