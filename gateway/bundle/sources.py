"""Where apt finds Debian: what this computer's own apt says, with another release in it.

No host is named here. Only what is signed counts: apt checks the indexes with the keys that the
sources name, and every package with its hash in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.bundle.failures import needs_mirror
from gateway.bundle.host import os_release

KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_LINE: Final = re.compile(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<rest>.+)")
_PARTS: Final = ("", "-updates", "-security")


def of_this_computer(codename: str, root: Path = Path("/")) -> str:
    """Its sources of Debian with the release ``codename``, as a ``.list`` file.

    Raises ``UsageError`` where it has none.
    """
    own = _own_release(root)
    lines = [line for line in _all_lines(root) if own]
    found = [new for line in lines if (new := _with_release(line, own, codename))]
    if not found:
        raise needs_mirror()
    return "".join(f"{line}\n" for line in dict.fromkeys(found))


def of_mirror(mirror: str, codename: str, keyring: Path = KEYRING) -> str:
    """The sources of ``codename`` at ``mirror``. Raises ``UsageError`` without Debian's keys."""
    if not keyring.exists() or re.search(r"\s", mirror):
        raise needs_mirror()
    parts = (codename, f"{codename}-updates")
    return "".join(f"deb [signed-by={keyring}] {mirror} {part} main\n" for part in parts)


def _own_release(root: Path) -> str:
    """The release of this Debian; empty where it is none (Ubuntu's packages are others)."""
    said = os_release(root)
    return said.get("VERSION_CODENAME", "") if said.get("ID") in ("debian", "raspbian") else ""


def _all_lines(root: Path) -> Iterator[str]:
    """Every source, one a line."""
    apt = root / "etc/apt"
    for path in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*.list"))]:
        yield from (line.strip() for line in _text(path).splitlines())
    for path in sorted((apt / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", _text(path)):
            yield from _lines_of(stanza)


def _lines_of(stanza: str) -> Iterator[str]:
    kept = [line for line in stanza.splitlines() if not line.startswith("#")]
    fields: dict[str, str] = {}
    for line in kept:
        key, colon, value = line.partition(":")
        if colon and not line.startswith(" "):
            fields[key.strip().lower()] = value.strip()
    if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes") == "no":
        return
    signed = fields.get("signed-by", "")
    options = f"[signed-by={signed}] " if signed.startswith("/") else ""
    for uri in fields.get("uris", "").split():
        for suite in fields.get("suites", "").split():
            yield f"deb {options}{uri} {suite} {fields.get('components', '')}"


def _with_release(line: str, own: str, codename: str) -> str | None:
    """``line`` with ``codename`` for the release ``own``; None for what is no source of it."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    suite, *components = found["rest"].split()
    options = dict(
        option.split("=", 1) for option in (found["options"] or "").split() if "=" in option
    )
    options.pop("arch", None)
    part = suite.removeprefix(own)
    if not suite.startswith(own) or part not in _PARTS or "main" not in components:
        return None
    told = " ".join(f"{key}={value}" for key, value in options.items())
    return f"deb {f'[{told}] ' if told else ''}{found['uri']} {codename}{part} main"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
