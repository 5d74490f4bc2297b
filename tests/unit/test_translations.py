"""The languages of the pages: English is complete, a further one is only a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from gateway import assets
from gateway.pages import bed, calibrate, curves, measures, today, words
from gateway.pages.frame import Reader
from gateway.pages.numbers import Format
from gateway.pages.script_texts import of_a_form
from gateway.security.access import Who
from gateway.security.roles import Role
from gateway.translations import TRANSLATIONS, Translations, catalogue, installed, template

FRENCH = Reader("fr", None, Format("fr", "Europe/Paris"), Who(Role.READER))
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
BARE = re.compile(r"%(?!%|\(\w+\)s)")
ITALIAN = """\
msgid "Pluie"
msgstr "Pioggia"
"""


def texts_of(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


def sources_of(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, list | tuple) else [message.id]


def test_english_has_every_text_of_the_pages_and_no_other() -> None:
    wanted = {tuple(sources_of(m)) for m in template() if m.id}
    english = catalogue(TRANSLATIONS / "en.po")
    have = {tuple(sources_of(m)) for m in english if m.id and all(texts_of(m)) and not m.fuzzy}
    assert sorted(wanted - have) == []
    assert sorted(have - wanted) == []


def test_every_translation_keeps_the_places_of_its_text() -> None:
    for path in TRANSLATIONS.glob("*.po"):
        for message in catalogue(path):
            wanted = set(PLACEHOLDER.findall(sources_of(message)[-1]))
            for text in filter(None, texts_of(message)) if message.id else ():
                assert set(PLACEHOLDER.findall(text)) == wanted, message.id


def test_a_per_cent_sign_of_a_template_is_doubled() -> None:
    """Jinja fills in every text, also one without a place."""
    for message in template():
        templates = any(name.endswith(".html") for name, _ in message.locations)
        for text in sources_of(message) if message.id and templates else ():
            assert not BARE.search(text.replace("%%", "")), text


def test_scripts_say_only_what_the_server_gives_them() -> None:
    given = measures.script_texts(installed().of("fr")) | of_a_form(FRENCH.tell)
    for page in (today, bed, curves, calibrate):
        given |= page.script_texts(FRENCH)
    asked: set[str] = set()
    for path in (assets.DASHBOARDS / "static").glob("*.js"):
        asked.update(re.findall(r"\btexts\.(\w+)", path.read_text(encoding="utf-8")))
    assert asked == set(given)


def test_a_further_language_is_only_a_file(tmp_path: Path) -> None:
    (tmp_path / "it.po").write_text(ITALIAN, encoding="utf-8")
    languages = Translations(tmp_path)
    assert languages.languages == ("fr", "it")
    assert languages.names() == {"fr": "Français", "it": "Italiano"}
    assert languages.choose(accepted="it-CH, fr;q=0.5") == "it"
    assert languages.of("it").gettext("Pluie") == "Pioggia"


def test_what_a_language_lacks_stays_french(tmp_path: Path) -> None:
    (tmp_path / "it.po").write_text(ITALIAN, encoding="utf-8")
    italian = Translations(tmp_path).of("it")
    assert italian.gettext("Vent") == "Vent"
    assert italian.ngettext("%(num)s chose", "%(num)s choses", 0) == "%(num)s chose"


def test_the_wish_that_was_said_loudest_wins() -> None:
    choose = installed().choose
    assert choose(asked="en", remembered="fr", accepted="fr", default="fr") == "en"
    assert choose(asked="xx", remembered="en", accepted="fr", default="fr") == "en"
    assert choose(accepted="de, en-GB;q=0.8, fr;q=0.7") == "en"
    assert choose(accepted="en;q=0, fr;q=0.1", default="en") == "fr"
    assert choose(accepted="*", default="en") == "en"
    assert choose(accepted="de", default="de") == "fr"


def test_french_counts_zero_as_one_and_english_does_not() -> None:
    for language, number, words_ in (
        ("fr", 0, "chose"),
        ("fr", 1, "chose"),
        ("fr", 2, "choses"),
        ("en", 0, "things"),
        ("en", 1, "thing"),
    ):
        text = (
            installed()
            .of(language)
            .ngettext("%(num)s chose à regarder", "%(num)s choses à regarder", number)
        )
        assert text.split()[1] == words_


def test_french_punctuation_never_begins_a_line() -> None:
    assert installed().of("fr").gettext("Lancez dessus :") == "Lancez dessus\u00a0:"
    assert installed().of("en").gettext("Lancez dessus :") == "Start on it:"


@pytest.mark.parametrize(
    ("language", "value", "decimals", "text"),
    [
        ("fr", 21.449, 1, "21,4"),
        ("fr", -0.04, 1, "0,0"),
        ("fr", -3.5, 1, "−3,5"),
        ("fr", 32026.0, 0, "32\u202f026"),
        ("en", 32026.0, 0, "32,026"),
        ("en", 0.5312, 2, "0.53"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(
    language: str, value: float, decimals: int, text: str
) -> None:
    assert Format(language, "Europe/Paris").number(value, decimals) == text


def test_days_are_those_of_the_garden() -> None:
    late_in_paris = 1_763_765_400_000  # 2025-11-21T22:50Z
    assert Format("fr", "Europe/Paris").day(late_in_paris) == "vendredi 21 novembre"
    assert Format("fr", "Asia/Tokyo").day(late_in_paris) == "samedi 22 novembre"


def test_the_hour_that_autumn_has_twice_is_told_by_its_own_zone() -> None:
    write = Format("fr", "Europe/Paris")
    summer_ms = 1_792_888_200_000  # 2026-10-25, 02:30 in Paris, half an hour before clocks go back
    for at_ms, hours in ((summer_ms, "+0200"), (summer_ms + 3_600_000, "+0100")):
        assert write.full(at_ms).endswith(f"02:30:00 {hours}")


@pytest.mark.parametrize(
    ("age_s", "fr", "en"),
    [
        (4, "à l’instant", "just now"),
        (59, "il y a 59 s", "59 sec. ago"),
        (185, "il y a 3 min", "3 min. ago"),
        (2 * 3600 + 3000, "il y a 2 h", "2 hr. ago"),
        (40 * 86400, "il y a 40 j", "40 days ago"),
    ],
)
def test_ages_are_told_in_words(age_s: float, fr: str, en: str) -> None:
    for language, text in (("fr", fr), ("en", en)):
        told = words.ago(age_s, installed().of(language), language)
        assert told.replace("\u00a0", " ") == text


REASONS = (
    "in air",
    "no answer",
    "checksum",
    "disconnected",
    "floating",
    "bus fault",
    "bus busy",
    "unsteady",
    "over the scale",
    "saturated",
    "a frame of zeros",
    "99.0 mm is no rain",
    "80.0 m/s is no wind",
    "a jump from 20.0 to 45.6 that nothing confirms",
)


def test_every_fault_of_a_driver_has_words_and_a_remedy() -> None:
    french = installed().of("fr")
    for reason in (*REASONS, "-41.0 Cel is out of range", "6.3 Cel is below its range"):
        meaning, remedy = words.fault_words(reason, french)
        assert reason not in meaning, reason
        assert remedy.endswith(".")
    meaning, _ = words.fault_words("smoke", french)
    assert "smoke" in meaning
