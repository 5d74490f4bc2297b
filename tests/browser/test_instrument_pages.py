"""Curves under two fingers, a probe calibrated through a lost network, health that changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe import violations
from planted import WET, enter, plant
from playwright.sync_api import BrowserContext, Page, expect
from served_garden import AIR, MINUTE_MS, NOW_MS, SOIL, ServedGarden, Watch

from gateway.quarantine import Refused
from gateway.store.base import Reading

OpenContext = Callable[..., BrowserContext]
LIVE_MS = 8000  # the page asks again at most every five seconds
TWO = f"/courbes?voie={AIR}&voie={SOIL}"
PAGES = (TWO, "/etalonner", f"/etalonner/{SOIL}?sec=0,75&sec_vaut=6&humide=x", "/sante")
OPEN = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
TARGETS = "main a:visible, main button:visible, main summary, main label.choice, main input:visible"
SMALL = """
(all) => all.filter((e) => e.getBoundingClientRect().height < 44
  && !e.matches("[type=checkbox], [type=radio]")).map((e) => e.outerHTML.slice(0, 80))
"""
PINCH = """
() => {
  const canvas = document.querySelector(".canvas");
  const box = canvas.getBoundingClientRect();
  const at = (share) => box.left + share * box.width;
  const touch = (type, pointerId, share) => canvas.dispatchEvent(new PointerEvent(type, {
    pointerId, pointerType: "touch", bubbles: true, clientX: at(share), clientY: box.top + 50,
  }));
  touch("pointerdown", 1, 0.45); touch("pointerdown", 2, 0.55);
  touch("pointermove", 1, 0.2); touch("pointermove", 2, 0.8);
  touch("pointerup", 1, 0.2); touch("pointerup", 2, 0.8);
}
"""


@pytest.fixture
def garden(empty_garden: ServedGarden) -> ServedGarden:
    """A greenhouse with two probes, and one thing in quarantine."""
    plant(empty_garden)
    text, payload = "Trop tôt : l’heure du nœud est fausse.", b'[{"bn": "serre/"}]'
    refused = Refused("serre", "t", "air", "IN_THE_FUTURE", text, "Too early.", payload, NOW_MS)
    empty_garden.gateway.quarantine.add([refused])
    empty_garden.gateway.ingest_alive = empty_garden.gateway.broker_up = True
    return empty_garden


def open_live(page: Page, address: str) -> None:
    """Open the page and wait for its event stream."""
    with page.expect_response(lambda answer: "/api/v1/events" in answer.url):
        page.goto(address)


def test_two_curves_are_chosen_stretched_and_followed_live(
    garden: ServedGarden, page: Page, watch: Watch
) -> None:
    open_live(page, f"{garden.address}/courbes")
    for channel in (AIR, SOIL, WET):
        page.locator(f'#choose [value="{channel}"]').check()
    expect(page.locator("#choose [name=voie]:disabled")).not_to_have_count(0)
    page.locator(f'#choose [value="{WET}"]').uncheck()
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator(".canvas canvas")).to_be_visible()
    expect(page.locator(".told-curve")).to_have_count(2)

    whole = page.locator("h2.span").inner_text()
    page.evaluate(PINCH)
    expect(page.locator("h2.span")).not_to_have_text(whole, timeout=LIVE_MS)
    assert "de=2025-11-1" in page.url
    air = page.locator(f'[data-channel="{AIR}"]')
    garden.say(Reading(AIR, NOW_MS + MINUTE_MS, 31.4))
    expect(air.locator(".live .number")).to_have_text("31,4", timeout=LIVE_MS)
    expect(page.locator("#heard")).to_have_text("Température de l’air 31,4 °C")
    page.get_by_role("link", name="Jour", exact=True).click()
    expect(air.locator(".sentence")).to_contain_text("31,4 °C")
    assert watch.complaints == []


def test_who_reads_by_the_arrow_keys_keeps_the_place_when_the_curves_are_drawn_again(
    garden: ServedGarden, page: Page
) -> None:
    open_live(page, garden.address + TWO)
    curve = page.get_by_role("slider")
    read = []
    curve.focus()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        read.append(curve.get_attribute("aria-valuetext"))
    page.keyboard.press("ArrowLeft")
    page.emulate_media(color_scheme="dark")
    page.keyboard.press("ArrowRight")
    assert curve.get_attribute("aria-valuetext") == read[2]

    page.keyboard.press("ArrowLeft")
    garden.say(Reading(AIR, NOW_MS + MINUTE_MS, 31.4))
    late = {"channel": str(AIR), "t": NOW_MS, "value": 31.4, "quality": "good", "backlog": True}
    garden.gateway.events.publish("reading", late)
    air = page.locator(f'[data-channel="{AIR}"]')
    expect(air.locator(".sentence")).to_contain_text("31,4 °C", timeout=LIVE_MS)
    expect(curve).to_be_focused()
    expect(page.locator(".canvas .readout")).to_have_text(read[1] or "")
    page.keyboard.press("ArrowRight")
    assert curve.get_attribute("aria-valuetext") == read[2]


def test_a_probe_is_calibrated_through_a_lost_network(garden: ServedGarden, page: Page) -> None:
    enter(page.context, garden)
    address = f"{garden.address}/etalonner/{SOIL}"
    open_live(page, address)
    field = page.get_by_label("Nombre de la sonde")
    garden.say(Reading(SOIL, NOW_MS, 0.75))
    expect(field).to_have_value("0,750", timeout=LIVE_MS)  # it follows until somebody types
    page.get_by_role("button", name="Garder ce point").click()
    expect(page.locator(".kept-point")).to_contain_text("0,750 → 6 %")

    page.goto(address)  # the next day, in another tab
    page.get_by_role("link", name="reprendre").click()
    page.get_by_label("Nombre de la sonde").fill("0,47")
    page.get_by_role("button", name="Garder ce point").click()
    expect(page.locator(".result")).to_contain_text("25 %")
    page.context.set_offline(True)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("rien n’est perdu")
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Votre code n’ouvre plus")
    enter(page.context, garden)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".advice.good")).to_contain_text("C’est enregistré")
    held = garden.gateway.catalogue.calibrations.of(SOIL)[0]
    assert (held.low, held.high) == ((0.75, 6.0), (0.47, 25.0))
    page.get_by_role("button", name="Annuler").first.click()
    expect(page.locator(".advice.good")).to_contain_text("C’est annulé")


def test_what_a_class_typed_is_there_again_the_next_day(garden: ServedGarden, page: Page) -> None:
    enter(page.context, garden)
    page.goto(f"{garden.address}/etalonner")
    page.get_by_role("button", name="Prendre tous les nombres : sec").click()
    dry = page.get_by_label(f"sec, {SOIL}")
    expect(dry).not_to_have_value("")
    kept = dry.input_value()
    page.goto(f"{garden.address}/etalonner")
    expect(dry).to_have_value(kept)
    page.get_by_label(f"arrosé, {WET}").fill("0,4")
    page.get_by_label(f"arrosé, {SOIL}").fill("beaucoup")
    page.get_by_role("button", name="Enregistrer toutes").click()
    expect(page.get_by_label(f"arrosé, {SOIL}")).to_be_focused()
    expect(page.locator(f"#{SOIL.node}--{SOIL.channel}")).to_contain_text("entre 0 et 1")
    expect(dry).to_have_value(kept)


def test_health_says_what_turns_ill(garden: ServedGarden, page: Page) -> None:
    open_live(page, f"{garden.address}/sante")
    garden.gateway.catalogue.set_state("serre", "lost")
    garden.gateway.events.publish("state", {"node": "serre", "state": "lost", "t": NOW_MS})
    first = page.locator(".press").first
    expect(first).to_contain_text("vérifiez le courant et le Wi-Fi", timeout=LIVE_MS)
    first.click()
    expect(page.locator("#node-serre")).to_be_in_viewport()


def test_everybody_can_use_the_pages(garden: ServedGarden, new_context: OpenContext) -> None:
    context = new_context(viewport={"width": 360, "height": 640})
    enter(context, garden)
    page = context.new_page()
    for path in PAGES:
        page.goto(garden.address + path)
        page.evaluate(OPEN)
        assert violations(page) == [], path
        assert page.locator(TARGETS).evaluate_all(SMALL) == [], path
        for width, letters in ((320, 1), (360, 2)):
            page.set_viewport_size({"width": width, "height": 640})
            page.evaluate(
                "(n) => { document.documentElement.style.fontSize = `${n}00%`; }", letters
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
