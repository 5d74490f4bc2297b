"""What the guard of the cable knows of the kit's networks, in a file for whoever shows it.

The guard is root's and writes; the gateway, without rights, reads. The file is in memory (/run), so
that nothing of it outlives the kit's start, and holds counts, never a person's device.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from gateway.kit.cable_rule import Standing

STATE: Final = Path("/run/jardin-cable/network.json")
OLD_S: Final = 120.0
"""The guard writes every thirty seconds."""
NAME: Final = "jardin.local"
SERVES: Final = 7
"""How many stations the radio of a Pi takes with its usual firmware."""
CABLE_STATES: Final = ("unplugged", "listening", "serving", "guest", "apart")


@dataclass(frozen=True, slots=True)
class Radio:
    """``stations``: None where there is no access point of the kit's own; ``room``: how many it
    takes; ``leases``: addresses given on it; ``same_name``, ``same_channel``: other kits near by
    that have this one's; ``name``: under which it is found (``jardin.local``), empty: not known.
    """

    stations: int | None = None
    room: int = SERVES
    leases: int = 0
    same_name: int = 0
    same_channel: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class NetworkState:
    """``cable``: one of ``CABLE_STATES``; ``other``: the address of the server that was heard;
    ``at_s``: when, in seconds since the computer's start.
    """

    at_s: float
    interface: str = "eth0"
    cable: str = "unplugged"
    leases: int = 0
    other: str = ""
    other_is_kit: bool = False
    radio: Radio = field(default_factory=Radio)

    @classmethod
    def of(
        cls, at_s: float, interface: str, standing: Standing, leases: int, radio: Radio
    ) -> NetworkState:
        """What the guard knows now."""
        heard = standing.other
        return cls(
            at_s,
            interface,
            standing.state,
            leases,
            str(heard.answer.server) if heard else "",
            bool(heard and heard.answer.is_kit),
            radio,
        )


def write(path: Path, state: NetworkState) -> None:
    """At once or not at all. Raises ``OSError``."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(asdict(state)), encoding="utf-8")
    beside.chmod(0o644)
    beside.replace(path)


def read(path: Path = STATE) -> NetworkState | None:
    """None where no guard has written, or what stands there is none of ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return _state(found)
    except (OSError, ValueError, TypeError, LookupError):
        return None


def _state(found: dict[str, Any]) -> NetworkState:
    state = NetworkState(**{**found, "radio": Radio(**found["radio"])})
    if state.cable not in CABLE_STATES or not isinstance(state.at_s, int | float):
        raise ValueError(state.cable)
    return state
