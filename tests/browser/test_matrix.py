"""Every page, in every language, theme and size, with and without script: what holds for all.

The pictures stay in ``artefacts/pages``, for people to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rules
from axe import violations
from fastapi.responses import HTMLResponse
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Browser, BrowserContext, Page, expect
from seen import LANGUAGES, PAGES, SCREENS, WHOLE, Seen, View, Visitors, views, wanted
from served_garden import ServedGarden, Watch

from gateway.api.app import create_app

REFUSED = ("refused", "nothing-here")
"""Pages that say why there is none: the browser complains of their status, as it should."""
PICTURES = Path(__file__).parents[2] / "artefacts" / "pages"
pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def visitors(tmp_path_factory: pytest.TempPathFactory, built_assets: None) -> Iterator[Visitors]:
    """One garden for all: nobody changes anything in it."""
    garden = ServedGarden(tmp_path_factory.mktemp("garden"))
    garden.start()
    yield Visitors(garden)
    garden.stop()


Open = Callable[..., Callable[[Seen, str], Page]]


@pytest.fixture
def opening(browser: Browser, visitors: Visitors) -> Iterator[Open]:
    """Opens pages, each in the browser of who may see it."""
    made: list[BrowserContext] = []

    def with_settings(**settings: object) -> Callable[[Seen, str], Page]:
        pages: dict[str, Page] = {}

        def go(seen: Seen, language: str) -> Page:
            if seen.who not in pages:
                context = browser.new_context(locale="fr-FR", **settings)  # type: ignore[arg-type]
                made.append(context)
                visitors.let_in(context, seen.who)
                pages[seen.who] = context.new_page()
            pages[seen.who].goto(visitors.address(seen, language), wait_until="load")
            return pages[seen.who]

        return go

    yield with_settings
    for context in made:
        context.close()


def told(found: dict[str, list[str]]) -> str:
    """What was found, a line for each."""
    return "\n".join(f"{where}: {one}" for where, wrong in found.items() for one in wrong)


def resized(page: Page, width: int) -> None:
    """``page`` at that width, with its curves drawn anew."""
    page.set_viewport_size({"width": width, "height": 640})
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")


def says_its_main_thing(page: Page, seen: Seen, language: str) -> list[str]:
    where = page.locator(seen.says).first
    expect(where).to_be_visible()
    words = {"fr": seen.fr, "en": seen.en}.get(language, "")
    return [] if words.lower() in where.inner_text().lower() else [f"does not say {words!r}"]


@pytest.mark.parametrize("view", views(), ids=str)
def test_every_page_is_for_everybody(opening: Open, view: View) -> None:
    go = opening(**view.settings)
    PICTURES.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[str]] = {}
    for seen in wanted(view.language):
        page = go(seen, view.language)
        wrong = says_its_main_thing(page, seen, view.language)
        page.screenshot(path=PICTURES / f"{seen.name}-{view}.png", full_page=True)
        wrong += rules.scrolls_sideways(page)
        page.evaluate(rules.OPEN_ALL)
        wrong += rules.scrolls_sideways(page)
        for rule in (rules.too_small, rules.cut_letters, rules.by_colour_alone, rules.moving):
            wrong += [f"{rule.__name__}: {one}" for one in rule(page)]
        page.evaluate(rules.SHUT_MENU)  # it may lie over what it does not belong to
        wrong += violations(page) if view.script else rules.dead_buttons(page)
        if wrong:
            found[seen.name] = list(dict.fromkeys(wrong))
    assert not found, told(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_scrolls_sideways_on_a_narrow_phone_or_in_large_or_spaced_letters(
    opening: Open, language: str
) -> None:
    go = opening(viewport={"width": 320, "height": 640})
    found: dict[str, list[str]] = {}
    for seen in wanted(language):
        page = go(seen, language)
        page.evaluate(rules.OPEN_ALL)
        for width, letters in ((320, 1), (360, 2), (800, 2), (1280, 2)):
            page.evaluate(f"document.documentElement.style.fontSize = '{letters}00%'")
            resized(page, width)
            wrong = rules.scrolls_sideways(page) + rules.cut_letters(page)
            if wrong:
                found[f"{seen.name} {width} px x {letters}"] = wrong
        page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
        page.evaluate(f"() => {{ {rules.SPACED} }}")
        for width in (360, 1280):
            resized(page, width)
            wrong = rules.scrolls_sideways(page) + rules.cut_letters(page)
            if wrong:
                found[f"{seen.name} {width} px spaced"] = wrong
    assert not found, told(found)


BAD = {
    rules.scrolls_sideways: "<p style='width: 140vw'>wide</p>",
    rules.too_small: "<button style='height: 30px'>small</button>",
    rules.cut_letters: "<button style='width: 50px; overflow: visible'>Enregistrer</button>",
    rules.by_colour_alone: "<style>.lamp { background: var(--fault) }</style>"
    "<i class='lamp' style='display: block; width: 9px; height: 9px'></i>",
    rules.moving: "<p style='transition: color 1s'>moves</p>",
    rules.dead_buttons: "<button type='button'>Nothing</button>",
}
TWINS = "<p class='{0}'><span class='live'><span class='state-words'>à jour</span></span></p>"


def test_each_rule_finds_what_breaks_it_and_nothing_else(browser: Browser) -> None:
    page = browser.new_page(viewport=SCREENS["phone"])
    page.set_content("<html lang='fr'><body style='margin: 0'><p>Rien de mal.</p></body></html>")
    assert [rule.__name__ for rule in BAD if rule(page)] == []
    for rule, bad in BAD.items():
        page.set_content(f"<html lang='fr'><body style='margin: 0'>{bad}</body></html>")
        assert rule(page), rule.__name__
    page.set_content(TWINS.format("good") + TWINS.format("fault"))
    assert rules.by_colour_alone(page) == ["à jour says good and fault"]
    page.close()


def test_no_page_is_forgotten(visitors: Visitors) -> None:
    app = create_app(visitors.garden.gateway)
    app.state.chapters.read_all()
    pages = [
        route.original_route
        for route in iter_route_contexts(app.routes)
        if "GET" in (route.methods or ()) and is_page(route.original_route)
    ]
    assert len(pages) > 20
    assert len({seen.name for seen in PAGES}) == len(PAGES)
    places = [seen.path.partition("?")[0] for seen in PAGES]
    assert [
        page.path for page in pages if not any(page.path_regex.match(one) for one in places)
    ] == []


def is_page(route: object) -> bool:
    return getattr(route, "response_class", None) is HTMLResponse


def test_no_page_asks_anything_elsewhere_or_complains(opening: Open, visitors: Visitors) -> None:
    go = opening(viewport=SCREENS["phone"])
    watches: dict[Page, Watch] = {}
    found: dict[str, list[str]] = {}
    for seen in PAGES:
        page = go(seen, WHOLE[0])
        watch = watches.setdefault(page, Watch(page))
        page.reload(wait_until="load")
        away = [r.url for r in watch.requests if not r.url.startswith(visitors.garden.address)]
        if seen.name in REFUSED:
            watch.complaints[:] = [one for one in watch.complaints if "status of 40" not in one]
        if wrong := away + watch.complaints:
            found[seen.name] = wrong
        watch.requests.clear()
        watch.complaints.clear()
    assert not found, told(found)
