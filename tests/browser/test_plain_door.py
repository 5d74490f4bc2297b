"""The everyday http door, as a phone in the garden comes to it: by a name that is not localhost."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page
from served_garden import ServedGarden, Watch

from gateway.security.giving import Giver
from gateway.security.roles import Role

DASHBOARDS: Final = Path(__file__).parents[2] / "dashboards"
# What a browser takes away from a page that came by plain http from another machine.
NEEDS_HTTPS: Final = re.compile(
    r"serviceWorker|navigator\.(clipboard|share|geolocation|mediaDevices|usb|serial|bluetooth|"
    r"storage|locks|wakeLock|credentials)|crypto\.(subtle|randomUUID)|SharedArrayBuffer|"
    r"getUserMedia|Notification\b|PushManager|caches\."
)
TELL: Final = """
async (path) => {
  const answer = await fetch(path, {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({id: "bac-1", area_m2: 2}),
  });
  return answer.status;
}
"""


def address_of(garden: ServedGarden) -> str:
    """The garden as another machine names it; Chromium is told that it is this one."""
    return garden.address.replace("127.0.0.1", "jardin.test")


def code_of(garden: ServedGarden, role: Role = Role.GARDENER) -> str:
    gateway = garden.gateway
    text, _ = Giver(gateway.catalogue.keyring, gateway.clock, "console").code(role)
    return text


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_gardener_enters_writes_and_leaves_by_plain_http(
    garden: ServedGarden, new_context: Callable[..., BrowserContext], script: bool
) -> None:
    page = new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=script
    ).new_page()
    watch = Watch(page)
    page.goto(address_of(garden))
    page.get_by_role("link", name="Entrer avec un code").click()
    page.get_by_label("Votre code, ou votre phrase").fill(code_of(garden).upper())
    page.get_by_role("button", name="Entrer").click()
    page.get_by_role("link", name="Entré comme jardinier").wait_for()
    if script:
        assert page.evaluate("window.isSecureContext") is False
        assert page.evaluate("document.cookie") == ""
        assert page.evaluate(TELL, "/api/v1/beds") == 201
    page.get_by_role("link", name="Entré comme jardinier").click()
    page.get_by_role("button", name="Sortir").click()
    page.get_by_role("link", name="Entrer avec un code").wait_for()
    if script:
        assert page.evaluate(TELL, "/api/v1/beds") == 401
        watch.complaints = [told for told in watch.complaints if "401" not in told]
    assert watch.complaints == []
    assert all(request.url.startswith(address_of(garden)) for request in watch.requests)


@pytest.mark.parametrize("path", ["/", "/entrer", "/confiance", "/vie-privee"])
def test_no_page_is_wider_than_a_small_phone(
    garden: ServedGarden, new_context: Callable[..., BrowserContext], path: str
) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(address_of(garden) + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_wrong_code_is_told_on_the_page(garden: ServedGarden, page: Page) -> None:
    page.goto(address_of(garden) + "/entrer")
    page.get_by_label("Votre code, ou votre phrase").fill("bcdf-ghjk")
    page.get_by_role("button", name="Entrer").click()
    assert "n'ouvre rien" in page.get_by_role("alert").inner_text()


def test_the_link_of_the_keeper_opens_here_and_nowhere_else(
    garden: ServedGarden, page: Page
) -> None:
    code = code_of(garden, Role.KEEPER)
    page.goto(f"{address_of(garden)}/entrer?code={code}")
    page.get_by_role("button", name="Entrer").click()
    assert "porte sûre" in page.get_by_role("alert").inner_text()
    page.goto(f"{garden.address}/entrer?code={code}")
    page.get_by_role("button", name="Entrer").click()
    page.get_by_role("link", name="Entré comme responsable").wait_for()


def test_no_script_of_ours_needs_what_only_https_gives() -> None:
    scripts = [*DASHBOARDS.glob("static/*.js"), *DASHBOARDS.glob("templates/*.html")]
    assert len(scripts) > 5
    found = {path.name: NEEDS_HTTPS.findall(path.read_text(encoding="utf-8")) for path in scripts}
    assert not any(found.values()), found
