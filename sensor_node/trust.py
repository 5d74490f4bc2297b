"""Whom a machine of the garden believes: the garden's own authority, and nobody else.

The system's clock is not asked for the dates of a certificate. A Pi has no clock battery: after a
power cut it may think that it is 1970, and it asks the gateway for the time over this very
connection. What protects is the pinned authority and the checked name, not a date; whoever is no
longer to be trusted gets no certificate, and a node that is shut out loses its account.
"""

from __future__ import annotations

import hashlib
import ssl
from typing import Any

NO_CHECK_TIME = 0x200000
"""OpenSSL's ``X509_V_FLAG_NO_CHECK_TIME``, which Python gives no name."""


class _PromptContext(ssl.SSLContext):
    """Shakes hands at once, within the socket's own patience, and closes the socket if that fails:
    paho-mqtt would take its keep-alive time for it, and leave a refused socket open.
    """

    def wrap_socket(self, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(*arguments, **options)
        try:
            wrapped.do_handshake()
        except BaseException:
            wrapped.close()
            raise
        return wrapped


def garden_context(authority: str) -> ssl.SSLContext:
    """TLS that lets in only a server with a certificate of ``authority`` (PEM) for the name it is
    called by. Raises ``ssl.SSLError`` or ``ValueError`` for what is no certificate.
    """
    context = _PromptContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= NO_CHECK_TIME
    context.load_verify_locations(cadata=authority)
    return context


def fingerprint(authority: str) -> str:
    """The SHA-256 of a certificate (PEM), 64 hexadecimal digits. Raises ``ValueError``."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(authority)).hexdigest()
