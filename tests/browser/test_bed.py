"""A bed's own page: its story read, compared and noted on, and its form, which loses nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe import violations
from planted import BARE, MOIST, THIRSTY, WET, enter, plant
from playwright.sync_api import BrowserContext, Page, expect
from served_garden import NOW_MS, ServedGarden, Watch

from gateway.api.guard import COOKIE
from gateway.beds.records import BedDetails
from gateway.security.roles import Role
from gateway.store.base import Reading

OpenContext = Callable[..., BrowserContext]
PHONE = {"width": 360, "height": 740}
DAY_MS = 24 * 3_600_000


@pytest.fixture
def garden(empty_garden: ServedGarden) -> ServedGarden:
    """Four beds: thirsty, moist, one that nothing is known of, one empty."""
    plant(empty_garden)
    return empty_garden


@pytest.fixture
def page(new_context: OpenContext, garden: ServedGarden) -> Page:
    """The gardener's phone."""
    context = new_context(viewport=PHONE, reduced_motion="reduce")
    enter(context, garden)
    return context.new_page()


def details(garden: ServedGarden, bed: str = MOIST) -> BedDetails:
    record = garden.gateway.catalogue.beds.get(bed)
    assert record is not None
    return record.details


# --- the story ------------------------------------------------------------------------------------


def test_the_story_is_reached_from_today_and_told_in_a_sentence_and_a_table(
    garden: ServedGarden, page: Page
) -> None:
    watch = Watch(page)
    page.goto(garden.address)
    page.locator(f"#bed-{MOIST} summary").click()
    page.locator(f"#bed-{MOIST}").get_by_role("link", name="Son histoire").click()
    expect(page.locator("h1")).to_have_text("L’ail")
    expect(page.locator(".sentence")).to_contain_text("Jamais trop sec, jamais trop humide.")
    page.get_by_text("Le même en tableau").click()
    newest = page.locator("#story-table tbody tr").last
    expect(newest).to_contain_text("samedi 22 novembre", ignore_case=True)
    expect(newest).to_contain_text("bien")
    expect(page.locator(".was-advice summary")).to_contain_text("Pas besoin")
    expect(page.locator("#story")).to_have_class("story drawn")
    assert watch.complaints == []


def test_time_is_chosen_by_links_and_looked_at_closely_by_buttons(
    garden: ServedGarden, page: Page
) -> None:
    page.goto(f"{garden.address}/bacs/{MOIST}")
    expect(page.locator("#story-table tbody tr")).to_have_count(7)
    page.get_by_role("link", name="Jour", exact=True).click()
    expect(page.locator("#story-table tbody tr")).to_have_count(24)
    page.get_by_role("link", name="Année").click()
    expect(page.locator("#story-table tbody tr")).to_have_count(13)
    page.get_by_role("link", name="Semaine").click()
    first = page.locator(".times text").first.text_content()
    page.get_by_role("button", name="Agrandir").click()
    expect(page.locator(".times text").first).not_to_have_text(first or "")
    page.get_by_role("button", name="Tout").click()
    expect(page.locator(".times text").first).to_have_text(first or "")


def test_a_measure_outside_what_is_looked_at_closely_is_read_where_it_stands(
    garden: ServedGarden, page: Page
) -> None:
    page.goto(f"{garden.address}/bacs/{MOIST}")
    curve = page.get_by_role("slider", name="L’ail")
    whole = []
    for key in ("End", "Home"):
        curve.press(key)
        whole.append(curve.get_attribute("aria-valuetext"))
    assert whole[0] != whole[1]
    for _ in range(3):
        page.get_by_role("button", name="Agrandir").click()
    closely = []
    for key in ("End", "Home"):
        curve.press(key)
        closely.append(curve.get_attribute("aria-valuetext"))
    assert closely == whole


def test_two_beds_are_compared_on_the_same_line(garden: ServedGarden, page: Page) -> None:
    page.goto(f"{garden.address}/bacs/{MOIST}")
    page.get_by_label("Comparer avec").select_option(THIRSTY)
    page.get_by_role("button", name="Comparer").click()
    expect(page.locator(".sentence")).to_have_count(2)
    expect(page.locator(".sentence").last).to_contain_text("Trop sec 100 % du temps")
    page.get_by_role("link", name="Saison").click()
    expect(page.locator(".sentence").last).to_contain_text("Les laitues sous serre")


