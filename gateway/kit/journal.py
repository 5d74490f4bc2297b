"""The steward's verb ``journal``: what the system's log still tells of the school before goes."""

from __future__ import annotations

import subprocess
from typing import Any

from gateway.kit.errand import Request
from gateway.kit.system import System
from sensor_node.errors import HardwareError

COMMANDS = (["journalctl", "--rotate"], ["journalctl", "--vacuum-time=1s"])


def clear_journal(_request: Request, system: System) -> dict[str, Any]:
    """Begin the log anew. Raises ``HardwareError``."""
    try:
        failed = next((c for c in COMMANDS if system.run(c).returncode != 0), None)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _kept(str(error)) from error
    if failed is not None:
        raise _kept(" ".join(failed))
    return {}


def _kept(why: str) -> HardwareError:
    return HardwareError(
        "JOURNAL_KEPT",
        fr=f"Le journal du système n'a pas pu être vidé ({why}) : éteignez le kit, il est en "
        "mémoire et part avec le courant.",
        en=f"The system's log could not be cleared ({why}): turn the kit off, it is in memory and "
        "goes with the power.",
    )
