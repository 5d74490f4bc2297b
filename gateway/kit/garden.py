"""What somebody told a kit of its garden at the first start: a plain file beside the databases.

gateway.toml belongs to the system, and a kit that is handed over forgets this file, not that one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from gateway.durable import write_whole
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.damage import told
from sensor_node.errors import UsageError

FILE: Final = "first-start.json"
MOST_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Garden:
    """The garden's ``name``, its default ``language`` and, if somebody says so, where it is."""

    name: str
    language: str = "fr"
    latitude: float | None = None
    longitude: float | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= MOST_CHARACTERS or not self.name.isprintable():
            raise _no_name()
        if self.language not in ("fr", "en"):
            raise _no_name()
        place = self.latitude, self.longitude
        if None in place and place != (None, None):
            raise _half_a_place()
        if not (-90 <= (self.latitude or 0) <= 90 and -180 <= (self.longitude or 0) <= 180):
            raise _half_a_place()


def keep(data: Path, garden: Garden) -> None:
    """Have it on disk. Raises ``StorageError``."""
    with told(data / FILE):
        write_whole(data / FILE, json.dumps(asdict(garden), ensure_ascii=False).encode())


def kept(data: Path) -> Garden | None:
    """What was told; None where nothing was, or where it cannot be read: it is asked again."""
    try:
        found: dict[str, Any] = json.loads((data / FILE).read_bytes())
        return Garden(**found)
    except (OSError, ValueError, TypeError):
        return None


def applied(settings: GatewaySettings) -> GatewaySettings:
    """``settings`` with what was told at the first start."""
    garden = kept(settings.data)
    if garden is None:
        return settings
    changes: dict[str, Any] = {"name": garden.name, "language": garden.language}
    if garden.latitude is not None:
        changes |= {"latitude": garden.latitude, "longitude": garden.longitude}
    return replace(settings, **changes)


def load(path: Path) -> GatewaySettings:
    """The settings in ``path`` with what was told at the first start. Raises ``ConfigError``."""
    return applied(settings_file.load(GatewaySettings, path))


def _no_name() -> UsageError:
    return UsageError(
        "GARDEN_NAME_WRONG",
        fr=f"Donnez au jardin un nom, de {MOST_CHARACTERS} lettres au plus.",
        en=f"Give the garden a name of at most {MOST_CHARACTERS} letters.",
    )


def _half_a_place() -> UsageError:
    return UsageError(
        "GARDEN_PLACE_WRONG",
        fr="Le lieu se dit par deux nombres, comme 47,32 et 5,04, ou pas du tout : laissez les "
        "deux cases vides si vous ne le savez pas.",
        en="The place is two numbers, as 47.32 and 5.04, or none: leave both fields empty if you "
        "do not know.",
    )
