"""Pages that no other quick test looks at: once each, as axe and a thumb meet them.

All pages in all languages, themes and sizes are in ``test_matrix``, which is slow.
"""

from __future__ import annotations

from collections.abc import Callable

import rules
from axe import violations
from playwright.sync_api import BrowserContext, Page
from seen import PAGES, SCREENS, Visitors
from served_garden import ServedGarden

OFTEN = (
    "today", "bed", "measures", "curves", "probes", "calibrate", "health", "privacy",
    "accessibility", "refused", "entered", "nothing-here",
    "welcome", "addresses", "handover", "hour",
)  # fmt: skip
"""What other tests look at, or what looks like another one here."""


def test_the_pages_around_the_garden_are_for_everybody(
    empty_garden: ServedGarden, new_context: Callable[..., BrowserContext]
) -> None:
    visitors = Visitors(empty_garden)
    pages: dict[str, Page] = {}
    found: dict[str, list[str]] = {}
    for seen in PAGES:
        if seen.name.startswith(OFTEN):
            continue
        if seen.who not in pages:
            context = new_context(viewport=SCREENS["phone"])
            visitors.let_in(context, seen.who)
            pages[seen.who] = context.new_page()
        page = pages[seen.who]
        page.goto(visitors.address(seen, "fr"))
        wrong = violations(page) + rules.too_small(page) + rules.scrolls_sideways(page)
        if wrong:
            found[seen.name] = wrong
    assert found == {}
