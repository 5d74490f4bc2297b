"""Where readings are kept: the settings ``[store]`` of gateway.toml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sensor_node.errors import ConfigError
from sensor_node.settings import section, setting


@dataclass(frozen=True)
class InfluxSettings:
    """An InfluxDB 2 server, read where ``store.engine`` is ``influxdb``.

    A commit waits for two answers, and the broker for no more than 45 s: hence the bound.
    """

    url: str = setting("http://localhost:8086", fr="adresse d'InfluxDB", en="address of InfluxDB")
    org: str = setting("jardin", fr="organisation", en="organisation")
    bucket: str = setting("jardin", fr="bucket du jardin", en="bucket of the garden")
    token: str = setting("", fr="jeton d'accès", en="access token")
    token_file: Path | None = setting(
        None, fr="fichier qui contient le jeton", en="file that holds the token"
    )
    timeout_s: float = setting(
        10.0, fr="attente d'une réponse", en="wait for an answer", unit="s", least=0.1, most=15
    )

    def __repr__(self) -> str:
        return f"InfluxSettings({self.url}, {self.org}, {self.bucket})"

    def secret(self) -> str:
        """The token, from its file if it has one. Raises ``ConfigError``."""
        if not self.url.startswith(("http://", "https://")):
            raise ConfigError(
                "INFLUX_URL",
                fr=f"Réglage store.influxdb.url : « {self.url} » doit commencer par http:// ou "
                "https://, comme http://localhost:8086.",
                en=f"Setting store.influxdb.url: '{self.url}' must begin with http:// or "
                "https://, as http://localhost:8086.",
            )
        if self.token_file is None:
            return self.token
        try:
            return self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                "TOKEN_FILE_UNREADABLE",
                fr=f"Le fichier {self.token_file} (store.influxdb.token_file) ne peut pas être lu "
                f"({error}).",
                en=f"The file {self.token_file} (store.influxdb.token_file) cannot be read "
                f"({error}).",
            ) from None


@dataclass(frozen=True)
class StoreSettings:
    """Which engine keeps the readings."""

    engine: str = setting(
        "sqlite",
        fr="« sqlite » : un fichier dans data ; « influxdb » : un serveur InfluxDB 2",
        en="'sqlite': a file in data; 'influxdb': an InfluxDB 2 server",
        choices=("sqlite", "influxdb"),
    )
    influxdb: InfluxSettings = section(InfluxSettings)
