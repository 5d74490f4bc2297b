"""What must hold on every page, for every body: each rule returns what breaks it, in words.

They look at the page as it is laid out, so they also hold where a page's own scripts are off.
"""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

OPEN_ALL: Final = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
SHUT_MENU: Final = "document.getElementById('languages').open = false"
_SHOWN: Final = """
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !one.closest(".unseen, .skip");
  const short = (one) => one.outerHTML.replace(/\\s+/g, " ").slice(0, 110);
"""
_BEYOND: Final = (
    _SHOWN
    + """
  // What scrolls by itself may be wider inside: axe sees to it that the keyboard reaches it.
  const scrolls = (one) => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return true;
    }
    return false;
  };
  const wide = document.documentElement.clientWidth;
  return [...document.body.querySelectorAll("*")].filter((one) => {
    if (!shown(one) || one.closest(".landscape") || one.parentElement.closest("svg")) return false;
    const box = one.getBoundingClientRect();
    return (box.right > wide + 0.5 || box.left < -0.5) && box.width > 0 && !scrolls(one);
  }).map(short);
"""
)
_SMALL: Final = (
    _SHOWN
    + """
  // A link in the middle of a sentence is as high as its line: WCAG 2.5.8 lets it be.
  const within = (one) => one.matches("a") && getComputedStyle(one).display === "inline"
    && one.parentElement.textContent.trim().length > one.textContent.trim().length;
  const target = "a[href], button, summary, select, textarea, input:not([type=hidden])";
  return [...document.querySelectorAll(target)].filter((one) => {
    if (!shown(one) || within(one)) return false;
    const box = (one.matches("[type=checkbox], [type=radio]") ? one.closest("label") ?? one : one)
      .getBoundingClientRect();
    return box.height < 43.9 || box.width < 43.9;
  }).map(short);
"""
)
_CUT: Final = (
    _SHOWN
    + """
  // Letters keep inside what they are written on.
  return [...document.querySelectorAll("button, .button, summary, .places a, label, th, td, dd")]
    .filter((one) => {
      if (!shown(one)) return false;
      const box = one.getBoundingClientRect();
      const range = document.createRange();
      const words = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
      while (words.nextNode()) {
        if (!words.currentNode.data.trim() || !shown(words.currentNode.parentElement)) continue;
        if (words.currentNode.parentElement.closest("svg, select, textarea")) continue;
        range.selectNodeContents(words.currentNode);
        for (const line of range.getClientRects()) {
          if (line.left < box.left - 0.5 || line.right > box.right + 0.5) return true;
          if (line.top < box.top - 2 || line.bottom > box.bottom + 2) return true;
        }
      }
      return false;
    }).map(short);
"""
)
_BY_COLOUR: Final = (
    _SHOWN
    + """
  // Whatever a style sheet paints in a colour of state has letters, or stands beside some.
  const states = /--(good|stale|suspect|fault|cold|calm|water)\\b/;
  const selectors = [];
  const collect = (rules) => { for (const rule of rules) {
    if (rule.cssRules?.length) collect(rule.cssRules);
    if (!rule.selectorText || !states.test(rule.style.cssText)) continue;
    if (!/color|background|fill|stroke|border/.test(rule.style.cssText)) continue;
    selectors.push(...rule.selectorText.split(",").filter((one) => !/::|:root|:hover/.test(one)));
  } };
  for (const sheet of document.styleSheets) collect(sheet.cssRules);
  const said = (one) => (one.innerText ?? "").replace(/[^\\p{L}]/gu, "").length > 1;
  const silent = (one) => !said(one)
    && !said(one.closest("li, p, article, section, dt, dd, summary, figure, button, a, h2") ?? one);
  return [...document.querySelectorAll(selectors.join(",") || "none")]
    .filter((one) => shown(one) && silent(one)).map(short);
"""
)
_SIGNS: Final = (
    _SHOWN
    + """
  // Two states have neither the same picture nor the same words: each is told apart in grey.
  const kinds = ["fault", "suspect", "stale", "good", "none", "pending"];
  const told = {};
  for (const one of document.querySelectorAll(".state, .live, .sensor-state, .raw-words")) {
    const holder = one.closest(kinds.map((kind) => `.${kind}, .is-${kind}`).join(","));
    const kind = kinds.find((k) => holder?.matches(`.${k}, .is-${k}`));
    const words = one.querySelector(".state-words")?.innerText ?? one.firstChild?.textContent;
    const picture = one.querySelector("use")?.getAttribute("href").split("#")[1];
    for (const sign of [words?.trim(), picture]) {
      if (kind && sign && shown(one)) (told[sign] ??= new Set()).add(kind);
    }
  }
  return Object.entries(told).filter(([, kinds]) => kinds.size > 1)
    .map(([sign, kinds]) => `${sign} says ${[...kinds].join(" and ")}`);
"""
)
_MOVES: Final = """
  const moves = (one, part) => {
    const style = getComputedStyle(one, part);
    return style.animationName !== "none" || style.scrollBehavior === "smooth"
      || style.transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
  };
  return [...document.querySelectorAll("*")]
    .filter((one) => [null, "::before", "::after"].some((part) => moves(one, part)))
    .map((one) => one.outerHTML.slice(0, 110));
"""
_DEAD: Final = (
    _SHOWN
    + """
  // Without a script, a button that is in no form does nothing: it must not be there.
  return [...document.querySelectorAll("button")].filter((one) => shown(one) && !one.form)
    .map(short);
"""
)
SPACED: Final = """
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
"""
"""The spacing that WCAG 1.4.12 asks a page to bear."""


def _found(page: Page, rule: str) -> list[str]:
    found: list[str] = page.evaluate(f"() => {{ {rule} }}")
    return found


def scrolls_sideways(page: Page) -> list[str]:
    """By how much, and the outermost of what stands beyond the window."""
    beyond = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [f"scrolls {beyond} px sideways"] * (beyond > 0) + _found(page, _BEYOND)[:4]


def too_small(page: Page) -> list[str]:
    """Targets under 44 px."""
    return _found(page, _SMALL)


def cut_letters(page: Page) -> list[str]:
    """Controls and cells whose letters stand out of them."""
    return _found(page, _CUT)


def by_colour_alone(page: Page) -> list[str]:
    """What only its colour tells."""
    return _found(page, _BY_COLOUR) + _found(page, _SIGNS)


def moving(page: Page) -> list[str]:
    """What moves although the device asks for nothing to move."""
    return _found(page, _MOVES)


def dead_buttons(page: Page) -> list[str]:
    """Buttons that would do nothing where scripts are off."""
    return _found(page, _DEAD)
