"""How the keeper's phone comes to trust the garden, in pictures; and what it is to trust."""

from __future__ import annotations

import hashlib
import ssl
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from gateway.api.guard import https_address
from gateway.api.problems import Problem
from gateway.certificates import AUTHORITY, FOLDER
from gateway.pages import frame
from gateway.service import Gateway

MEDIA_TYPE: Final = "application/x-x509-ca-cert"


def answer(gateway: Gateway, request: Request) -> Response:
    """The page; without an authority it says how to get one."""
    pem = _authority(gateway)
    return frame.show(
        gateway,
        request,
        "trust.html",
        fingerprint="" if pem is None else fingerprint(pem),
        https=(https_address(request) or "").removesuffix(request.url.path),
    )


def certificate(gateway: Gateway) -> Response:
    """The authority's certificate, as phones take it. Raises ``Problem`` where there is none."""
    pem = _authority(gateway)
    if pem is None:
        raise Problem(
            404,
            "NO_AUTHORITY",
            fr="Ce jardin n'a pas encore sa propre autorité : lancez « jardin-gateway init » sur "
            "son ordinateur.",
            en="This garden has no authority of its own yet: run 'jardin-gateway init' on its "
            "computer.",
        )
    headers = {"Content-Disposition": 'attachment; filename="jardin.crt"'}
    return Response(ssl.PEM_cert_to_DER_cert(pem), media_type=MEDIA_TYPE, headers=headers)


def fingerprint(pem: str) -> str:
    """SHA-256 of the certificate in pairs, as phones show it."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return " ".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def _authority(gateway: Gateway) -> str | None:
    try:
        return (gateway.settings.data / FOLDER / AUTHORITY).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
