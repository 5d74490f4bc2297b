"""The rules are pure: nothing but the standard library, no clock, no disk, no network."""

from __future__ import annotations

import pkgutil
import sys
from pathlib import Path

import pytest
from test_imports import imports_of, loaded_by

import gateway.alerts
import gateway.watering

PURE = (gateway.watering, gateway.alerts)
MODULES = [f"{p.__name__}.{m.name}" for p in PURE for m in pkgutil.iter_modules(p.__path__)]
FILES = sorted(path for package in PURE for path in Path(package.__path__[0]).glob("*.py"))


def test_no_module_loads_anything_that_reaches_outside() -> None:
    loaded = loaded_by("; ".join(f"import {name}" for name in MODULES))

    assert len(MODULES) > 20
    assert not loaded & {"sqlite3", "socket", "ssl", "fastapi", "pydantic", "numpy", "paho"}
    assert "sensor_node" not in loaded


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_module_takes_only_the_standard_library_and_its_neighbours(path: Path) -> None:
    for name in imports_of(path):
        ours = name.startswith(tuple(package.__name__ for package in PURE))
        assert ours or name.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_module_asks_a_clock_or_opens_a_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    for word in ("now(", "today()", "monotonic", "open(", "environ", "localtime"):
        assert word not in text, word
