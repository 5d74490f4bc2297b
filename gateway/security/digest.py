"""How a random secret is kept: by what it gives, so that the file opens nothing."""

from __future__ import annotations

import hashlib


def digest(secret: str) -> bytes:
    """SHA-256: enough for what is random; a passphrase, which is not, takes scrypt."""
    return hashlib.sha256(secret.encode()).digest()
