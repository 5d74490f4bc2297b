"""The child of ``courier``: one question as JSON on stdin, one answer as JSON on stdout.

``{"send": url, "title": …, "body": …}`` -> ``{"sent": true}``; ``{"check": [urls]}`` ->
``{"wrong": [null or what is expected, …]}``.
"""

from __future__ import annotations

import difflib
import json
import logging
import sys
from typing import Any, Final

USUAL: Final = (
    "mailtos://user:password@example.org",
    "ntfy://topic",
    "signal://host:port/from_phone/to_phone",
    "json://host:port",
)
SHOWN: Final = 2


def main() -> int:
    """Answer, and be gone."""
    logging.disable(logging.CRITICAL)  # Apprise speaks of its addresses
    question = json.loads(sys.stdin.read())
    if "check" in question:
        answer: dict[str, Any] = {"wrong": [_expected(url) for url in question["check"]]}
    else:
        answer = {"sent": _send(question["send"], question["title"], question["body"])}
    print(json.dumps(answer))
    return 0


def _send(url: str, title: str, body: str) -> bool:
    import apprise  # noqa: PLC0415 - what it costs is paid by this process alone

    service = apprise.Apprise()
    return bool(
        service.add(url)
        and service.notify(
            body=body,
            title=title,
            notify_type=apprise.NotifyType.WARNING,
            body_format=apprise.NotifyFormat.TEXT,
        )
    )


def _expected(url: str) -> list[str] | None:
    """What was expected in place of ``url``; None where it can be used."""
    import apprise  # noqa: PLC0415

    if apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None:
        return None
    schema = url.partition("://")[0].lower() if "://" in url else ""
    templates: dict[str, list[str]] = {}
    for service in apprise.Apprise().details()["schemas"]:
        for known in (*(service["protocols"] or ()), *(service["secure_protocols"] or ())):
            templates[known] = [
                template.replace("{schema}", known) for template in service["details"]["templates"]
            ]
    if schema in templates:
        return templates[schema][:SHOWN]
    near = difflib.get_close_matches(schema, templates, n=1, cutoff=0.7) if schema else []
    return templates[near[0]][:SHOWN] if near else list(USUAL)


if __name__ == "__main__":
    sys.exit(main())
