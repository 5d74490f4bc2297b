"""What a reader is to the garden, in words."""

from __future__ import annotations

import gettext
from typing import Final

from gateway.pages.words import N_
from gateway.security.access import Who
from gateway.security.roles import Role

ROLE_WORDS: Final = {
    Role.STRANGER: N_("inconnu"),
    Role.READER: N_("lecteur"),
    Role.GROUP: N_("groupe"),
    Role.GARDENER: N_("jardinier"),
    Role.KEEPER: N_("responsable"),
}


def role_words(who: Who, texts: gettext.NullTranslations) -> str:
    """What ``who`` is, in the reader's language."""
    return texts.gettext(ROLE_WORDS[who.role])
