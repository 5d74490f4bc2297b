"""What went wrong, as RFC 9457 problems in the reader's language.

* Problem (GardenError, ValueError)   a request that cannot be answered as it is

Every other ``GardenError`` becomes a problem too, and so do FastAPI's own refusals. ``code`` is
stable; ``title`` and ``detail`` are for a person; ``type`` points into the documentation. Somebody
who looks at a page of the garden gets the same words as a page.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from gateway.api.languages import reader_language
from gateway.api.validation import explain
from gateway.security.refusals import AccessRefused
from sensor_node.errors import GardenError, PackRefused, StorageError, UsageError

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "/api/docs#"
FORM: Final = "application/x-www-form-urlencoded"
ENTER: Final = "/entrer"
"""The page where a person without a key is sent."""
MOST_OF_ADDRESS: Final = 200
MAX_BODY_BYTES: Final = 1_000_000
FEW: Final = 6
"""So many names are all told to whoever wrote none of them."""
VOWELS: Final = "aeiouéèêœ"

TITLES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("Demande incomprise", "Request not understood"),
    401: ("Il faut une clé", "A key is needed"),
    403: ("Demande refusée", "Request refused"),
    404: ("Introuvable", "Not found"),
    405: ("Méthode impossible ici", "Method not possible here"),
    408: ("Demande trop lente", "Request too slow"),
    409: ("Existe déjà", "Exists already"),
    412: ("Changé entre-temps", "Changed meanwhile"),
    413: ("Demande trop grosse", "Request too large"),
    415: ("Format non accepté", "Format not accepted"),
    422: ("Demande à corriger", "Request to correct"),
    429: ("Trop de demandes", "Too many requests"),
    500: ("Panne du jardin", "The garden failed"),
    503: ("Momentanément indisponible", "Not available just now"),
}


class Problem(GardenError, ValueError):
    """A request that cannot be answered as it is; ``more`` are further members of the problem."""

    def __init__(
        self, status: int, code: str, *, fr: str, en: str, more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(code, fr=fr, en=en)
        self.status = status
        self.more = dict(more or {})


def unknown(
    code: str, what: tuple[str, str], name: str, known: Iterable[str], status: int = 404
) -> Problem:
    """The problem of a ``name`` that is none of ``known``, with the nearest ones, or with all
    where they are ``FEW``.

    ``what`` is its noun in French and in English.
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    fr, en = _no_such(what, name)
    if near:
        some = ", ".join(near)
        fr, en = f"{fr} Vouliez-vous dire : {some} ?", f"{en} Did you mean: {some}?"
    if names and (not near or len(near) < len(names) <= FEW):
        some = ", ".join(names[:10])
        fr, en = f"{fr} Il y a : {some}.", f"{en} There is: {some}."
    return Problem(status, code, fr=fr, en=en, more={"near": near})


def _no_such(what: tuple[str, str], name: str) -> tuple[str, str]:
    of = "d'" if what[0][0] in VOWELS else "de "
    if not name.strip():
        return (
            f"Le nom {of}{what[0]} est vide : donnez-en un.",
            f"The name of the {what[1]} is empty: give one.",
        )
    shown = name[:80]
    return f"Il n'y a pas {of}{what[0]} « {shown} ».", f"There is no {what[1]} '{shown}'."


def status_of(error: GardenError) -> int:
    """The HTTP status that says best what ``error`` means to a program."""
    if isinstance(error, Problem | AccessRefused):
        return error.status
    if isinstance(error, StorageError):
        return 503
    return 422 if isinstance(error, UsageError | PackRefused) else 500


def problem_body(status: int, code: str, detail: str, language: str) -> dict[str, Any]:
    """The members that every problem has."""
    return {
        "type": TYPE_BASE + code,
        "title": title_of(status, language),
        "status": status,
        "detail": detail,
        "code": code,
    }


def problem_response(
    error: GardenError, language: str, headers: Mapping[str, str] | None = None
) -> Response:
    """``error`` as an answer."""
    status = status_of(error)
    body = problem_body(status, error.code, error.text(language), language)
    if isinstance(error, Problem):
        body.update(error.more)
    return Response(
        json.dumps(body, ensure_ascii=False),
        status,
        {
            "Content-Language": language,
            "Cache-Control": "no-store",
            **_next_steps(error),
            **(headers or {}),
        },
        media_type=MEDIA_TYPE,
    )


def _next_steps(error: GardenError) -> dict[str, str]:
    """What tells a program when to come again, or with what."""
    if not isinstance(error, AccessRefused):
        return {}
    if error.wait_s is not None:
        return {"Retry-After": str(round(error.wait_s))}
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}


