"""The reader's language: what the address asks for, else the browser, else the garden's own."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from sensor_node.errors import LANGUAGES


def reader_language(request: HTTPConnection, default: str) -> str:
    """``fr`` or ``en`` for ``request``: ``?lang=``, then ``Accept-Language``, then ``default``."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return accepted_language(request.headers.get("accept-language", ""), default)


def accepted_language(header: str, default: str) -> str:
    """The best supported language of an ``Accept-Language`` header (RFC 9110, 12.5.4)."""
    for language in by_preference(header):
        if language == "*":
            return default
        if language[:2] in LANGUAGES and language[2:3] in ("", "-"):
            return language[:2]
    return default


def by_preference(header: str) -> list[str]:
    """The items of an ``Accept…`` header in lower case, best first, refused ones left out."""
    weighted: list[tuple[float, str]] = []
    for item in header.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = _weight(parameters)
        if name and weight > 0:
            weighted.append((weight, name))
    return [name for _, name in sorted(weighted, key=lambda pair: -pair[0])]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
