"""Every flow with the keyboard alone: no mouse, and the focus in sight at every stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from keyboard import Keyboard
from planted import BARE, MOIST, THIRSTY, enter, plant
from playwright.sync_api import BrowserContext, Page, expect
from served_garden import AIR, NOW_MS, SOIL, ServedGarden

from gateway.quarantine import Refused
from gateway.security.giving import Giver
from gateway.security.roles import Role

OpenContext = Callable[..., BrowserContext]
PHONE = {"width": 360, "height": 800}
DAY_MS = 24 * 3_600_000
pytestmark = pytest.mark.prove


@pytest.fixture
def garden(empty_garden: ServedGarden) -> ServedGarden:
    """Four beds, two probes, one thing in quarantine."""
    plant(empty_garden)
    text = "Trop tôt : l’heure du nœud est fausse."
    refused = Refused("serre", "t", "air", "IN_THE_FUTURE", text, "Too early.", b"[]", NOW_MS)
    empty_garden.gateway.quarantine.add([refused])
    empty_garden.gateway.ingest_alive = empty_garden.gateway.broker_up = True
    return empty_garden


@pytest.fixture(params=["phone", "desktop"])
def context(
    request: pytest.FixtureRequest, new_context: OpenContext, garden: ServedGarden
) -> BrowserContext:
    """The gardener's browser."""
    size = PHONE if request.param == "phone" else {"width": 1280, "height": 800}
    context = new_context(viewport=size)
    enter(context, garden)
    return context


@pytest.fixture
def keys(context: BrowserContext) -> Iterator[Keyboard]:
    """The gardener's keyboard; whoever uses it was never lost."""
    keyboard = Keyboard(context.new_page())
    yield keyboard
    assert keyboard.lost == []


def go(keys: Keyboard, garden: ServedGarden, path: str = "/") -> Page:
    keys.page.goto(garden.address + path)
    return keys.page


def test_entering_and_leaving(garden: ServedGarden, keys: Keyboard) -> None:
    gateway = garden.gateway
    code, _ = Giver(gateway.catalogue.keyring, gateway.clock, "console").code(Role.GARDENER)
    keys.page.context.clear_cookies()
    page = go(keys, garden)
    keys.act(page.get_by_role("link", name="Pour noter un arrosage"))
    expect(page.get_by_label("Votre code")).to_be_focused()
    keys.write("faux-code")
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Votre code")).to_be_focused()
    keys.write(code)
    keys.press("Enter")
    expect(page.locator(f"#bed-{THIRSTY} .act button")).to_be_visible()
    keys.act(page.get_by_role("link", name="Entré comme jardinier"))
    keys.act(page.get_by_role("button", name="Sortir"))
    expect(page.get_by_role("link", name="Entrer avec un code")).to_be_visible()


def test_done_undone_and_corrected(garden: ServedGarden, keys: Keyboard) -> None:
    page = go(keys, garden)
    bed, journal = page.locator(f"#bed-{THIRSTY}"), garden.gateway.catalogue.journal
    keys.act(bed.get_by_role("button", name="Fait"))
    expect(bed.get_by_role("button", name="Annuler")).to_be_focused()
    keys.press("Enter")
    expect(bed.get_by_role("button", name="Fait")).to_be_focused()
    assert journal.of(THIRSTY, NOW_MS - DAY_MS, NOW_MS + DAY_MS) == []
    keys.press("Enter")
    expect(bed.get_by_role("button", name="Annuler")).to_be_focused()
    keys.press("Shift+Tab")
    expect(bed.locator("summary")).to_be_focused()
    keys.press("Enter")
    keys.fill(bed.get_by_label("Combien d’arrosoirs ?").first, "2,5")
    keys.press("Enter")
    expect(bed.locator(".amount .number")).to_have_text("2,5")
    (entry,) = journal.of(THIRSTY, NOW_MS - DAY_MS, NOW_MS + DAY_MS)
    assert entry.cans == 2.5


