"""The languages of the pages: French is the source, each further language one ``.po`` file.

Catalogues are read at start from ``dashboards/translations/<language>.po``; there is no compile
step, so adding a language is adding a file. What is missing in a catalogue stays French.
``python -m gateway.translations it`` begins or brings up to date the Italian one, say.
"""

from __future__ import annotations

import gettext
import io
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from gateway.api.languages import by_preference

SOURCE_LANGUAGE: Final = "fr"
PROJECT: Final = Path(__file__).resolve().parent.parent
TRANSLATIONS: Final = PROJECT / "dashboards" / "translations"
KEYWORDS: Final = {
    "_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "tell": None, "both": None,
}  # fmt: skip
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
        self.drafts: frozenset[str] = frozenset()
        """The languages whose catalogue says of itself that it is a draft."""
        for path in sorted(folder.glob("*.po")):
            source = catalogue(path)
            self._of[path.stem] = _translation(source)
            if source.header_comment.rstrip().endswith("draft"):
                self.drafts |= {path.stem}

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


def template() -> Catalog:
    """Every text of the pages, untranslated."""
    found = Catalog(charset="utf-8")
    for folder, suffix, method in (
        ("dashboards/templates", "**.html", "jinja2.ext:babel_extract"),
        ("gateway/pages", "**.py", "python"),
    ):
        for path, _line, text, _comments, _context in extract_from_dir(
            PROJECT / folder, [(suffix, method)], keywords=KEYWORDS
        ):
            found.add(text, locations=[(f"{folder}/{path}", 0)])
    return found


def update(path: Path) -> None:
    """Bring the catalogue in ``path`` up to date with the pages; begin it if there is none."""
    current = catalogue(path) if path.exists() else _begun(path.stem)
    current.update(template(), no_fuzzy_matching=True)
    with path.open("wb") as file:
        write_po(
            file,
            current,
            ignore_obsolete=True,
            include_lineno=False,
            omit_header=False,
            sort_output=True,
            width=100,
        )


def _begun(language: str) -> Catalog:
    return Catalog(
        locale=language,
        project="jardin-connecte",
        version="1",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        charset="utf-8",
        fuzzy=False,
        header_comment=f"# {language}: draft",
    )


if __name__ == "__main__":
    for name in sys.argv[1:]:
        update(TRANSLATIONS / f"{name}.po")