def test_a_note_is_a_line_that_can_do_no_harm(garden: ServedGarden, page: Page) -> None:
    page.goto(f"{garden.address}/bacs/{MOIST}")
    field = page.get_by_label("Noter ce que vous avez vu")
    field.fill("<b>Rouille</b>\u202e sur deux feuilles")
    page.get_by_role("button", name="Noter").click()
    note = page.locator(".was-note")
    expect(note.locator("bdi")).to_have_text("<b>Rouille</b> sur deux feuilles")
    note.get_by_role("button", name="Retirer").click()
    expect(page.locator(".was-note")).to_have_count(0)
    assert garden.gateway.catalogue.notes.of(MOIST, 0, NOW_MS + DAY_MS) == []


def test_what_has_come_since_is_told_and_brought_without_losing_anything(
    garden: ServedGarden, page: Page
) -> None:
    watch = Watch(page)
    with page.expect_response(lambda answer: "/api/v1/events" in answer.url):
        page.goto(f"{garden.address}/bacs/{MOIST}?duree=jour")
    page.get_by_text("Le même en tableau").click()
    why = page.locator(".was-advice summary").first
    why.click()
    page.get_by_role("button", name="Agrandir").click()
    looked_at = page.locator(".times text").first.text_content()
    note = page.get_by_label("Noter ce que vous avez vu")
    note.fill("Rouille")
    before = page.locator(".sentence").text_content() or ""
    news = page.locator("#news")
    expect(news).to_be_empty()
    garden.clock.advance(300)
    garden.say(Reading(WET, NOW_MS + 300_000, 0.74))
    expect(news).to_contain_text("De nouvelles mesures sont arrivées.")
    expect(page.locator(".sentence")).to_have_text(before)
    page.evaluate("scrollTo(0, 200)")
    news.get_by_role("button", name="Mettre à jour").click()
    expect(news).to_have_text("C’est à jour.")
    expect(page.locator(".sentence")).not_to_have_text(before)
    assert page.evaluate("[scrollY, document.activeElement.id]") == [200, "story-title"]
    expect(note).to_have_value("Rouille")
    expect(page.locator("#story-table")).to_have_attribute("open", "")
    expect(page.locator("#happened details").first).to_have_attribute("open", "")
    assert page.locator(".times text").first.text_content() == looked_at
    assert watch.loads == 1
    assert watch.complaints == []


# --- the form -------------------------------------------------------------------------------------


def test_a_wrong_value_stays_in_its_field_with_what_is_expected(
    garden: ServedGarden, page: Page
) -> None:
    page.goto(f"{garden.address}/bacs/{MOIST}/modifier")
    page.get_by_label("Surface, en m²").fill("deux")
    page.get_by_label("Son nom").fill("L’ail rose")
    page.get_by_role("radio", name="Argile Colle").check()
    page.get_by_role("button", name="Enregistrer").click()
    area = page.get_by_label("Surface, en m²")
    expect(area).to_have_value("deux")
    expect(area).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#area_m2-error")).to_contain_text("Écrivez une surface en m²")
    expect(page.get_by_label("Son nom")).to_have_value("L’ail rose")
    assert details(garden).name == "L’ail"
    area.fill("1,5")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("h1")).to_have_text("L’ail rose")
    kept = details(garden)
    assert (kept.area_m2, kept.soil, kept.crop) == (1.5, "argile", "ail")


def test_who_saves_second_sees_both_values(garden: ServedGarden, page: Page) -> None:
    page.goto(f"{garden.address}/bacs/{MOIST}/modifier")
    other = page.context.new_page()
    other.goto(f"{garden.address}/bacs/{MOIST}/modifier")
    other.get_by_label("Surface, en m²").fill("3")
    other.get_by_label("Paillé").check()
    other.get_by_role("button", name="Enregistrer").click()
    expect(other.locator("h1")).to_have_text("L’ail")
    page.get_by_label("Surface, en m²").fill("4")
    page.get_by_label("Paillé").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_label("Surface, en m²")).to_have_value("4")
    expect(page.locator("#area_m2-other")).to_contain_text("Entre-temps, quelqu’un a mis : 3")
    expect(page.locator(".field-other")).to_have_count(1)
    assert details(garden).area_m2 == 3.0
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("h1")).to_have_text("L’ail")
    assert details(garden).area_m2 == 4.0


