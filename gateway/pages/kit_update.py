"""Updates: what is in service, what came of the last one, and the two ways to give a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from gateway.api.middleware import UPLOAD
from gateway.bundle.host import Host
from gateway.bundle.opened import opened
from gateway.bundle.signature import check_signature, keys_of
from gateway.kit import refusals, stick_bundles
from gateway.kit.asking import Steward
from gateway.kit.errand import request_name
from gateway.kit.form_file import FormFile
from gateway.kit.releases import current
from gateway.kit.uploading import Upload
from gateway.pages.update_addresses import PLACE
from gateway.pages.workshop_view import View
from gateway.service import Gateway
from sensor_node.errors import GardenError

VERB: Final = "update"


def show(gateway: Gateway, request: Request, error: GardenError | None = None) -> Response:
    """The page."""
    view = View(gateway, request)
    root = _root(request)
    release = current(root)
    steward = Steward(gateway.settings.kit.requests)
    answer = steward.heard(VERB)
    words = ""
    if answer is not None and not answer.done:
        words = answer.fr if view.language == "fr" else answer.en
    return view.page(
        "kit_update.html",
        error,
        in_service=None if release is None else release.version,
        upload=UPLOAD,
        possible=steward.is_there and release is not None,
        under_way=_is_under_way(gateway),
        done="" if answer is None or not answer.done else str(answer.values.get("version", "")),
        failed=words,
        bundles=[
            {
                "name": found.name,
                "version": found.version,
                "newer": found.is_newer,
                "refusal": found.refusal.text(view.language) if found.refusal else "",
            }
            for found in stick_bundles.found(root)
        ],
    )


async def take_in(gateway: Gateway, request: Request) -> Response:
    """Take in the bundle that a browser sends, and ask for it to be installed."""
    try:
        folder = gateway.settings.kit.requests
        if folder is None or _is_under_way(gateway):
            raise refusals.no_card() if folder is None else refusals.under_way()
        path = await _received(request, folder)
        await run_in_threadpool(_judge, path, _root(request))
        Steward(folder).ask(VERB, {})
    except GardenError as error:
        return await run_in_threadpool(show, gateway, request, error)
    return RedirectResponse(PLACE, 303)


def from_stick(gateway: Gateway, request: Request, name: str) -> Response:
    """Ask for the bundle ``name`` on the stick to be installed."""
    try:
        if _is_under_way(gateway):
            raise refusals.under_way()
        stick_bundles.named(name, _root(request))
        Steward(gateway.settings.kit.requests).ask(VERB, {"stick": name})
    except GardenError as error:
        return show(gateway, request, error)
    return RedirectResponse(PLACE, 303)


async def _received(request: Request, folder: Path) -> Path:
    upload = await run_in_threadpool(Upload, folder)
    try:
        form = FormFile(request.headers.get("content-type", ""), upload.write)
        async for piece in request.stream():
            await run_in_threadpool(form.write, piece)
        return await run_in_threadpool(upload.finish)
    except ClientDisconnect as left:
        raise refusals.broken_off() from left
    finally:
        await run_in_threadpool(upload.close)


def _judge(path: Path, root: Path) -> None:
    """Tell at once what would be refused anyway; root looks again before it installs."""
    try:
        release = current(root)
        if release is None:
            raise refusals.no_card()
        with opened(path) as bundle:
            check_signature(bundle, keys_of(root))
            Host.here(root).find(bundle.manifest)
            if bundle.name == release.name:
                raise refusals.same_version(release.version)
            if bundle.manifest.order < release.order:
                raise refusals.older_version(bundle.manifest.version, release.version)
    except GardenError:
        path.unlink(missing_ok=True)
        raise


def _is_under_way(gateway: Gateway) -> bool:
    folder = gateway.settings.kit.requests
    return folder is not None and (folder / request_name(VERB)).exists()


def _root(request: Request) -> Path:
    """Where the card's system lies: another place in tests."""
    return Path(getattr(request.app.state, "card_root", "/"))
