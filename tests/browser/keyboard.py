"""Somebody who has a keyboard and no mouse, and who sees where they are at every stop."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Locator, Page, expect

MOST_STOPS: Final = 150
"""A page that asks for more has lost somebody who goes by Tab."""
_STOP: Final = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const short = one.outerHTML.replace(/\\s+/g, " ").slice(0, 90);
  const ringed = (it) => { const s = getComputedStyle(it);
    return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; };
  if (!ringed(one) && !ringed(one.closest("label") ?? one)) return `no ring: ${short}`;
  const shown = one.closest("label") ?? one;
  const { left, right, top, bottom } = shown.getBoundingClientRect();
  const away = bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth;
  if (away) return `away: ${short}`;
  const across = [left + 3, (left + right) / 2, right - 3];
  const down = [top + 3, (top + bottom) / 2, bottom - 3].filter((y) => y > 0 && y < innerHeight);
  const seen = across.some((x) => down.some((y) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (shown.contains(hit) || hit.contains(shown));
  }));
  return seen ? "" : `hidden: ${short}`;
}
"""


class Keyboard:
    """Keys on ``page``. Each stop of Tab is looked at: a ring, within the window, not covered."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lost: list[str] = []

    def reach(self, target: Locator) -> None:
        """Go on with Tab until ``target`` has the focus."""
        expect(target).to_be_visible()
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            self._look()
            if target.evaluate("(one) => one === document.activeElement"):
                return
        raise AssertionError(f"{target} was never reached")

    def press(self, *keys: str) -> None:
        """These keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def act(self, target: Locator) -> None:
        """Reach ``target`` and press Enter."""
        self.reach(target)
        self.press("Enter")

    def write(self, text: str) -> None:
        """``text`` in place of what stands in the field that has the focus."""
        self.press("Control+A")
        self.page.keyboard.type(text)

    def fill(self, target: Locator, text: str) -> None:
        """Reach a field and write into it."""
        self.reach(target)
        self.write(text)

    def _look(self) -> None:
        if wrong := self.page.evaluate(_STOP):
            self.lost.append(wrong)
