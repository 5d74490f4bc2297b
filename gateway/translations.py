"""The languages of the pages: French is the source, each further language one ``.po`` file.

Catalogues are read at start from ``dashboards/translations/<language>.po``; there is no compile
step, so adding a language is adding a file. What is missing in a catalogue stays French.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from gateway.api.languages import by_preference

SOURCE_LANGUAGE: Final = "fr"
TRANSLATIONS: Final = Path(__file__).resolve().parent.parent / "dashboards" / "translations"


NO_BREAK: Final = "\u00a0"
_SPACED = re.compile(r" [:;!?»]|« ")


class _French(gettext.NullTranslations):
    """The texts as they stand in the code, with French plurals: 0 and 1 are singular.

    The spaces before ``: ; ! ? »`` and after ``«`` are made unbreakable.
    """

    def gettext(self, message: str) -> str:
        return _SPACED.sub(lambda m: m[0].replace(" ", NO_BREAK), message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if abs(n) < 2 else msgid2)


class Translations:
    """All languages that there are."""

    def __init__(self, folder: Path = TRANSLATIONS) -> None:
        self._of: dict[str, gettext.NullTranslations] = {SOURCE_LANGUAGE: _French()}
        for path in sorted(folder.glob("*.po")):
            self._of[path.stem] = _translation(catalogue(path))

    @property
    def languages(self) -> tuple[str, ...]:
        """French first, then the others by their code."""
        return tuple(self._of)

    def of(self, language: str) -> gettext.NullTranslations:
        """The texts in ``language``; ``KeyError`` for one that there is not."""
        return self._of[language]

    def choose(
        self,
        *,
        asked: str | None = None,
        remembered: str | None = None,
        accepted: str = "",
        default: str = SOURCE_LANGUAGE,
    ) -> str:
        """The language of a reader: asked for, else remembered, else the browser's, else ours.

        ``accepted``: an ``Accept-Language`` header.
        """
        browser = (name.partition("-")[0] for name in by_preference(accepted))
        for wish in (asked, remembered, *browser, default):
            if wish in self._of:
                return wish
        return SOURCE_LANGUAGE

    def names(self) -> Mapping[str, str]:
        """Each language by its own name for itself."""
        return {code: _own_name(code) for code in self._of}


@cache
def installed() -> Translations:
    """The languages of this installation."""
    return Translations()


def catalogue(path: Path) -> Catalog:
    """The catalogue in ``path``, whose name is its language."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def _translation(source: Catalog) -> gettext.NullTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, source)
    compiled.seek(0)
    translation = gettext.GNUTranslations(compiled)
    translation.add_fallback(_French())
    return translation


def _own_name(code: str) -> str:
    name = Locale.parse(code).get_display_name(code) or code
    return name[:1].upper() + name[1:]
