"""TLS at the web door: the certificate that browsers and joining nodes meet."""

from __future__ import annotations

import ssl

from gateway.keys.place import Place
from sensor_node.errors import ConfigError


def web_context(place: Place) -> ssl.SSLContext:
    """The server's side of TLS. Raises ``ConfigError`` where certificate or key is not whole."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate, key = place.certificate("web"), place.key("web")
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            "CERTIFICATE_UNUSABLE",
            fr=f"Le certificat {certificate} ou sa clé ne peut pas servir ({error}) : "
            "« jardin-gateway init --renew » en fait d'autres.",
            en=f"The certificate {certificate} or its key cannot be used ({error}): "
            "'jardin-gateway init --renew' makes others.",
        ) from error
    return context