def test_a_bed_is_edited(garden: ServedGarden, keys: Keyboard) -> None:
    page = go(keys, garden, f"/bacs/{MOIST}")
    keys.act(page.get_by_role("link", name="Modifier ce bac"))
    keys.fill(page.get_by_label("Son nom"), "L’ail rose")
    keys.fill(page.get_by_label("Surface, en m²"), "deux")
    keys.reach(page.get_by_role("radio", name="Limon Doux"))
    keys.press("ArrowDown", "ArrowDown")
    keys.reach(page.get_by_label("Culture"))
    keys.press("ArrowDown")
    keys.act(page.get_by_role("button", name="Enregistrer"))
    keys.act(page.get_by_role("link", name="Écrivez une surface"))
    expect(page.get_by_label("Surface, en m²")).to_be_focused()
    keys.write("1,5")
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("L’ail rose")
    record = garden.gateway.catalogue.beds.get(MOIST)
    assert record is not None
    assert (record.details.area_m2, record.details.soil) == (1.5, "argile")
    assert record.details.crop not in (None, "ail")


def test_a_note_is_added_and_taken_back(garden: ServedGarden, keys: Keyboard) -> None:
    page = go(keys, garden, f"/bacs/{BARE}")
    keys.fill(page.get_by_label("Noter ce que vous avez vu"), "Pucerons sous les feuilles")
    keys.press("Enter")
    expect(page.locator(".event.was-note")).to_contain_text("Pucerons")
    keys.act(page.get_by_role("button", name="Retirer"))
    expect(page.locator(".event.was-note")).to_have_count(0)


def test_a_curve_is_read_point_by_point(garden: ServedGarden, keys: Keyboard) -> None:
    for path, curve in (
        (f"/bacs/{MOIST}", "L’ail"),
        (f"/courbes?voie={AIR}&voie={SOIL}", "Température de l’air, Eau dans la terre"),
        ("/mesures", "Température de l’air"),
    ):
        page = go(keys, garden, path)
        slider = page.get_by_role("slider", name=curve).first
        keys.reach(slider)
        read = [slider.get_attribute("aria-valuetext")]
        for key in ("ArrowLeft", "PageDown", "Home", "ArrowRight", "End"):
            keys.press(key)
            read.append(slider.get_attribute("aria-valuetext"))
        assert read[0] == read[-1], path
        assert len(set(read)) == 5, (path, read)
        assert all(text and ("°C" in text or "%" in text) for text in read), read
        shown = page.locator(".readout").filter(visible=True)
        expect(shown).to_have_text(read[-1] or "")
        keys.press("Tab")
        expect(shown).to_have_count(0)


def test_a_probe_is_calibrated_and_that_undone(garden: ServedGarden, keys: Keyboard) -> None:
    page = go(keys, garden, "/mesures")
    keys.act(page.get_by_role("link", name="Étalonner les sondes"))
    keys.act(page.locator(f"[data-row='{SOIL}'] a"))
    keys.fill(page.get_by_label("Nombre de la sonde"), "0,75")
    keys.fill(page.get_by_label("Ce que cela vaut"), "6")
    keys.press("Enter")
    keys.fill(page.get_by_label("Nombre de la sonde"), "0,47")
    keys.act(page.get_by_role("button", name="Garder ce point"))
    keys.act(page.get_by_role("button", name="Enregistrer"))
    expect(page.locator(".advice.good")).to_contain_text("C’est enregistré")
    keys.act(page.get_by_role("button", name="Annuler").first)
    expect(page.locator(".advice.good")).to_contain_text("C’est annulé")
    assert garden.gateway.catalogue.calibrations.of(SOIL)[0].undone_ms is not None


def test_enter_in_a_list_of_probes_saves_it(garden: ServedGarden, keys: Keyboard) -> None:
    page = go(keys, garden, "/etalonner")
    keys.fill(page.get_by_label(f"sec, {SOIL}"), "0,75")
    keys.fill(page.get_by_label(f"arrosé, {SOIL}"), "0,4")
    keys.press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 sonde est étalonnée")).to_be_visible()


