"""The bill of materials names each locked library; an audit that could not ask says so."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("bill") / "deep" / "bom.json"
    script = ROOT / ".ci/bom.py"
    subprocess.run([sys.executable, str(script), str(path)], check=True, capture_output=True)
    return path.read_text(encoding="utf-8")


def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci/audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bill_is_a_valid_cyclonedx_one(bill: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None


def test_the_bill_names_every_library_that_is_locked(bill: str) -> None:
    named = {one["purl"] for one in json.loads(bill)["components"]}
    for name in ("node", "gateway"):
        text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
        pins = re.findall(r"(?m)^([\w.-]+)==([\w.+-]+)", text)
        assert len(pins) > 10
        assert {f"pkg:pypi/{package.lower()}@{version}" for package, version in pins} <= named


def test_the_bill_names_what_npm_brings_for_the_pages(bill: str) -> None:
    lock = json.loads((ROOT / "dashboards/package-lock.json").read_text(encoding="utf-8"))
    named = {(one["name"], one["version"]) for one in json.loads(bill)["components"]}
    for place, told in lock["packages"].items():
        if place:
            assert (place.rpartition("node_modules/")[2], told["version"]) in named


def test_the_bill_tells_nothing_of_the_computer_that_made_it(bill: str) -> None:
    assert str(ROOT) not in bill
    assert "://" not in json.dumps(json.loads(bill)["components"])


GOOD = {"name": "fastapi", "version": "1", "vulns": []}
UNASKED = {"name": "uvicorn", "skip_reason": "not found"}
HOLED = {"name": "jinja2", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("found", "code"),
    [([GOOD], 0), ([GOOD, UNASKED], 4), ([], 4), ([GOOD, HOLED], 1), ([UNASKED, HOLED], 1)],
)
def test_an_audit_that_could_not_ask_is_no_good_news(found: list[Any], code: int) -> None:
    assert audit().judge(found) == code
