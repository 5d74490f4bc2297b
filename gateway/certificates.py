"""The certificate of the keeper's door: the garden's own, or one that a public name brings."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final, NamedTuple

from gateway.settings import GatewaySettings
from sensor_node.errors import ConfigError

FOLDER: Final = "keys"
AUTHORITY: Final = "ca.pem"
CERTIFICATE: Final = "server.pem"
KEY: Final = "server.key"


class Certificate(NamedTuple):
    """Two files in PEM."""

    certificate: Path
    key: Path


def certificate_of(settings: GatewaySettings) -> Certificate | None:
    """What the settings name, else what ``jardin-gateway init`` has made; None: no such door.

    Raises ``ConfigError`` where one of the two is missing or they do not belong together.
    """
    folder = settings.data / FOLDER
    named = (settings.https.certificate, settings.https.key)
    if named == (None, None) and not (folder / CERTIFICATE).exists():
        return None
    found = Certificate(named[0] or folder / CERTIFICATE, named[1] or folder / KEY)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*found, password=_no_password)
    except (OSError, ValueError) as error:
        raise _unusable(found, error) from None
    return found


def _no_password() -> str:
    raise ValueError("it has a password")


def _unusable(found: Certificate, error: Exception) -> ConfigError:
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
    return ConfigError(
        "CERTIFICATE_UNUSABLE",
        fr=f"Le certificat {found.certificate} et sa clé {found.key} ne servent pas ({reason}) : "
        "corrigez https.certificate et https.key, ou refaites-les avec « jardin-gateway init ».",
        en=f"The certificate {found.certificate} and its key {found.key} cannot be used "
        f"({reason}): correct https.certificate and https.key, or make them again with "
        "'jardin-gateway init'.",
    )
