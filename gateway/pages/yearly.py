"""One page per year: what the association reports."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response

from gateway.bounds import FIRST_YEAR
from gateway.pages.workshop_view import View
from gateway.service import Gateway
from gateway.yearly.columns import FEW
from gateway.yearly.year import Year, csv_of, year_of


def show(gateway: Gateway, request: Request, year: int | None) -> Response:
    """The figures of ``year``, this one unless told."""
    view, now = View(gateway, request), _this_year(gateway)
    figures = _figures(gateway, year or now)
    return view.page(
        "yearly.html",
        year=figures.year,
        first_year=FIRST_YEAR,
        this_year=now,
        rows=list(figures.rows(view.language)),
        few=FEW,
    )


def table(gateway: Gateway, request: Request, year: int | None) -> Response:
    """The same as a file."""
    figures = _figures(gateway, year or _this_year(gateway))
    headers = {"Content-Disposition": f'attachment; filename="bilan-{figures.year}.csv"'}
    text = csv_of(figures, View(gateway, request).language)
    return Response(text, media_type="text/csv", headers=headers)


def _figures(gateway: Gateway, year: int) -> Year:
    settings = gateway.settings
    return year_of(gateway.catalogue, year, settings.timezone, settings.report.chosen)


def _this_year(gateway: Gateway) -> int:
    now = datetime.fromtimestamp(gateway.clock.wall_ms() / 1000, UTC)
    return now.astimezone(ZoneInfo(gateway.settings.timezone)).year
