"""A kit's life on a phone, with every program real: first start, readings, handover, blank."""

from __future__ import annotations

import signal
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe import violations
from harness import eventually
from keyed import Voice
from kits import CODE, KIT, PHRASE, KitInService, Pi, kit_in_service
from playwright.sync_api import BrowserContext, Page, expect
from served_garden import AIR, NOW_MS, ServedGarden, Watch
from traces import found_in

from gateway.kit import blank
from gateway.kit.asking import Steward
from gateway.kit.steward import VERBS, serve
from gateway.pages import kit_hour
from sensor_node import wire

SCHOOL = "École des Traces"
AT_ONCE_MS = 60_000
"""A gateway that begins again on a loaded computer."""


@pytest.fixture
def kit(tmp_path: Path, built_assets: None) -> Iterator[KitInService]:
    with kit_in_service(tmp_path) as running:
        yield running


def come_in(page: Page, address: str) -> None:
    page.goto(f"{address}/bienvenue?code={CODE}")
    page.get_by_role("button", name="Commencer").click()


def start(page: Page, kit: KitInService) -> None:
    """What the sheet says, up to the first reading; each line is a step of a person."""
    come_in(page, kit.plain)
    page.get_by_label("Son nom, celui de l’école par exemple").fill(SCHOOL)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".garden")).to_have_text(SCHOOL, timeout=AT_ONCE_MS)
    expect(page.locator('[data-node="potager-1"] .reading').first).to_be_visible(timeout=AT_ONCE_MS)


def become_keeper(page: Page, kit: KitInService) -> None:
    page.get_by_role("link", name="Aller à la porte sûre").click()
    assert page.url.startswith(f"{kit.safe}/bienvenue?code=")
    page.get_by_label("Phrase (elle s’écrit en clair : regardez qui regarde)").fill("court")
    expect(page.get_by_text("Trop courte : douze lettres au moins.")).to_be_visible()
    page.get_by_label("Phrase (elle s’écrit en clair : regardez qui regarde)").fill(PHRASE)
    expect(page.get_by_text("Bonne phrase.")).to_be_visible()
    page.get_by_role("button", name="Choisir cette phrase").click()
    expect(page.locator("#phrase.done")).to_be_visible()


def test_a_kit_starts_measures_is_handed_over_and_is_blank_for_the_next_school(
    kit: KitInService, new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    phone = new_context(viewport={"width": 390, "height": 844}, ignore_https_errors=True)
    page = phone.new_page()
    start(page, kit)
    become_keeper(page, kit)

    page.goto(f"{kit.safe}/remise")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Télécharger").click()
    coming.value.save_as(tmp_path / "taken.zip")
    with zipfile.ZipFile(tmp_path / "taken.zip") as taken:
        assert "potager-1" in taken.read("jours.csv").decode()
    page.reload()
    expect(page.get_by_label("Sans rien emporter")).to_have_count(0)
    page.get_by_label("Pour confirmer, écrivez « effacer »").fill("effacer")
    page.get_by_role("button", name="Effacer et remettre à blanc").click()

    expect(page.locator(".garden")).to_have_text("Essai", timeout=AT_ONCE_MS)
    expect(page.get_by_role("button", name="Commencer")).to_be_visible()
    assert found_in([kit.data], [SCHOOL.encode(), SCHOOL[6:].encode()]) == []
    # Its node is known as before, and appears with what it measures from now on.
    expect(page.locator('[data-node="potager-1"] .reading').first).to_be_visible(timeout=AT_ONCE_MS)
    since_ms = blank.since_ms(kit.data)
    assert since_ms > 0
    assert all(at_ms >= since_ms for at_ms in kit.times_stored())
    page.goto(f"{kit.safe}/remise")
    assert "/entrer" in page.url  # the keeper of before is nobody


@pytest.mark.prove
def test_killed_in_the_middle_of_a_handover_it_starts_blank(kit: KitInService) -> None:
    voice = Voice(kit.garden.account("autre")).enter()
    voice.say(wire.node_topic("autre", "state"), b"online", retain=True)
    voice.leave()
    with kit.keeper() as keeper:
        answer = keeper.post("/remise", data={"mot": "erase", "sans": "1"})
        assert answer.status_code == 200
        kit.gateway.send_signal(signal.SIGKILL)
        kit.gateway.wait()
        kit.start_again()

        assert blank.decided(kit.data) is None
        assert keeper.get("/api/v1/tokens").status_code == 401
    eventually(lambda: kit.nodes() == ["potager-1"], "only the kit's own node comes again")


@pytest.fixture
def untimed(
    tmp_path: Path, built_assets: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ServedGarden]:
    """A kit that has no time, and a steward who sets its clock."""
    requests = tmp_path / "requests"
    requests.mkdir()
    garden = ServedGarden(tmp_path / "data", replace(KIT, requests=requests))
    garden.clock.keeper = None
    pi = Pi(garden.clock)
    steward = Steward(requests, pause=lambda _s: serve(requests, VERBS, pi))
    monkeypatch.setattr(kit_hour, "steward_of", lambda _gateway: steward)
    garden.start()
    yield garden
    garden.stop()


def test_the_hour_of_the_phone_becomes_the_gardens_by_one_tap(
    untimed: ServedGarden, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    page.clock.install(time=NOW_MS / 1000 + 86_400)  # the phone is a day ahead of the kit
    come_in(page, untimed.address)
    expect(page.get_by_text("Ce téléphone dit : dimanche 23 novembre 2025")).to_be_visible()
    page.get_by_role("button", name="C’est juste : régler le jardin").click()
    expect(page.locator("#heure.done")).to_be_visible()
    assert abs(untimed.clock.wall_ms() - NOW_MS - 86_400_000) < AT_ONCE_MS


def test_without_a_script_the_first_start_is_done_by_typing(
    untimed: ServedGarden, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    come_in(page, untimed.address)
    page.get_by_label("Son nom, celui de l’école par exemple").fill(SCHOOL)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#jardin.done")).to_be_visible()
    page.get_by_label("Date et heure d’aujourd’hui").fill("2025-11-23T12:30")
    page.get_by_role("button", name="C’est juste : régler le jardin").click()
    expect(page.locator("#heure.done")).to_be_visible()
    assert untimed.clock.wall_ms() == NOW_MS + 88_200_000
    page.get_by_label("Code de la feuille").fill(CODE)
    page.get_by_label("Phrase (elle s’écrit en clair : regardez qui regarde)").fill(PHRASE)
    page.get_by_role("button", name="Choisir cette phrase").click()
    expect(page.locator("#phrase.done")).to_be_visible()


def test_axe_finds_nothing_on_the_pages_of_a_kit_and_nothing_scrolls_sideways(
    untimed: ServedGarden, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    watch = Watch(page)
    come_in(page, untimed.address)
    untimed.know(AIR, "air_temperature", "Cel")
    untimed.fill(AIR, lambda _: 21.4)
    paths = ["/bienvenue", "/heure", "/adresses", "/kit/feuille"]
    for path in paths:
        looked_over(page, untimed.address + path)
    page.goto(f"{untimed.address}/bienvenue?code={CODE}")
    page.get_by_label("Phrase (elle s’écrit en clair : regardez qui regarde)").fill(PHRASE)
    page.get_by_role("button", name="Choisir cette phrase").click()
    looked_over(page, f"{untimed.address}/remise")
    looked_over(page, f"{untimed.address}/mise-a-jour")
    assert watch.complaints == []


def looked_over(page: Page, address: str) -> None:
    page.goto(address)
    assert page.url.startswith(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    assert violations(page) == [], address
