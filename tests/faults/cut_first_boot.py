"""``python cut_first_boot.py BOOT FOLDER EVERY``: a first start, killed at each step in turn.

A step is a file or folder that is about to get or lose its name. Each start has a copy of its own
in ``FOLDER``, is taken up again afterwards, and is then just like the one that nothing disturbed;
with ``EVERY`` 9 only each ninth step. A program of its own: it forks, so it has no threads. It
prints how many times it was killed.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from cards import FolderSystem, tree

from gateway.card.places import SECRETS
from gateway.kit.first_boot import first_boot

STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.truncate")
MOST = 2000


def quietly(boot: Path, system: FolderSystem) -> None:
    """A first start that says nothing."""
    with contextlib.redirect_stdout(io.StringIO()):
        first_boot(boot, system)


def killed_at(boot: Path, root: Path, step: int) -> bool:
    """Start in a process that ends at its ``step``th step; whether it was killed."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, _arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in STEPS:
                left -= 1
                if left == 0:
                    os._exit(9)

        system = FolderSystem(root)
        sys.addaudithook(count)
        try:
            quietly(boot, system)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def main() -> None:
    """All of them."""
    card, folder, every = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    whole = folder / "whole"
    shutil.copytree(card, folder / "boot")
    quietly(folder / "boot", FolderSystem(whole))
    expected = tree(whole)
    for step in range(1, MOST, every):
        boot, root = folder / f"boot-{step}", folder / f"root-{step}"
        shutil.copytree(card, boot)
        if not killed_at(boot, root, step):
            print((step - 1) // every)
            return
        quietly(boot, FolderSystem(root))
        if tree(root) != expected or (boot / SECRETS).exists():
            raise SystemExit(f"killed at step {step}, it did not come out the same")
        shutil.rmtree(boot)
        shutil.rmtree(root)
    raise SystemExit("it never got away")


if __name__ == "__main__":
    main()