def install(app: FastAPI, default_language: str) -> None:
    """Make ``app`` answer every refusal as a problem."""

    async def garden(request: Request, error: Exception) -> Response:
        assert isinstance(error, GardenError)  # noqa: S101 - registered for this class only
        refused = status_of(error) in (401, 403)
        page = (await _filled_in(request) or _page_of(request)) if refused else None
        if page and status_of(error) == 401:
            return RedirectResponse(f"{ENTER}?vers={quote(page)}", 303)
        return await told(request, error, back=page or "/")

    async def told(
        request: Request, error: GardenError, headers: Any = None, back: str = "/"
    ) -> Response:
        if request.app.state.pages and _is_looked_at(request):
            try:
                page = await run_in_threadpool(_as_page, request, error, back)
            except GardenError:
                pass  # neither its files nor its disk can be read: the words alone, then
            else:
                page.headers.update({**_next_steps(error), **(headers or {})})
                return page
        return problem_response(error, reader_language(request, default_language), headers)

    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        language = reader_language(request, default_language)
        wrong = [explain(e, language) for e in error.errors()]
        detail = " ".join(item["text"] for item in wrong)
        problem = Problem(422, "WRONG_PARAMETER", fr=detail, en=detail, more={"errors": wrong})
        return await told(request, problem)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        return await told(request, _of_http(error, request), error.headers)

    app.add_exception_handler(GardenError, garden)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)


def internal_problem() -> Problem:
    """The problem of a failure that nobody foresaw; its traceback is in the log only."""
    return Problem(
        500,
        "INTERNAL_ERROR",
        fr="Quelque chose a échoué dans la passerelle ; rien de ce qui était enregistré n'est "
        "perdu. Réessayez, et si cela revient, montrez le journal de la passerelle à la personne "
        "qui s'en occupe.",
        en="Something failed in the gateway; nothing that was recorded is lost. Try again, and if "
        "it comes back show the gateway's log to its keeper.",
    )


def too_large() -> Problem:
    """The problem of a request's body over ``MAX_BODY_BYTES``."""
    return Problem(
        413,
        "TOO_LARGE",
        fr=f"La demande dépasse {MAX_BODY_BYTES} octets : envoyez-la en plusieurs fois.",
        en=f"The request is over {MAX_BODY_BYTES} bytes: send it in several parts.",
        more={"limit": MAX_BODY_BYTES},
    )


def _is_looked_at(request: Request) -> bool:
    """Whether a person's browser shows the answer; a script of a page asks for problems too."""
    accept, path = request.headers.get("accept", ""), request.url.path
    is_page = not path.startswith(("/api/", "/static/")) and "hx-request" not in request.headers
    return is_page and "text/html" in accept and MEDIA_TYPE not in accept


def _as_page(request: Request, error: GardenError, back: str) -> Response:
    from gateway.pages import refused  # noqa: PLC0415 - what draws is loaded when it is needed

    return refused.answer(request, error, back)


def _page_of(request: Request) -> str | None:
    """The page that a person looks at, with all that stands in its address; None for a program.

    Of a form it is the page that it stands on, so that nothing typed is lost with an old key.
    """
    headers, url = request.headers, urlsplit(str(request.url))
    if "text/html" not in headers.get("accept", "") or url.path.startswith("/api/"):
        return None
    if request.method != "GET":
        url = urlsplit(headers.get("referer", ""))
        if "hx-request" in headers or url.netloc != headers.get("host", ""):
            return None
    whole = f"{url.path}?{url.query}" if url.query else url.path
    return whole if len(whole) <= MOST_OF_ADDRESS else url.path


async def _filled_in(request: Request) -> str:
    """The address of the form that was sent, with all that was typed; empty for none such.

    Whoever filled it in for longer than their key lasts enters anew, and finds it as it was.
    """
    if not request.headers.get("content-type", "").startswith(FORM):
        return ""
    sent = [(k, v) for k, v in (await request.form()).multi_items() if isinstance(v, str)]
    page = dict(sent).get("page", "")
    typed = [(name, value) for name, value in sent if name not in ("csrf", "page")]
    return f"{page}?{urlencode([('garde', '1'), *typed])}" if page.startswith("/") else ""


def _of_http(error: HTTPException, request: Request) -> Problem:
    path, method = request.url.path, request.method
    if error.status_code == 404:
        return Problem(
            404,
            "UNKNOWN_ADDRESS",
            fr=f"Il n'y a rien à l'adresse {path[:200]}. Les adresses sont décrites sur /api/docs.",
            en=f"There is nothing at {path[:200]}. The addresses are described at /api/docs.",
        )
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return Problem(
            405,
            "METHOD_NOT_ALLOWED",
            fr=f"{method} n'est pas possible ici ; possible : {allowed}.",
            en=f"{method} is not possible here; possible: {allowed}.",
            more={"allowed": [m.strip() for m in allowed.split(",") if m.strip()]},
        )
    if error.status_code == 408:
        return Problem(
            408,
            "TOO_SLOW",
            fr="La demande n'est pas arrivée en entier à temps : recommencez, plus près du Wi-Fi.",
            en="The request did not come whole in time: try again, nearer to the Wi-Fi.",
        )
    if error.status_code == 400:
        return Problem(
            400,
            "BAD_REQUEST",
            fr="Le corps de la demande ne se lit pas : envoyez du JSON en UTF-8, sans objets "
            "emboîtés à l'infini.",
            en="The request's body cannot be read: send JSON in UTF-8, without objects nested "
            "without end.",
        )
    if error.status_code == 413:
        return too_large()
    fr, en = title_of(error.status_code, "fr"), title_of(error.status_code, "en")
    code = HTTPStatus(error.status_code).name
    return Problem(error.status_code, code, fr=f"{fr}.", en=f"{en}.")


def title_of(status: int, language: str) -> str:
    """What a status means, in a few words."""
    fr, en = TITLES.get(status, (HTTPStatus(status).phrase, HTTPStatus(status).phrase))
    return fr if language == "fr" else en
