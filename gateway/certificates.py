"""The certificate of the keeper's door: the garden's own, or one that a public name brings."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

from gateway.settings import GatewaySettings
from sensor_node.errors import ConfigError

FOLDER: Final = "keys"
AUTHORITY: Final = "authority.crt"
CERTIFICATE: Final = "web.crt"
KEY: Final = "web.key"


def encryption(settings: GatewaySettings) -> ssl.SSLContext | None:
    """TLS with what the settings name, else with what ``jardin-gateway init`` has made; None:
    there is no such door.

    Raises ``ConfigError`` where certificate or key cannot be used.
    """
    folder, named = settings.data / FOLDER, (settings.https.certificate, settings.https.key)
    if named == (None, None) and not (folder / CERTIFICATE).exists():
        return None
    certificate, key = named[0] or folder / CERTIFICATE, named[1] or folder / KEY
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        raise _unusable(certificate, key, error) from None
    return context


def _no_password() -> str:
    """A gateway that starts by itself has nobody to ask."""
    raise ValueError("password")


def _unusable(certificate: Path, key: Path, error: Exception) -> ConfigError:
    reason = getattr(error, "strerror", None) or error
    return ConfigError(
        "CERTIFICATE_UNUSABLE",
        fr=f"Le certificat {certificate} ou sa clé {key} ne peut pas servir ({reason}) : corrigez "
        "https.certificate et https.key, ou refaites-les avec « jardin-gateway init ».",
        en=f"The certificate {certificate} or its key {key} cannot be used ({reason}): correct "
        "https.certificate and https.key, or make them again with 'jardin-gateway init'.",
    )
