"""The bill of materials: every library that a garden in service runs, Python's and the pages'.

    python .ci/bom.py dist/bom.json

CycloneDX 1.6, made from the lock files alone: the same on every computer, and without internet.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements/node.txt", "requirements/gateway.txt")
PAGES = "dashboards/package-lock.json"
PREFIX = "node_modules/"


def main(target: Path) -> None:
    """Write the bill to ``target``."""
    bom = python_bom()
    bom["components"] += page_components()
    bom["components"].sort(key=lambda one: one["bom-ref"])
    root = bom["metadata"]["component"]
    root["version"] = version()
    refs = [one["bom-ref"] for one in bom["components"]]
    bom["dependencies"] = [{"ref": root["bom-ref"], "dependsOn": refs}, *({"ref": r} for r in refs)]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bom, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {len(bom['components'])} libraries")


def version() -> str:
    """Of the garden's own software."""
    done = subprocess.run(
        [sys.executable, "-c", "import sensor_node; print(sensor_node.__version__)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def python_bom() -> dict[str, Any]:
    """What the lock files of node and gateway name, each library once."""
    lines = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in LOCKS).splitlines()
    # Without the conditions: a library that only some computers need is still one.
    pinned = sorted({line.partition(";")[0].strip() for line in lines if "==" in line})
    done = subprocess.run(
        [
            *(sys.executable, "-m", "cyclonedx_py", "requirements", "--short-PURLs"),
            *("--output-reproducible", "--pyproject", str(ROOT / "pyproject.toml"), "-"),
        ],
        input="\n".join(pinned),
        capture_output=True,
        text=True,
        check=True,
    )
    bom: dict[str, Any] = json.loads(done.stdout)
    for one in bom["components"]:
        one["bom-ref"] = one["purl"]
        one.pop("description", None)  # the number of its line
        one.pop("externalReferences", None)  # where this computer took it from
    return bom


def page_components() -> list[dict[str, Any]]:
    """What npm brings for the pages."""
    lock = json.loads((ROOT / PAGES).read_text(encoding="utf-8"))
    found = []
    for place, told in lock["packages"].items():
        if not place.startswith(PREFIX):
            continue
        name = place.rpartition(PREFIX)[2]
        purl = f"pkg:npm/{name.replace('@', '%40')}@{told['version']}"
        component = {
            "bom-ref": purl,
            "type": "library",
            "name": name,
            "version": told["version"],
            "purl": purl,
        }
        if "license" in told:
            component["licenses"] = [{"license": {"id": told["license"]}}]
        found.append(component)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
