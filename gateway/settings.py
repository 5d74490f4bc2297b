"""The gateway's settings: the one table behind gateway.toml, JARDIN_… and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateway.alarms.settings import NotifySettings
from gateway.beds.presence import check_presence, closed_periods
from gateway.forecast.settings import ForecastSettings, asked_place
from gateway.kit.settings import KitSettings
from gateway.store.settings import StoreSettings
from gateway.yearly.columns import COLUMNS, Columns, chosen
from sensor_node.link import Broker
from sensor_node.settings import section, setting


@dataclass(frozen=True)
class Http:
    """The web door."""

    host: str = setting("0.0.0.0", fr="adresse d'écoute du site", en="address the site listens on")  # noqa: S104 - a garden is read from phones on its own network
    port: int = setting(8000, fr="port du site", en="port of the site", least=1, most=65535)


@dataclass(frozen=True)
class Https:
    """The keeper's door, which needs a certificate."""

    host: str = setting("0.0.0.0", fr="adresse d'écoute", en="address it listens on")  # noqa: S104 - as the web door
    port: int = setting(
        8443, fr="port du site sûr", en="port of the safe site", least=1, most=65535
    )
    certificate: Path | None = setting(
        None,
        fr="certificat (PEM) ; sans lui, keys/web.crt du dossier des données",
        en="certificate (PEM); without it, keys/web.crt in the folder of the data",
    )
    key: Path | None = setting(
        None,
        fr="clé du certificat ; sans elle, keys/web.key du dossier des données",
        en="the certificate's key; without it, keys/web.key in the folder of the data",
    )


@dataclass(frozen=True)
class AccessSettings:
    """Who may read."""

    private: bool = setting(
        False,
        fr="true : lire demande aussi un code ou un jeton",
        en="true: reading needs a code or a token too",
    )


@dataclass(frozen=True)
class Advising:
    """When and how the garden advises."""

    hour: int = setting(
        6,
        fr="heure du jardin à laquelle le conseil du jour est donné",
        en="the garden's hour at which the advice of the day is given",
        least=0,
        most=23,
    )
    presence: list[str] | None = setting(
        None,
        fr="jours où quelqu'un vient : lun, mar, mer, jeu, ven, sam, dim ; sans eux, chaque jour",
        en="days on which somebody comes: mon, tue, wed, thu, fri, sat, sun; without: every day",
    )
    closed: list[str] | None = setting(
        None,
        fr="périodes et jours où personne ne vient : 2026-12-19/2027-01-04, 2026-05-01",
        en="periods and days on which nobody comes: 2026-12-19/2027-01-04, 2026-05-01",
    )
    tank_l: float | None = setting(
        None, fr="contenu de la citerne pleine", en="what the full tank holds", unit="L", least=1
    )

    def __post_init__(self) -> None:
        check_presence(self.presence or ())
        closed_periods(self.closed or ())


@dataclass(frozen=True)
class BackupSettings:
    """The backup that is made every night."""

    folder: Path | None = setting(
        None,
        fr="dossier des sauvegardes de chaque nuit ; sans lui, aucune",
        en="folder of the nightly backups; without it, none",
    )
    hour: int = setting(
        3, fr="heure locale de la sauvegarde", en="local hour of the backup", least=0, most=23
    )
    keep_daily: int = setting(
        7, fr="jours dont la sauvegarde est gardée", en="days whose backup is kept", least=1,
        most=366,
    )  # fmt: skip
    keep_weekly: int = setting(
        8, fr="semaines dont une sauvegarde est gardée", en="weeks of which one backup is kept",
        least=0, most=520,
    )  # fmt: skip


@dataclass(frozen=True)
class PrivacySettings:
    """How long what people leave behind is kept."""

    forget: bool = setting(
        True,
        fr="true : chaque 1er octobre, oublier les traces des années scolaires d'avant",
        en="true: each 1 October, forget the traces of the school years before",
    )


@dataclass(frozen=True)
class ReportSettings:
    """What is counted of the people that come to workshops."""

    columns: list[str] | None = setting(
        None,
        fr="colonnes où l'on compte les personnes d'un atelier ; sans elles, toutes",
        en="columns in which the people of a workshop are counted; without it, all",
    )

    def __post_init__(self) -> None:
        chosen(self.columns or ())

    @property
    def chosen(self) -> Columns:
        """The columns with their names, in the order in which they were chosen."""
        return COLUMNS if self.columns is None else chosen(self.columns)


@dataclass(frozen=True)
class GatewaySettings:
    """What gateway.toml may say."""

    data: Path = setting(fr="dossier des données", en="folder of the data")
    name: str = setting("Jardin", fr="nom du jardin", en="name of the garden")
    timezone: str = setting("Europe/Paris", fr="fuseau horaire", en="time zone")
    language: str = setting(
        "fr", fr="langue par défaut", en="default language", choices=("fr", "en")
    )
    latitude: float | None = setting(
        None, fr="latitude", en="latitude", unit="°", least=-90, most=90
    )
    longitude: float | None = setting(
        None, fr="longitude", en="longitude", unit="°", least=-180, most=180
    )
    altitude: float = setting(0.0, fr="altitude", en="altitude", unit="m", least=-450, most=5000)
    clock: str = setting(
        "auto",
        fr="« auto » : horloge crue si le réseau la règle ; « system » : toujours crue",
        en="'auto': the clock is trusted if the network keeps it; 'system': always",
        choices=("auto", "system"),
    )
    broker: Broker = section(Broker)
    http: Http = section(Http)
    https: Https = section(Https)
    access: AccessSettings = section(AccessSettings)
    privacy: PrivacySettings = section(PrivacySettings)
    report: ReportSettings = section(ReportSettings)
    advice: Advising = section(Advising)
    store: StoreSettings = section(StoreSettings)
    backup: BackupSettings = section(BackupSettings)
    notify: NotifySettings = section(NotifySettings)
    forecast: ForecastSettings = section(ForecastSettings)
    kit: KitSettings = section(KitSettings)

    def __post_init__(self) -> None:
        asked_place(self.forecast, self.latitude, self.longitude)
