"""The garden of the bench lives a year on readings that it leaves alone, and ballast weighs what it
is asked to.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bench.lived import BED, OTHERS_DAYS, lived_on
from bench.served import KINDS, _filled, _page
from bench.view import File, _like
from bench.years import years_of
from gateway.beds.situations import local
from gateway.catalogue import Catalogue
from gateway.settings import GatewaySettings


@pytest.mark.prove
def test_a_bed_has_its_advice_of_each_morning_and_the_readings_stay(tmp_path: Path) -> None:
    years = years_of(0.02, cache=tmp_path)
    lived = lived_on(years, days=OTHERS_DAYS + 1)
    with closing(sqlite3.connect(years.store_path)) as db:
        assert db.execute("SELECT count(*) FROM readings").fetchone() == (years.readings,)
    with closing(Catalogue(lived.folder / "garden.sqlite")) as catalogue:
        beds = catalogue.beds.all()
        first = min(local(one.made_ms, GatewaySettings.timezone).date() for one in beds.values())
        told = {bed: len(catalogue.advice.days(bed, first, first.max, "fr")) for bed in beds}
    assert told.pop(BED) == OTHERS_DAYS + 1
    assert set(told.values()) == {OTHERS_DAYS}
    assert lived_on(years, days=OTHERS_DAYS + 1).live_s is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_ballast_has_so_many_bytes_and_no_two_are_alike(kind: str) -> None:
    _, begin, end = KINDS[kind]
    one, other = (_filled(begin, end, 5000, seed) for seed in (1, 2))
    assert len(one.encode()) == len(other.encode()) == 5000
    assert one != other


def test_a_page_of_ballast_asks_for_files_like_those_that_were_loaded() -> None:
    files = [File("html", 3000, 3400), File("css", 700, 900), File("js", 800, 1000)]
    assert _like(files, 600) == "/lest?html=3600&css=700&js=800"
    page = _page(3600, {"css": [700], "js": [800], "svg": []})
    assert len(page.encode()) == 3600
    assert '<link rel="stylesheet" href="/lest/0/700.css">' in page
    assert '<script defer src="/lest/0/800.js"></script>' in page
