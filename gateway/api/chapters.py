"""The addresses in chapters: each is read in by the first request for one of them.

Routes, their models and what these lean on weigh eight megabytes, and most gardens use a few of
them. Whoever must see every address calls ``read_all``: the description of the interface does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

BASE: Final = "/api/v1"

NOUNS: Final[Mapping[str, tuple[str, ...]]] = {
    "garden": ("garden",),
    "nodes": ("nodes",),
    "channels": ("channels", "calibrations"),
    "calibrations": ("channels", "calibrations"),
    "readings": ("readings", "sending"),
    "beds": ("beds", "waterings", "notes", "advice", "history"),
    "crops": ("crops",),
    "restriction": ("restriction",),
    "rain": ("rain",),
    "forecast": ("forecast",),
    "alerts": ("alerts",),
    "events": ("events",),
    "quarantine": ("quarantine",),
    "health": ("checks",),
    **dict.fromkeys(("who", "tokens", "codes", "passphrases", "door", "audit"), ("keys",)),
    "joining": ("joining",),
    "workshops": ("workshops",),
}
"""The first word after ``BASE``, and the modules of ``gateway.api`` that answer below it."""

OTHERS: Final = "others"
"""The chapter of all other addresses: pages, and files for programs and pupils."""


class Chapters:
    """What has been read of the interface; safe for use from several threads.

    ``read``: puts the routes of one chapter into the application; called once for each.
    ``always``: beginnings of addresses that are there from the start, in no chapter.
    """

    def __init__(self, read: Callable[[str], None], always: Iterable[str]) -> None:
        self._read = read
        self._always = tuple(always)
        self._is_read: set[str] = set()
        self._lock = threading.Lock()

    def of(self, path: str) -> tuple[str, ...]:
        """The chapters in which ``path`` may be found."""
        noun = _noun(path)
        if noun is not None:
            return NOUNS.get(noun, ())
        return () if path.startswith(self._always) else (OTHERS,)

    def place(self, path: str) -> int:
        """Where the noun of ``path`` stands in the table; what has no noun comes last."""
        nouns = list(NOUNS)
        noun = _noun(path)
        return nouns.index(noun) if noun in nouns else len(nouns)

    def has(self, path: str) -> bool:
        """Whether all is read that may answer ``path``."""
        return self._is_read.issuperset(self.of(path))

    def read(self, names: Iterable[str]) -> None:
        """Have the chapters ``names`` in the application."""
        with self._lock:
            for name in names:
                if name not in self._is_read:
                    self._read(name)
                    self._is_read.add(name)

    def read_all(self) -> None:
        """Have every address in the application."""
        for names in (*NOUNS.values(), (OTHERS,)):
            self.read(names)


def _noun(path: str) -> str | None:
    """The first word after ``BASE``; None for what is not for programs."""
    return path.split("/")[3] if path.startswith(f"{BASE}/") else None


class Chaptered:
    """Has the chapter of a request read before its address is looked up."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            chapters: Chapters = scope["app"].state.chapters
            if not chapters.has(scope["path"]):
                await run_in_threadpool(chapters.read, chapters.of(scope["path"]))
        await self._app(scope, receive, send)
