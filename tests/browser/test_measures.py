"""The measures as people meet them: languages, phones, no script, live readings, trouble."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from served_garden import (
    AIR,
    HOUR_MS,
    MINUTE_MS,
    NOW_MS,
    PULLED,
    RAIN,
    SOIL,
    ServedGarden,
    Watch,
)

from gateway.store.base import Fault, Reading
from sensor_node.errors import StorageError

LIVE_MS = 2000
FIRST_VIEW_BYTES = 150_000
OpenContext = Callable[..., BrowserContext]


def card(channel: object) -> str:
    return f'[data-channel="{channel}"]'


def open_live(page: Page, garden: ServedGarden) -> None:
    """Open the page and wait for its event stream."""
    with page.expect_response(lambda answer: "/api/v1/events" in answer.url):
        page.goto(f"{garden.address}/mesures")


def test_the_page_speaks_the_browsers_language(
    garden: ServedGarden, new_context: OpenContext
) -> None:
    for locale, language, words, number in (
        ("fr-FR", "fr", "Température de l’air", "17,6"),
        ("en-GB", "en", "Air temperature", "17.6"),
        ("de-DE", "fr", "Température de l’air", "17,6"),
    ):
        page = new_context(locale=locale).new_page()
        page.goto(f"{garden.address}/mesures")
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator(f"{card(AIR)} h3")).to_contain_text(words)
        expect(page.locator(f"{card(AIR)} .number")).to_have_text(number)


def test_a_chosen_language_is_remembered_and_nothing_else_is(
    garden: ServedGarden, page: Page
) -> None:
    page.goto(f"{garden.address}/mesures")
    page.locator("#languages summary").click()
    page.get_by_role("link", name="English").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{garden.address}/mesures")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    cookies = page.context.cookies()
    assert [(c["name"], c["value"]) for c in cookies] == [("lang", "en")]


def test_without_javascript_everything_can_be_read(
    garden: ServedGarden, new_context: OpenContext
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{garden.address}/mesures")
    air = page.locator(card(AIR))
    expect(air.locator(".number")).to_have_text("17,6")
    expect(air.locator(".state")).to_contain_text("à jour")
    expect(air.locator(".age")).to_have_text("à l’instant")
    expect(air.locator(".plot svg")).to_be_visible()
    expect(air.locator(".sentence")).to_have_text("Entre 12,1 et 23,6 °C cette semaine.")
    air.locator("summary").click()
    expect(air.locator("tbody tr")).to_have_count(7)
    expect(air.get_by_role("row", name="Vendredi 21 novembre")).to_contain_text("23,6")
    expect(air.get_by_role("link", name="Tableur")).to_be_visible()


def test_the_page_says_what_is_wrong_and_what_to_do(garden: ServedGarden, page: Page) -> None:
    page.goto(f"{garden.address}/mesures")
    expect(page.get_by_role("heading", name="2 choses à regarder")).to_be_visible()
    expect(page.locator("#node-verger .advice").first).to_contain_text(
        "Pas de nouvelles depuis 5 heures : vérifiez la pile"
    )
    pulled = page.locator(card(PULLED))
    expect(pulled.locator(".state")).to_contain_text("en panne")
    expect(pulled.locator(".advice")).to_contain_text(
        "La sonde est hors de terre", ignore_case=True
    )
    expect(page.locator(".notice")).to_contain_text("Données simulées")


def test_a_probe_without_calibration_shows_no_percentage(garden: ServedGarden, page: Page) -> None:
    page.goto(f"{garden.address}/mesures")
    soil = page.locator(card(SOIL))
    expect(soil.locator(".number")).to_have_text("0,53")
    expect(soil.locator(".remark")).to_contain_text("plus haut = plus sec")
    expect(soil.locator(".now")).not_to_contain_text("%")


def test_nothing_is_loaded_from_elsewhere_and_the_console_stays_silent(
    garden: ServedGarden, page: Page, watch: Watch
) -> None:
    open_live(page, garden)
    page.locator("summary").first.click()
    for figure in page.locator(".week").all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator("canvas")).to_be_visible()
    assert watch.requests
    assert {r.url for r in watch.requests if not r.url.startswith(garden.address)} == set()
    assert watch.complaints == []


def test_the_first_view_is_light(garden: ServedGarden, page: Page, watch: Watch) -> None:
    page.goto(garden.address, wait_until="load")
    finished = [r for r in watch.requests if "/api/v1/events" not in r.url]
    for request in finished:
        response = request.response()
        assert response is not None
        assert response.finished() is None
    assert sum(r.sizes()["responseBodySize"] for r in finished) < FIRST_VIEW_BYTES


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_narrow_phone_never_scrolls_sideways(
    garden: ServedGarden, new_context: OpenContext, language: str, scripts: bool
) -> None:
    page = new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=scripts
    ).new_page()
    page.goto(f"{garden.address}/mesures?lang={language}")
    for summary in page.locator("summary").all():
        summary.click()
    beyond = page.locator("body *:visible").evaluate_all(
        """(all) => all.filter((e) => e.getBoundingClientRect().right > 320.5
             && !e.closest(".landscape, .unseen, .u-wrap")).map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert beyond == []