def test_channels_are_chosen_and_taken_away(garden: ServedGarden, keys: Keyboard) -> None:
    page = go(keys, garden, "/mesures")
    keys.act(page.get_by_role("link", name="Deux ou trois courbes ensemble"))
    for channel in sorted((AIR, SOIL), key=str):
        keys.reach(page.locator(f"#choose [value='{channel}']"))
        keys.press("Space")
    keys.act(page.get_by_role("button", name="Montrer"))
    expect(page.locator(".told-curve")).to_have_count(2)
    keys.act(page.get_by_role("link", name="Mois", exact=True))
    expect(page.locator("nav.spans [aria-current]")).to_have_text("Mois")
    with page.expect_download() as taken:
        keys.act(page.get_by_role("link", name="Tableur (CSV français)"))
    assert taken.value.path().read_bytes().startswith(b"\xef\xbb\xbf")


def test_what_waits_in_quarantine_is_tried_again(garden: ServedGarden, keys: Keyboard) -> None:
    page = go(keys, garden)
    keys.act(page.locator(".places").get_by_role("link", name="Santé"))
    keys.act(page.get_by_role("link", name="Quarantaine"))
    keys.act(page.get_by_role("button", name="Tout réessayer"))
    expect(page.get_by_role("status").filter(has_text="accept")).to_be_visible()


def test_language_and_theme_are_changed(garden: ServedGarden, keys: Keyboard) -> None:
    page = go(keys, garden, f"/courbes?voie={AIR}")
    keys.act(page.locator("#languages summary"))
    keys.act(page.locator("#languages").get_by_role("link", name="English").first)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".told-curve")).to_contain_text("Air temperature")
    slider = page.get_by_role("slider", name="Air temperature")
    keys.reach(slider)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")  # the theme is the device's: the page follows it
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    expect(slider).to_be_focused()
    keys.press("ArrowLeft")
    expect(page.locator(".canvas .readout")).to_contain_text("°C")


def test_a_workshop_from_its_start_to_its_end(
    garden: ServedGarden, keys: Keyboard, new_context: OpenContext
) -> None:
    page = go(keys, garden)
    keys.act(page.get_by_role("link", name="Ateliers"))
    expect(page.get_by_label("Titre")).to_be_focused()
    keys.write("La terre a soif")
    keys.press("Enter")
    code = page.get_by_label("Le code", exact=True).inner_text()

    group = Keyboard(new_context(viewport=PHONE).new_page())
    group.page.goto(f"{garden.address}/atelier")
    expect(group.page.get_by_label("Le code du grand écran")).to_be_focused()
    group.write(code)
    group.press("Enter")
    group.act(group.page.get_by_role("button", name="Tomate"))
    expect(group.page.get_by_label("nombre")).to_be_focused()
    group.write("21,5")
    group.press("Enter")
    expect(group.page.locator("#values")).to_contain_text("21,5")
    group.act(group.page.get_by_role("button", name="Appeler à l’aide"))
    group.fill(group.page.get_by_label("Une note"), "Le pot est sec.")
    group.act(group.page.get_by_role("button", name="Garder la note"))
    expect(group.page.locator("blockquote")).to_contain_text("sec")
    assert group.lost == []

    expect(page.locator("[data-plant=tomate]")).to_contain_text("appelle", timeout=15_000)
    keys.act(page.get_by_role("link", name="Animer"))
    keys.act(page.get_by_role("button", name="Aidé"))
    keys.act(page.get_by_role("button", name="Terminer l’atelier"))
    with page.expect_download():
        keys.act(page.get_by_role("link", name="Prenez le fichier des groupes (zip)"))
    keys.act(page.get_by_role("button", name="Tout effacer"))
    expect(page.get_by_role("main")).to_contain_text("effacés : 1, avec 1 groupe")
