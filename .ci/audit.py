"""Are vulnerabilities known of what a garden runs? Asks on the internet; says if it could not.

    python .ci/audit.py

0: every library was asked about and nothing is known. 1: something is known. 4: at least one could
not be asked about, without internet say: that is no good news, only no news.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements/node.txt", "requirements/gateway.txt")


def main() -> int:
    """Ask and tell; the exit code."""
    found = ask()
    if found is None:
        return tell(4, "La base des failles ne répond pas (internet ?) : rien n'a été vérifié.",
                    "The database of vulnerabilities does not answer (internet?): nothing was "
                    "checked.")  # fmt: skip
    return judge(found)


def ask() -> list[dict[str, Any]] | None:
    """What pip-audit knows of each library; None where it could not ask."""
    locks = [argument for name in LOCKS for argument in ("-r", str(ROOT / name))]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--format", "json"),
            *("--progress-spinner", "off", "--timeout", "15", *locks),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return found


def judge(found: Iterable[dict[str, Any]]) -> int:
    """Say what was ``found``; the exit code."""
    found = list(found)
    bad = [one for one in found if one.get("vulns")]
    for one in bad:
        for hole in one["vulns"]:
            fixed = ", ".join(hole.get("fix_versions", [])) or "-"
            print(f"{one['name']} {one['version']}: {hole['id']} (> {fixed})")
    unasked = sorted({one["name"] for one in found if "skip_reason" in one})
    if unasked:
        # pip-audit itself says "no known vulnerabilities" here, and ends with 0.
        print(" ".join(unasked))
        tell(4, f"{len(unasked)} bibliothèques n'ont pas pu être vérifiées.",
             f"{len(unasked)} libraries could not be checked.")  # fmt: skip
    if bad:
        return tell(1, f"{len(bad)} bibliothèques ont une faille connue.",
                    f"{len(bad)} libraries have a known vulnerability.")  # fmt: skip
    if unasked or not found:
        return 4
    return tell(0, f"{len(found)} bibliothèques, aucune faille connue.",
                f"{len(found)} libraries, no known vulnerability.")  # fmt: skip


def tell(code: int, fr: str, en: str) -> int:
    """Print it in the reader's language; ``code``."""
    names = ("JARDIN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    language = next((os.environ[name] for name in names if os.environ.get(name)), "fr")
    print(en if language.startswith("en") else fr, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
