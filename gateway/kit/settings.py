"""What gateway.toml says of a kit that is lent to schools."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from gateway.kit.network_state import STATE
from gateway.security.codes import is_short
from sensor_node.errors import ConfigError, UsageError
from sensor_node.settings import setting


@dataclass(frozen=True)
class KitSettings:
    """What a kit is, and what its computer lets the garden do with it."""

    name: str | None = setting(
        None,
        fr="nom du Wi-Fi du kit, comme JARDIN-7f3a ; sans lui, ce n'est pas un kit",
        en="name of the kit's Wi-Fi, as JARDIN-7f3a; without it, this is no kit",
    )
    wifi_password: str = setting(
        "", fr="mot de passe de ce Wi-Fi, pour la feuille", en="its password, for the sheet"
    )
    code: str | None = setting(
        None,
        fr="code de la première mise en route, huit lettres, sur la feuille du kit",
        en="code of the first start, eight letters, on the kit's sheet",
    )
    address: str = setting(
        "10.42.0.1", fr="adresse du kit sur son Wi-Fi", en="address of the kit on its Wi-Fi"
    )
    requests: Path | None = setting(
        None,
        fr="dossier où le système est prié de ce qui demande des droits ; sans lui, jamais",
        en="folder in which the system is asked for what takes rights; without it, never",
    )
    boot: Path | None = setting(
        None,
        fr="partition de démarrage, où un fichier fait changer la phrase du responsable",
        en="boot partition, on which a file has the keeper's passphrase changed",
    )
    button: int | None = setting(
        None,
        fr="GPIO d'un bouton qui, tenu 5 s au démarrage, fait de même",
        en="GPIO of a button that does the same, held for 5 s at the start",
        least=0,
        most=27,
    )
    network: Path = setting(
        STATE,
        fr="fichier où le gardien du câble dit ce qu'il sait des réseaux",
        en="file in which the guard of the cable says what it knows of the networks",
    )

    def __post_init__(self) -> None:
        if self.code is not None and not is_short(self.code):
            raise _wrong_code()
        try:
            ipaddress.ip_address(self.address)
        except ValueError:
            raise _wrong_address(self.address) from None

    @property
    def is_kit(self) -> bool:
        """Whether this computer is a kit at all."""
        return self.name is not None

    def check_is_kit(self) -> None:
        """Raises ``UsageError`` where this computer is none."""
        if not self.is_kit:
            raise UsageError(
                "NOT_A_KIT",
                fr="Ce jardin n'est pas un kit (réglage kit.name) : cela se fait sur son "
                "ordinateur, dans gateway.toml et avec « jardin-gateway ».",
                en="This garden is no kit (setting kit.name): that is done on its computer, in "
                "gateway.toml and with 'jardin-gateway'.",
            )


def _wrong_code() -> ConfigError:
    return ConfigError(
        "KIT_CODE_WRONG",
        fr="Réglage « kit.code » : huit consonnes, comme « bcdf-ghjk ».",
        en="Setting 'kit.code': eight consonants, as 'bcdf-ghjk'.",
    )


def _wrong_address(text: str) -> ConfigError:
    return ConfigError(
        "KIT_ADDRESS_WRONG",
        fr=f"Réglage « kit.address » : « {text} » n'est pas une adresse IP.",
        en=f"Setting 'kit.address': '{text}' is no IP address.",
    )
