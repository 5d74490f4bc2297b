"""Prepared databases take the place of the present ones: all of them, or none.

They are laid into a folder of their own inside the data folder. A small file with a plan, written
last, is the decision; whoever opens the data folder next carries out a plan that it finds. A kill
before the plan leaves the old data, a kill after it the new.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from gateway.durable import belong, write_whole
from sensor_node.damage import COMPANIONS, beside, sync_folder, told

STAGE = "restoring"
PLAN = "restoring.json"


def stage(data: Path) -> Path:
    """An empty folder for the prepared files."""
    folder = data / STAGE
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    belong(folder)
    return folder


def decide(data: Path, aside: Path) -> None:
    """What lies in ``stage``, flushed, becomes the data; the present files go to ``aside``."""
    with told(data / PLAN):
        sync_folder(data / STAGE)
        plan = {"files": sorted(p.name for p in (data / STAGE).iterdir()), "aside": aside.name}
        write_whole(data / PLAN, json.dumps(plan).encode())
    finish(data)


def finish(data: Path) -> None:
    """Carry out the plan that a kill interrupted; where none was made yet, clear what lies about.

    Call it only while nobody has the databases open.
    """
    if not (data / PLAN).exists():
        shutil.rmtree(data / STAGE, ignore_errors=True)
        return
    with told(data / PLAN):
        plan = json.loads((data / PLAN).read_text(encoding="utf-8"))
        aside = data / plan["aside"]
        aside.mkdir(exist_ok=True)
        belong(aside)
        for name in plan["files"]:
            _exchange(data, name, aside)
        for folder in (aside, data):
            sync_folder(folder)
        (data / PLAN).unlink()
        shutil.rmtree(data / STAGE, ignore_errors=True)


def is_decided(data: Path) -> bool:
    """Whether a plan waits to be carried out."""
    return (data / PLAN).exists()


def _exchange(data: Path, name: str, aside: Path) -> None:
    new = data / STAGE / name
    if not new.exists():
        return  # it is in its place already
    # The log first: beside the new file it would be taken for its own.
    for end in (*COMPANIONS, ".head", ""):
        old = beside(data / name, end)
        if old.exists():
            old.rename(beside(aside / name, end))
    new.rename(data / name)