def test_a_form_that_outlived_its_key_comes_back_as_it_was_typed(
    garden: ServedGarden, page: Page
) -> None:
    keyring = garden.gateway.catalogue.keyring
    keyring.passphrases.put(Role.GARDENER, "quatre mots sans rapport", NOW_MS)
    enter(page.context, garden)
    page.goto(f"{garden.address}/bacs/{BARE}/modifier")
    page.get_by_label("Culture").select_option("radis")
    page.get_by_label("Surface, en m²").fill("7")
    page.context.clear_cookies(name=COOKIE)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".notice").first).to_contain_text("ce que vous avez écrit est gardé")
    page.get_by_label("Votre code, ou votre phrase").fill("quatre mots sans rapport")
    page.locator("main").get_by_role("button", name="Entrer").click()
    expect(page.locator(".notice")).to_contain_text("Ce que vous aviez écrit est là")
    expect(page.get_by_label("Surface, en m²")).to_have_value("7")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("h1")).to_have_text("Le bac paillé")
    assert (details(garden, BARE).crop, details(garden, BARE).area_m2) == ("radis", 7.0)


def test_a_connection_lost_in_mid_save_loses_nothing(garden: ServedGarden, page: Page) -> None:
    page.goto(f"{garden.address}/bacs/{BARE}/modifier")
    page.get_by_role("button", name="Ajouter une culture").click()
    expect(page.locator("#crop-2")).to_be_focused()
    page.get_by_label("Son nom").fill("Le bac des radis")
    page.locator("#crop-2").select_option("radis")
    page.context.set_offline(True)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#outcome")).to_contain_text("rien n’est perdu")
    expect(page.get_by_label("Son nom")).to_have_value("Le bac des radis")
    page.context.set_offline(False)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("h1")).to_have_text("Le bac des radis")
    assert (details(garden, BARE).crop, details(garden, BARE).others) == ("radis", ())
    page.wait_for_load_state()  # its heading is there before its scripts are
    page.context.set_offline(True)
    page.get_by_label("Noter ce que vous avez vu").fill("Levés")
    page.get_by_role("button", name="Noter").click()
    expect(page.locator("#outcome")).to_contain_text("rien n’est perdu")
    page.context.set_offline(False)
    page.get_by_role("button", name="Noter").click()
    expect(page.locator(".event.was-note")).to_contain_text("Levés")


def test_a_key_that_may_not_edit_is_told_so_on_a_page(garden: ServedGarden, page: Page) -> None:
    keyring = garden.gateway.catalogue.keyring
    keyring.passphrases.put(Role.GARDENER, "quatre mots sans rapport", NOW_MS)
    reader = garden.gateway.access.sessions.begin(Role.READER, NOW_MS, secure=False)
    page.context.add_cookies([{"name": COOKIE, "value": reader.id, "url": garden.address}])
    page.goto(f"{garden.address}/bacs/{MOIST}/modifier")
    expect(page.get_by_role("alert")).to_contain_text("ne permet pas cela")
    assert violations(page) == []
    page.get_by_role("link", name="Entrer avec un autre code").click()
    page.get_by_label("Votre code").fill("quatre mots sans rapport")
    page.locator("main").get_by_role("button", name="Entrer").click()
    expect(page.get_by_label("Son nom")).to_have_value("L’ail")