def test_the_first_tab_leads_past_the_header(garden: ServedGarden, page: Page) -> None:
    page.goto(f"{garden.address}/mesures")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_every_target_can_be_hit_with_a_thumb(garden: ServedGarden, page: Page) -> None:
    page.goto(f"{garden.address}/mesures")
    for summary in page.locator("summary").all():
        summary.click()
    small = page.locator("main a:visible, main summary, nav a, footer a").evaluate_all(
        """(all) => all.filter((e) => e.getBoundingClientRect().height < 44)
             .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_a_new_reading_shows_at_once_without_load_or_polling(
    garden: ServedGarden, page: Page, watch: Watch
) -> None:
    open_live(page, garden)
    air = page.locator(card(AIR))
    week = air.locator(".week")
    expect(week).to_have_attribute("data-last", str(NOW_MS))
    points = int(week.get_attribute("data-points") or "0")
    watch.requests.clear()
    garden.clock.advance(60)
    garden.say(Reading(AIR, NOW_MS + MINUTE_MS, 31.4))
    expect(air.locator(".number")).to_have_text("31,4", timeout=LIVE_MS)
    expect(week).to_have_attribute("data-points", str(points + 1), timeout=LIVE_MS)
    expect(week).to_have_attribute("data-last", str(NOW_MS + MINUTE_MS), timeout=LIVE_MS)
    expect(air.locator(".sentence")).to_have_text("Entre 12,1 et 31,4 °C cette semaine.")
    expect(air.locator(".top")).to_have_text("31,4")
    assert watch.loads == 1
    assert watch.requests == []
    assert watch.complaints == []


def test_rain_is_told_as_what_fell_today(garden: ServedGarden, page: Page) -> None:
    open_live(page, garden)
    rain = page.locator(card(RAIN))
    expect(rain.locator(".value")).to_have_text("2,6 mm aujourd’hui")
    garden.say(Reading(RAIN, NOW_MS + MINUTE_MS, 4.0))
    expect(rain.locator(".value")).to_have_text("6,6 mm aujourd’hui", timeout=LIVE_MS)


def test_a_probe_that_fails_says_so_at_once(garden: ServedGarden, page: Page) -> None:
    open_live(page, garden)
    air = page.locator(card(AIR))
    garden.say(Fault(AIR, NOW_MS + MINUTE_MS, "no answer"))
    expect(air.locator(".state")).to_contain_text("en panne", timeout=LIVE_MS)
    expect(air.locator(".number")).to_have_text("–", timeout=LIVE_MS)
    expect(air.locator(".advice")).to_contain_text("Vérifiez ses fils et sa prise.")


def test_ages_grow_and_a_value_that_nobody_renews_turns_old(
    garden: ServedGarden, page: Page
) -> None:
    page.clock.install()
    open_live(page, garden)
    air = page.locator(card(AIR))
    garden.clock.advance(180)
    page.clock.run_for(180_000)
    expect(air.locator(".age")).to_have_text("il y a 3 min")
    garden.clock.advance(780)
    page.clock.run_for(780_000)
    expect(air.locator(".state")).to_contain_text("ancienne")
    expect(air.locator(".number")).to_have_text("17,6")


def test_a_first_node_appears_on_the_empty_page_by_itself(
    empty_garden: ServedGarden, page: Page, watch: Watch
) -> None:
    open_live(page, empty_garden)
    expect(page.get_by_role("heading", name="Rien n’a encore poussé ici")).to_be_visible()
    empty_garden.know(AIR, "air_temperature", "Cel")
    empty_garden.say(Reading(AIR, NOW_MS, 21.5))
    expect(page.locator(f"{card(AIR)} .number")).to_have_text("21,5")
    assert watch.loads == 1


def test_a_node_that_is_lost_says_so(garden: ServedGarden, page: Page) -> None:
    open_live(page, garden)
    garden.gateway.catalogue.set_state("serre", "lost")
    garden.gateway.events.publish("state", {"node": "serre", "state": "lost", "t": NOW_MS})
    expect(page.locator("#node-serre .node-state")).to_contain_text("perdu de vue", timeout=LIVE_MS)


def test_a_lost_gateway_leaves_the_last_garden_and_its_return_is_noticed(
    garden: ServedGarden, page: Page, watch: Watch
) -> None:
    open_live(page, garden)
    garden.stop()
    try:
        expect(page.get_by_role("status")).to_contain_text(
            "Connexion perdue depuis", timeout=15_000
        )
        expect(page.locator(f"{card(AIR)} .number")).to_have_text("17,6")
    finally:
        garden.start()
    garden.say(Reading(AIR, NOW_MS + MINUTE_MS, 19.0))
    expect(page.get_by_role("status")).to_be_empty(timeout=15_000)
    expect(page.locator(f"{card(AIR)} .number")).to_have_text("19,0")
    assert watch.loads == 1


def test_an_open_table_and_the_focus_survive_a_refresh(garden: ServedGarden, page: Page) -> None:
    open_live(page, garden)
    summary = page.locator(f"{card(AIR)} summary")
    summary.click()
    garden.say(Reading(AIR, NOW_MS - HOUR_MS // 2, 40.0))  # late: history, not the present
    garden.gateway.events.publish(
        "reading",
        {"channel": str(AIR), "backlog": True, "from_ms": NOW_MS - HOUR_MS, "to_ms": NOW_MS},
    )
    today = page.locator(f"{card(AIR)} tbody tr").last
    expect(today).to_contain_text("40,0", timeout=10_000)
    expect(today).to_be_visible()
    expect(summary).to_be_focused()


def test_trouble_with_the_gateway_itself_is_told_before_all_else(
    garden: ServedGarden, page: Page
) -> None:
    garden.gateway.ingest_alive = True  # and its broker is not there
    garden.gateway.commit_error = StorageError("DISK_FULL", fr="Le disque est plein.", en="Full.")
    page.goto(f"{garden.address}/mesures")
    troubles = page.locator(".troubles li")
    expect(troubles.nth(0)).to_contain_text("Le disque est plein.")
    expect(troubles.nth(1)).to_contain_text("Le serveur MQTT ne répond pas")


def test_without_its_store_the_page_shows_what_it_knows_and_says_what_is_wrong(
    garden: ServedGarden, page: Page
) -> None:
    page.goto(f"{garden.address}/mesures")
    expect(page.locator(f"{card(AIR)} path.line")).to_have_count(1)
    garden.gateway.store.close()
    page.reload()
    expect(page.locator(".troubles li").nth(0)).to_contain_text("ne répond pas")
    expect(page.locator(f"{card(AIR)} .value")).not_to_be_empty()
    expect(page.locator(f"{card(AIR)} path.line")).to_have_count(0)


def test_today_without_beds_says_what_to_do(empty_garden: ServedGarden, page: Page) -> None:
    page.goto(empty_garden.address)
    expect(page.get_by_role("heading", name="Rien n’a encore poussé ici")).to_be_visible()
    empty_garden.know(AIR, "air_temperature", "Cel")
    page.reload()
    expect(page.get_by_role("heading", name="Aucun bac n’est encore décrit")).to_be_visible()
