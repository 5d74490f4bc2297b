"""The kit's sheet, printed before its first start: the Wi-Fi, the three addresses, the code.

The page /kit/feuille prints one with the nodes, later; this one is for a box that is still closed.
"""

from __future__ import annotations

import tomllib
from html import escape
from typing import Final

from gateway.card.answers import Answers, Words
from gateway.card.templates import filled
from gateway.keys import qr
from gateway.kit.doors import doors_of, welcome_path, wifi_code
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file

FILE: Final = "feuille.html"
_PAGE: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{name}</title>
<style>body{{font:1.1rem sans-serif;max-width:40rem;margin:2rem auto}}b{{font-size:1.3em}}
svg{{width:10rem;height:10rem;display:block}}</style></head><body>
<h1>{name}</h1>
<h2>1. {wifi_title}</h2>
{wifi}
<p><b>{hotspot}</b><br>{password_title} <b>{password}</b></p>
<h2>2. {start_title}</h2>
{start}
<p>{doors}<br>{code_title} <b>{code}</b></p>
</body></html>
"""
_WORDS: Final = {
    "fr": ("Le Wi-Fi du kit", "Mot de passe :", "Mise en route", "Code :"),
    "en": ("The kit's Wi-Fi", "Password:", "First start", "Code:"),
}


def sheet(answers: Answers, words: Words) -> str:
    """The sheet of the kit that this gateway's card makes, as a page that needs nothing else."""
    text = filled("gateway.toml", answers.values(words))
    settings = settings_file.build(GatewaySettings, tomllib.loads(text), {})
    wifi_title, password_title, start_title, code_title = _WORDS[answers.language]
    path = welcome_path(settings)
    doors = doors_of(settings, path)
    return _PAGE.format(
        language=answers.language,
        name=escape(answers.garden),
        wifi_title=wifi_title,
        wifi=qr.svg(wifi_code(settings)).decode(),
        hotspot=escape(answers.hotspot),
        password_title=password_title,
        password=escape(words.password),
        start_title=start_title,
        start=qr.svg(doors[0].link).decode(),
        doors="<br>".join(f"<b>{escape(door.typed)}/bienvenue</b>" for door in doors),
        code_title=code_title,
        code=escape(words.code),
    )
