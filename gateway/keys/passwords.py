"""Passwords as mosquitto keeps them: salted, stretched by PBKDF2-SHA512 (its ``$7$``)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from typing import Final

ROUNDS: Final = 101
"""mosquitto's own number. These passwords are 256 random bits, which no rounds need protect, and a
Pi that 200 nodes come back to at once checks each of them.
"""


def new_password() -> str:
    """256 random bits as 43 letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(32)


def hashed(password: str) -> str:
    """``password`` as it stands in mosquitto's file."""
    return _hashed(password, os.urandom(12))


def fits(password: str, kept: str) -> bool:
    """Whether ``kept`` is ``password`` as ``hashed`` has it."""
    salt = base64.b64decode(kept.split("$")[3])
    return hmac.compare_digest(_hashed(password, salt), kept)


def _hashed(password: str, salt: bytes) -> str:
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${_text(salt)}${_text(key)}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
