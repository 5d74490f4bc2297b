"""Handing the kit over: the data first, then a typed word, then it is blank."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from gateway.kit import handover
from gateway.kit.taking import take_along
from gateway.pages.kit_welcome import PLACE as WELCOME
from gateway.pages.kit_welcome import wait
from gateway.pages.workshop_view import View
from gateway.service import Gateway
from sensor_node.errors import GardenError, StorageError, UsageError

PLACE = "/remise"


def show(gateway: Gateway, request: Request, error: GardenError | None = None) -> Response:
    """The page: what can be taken along, and the word that erases."""
    stick = _stick(gateway)
    return View(gateway, request).page(
        "kit_handover.html",
        error,
        taken=handover.was_taken(gateway.settings.data),
        stick=stick is not None,
        told=request.query_params.get("pris", "")[:120],
        word=handover.WORDS[View(gateway, request).language == "en"],
    )


def take(gateway: Gateway) -> Response:
    """The data as one file. Raises ``StorageError``."""
    data = gateway.settings.data
    for old in (data / handover.TAKEN).glob("*.zip"):  # of an earlier try: the newest is whole
        old.unlink()
    file = take_along(gateway, data / handover.TAKEN)
    handover.note_taken(data)
    return FileResponse(
        file,
        media_type="application/zip",
        filename=file.name,
        headers={"Cache-Control": "no-store"},
    )


def take_on_stick(gateway: Gateway, request: Request) -> Response:
    """The same onto the stick of the backups."""
    try:
        stick = _stick(gateway)
        if stick is None:
            raise _no_stick()
        file = take_along(gateway, stick)
        handover.note_taken(gateway.settings.data)
    except GardenError as error:
        return show(gateway, request, error)
    return RedirectResponse(f"{PLACE}?pris={file.name}", 303)


def hand_over(gateway: Gateway, request: Request, word: str, *, without: bool) -> Response:
    """Decide it; the gateway begins again, blank. The browser goes on to the first start."""
    try:
        gateway.settings.kit.check_is_kit()
        handover.decide(gateway, word, without=without)
    except StorageError:
        raise
    except UsageError as error:
        return show(gateway, request, error)
    response = wait(gateway, request, WELCOME)
    gateway.begin_again()
    return response


def _stick(gateway: Gateway) -> Path | None:
    """Where the backups go, if that is there now."""
    folder = gateway.settings.backup.folder
    return folder if folder is not None and folder.is_dir() else None


def _no_stick() -> UsageError:
    return UsageError(
        "HANDOVER_NO_STICK",
        fr="Aucune clé USB n'est là (réglage backup.folder) : branchez-la, ou téléchargez.",
        en="No USB stick is there (setting backup.folder): plug it in, or download.",
    )
