"""Today as people meet it: what to water, done in one tap, undone, corrected, with no script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe import violations
from planted import BARE, BLIND, MOIST, THIRSTY, chill, enter, plant
from playwright.sync_api import BrowserContext, Locator, Page, expect
from served_garden import MINUTE_MS, NOW_MS, ServedGarden, Watch

from gateway.beds.journal import Entry

OpenContext = Callable[..., BrowserContext]
DAY_MS = 24 * 60 * MINUTE_MS
FIRST_VIEW_BYTES = 150_000
PHONE = {"width": 360, "height": 740}
PATIENCE_MS = 15_000


@pytest.fixture
def garden(empty_garden: ServedGarden) -> ServedGarden:
    """Four beds: thirsty, moist, one that nothing is known of, one empty."""
    plant(empty_garden)
    return empty_garden


@pytest.fixture
def new_context(new_context: OpenContext, garden: ServedGarden) -> OpenContext:
    """Browsers of the gardener, who has entered with a code."""

    def open_context(**settings: object) -> BrowserContext:
        context = new_context(**settings)
        enter(context, garden)
        return context

    return open_context


def bed(page: Page, name: str) -> Locator:
    return page.locator(f"#bed-{name}")


def journal(garden: ServedGarden, name: str = THIRSTY) -> list[Entry]:
    return garden.gateway.catalogue.journal.of(name, NOW_MS - DAY_MS, NOW_MS + DAY_MS)


def open_live(page: Page, garden: ServedGarden) -> None:
    """Open the page and wait for its event stream."""
    with page.expect_response(lambda answer: "/api/v1/events" in answer.url):
        page.goto(garden.address)


def post(page: Page, garden: ServedGarden, path: str, **body: Any) -> None:
    """What a page of the garden sends, without its page."""
    answer = page.request.post(
        garden.address + path, headers={"Origin": garden.address}, max_redirects=0, **body
    )
    assert answer.status < 400


def open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


# --- reading --------------------------------------------------------------------------------------


def test_the_beds_stand_in_the_order_of_what_presses(garden: ServedGarden, page: Page) -> None:
    page.goto(garden.address)
    order = page.locator("[data-bed]").evaluate_all("(all) => all.map((e) => e.dataset.bed)")
    assert order == [THIRSTY, BLIND, MOIST, BARE]


def test_each_bed_is_one_word_and_one_number(garden: ServedGarden, page: Page) -> None:
    page.goto(garden.address)
    thirsty = bed(page, THIRSTY)
    expect(thirsty.locator(".word")).to_have_text("Arroser")
    expect(thirsty.locator(".amount")).to_have_text("4 arrosoirs")
    expect(bed(page, MOIST).locator(".word")).to_have_text("Pas besoin")
    expect(bed(page, MOIST).locator(".amount")).to_have_text("96 % d’eau")
    expect(bed(page, BLIND).locator(".word")).to_have_text("Vérifier du doigt")
    expect(bed(page, BARE).locator(".word")).to_have_text("Bac vide")


def test_why_is_one_tap_away(garden: ServedGarden, page: Page) -> None:
    page.goto(garden.address)
    why = bed(page, THIRSTY).locator(".why")
    expect(why).to_be_hidden()
    bed(page, THIRSTY).locator("summary").click()
    expect(why).to_contain_text("Il manque 39 mm sur 39", ignore_case=True)
    expect(why.locator(".when")).to_contain_text("ce soir, après 19 h")
    bed(page, BLIND).locator("summary").click()
    expect(bed(page, BLIND).locator(".why")).to_contain_text("Enfoncez un doigt dans la terre")


def test_the_weather_is_that_of_outside_and_of_the_greenhouse(
    garden: ServedGarden, page: Page
) -> None:
    page.goto(garden.address)
    sky = page.locator(".sky")
    expect(sky).to_contain_text("8,8 °C dehors")
    expect(sky).to_contain_text("17,6 °C sous serre")


def test_frost_stands_above_the_beds(garden: ServedGarden, page: Page) -> None:
    chill(garden)
    page.goto(garden.address)
    expect(page.locator(".notice").first).to_contain_text("Gel")
    expect(bed(page, MOIST).locator(".word")).to_have_text("Gel : protéger")
    expect(bed(page, MOIST).locator(".amount")).to_have_text("0 °C")


def test_six_beds_fit_a_phone(garden: ServedGarden, new_context: OpenContext) -> None:
    for name in ("feves", "radis"):
        record = garden.gateway.catalogue.beds.get(MOIST)
        assert record is not None
        garden.gateway.catalogue.beds.put(name, record.details, NOW_MS)
    garden.gateway.advisor.renew_all()
    page = new_context(viewport=PHONE).new_page()
    page.goto(garden.address)
    expect(page.locator("[data-bed]")).to_have_count(6)
    last = page.locator("[data-bed]").last.bounding_box()
    bar = page.locator(".places").bounding_box()
    assert last is not None
    assert bar is not None
    assert last["y"] + last["height"] <= bar["y"]


# --- done -----------------------------------------------------------------------------------------


def test_done_is_one_tap_with_the_advised_cans(
    garden: ServedGarden, page: Page, watch: Watch
) -> None:
    open_live(page, garden)
    bed(page, THIRSTY).get_by_role("button", name="Fait").click()
    expect(bed(page, THIRSTY).locator(".word")).to_have_text("C’est fait")
    expect(bed(page, THIRSTY).locator(".amount")).to_have_text("4 arrosoirs")
    expect(page.locator("#said")).to_have_text("Les laitues sous serre : c’est noté.")
    (entry,) = journal(garden)
    assert (entry.cans, entry.litres, entry.source) == (4.0, 40.0, "logged")
    assert watch.loads == 1
    assert watch.complaints == []


def test_done_is_undone_within_a_minute_and_then_no_more(garden: ServedGarden, page: Page) -> None:
    page.clock.install(time=NOW_MS / 1000)
    open_live(page, garden)
    bed(page, THIRSTY).get_by_role("button", name="Fait").click()
    bed(page, THIRSTY).get_by_role("button", name="Annuler").click()
    expect(bed(page, THIRSTY).get_by_role("button", name="Fait")).to_be_visible()
    assert journal(garden) == []
    bed(page, THIRSTY).get_by_role("button", name="Fait").click()
    expect(bed(page, THIRSTY).get_by_role("button", name="Annuler")).to_be_visible()
    page.clock.run_for(61_000)
    expect(bed(page, THIRSTY).get_by_role("button", name="Annuler")).to_have_count(0)
    assert len(journal(garden)) == 1


def test_what_was_told_is_corrected_later(garden: ServedGarden, page: Page) -> None:
    open_live(page, garden)
    bed(page, THIRSTY).get_by_role("button", name="Fait").click()
    expect(bed(page, THIRSTY).locator(".word")).to_have_text("C’est fait")
    bed(page, THIRSTY).locator("summary").click()
    field = bed(page, THIRSTY).get_by_label("Combien d’arrosoirs ?").first
    field.fill("2,5")
    bed(page, THIRSTY).get_by_role("button", name="Corriger").click()
    expect(page.locator("#said")).to_contain_text("c’est")
    expect(bed(page, THIRSTY).locator(".amount .number")).to_have_text("2,5")
    assert [entry.cans for entry in journal(garden)] == [2.5]


def test_a_number_that_is_none_is_refused_with_what_to_write(
    garden: ServedGarden, page: Page
) -> None:
    open_live(page, garden)
    bed(page, MOIST).locator("summary").click()
    bed(page, MOIST).get_by_label("Combien d’arrosoirs ?").fill("beaucoup")
    bed(page, MOIST).get_by_role("button", name="J’ai arrosé").click()
    expect(bed(page, MOIST).get_by_role("alert")).to_contain_text("écrivez un nombre, 2 ou 1,5")
    assert journal(garden, MOIST) == []


def test_all_of_it_goes_without_javascript(garden: ServedGarden, new_context: OpenContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(garden.address)
    bed(page, THIRSTY).get_by_role("button", name="Fait").click()
    expect(bed(page, THIRSTY).locator(".word")).to_have_text("C’est fait")
    assert [entry.cans for entry in journal(garden)] == [4.0]
    bed(page, THIRSTY).get_by_role("button", name="Annuler").click()
    expect(bed(page, THIRSTY).locator(".word")).to_have_text("Arroser")
    assert journal(garden) == []
    bed(page, MOIST).locator("summary").click()
    bed(page, MOIST).get_by_label("Combien d’arrosoirs ?").fill("x")
    bed(page, MOIST).get_by_role("button", name="J’ai arrosé").click()
    expect(page.locator(".notice").first).to_contain_text("écrivez un nombre")


def test_the_keyboard_alone_is_enough(garden: ServedGarden, page: Page) -> None:
    open_live(page, garden)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(bed(page, THIRSTY).locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(bed(page, THIRSTY).locator(".why")).to_be_visible()
    page.keyboard.press("Tab")
    expect(bed(page, THIRSTY).get_by_role("link", name="Son histoire")).to_be_focused()
    page.keyboard.press("Tab")
    expect(bed(page, THIRSTY).get_by_role("button", name="Fait")).to_be_focused()
    page.keyboard.press("Enter")
    expect(bed(page, THIRSTY).locator(".word")).to_have_text("C’est fait")
    expect(bed(page, THIRSTY).get_by_role("button", name="Annuler")).to_be_focused()
    page.keyboard.press("Enter")
    expect(bed(page, THIRSTY).locator(".word")).to_have_text("Arroser")
    assert journal(garden) == []


def test_who_has_not_entered_reads_and_is_told_how_to_note_a_watering(
    garden: ServedGarden, page: Page
) -> None:
    page.context.clear_cookies()
    page.goto(garden.address)
    expect(bed(page, THIRSTY).locator(".amount")).to_have_text("4 arrosoirs")
    expect(page.get_by_role("button", name="Fait")).to_have_count(0)
    page.get_by_role("link", name="Pour noter un arrosage").click()
    expect(page.get_by_label("Votre code")).to_be_visible()


def test_a_key_that_has_ended_keeps_what_waits_and_says_so(
    garden: ServedGarden, page: Page
) -> None:
    open_live(page, garden)
    page.context.set_offline(True)
    bed(page, THIRSTY).get_by_role("button", name="Fait").click()
    expect(bed(page, THIRSTY).locator(".waiting")).to_be_visible()
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.locator("#said")).to_contain_text("Pas encore envoyé", timeout=PATIENCE_MS)
    expect(bed(page, THIRSTY).locator(".waiting")).to_be_visible()
    enter(page.context, garden)
    page.goto(garden.address)
    expect(page.locator("#kept")).to_be_empty(timeout=PATIENCE_MS)
    assert len(journal(garden)) == 1


# --- without the gateway --------------------------------------------------------------------------


def test_a_done_without_a_network_is_kept_and_sent_once_there_is_one(
    garden: ServedGarden, page: Page
) -> None:
    open_live(page, garden)
    garden.stop()
    try:
        bed(page, THIRSTY).get_by_role("button", name="Fait").click()
        expect(bed(page, THIRSTY).locator(".waiting")).to_have_text("À envoyer")
        expect(page.locator("#kept")).to_contain_text("sera envoyé dès que possible")
        expect(page.locator("#connection")).to_contain_text(
            "Connexion perdue depuis", timeout=PATIENCE_MS
        )
        expect(bed(page, THIRSTY).locator(".word")).to_have_text("Arroser")
    finally:
        garden.start()
        garden.gateway.advisor.look()
    expect(page.locator("#kept")).to_be_empty(timeout=PATIENCE_MS)
    assert [entry.cans for entry in journal(garden)] == [4.0]
    expect(page.locator("#connection")).to_be_empty(timeout=PATIENCE_MS)


def test_a_kept_done_survives_its_page(garden: ServedGarden, page: Page) -> None:
    open_live(page, garden)
    page.context.set_offline(True)
    bed(page, THIRSTY).get_by_role("button", name="Fait").click()
    expect(bed(page, THIRSTY).locator(".waiting")).to_be_visible()
    page.close()
    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto(garden.address)
    expect(again.locator("#kept")).to_be_empty(timeout=PATIENCE_MS)
    expect(bed(again, THIRSTY).locator(".word")).to_have_text("C’est fait", timeout=PATIENCE_MS)
    assert len(journal(garden)) == 1


def test_what_is_sent_twice_is_one_watering(garden: ServedGarden, page: Page) -> None:
    page.goto(garden.address)
    key = bed(page, THIRSTY).locator(".act input[name=key]").get_attribute("value")
    for _ in range(2):
        post(page, garden, f"/bacs/{THIRSTY}/fait", form={"cans": "4", "key": key})
        post(page, garden, f"/api/v1/beds/{THIRSTY}/waterings", data={"cans": 4, "key": key})
    assert [entry.cans for entry in journal(garden)] == [4.0]


def test_a_link_does_not_leave_the_last_garden_for_an_empty_page(
    garden: ServedGarden, page: Page
) -> None:
    open_live(page, garden)
    garden.stop()
    try:
        expect(page.locator("#connection")).not_to_be_empty(timeout=PATIENCE_MS)
        page.get_by_role("link", name="Mesures").click()
        expect(bed(page, THIRSTY).locator(".word")).to_have_text("Arroser")
        assert page.url.rstrip("/") == garden.address
    finally:
        garden.start()


# --- live -----------------------------------------------------------------------------------------


def test_the_tabs_of_a_browser_share_one_stream(
    garden: ServedGarden, page: Page, watch: Watch
) -> None:
    open_live(page, garden)
    second = page.context.new_page()
    asked = Watch(second)
    second.goto(garden.address)
    expect(bed(second, THIRSTY).locator(".word")).to_have_text("Arroser")
    post(page, garden, f"/api/v1/beds/{THIRSTY}/waterings", data={"cans": 9})
    for tab in (page, second):
        expect(bed(tab, THIRSTY).locator(".word")).to_have_text("C’est fait", timeout=PATIENCE_MS)
    streams = [r for r in (*watch.requests, *asked.requests) if "/api/v1/events" in r.url]
    assert len(streams) == 1
    with second.expect_request(lambda request: "/api/v1/events" in request.url):
        page.close()


def test_nothing_is_loaded_from_elsewhere_and_the_first_view_is_light(
    garden: ServedGarden, page: Page, watch: Watch
) -> None:
    open_live(page, garden)
    page.wait_for_load_state("load")
    assert {r.url for r in watch.requests if not r.url.startswith(garden.address)} == set()
    assert watch.complaints == []
    seen = [r for r in watch.requests if "/api/v1/events" not in r.url]
    for request in seen:
        response = request.response()
        assert response is not None
        assert response.finished() is None
    assert sum(r.sizes()["responseBodySize"] for r in seen) < FIRST_VIEW_BYTES


def test_no_advice_is_made_for_a_page(garden: ServedGarden, page: Page) -> None:
    looked_ms = garden.gateway.advisor.looked_ms(THIRSTY)
    garden.clock.advance(1000)
    page.goto(garden.address)
    expect(bed(page, THIRSTY).locator(".word")).to_have_text("Arroser")
    assert garden.gateway.advisor.looked_ms(THIRSTY) == looked_ms


# --- for everyone ---------------------------------------------------------------------------------


def test_the_language_is_chosen_and_a_second_one_stands_beside(
    garden: ServedGarden, page: Page
) -> None:
    page.goto(garden.address)
    page.locator("#languages summary").click()
    page.locator("#languages").get_by_role("link", name="English").first.click()
    expect(bed(page, THIRSTY).locator(".word")).to_have_text("Water")
    page.goto(f"{garden.address}/?lang=fr&with=ar")
    expect(bed(page, THIRSTY).locator(".word .first")).to_have_text("Arroser")
    beside = bed(page, THIRSTY).locator(".word .beside")
    expect(beside).to_have_text("اسقِ")
    expect(beside).to_have_attribute("lang", "ar")
    expect(beside).to_have_attribute("dir", "rtl")
    page.goto(f"{garden.address}/mesures")
    page.goto(garden.address)
    expect(beside).to_have_text("اسقِ")


def test_arabic_runs_from_right_to_left_and_falls_back_to_french_in_sight(
    garden: ServedGarden, new_context: OpenContext
) -> None:
    page = new_context(locale="ar", viewport=PHONE).new_page()
    page.goto(garden.address)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    picture, act = (
        bed(page, THIRSTY).locator(part).bounding_box() for part in (".picture", ".act")
    )
    assert picture is not None
    assert act is not None
    assert picture["x"] > act["x"]
    bed(page, THIRSTY).locator("summary").click()
    reason = bed(page, THIRSTY).locator(".reasons li").first
    expect(reason.locator(".plain")).to_have_text("هذا هو الماء الناقص في التربة.")
    expect(reason.locator("[lang=fr]")).to_contain_text("il manque", ignore_case=True)
    page.locator("#languages summary").click()
    expect(page.locator("#languages li").filter(has_text="العربية").first).to_contain_text("مسودة")


@pytest.mark.parametrize(("scheme", "language"), [("light", "fr"), ("dark", "ar")])
def test_axe_finds_nothing(
    garden: ServedGarden, new_context: OpenContext, scheme: str, language: str
) -> None:
    page = new_context(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce").new_page()
    for address in (f"/?lang={language}", "/mesures", "/accessibilite", "/vie-privee"):
        page.goto(garden.address + address)
        open_everything(page)
        assert violations(page) == []


@pytest.mark.parametrize(("width", "zoom"), [(320, 1), (360, 2)])
def test_nothing_scrolls_sideways_on_a_narrow_phone_or_with_letters_twice_as_large(
    garden: ServedGarden, new_context: OpenContext, width: int, zoom: int
) -> None:
    page = new_context(viewport={"width": width, "height": 640}).new_page()
    for address in ("/?lang=fr", "/?lang=en", "/?lang=fr&with=ar", "/?lang=ar&with="):
        page.goto(garden.address + address)
        page.evaluate(
            "(zoom) => { document.documentElement.style.fontSize = `${zoom * 100}%`; }", zoom
        )
        open_everything(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, address


def test_every_target_can_be_hit_with_a_thumb(garden: ServedGarden, page: Page) -> None:
    page.goto(garden.address)
    open_everything(page)
    small = page.locator(
        "main a:visible, main summary, main button:visible, main input:visible, nav a, footer a, "
        "header summary, header a:visible"
    ).evaluate_all(
        """(all) => all.filter((e) => e.getBoundingClientRect().height < 44)
             .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


VOICES = """
    const voices = %s;
    speechSynthesis.getVoices = () => voices;
    window.spoken = [];
    speechSynthesis.speak = (said) => window.spoken.push(said.text);
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


def test_beds_are_read_aloud_by_a_voice_of_this_device_only(
    garden: ServedGarden, new_context: OpenContext
) -> None:
    far = new_context().new_page()
    far.add_init_script(VOICES % '[{ lang: "fr-FR", localService: false }]')
    far.goto(garden.address)
    expect(far.locator("#speak")).to_be_hidden()
    near = new_context().new_page()
    near.add_init_script(VOICES % '[{ lang: "fr-FR", localService: true }]')
    near.goto(garden.address)
    near.get_by_role("button", name="Lire à voix haute").click()
    said = near.evaluate("window.spoken")
    assert said[0].startswith("Les laitues sous serre, Arroser, 4, arrosoirs")
