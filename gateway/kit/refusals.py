"""Why an update is not made, or was taken back: each in one sentence with what to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sensor_node.errors import ConfigError, HardwareError, UsageError

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "gateway": ("la passerelle ne répond pas", "the gateway does not answer"),
    "store": ("la base ne répond pas", "the store does not answer"),
    "ingest": ("les mesures n'entrent plus", "readings no longer come in"),
    "broker": ("le serveur MQTT n'est pas joint", "the MQTT broker is not reached"),
    "node": ("le nœud ne mesure pas", "the node does not measure"),
}


def no_card() -> ConfigError:
    """For a computer that was not made as a card."""
    return ConfigError(
        "UPDATE_NO_CARD",
        fr="Rien n'est en service sous /opt/jardin/current : « update » met à jour une carte faite "
        "par « jardin-gateway card ».",
        en="Nothing is in service under /opt/jardin/current: 'update' updates a card that "
        "'jardin-gateway card' has made.",
    )


def not_root() -> UsageError:
    """For who may not change the system."""
    return UsageError(
        "UPDATE_NOT_ROOT",
        fr="Mettre à jour change le système : « sudo jardin-gateway update … », ou la page.",
        en="An update changes the system: 'sudo jardin-gateway update …', or the page.",
    )


def same_version(version: str) -> UsageError:
    """For the very bundle that is in service."""
    return UsageError(
        "UPDATE_SAME",
        fr=f"Ce paquet est déjà en service (version {version}) : il n'y a rien à faire.",
        en=f"This bundle is in service already (version {version}): there is nothing to do.",
    )


def older_version(version: str, current: str) -> UsageError:
    """For what would be a step back."""
    return UsageError(
        "UPDATE_OLDER",
        fr=f"Ce paquet (version {version}) est plus ancien que celui en service ({current}) : "
        "pour revenir en arrière tout de même, « jardin-gateway update --older ».",
        en=f"This bundle (version {version}) is older than the one in service ({current}): to go "
        "back all the same, 'jardin-gateway update --older'.",
    )


def taken_back(version: str, old: str, lacking: Collection[str]) -> HardwareError:
    """For a version that does not work here."""
    words = [_WORDS.get(part, (part, part)) for part in sorted(lacking)]
    fr, en = (", ".join(one) for one in zip(*words, strict=True))
    return HardwareError(
        "UPDATE_TAKEN_BACK",
        fr=f"La version {version} ne marche pas ici ({fr}) : la version {old} est de nouveau en "
        "service, sans rien perdre. Signalez-le à qui a fait le paquet.",
        en=f"Version {version} does not work here ({en}): version {old} is in service again, with "
        "nothing lost. Tell whoever made the bundle.",
    )


def cut(version: str) -> HardwareError:
    """For an update that a power cut has interrupted; ``version``: what is in service since."""
    return HardwareError(
        "UPDATE_CUT",
        fr=f"Une coupure a interrompu la mise à jour : la version {version} est en service, "
        "entière. Recommencez, s'il le faut, quand le courant est sûr.",
        en=f"A cut has interrupted the update: version {version} is in service, and whole. Try "
        "again, where need be, when the power is safe.",
    )


def under_way() -> UsageError:
    """For a second update while the first one is being made."""
    return UsageError(
        "UPDATE_UNDER_WAY",
        fr="Une mise à jour est déjà en cours : laissez-la finir, puis rouvrez la page.",
        en="An update is under way already: let it finish, then open the page again.",
    )


def broken_off() -> UsageError:
    """For a browser that left in the middle of sending."""
    return UsageError(
        "UPLOAD_BROKEN_OFF",
        fr="L'envoi du paquet s'est interrompu : rapprochez-vous du kit, puis recommencez.",
        en="Sending the bundle broke off: go nearer to the kit, then try again.",
    )


def no_systemd(error: OSError) -> HardwareError:
    """For a computer without systemd."""
    return HardwareError(
        "UPDATE_NO_SYSTEMD",
        fr=f"systemctl ne répond pas ({error.strerror}) : une mise à jour arrête et relance les "
        "services de la carte.",
        en=f"systemctl does not answer ({error.strerror}): an update stops and starts the card's "
        "services.",
    )
