"""A real garden behind a real web server, and Debian's Chromium in front of it.

Playwright's synchronous door keeps an event loop running in this thread until the last test of a
module is done, so a test here must not call ``asyncio.run``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import missing
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from served_garden import (
    AIR,
    HOUR_MS,
    MINUTE_MS,
    NOW_MS,
    PULLED,
    RAIN,
    SILENT,
    SOIL,
    ServedGarden,
    Watch,
)

from gateway.store.base import Fault

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP jardin.test 127.0.0.1",  # a name that is not localhost
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_ARGUMENTS)
        )
        yield running
        running.close()


@pytest.fixture
def empty_garden(tmp_path: Path, built_assets: None) -> Iterator[ServedGarden]:
    """A garden that no node has spoken to yet."""
    garden = ServedGarden(tmp_path)
    garden.start()
    yield garden
    garden.stop()


@pytest.fixture
def garden(empty_garden: ServedGarden) -> ServedGarden:
    """Four nodes with a week behind them: one silent for 5 h, one probe out of the soil."""
    empty_garden.know(AIR, "air_temperature", "Cel")
    empty_garden.know(SOIL, "soil_moisture_raw", "/")
    empty_garden.know(RAIN, "rain", "mm")
    empty_garden.know(PULLED, "soil_moisture_raw", "/")
    empty_garden.know(SILENT, "air_temperature", "Cel")
    empty_garden.fill(AIR, lambda at_ms: 12.1 + (at_ms // HOUR_MS % 24) / 2)
    empty_garden.fill(SOIL, lambda _: 0.53)
    empty_garden.fill(RAIN, lambda _: 0.2)
    empty_garden.fill(PULLED, lambda _: 0.6, until_ms=NOW_MS - MINUTE_MS)
    empty_garden.fill(SILENT, lambda _: 7.0, until_ms=NOW_MS - 5 * HOUR_MS)
    empty_garden.gateway.store.commit([], [Fault(PULLED, NOW_MS, "in air")])
    empty_garden.gateway.catalogue.set_state("verger", "lost")
    empty_garden.gateway.catalogue.mark_simulated([AIR])
    empty_garden.gateway.present.load(empty_garden.gateway.store.newest())
    return empty_garden


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a visitor's browser profile with Playwright's own settings; French unless told."""
    opened: list[BrowserContext] = []

    def open_context(**settings: object) -> BrowserContext:
        context = browser.new_context(**{"locale": "fr-FR", **settings})  # type: ignore[arg-type]
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A French visitor's page on a phone."""
    return new_context(viewport={"width": 390, "height": 844}).new_page()


@pytest.fixture
def watch(page: Page) -> Watch:
    """What ``page`` does from its first request on."""
    return Watch(page)
