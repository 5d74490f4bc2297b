"""Where things lie on a card's boot partition: shared by whoever writes it and its first start.

Standard library only: the first start has nothing else yet.
"""

from __future__ import annotations

from typing import Final

FOLDER: Final = "jardin"
BUNDLE: Final = f"{FOLDER}/jardin.bundle"
WHEEL: Final = f"{FOLDER}/jardin.whl"
ANSWERS: Final = f"{FOLDER}/card.toml"
SETTINGS: Final = f"{FOLDER}/node.toml"
UPDATE_KEY: Final = f"{FOLDER}/update.pub"
SECRETS: Final = f"{FOLDER}/secrets"
WORDS: Final = f"{SECRETS}/words.toml"
INVITATION: Final = f"{SECRETS}/invitation.join"
KEYS: Final = f"{SECRETS}/keys"
PROBLEM: Final = f"{FOLDER}/PROBLEME.txt"
LOG: Final = f"{FOLDER}/premier-demarrage.log"
OWN_WHEEL: Final = "wheels/jardin_connecte-"
MACHINE: Final = "aarch64"
