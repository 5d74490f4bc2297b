"""To whom the garden sends its messages: ``[notify]`` of gateway.toml, or a file of its own.

An address holds a password more often than not: it is never logged, and never part of an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensor_node import settings as settings_file
from sensor_node.settings import setting


@dataclass(frozen=True)
class NotifyFile:
    """What the file of the addresses may say."""

    urls: list[str] = setting(fr="adresses Apprise", en="Apprise addresses")


@dataclass(frozen=True)
class NotifySettings:
    """Where messages go, as Apprise addresses."""

    urls: list[str] | None = setting(
        None,
        fr="adresses Apprise des messages ; de préférence dans notify.file",
        en="Apprise addresses of the messages; better in notify.file",
    )
    file: Path | None = setting(
        None,
        fr="fichier TOML, lisible par la passerelle seule, qui dit urls = [...]",
        en="TOML file, readable by the gateway alone, that says urls = [...]",
    )

    def __repr__(self) -> str:
        """Without the addresses: settings end up in logs and tracebacks."""
        return f"NotifySettings({len(self.urls or ())} urls, file={self.file})"

    def addresses(self) -> list[str]:
        """All of them, each once. Raises ``ConfigError`` for a file that does not say so."""
        found = list(self.urls or ())
        if self.file is not None:
            table: dict[str, Any] = settings_file.read_toml(self.file)
            found += settings_file.build(NotifyFile, table).urls
        return list(dict.fromkeys(found))
