"""What people write, in the letters that names, files and comparisons are made of."""

from __future__ import annotations

import re
import unicodedata


def bare(text: str) -> str:
    """``text`` in lower case and without accents; what is not ASCII even then is left out."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def slug(text: str, most: int) -> str:
    """``text`` as letters and digits with hyphens between, at most ``most``; empty where there are
    none: "Le bac d'été" is ``le-bac-d-ete``.
    """
    return re.sub(r"[^a-z0-9]+", "-", bare(text)).strip("-")[:most].strip("-")