def test_all_of_it_goes_without_javascript(garden: ServedGarden, new_context: OpenContext) -> None:
    context = new_context(java_script_enabled=False)
    enter(context, garden)
    page = context.new_page()
    page.goto(f"{garden.address}/nouveau-bac")
    page.get_by_label("Son nom").fill("Les fèves d’été")
    page.get_by_label("Surface, en m²").fill("2,5")
    page.get_by_role("radio", name="Limon Doux").check()
    page.get_by_label("Culture").select_option("feve")
    page.get_by_label("Planté ou semé le").fill("2025-11-01")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("h1")).to_have_text("Les fèves d’été")
    made = details(garden, "les-feves-d-ete")
    assert (made.area_m2, made.soil, made.crop) == (2.5, "limon", "feve")
    page.get_by_label("Comparer avec").select_option(MOIST)
    page.get_by_role("button", name="Comparer").click()
    expect(page.locator(".sentence").last).to_contain_text("Eau dans la terre : de")
    expect(page.locator("path.probe.second").first).to_be_attached()
    expect(page.locator(".zoom")).to_be_hidden()


def test_a_mixed_bed_is_described_crop_by_crop_without_javascript(
    garden: ServedGarden, new_context: OpenContext
) -> None:
    context = new_context(java_script_enabled=False, viewport=PHONE)
    enter(context, garden)
    page = context.new_page()
    page.goto(f"{garden.address}/bacs/{MOIST}/modifier")
    page.get_by_label("Son nom").fill("L’ail et compagnie")
    for at, crop, share in ((2, "laitue", "25"), (3, "radis", "80")):
        page.get_by_role("button", name="Ajouter une culture").click()
        expect(page.locator(f"#crop-{at}")).to_be_focused()
        page.locator(f"#crop-{at}").select_option(crop)
        page.locator(f"#share-{at}").fill(share)
    page.get_by_label("Son nom").press("Enter")  # saves: it is no button of a crop
    expect(page.locator("#share-2-error")).to_contain_text("ne laissent rien à la première")
    assert details(garden).others == ()
    page.locator("#share-3").fill("30")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".bed-head")).to_contain_text("ail + laitue + radis")
    assert [(one.crop, one.share) for one in details(garden).others] == [
        ("laitue", 0.25),
        ("radis", 0.3),
    ]
    page.get_by_role("link", name="Modifier ce bac").click()
    expect(page.locator("#share-3")).to_have_value("30")
    page.get_by_role("button", name="Retirer cette culture — Culture n° 2").click()
    expect(page.locator("#crop-2")).to_have_value("radis")
    page.locator("#crop").select_option("")  # the first is harvested: the other has the bed
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".bed-head")).to_contain_text("radis")
    assert (details(garden).crop, details(garden).others) == ("radis", ())


def test_who_has_not_entered_reads_and_changes_nothing(garden: ServedGarden, page: Page) -> None:
    page.context.clear_cookies()
    page.goto(f"{garden.address}/bacs/{MOIST}")
    expect(page.locator(".sentence")).to_contain_text("Eau dans la terre")
    expect(page.get_by_role("button", name="Noter")).to_have_count(0)
    expect(page.get_by_role("link", name="Modifier ce bac")).to_have_count(0)


# --- for everyone ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("scheme", "language"), [("light", "fr"), ("dark", "ar")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    garden: ServedGarden, new_context: OpenContext, scheme: str, language: str
) -> None:
    context = new_context(
        viewport={"width": 320, "height": 640}, color_scheme=scheme, reduced_motion="reduce"
    )
    enter(context, garden)
    page = context.new_page()
    for path in (f"bacs/{MOIST}?avec={THIRSTY}&", f"bacs/{MOIST}/modifier?"):
        page.goto(f"{garden.address}/{path}lang={language}")
        page.evaluate(
            "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
        )
        assert violations(page) == []
        for zoom in (1, 2):
            page.evaluate("(z) => { document.documentElement.style.fontSize = `${z}00%`; }", zoom)
            if zoom == 2:
                page.set_viewport_size({"width": 360, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_every_target_of_a_bed_can_be_hit_with_a_thumb(garden: ServedGarden, page: Page) -> None:
    for path in (f"bacs/{MOIST}", f"bacs/{MOIST}/modifier"):
        page.goto(f"{garden.address}/{path}")
        page.evaluate(
            "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
        )
        small = page.locator(
            "main a:visible, main summary, main button:visible, main input:visible, main select"
        ).evaluate_all(
            """(all) => all.filter((e) => (e.closest("label") ?? e).offsetHeight < 44)
                 .map((e) => e.outerHTML.slice(0, 80))"""
        )
        assert small == []
