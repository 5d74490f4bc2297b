"""``/api/docs``: the interface described, tried out in the browser, and all without internet."""

from __future__ import annotations

from html import escape
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse

from gateway import assets
from gateway.api.context import Language
from gateway.api.guard import allow
from gateway.security.roles import Action
from sensor_node.errors import GardenError

router = APIRouter(include_in_schema=False)

OPENAPI_URL: Final = "/api/openapi.json"

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{head}
</head>
<body>
{body}
</body>
</html>
"""


@router.get(OPENAPI_URL, dependencies=[allow(Action.ENTER)])
def description(request: Request) -> JSONResponse:
    """The interface as OpenAPI 3."""
    app: FastAPI = request.app
    return JSONResponse(app.openapi())


@router.get("/api/docs", dependencies=[allow(Action.ENTER)])
def docs(language: Language) -> HTMLResponse:
    """The page, or a plain word on how to build its files and where the description is."""
    title = "L'interface du jardin" if language == "fr" else "The garden's interface"
    words = "La description, en JSON" if language == "fr" else "The description, as JSON"
    link = f'<p><a href="{OPENAPI_URL}">{words}</a></p>'
    try:
        head = (
            f'<link rel="stylesheet" href="{assets.url("swagger-ui.css")}">\n'
            f'<script defer src="{assets.url("swagger-ui-bundle.js")}"></script>\n'
            f'<script defer src="{assets.url("openapi.js")}"></script>'
        )
        body = f'<div id="openapi" data-url="{OPENAPI_URL}"></div>\n<noscript>{link}</noscript>'
    except GardenError as error:
        head, body = "", f"<h1>{title}</h1>\n<p>{escape(error.text(language))}</p>\n{link}"
    return HTMLResponse(_PAGE.format(language=language, title=title, head=head, body=body))
