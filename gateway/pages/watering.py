"""What the buttons of a bed do about its waterings, by the way of the programs' interface."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from gateway.api import waterings
from gateway.api.bed_shapes import NewWatering, WateringChange
from gateway.api.guard import who_asks
from gateway.pages.doing import Doing, amount_of
from gateway.service import Gateway


def tell(
    gateway: Gateway, request: Request, bed: str, *, cans: str, litres: str, key: str
) -> Response:
    """Water was given; ``key`` is the form's own, so that two taps tell of one watering."""

    def do() -> None:
        told = {**_amounts(cans, litres), "key": key or None, "by": who_asks(request).name}
        waterings.keep(gateway, bed, NewWatering.model_validate(told))

    return Doing(gateway, request, bed).answer(do)


def correct(
    gateway: Gateway, request: Request, bed: str, number: int, *, cans: str, litres: str
) -> Response:
    """It was another amount."""

    def do() -> None:
        change = WateringChange.model_validate(_amounts(cans, litres))
        waterings.keep_correction(gateway, bed, number, change)

    return Doing(gateway, request, bed).answer(do)


def undo(gateway: Gateway, request: Request, bed: str, number: int) -> Response:
    """There was none."""
    doing = Doing(gateway, request, bed)
    return doing.answer(lambda: waterings.keep_undoing(gateway, bed, number))


def _amounts(cans: str, litres: str) -> dict[str, float | None]:
    return {"cans": amount_of(cans), "litres": amount_of(litres)}
