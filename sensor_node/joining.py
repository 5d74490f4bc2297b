"""How a node joins a garden, in code that both ends share: the join link, the typed code, proofs.

A node that joins knows nothing of the garden's authority yet, and whoever answers it may be false.
Two ways in, and both begin with a secret that a person carries from the gateway to the node:

* The **link** (a file, or the same text as a QR code) names the gateway's address, the SHA-256 of
  the authority's certificate, and a secret of 128 bits. The node takes only that certificate.
* The **code** of 16 letters is for whoever can only type. Four letters name it; twelve, 60 bits,
  are stretched and never sent. The node proves with an HMAC over a fresh number that it knows the
  code, the gateway that this certificate is that of whoever made the code. Neither learns the
  code from the other: what an eavesdropper or a false gateway could compare guesses with is worth
  nothing after ten minutes, and 2**60 stretched guesses are not made in that time.

Then, over TLS with that authority pinned, the node shows its ``claim`` and gets its account. It has
chosen the password itself, so that asking again after a cut, with the same one, does no harm.
Pure: no clock, no disk, no network.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from sensor_node.errors import UsageError
from sensor_node.wire import is_id

SCHEME: Final = "jardin"
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 of them: none that a person takes for another (I and 1, O and 0)."""
NAME_LETTERS: Final = 4
CODE_LETTERS: Final = 16
STRETCH: Final = 100_000
"""Rounds of PBKDF2: 60 bits cost whoever guesses what 77 would; half a second on a Pi Zero 2 W."""
NONCE_BYTES: Final = 16
MAX_PASSWORD: Final = 64

_HEX_32, _HEX_64 = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}")
_PLACE = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")


@dataclass(frozen=True, slots=True)
class JoinLink:
    """What the file and the QR code say.

    ``gateway``: host and port of the everyday web door. ``authority``: the SHA-256 of its
    certificate; ``secret``: 128 bits; both in hexadecimal digits.
    """

    gateway: str
    node: str
    authority: str
    secret: str

    def __str__(self) -> str:
        told = f"authority={self.authority}&secret={self.secret}"
        return f"{SCHEME}://{self.gateway}/{self.node}?{told}"

    def __repr__(self) -> str:
        return f"JoinLink({self.gateway}/{self.node})"  # its secret belongs in no log


def parse_link(text: str) -> JoinLink:
    """The link that ``text`` is; ``UsageError`` where it is none, or not a whole one."""
    try:
        parts = urlsplit(text.strip())
        query = parse_qs(parts.query, strict_parsing=True)
        link = JoinLink(
            parts.netloc, parts.path[1:], query["authority"][0], query["secret"][0].lower()
        )
        is_whole = (
            parts.scheme == SCHEME
            and bool(parts.port)
            and _PLACE.fullmatch(parts.netloc.rpartition(":")[0]) is not None
            and is_id(link.node)
            and _HEX_64.fullmatch(link.authority) is not None
            and _HEX_32.fullmatch(link.secret) is not None
        )
    except (ValueError, KeyError):
        is_whole = False
    if not is_whole:
        raise UsageError(
            "JOIN_LINK_BROKEN",
            fr="Ce n'est pas une invitation entière (jardin://…) : copiez-la d'un bout à l'autre, "
            "ou faites-en une autre avec « jardin-gateway node add ».",
            en="This is no whole invitation (jardin://…): copy it from end to end, or make another "
            "one with 'jardin-gateway node add'.",
        )
    return link


def new_link(gateway: str, node: str, authority: str) -> JoinLink:
    """A link with a secret of its own."""
    return JoinLink(gateway, node, authority, secrets.token_hex(16))


def new_code() -> str:
    """A code of 16 letters."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))


def shown(code: str) -> str:
    """``code`` as a person reads it: four letters at a time."""
    return "-".join(code[at : at + 4] for at in range(0, CODE_LETTERS, 4))


def typed(text: str) -> str | None:
    """The code that a person typed, None where it is none: case, spaces and hyphens are free."""
    code = re.sub(r"[\s.-]", "", text).upper()
    return code if len(code) == CODE_LETTERS and set(code) <= set(LETTERS) else None


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """What a code becomes. ``name`` is no secret; ``proof`` makes the HMACs; ``claim`` is shown
    once, over TLS. None of them tells another, nor the code.
    """

    name: str
    proof: bytes
    claim: str

    def __repr__(self) -> str:
        return f"CodeKeys({self.name})"


def keys_of(code: str) -> CodeKeys:
    """The keys of ``code`` (16 letters, as ``typed`` gives them)."""
    name, secret = code[:NAME_LETTERS], code[NAME_LETTERS:]
    salt = b"jardin/v1/join/" + name.encode()
    stretched = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, STRETCH)
    return CodeKeys(
        name, _derived(stretched, b"proof"), _derived(stretched, b"claim").hex()[: 2 * NONCE_BYTES]
    )


def node_proof(key: bytes, nonce: str) -> str:
    """That the node knows the code."""
    return hmac.new(key, b"node\0" + nonce.encode(), "sha256").hexdigest()


def gateway_proof(key: bytes, nonce: str, authority: str) -> str:
    """That the authority whose SHA-256 is ``authority`` is that of whoever made the code."""
    said = b"gateway\0" + nonce.encode() + b"\0" + authority.encode()
    return hmac.new(key, said, "sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def digest(secret: str) -> str:
    """How a secret of 128 bits is kept: who reads it cannot use it."""
    return hashlib.sha256(b"jardin/v1/secret\0" + secret.encode()).hexdigest()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, purpose, "sha256").digest()
