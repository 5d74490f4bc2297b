"""Two small files of a kit that is handed over: that it is to be blank, and since when it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from gateway.durable import write_whole
from sensor_node.damage import told

DECISION: Final = "blank.json"
SINCE: Final = "blank-since.json"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: the garden's ``name`` then, and from when on a blank kit takes in."""

    name: str
    since_ms: int


def decide(data: Path, decision: Decision) -> None:
    """From now on the kit is to be blank. Raises ``StorageError``."""
    with told(data / DECISION):
        write_whole(data / DECISION, json.dumps(asdict(decision)).encode())


def decided(data: Path) -> Decision | None:
    """What was decided and is not done yet."""
    if not (data / DECISION).exists():
        return None
    found = _object(data / DECISION)
    return Decision(str(found.get("name", "")), _number(found.get("since_ms"), since_ms(data)))


def is_blank(data: Path, decision: Decision) -> None:
    """What was decided is done. Raises ``StorageError``."""
    with told(data / SINCE):
        write_whole(data / SINCE, json.dumps({"since_ms": decision.since_ms}).encode())
        (data / DECISION).unlink()


def since_ms(data: Path) -> int:
    """From when on this kit takes in what nodes have measured; 0: from ever."""
    return _number(_object(data / SINCE).get("since_ms"), 0)


def _number(found: object, otherwise: int) -> int:
    return found if isinstance(found, int) else otherwise


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
