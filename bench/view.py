"""What a phone loads to show Today, and how soon it can be read on a slow one.

A real Chromium, the gateway of ``bench.pages``. Slow: the processor six times slower, 1 Mbit/s,
40 ms a request, as at the far end of a garden's Wi-Fi, and nothing in the browser's cache. Today
can be read when the word of every bed is painted. It is compared, in turn, with a page that says a
dot and loads as many files of the same kinds and sizes, from the same server.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, Page, Request

from bench.browser import chromium, find_chromium
from bench.figures import Figure
from bench.lived import CROPS, Lived
from bench.pages import serving
from bench.served import BALLAST
from gateway.broker import HOST, find_mosquitto

KB_GOAL: Final = 150
TIMES_GOAL: Final = 2.5
SLOWER: Final = 6
BYTES_A_S: Final = 1_000_000 / 8
LATENCY_MS: Final = 40
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 844}, "locale": "fr-FR"}
KINDS: Final = {"stylesheet": "css", "script": "js", "other": "svg", "image": "svg"}

READABLE: Final = """
window.readable = new Promise((done) => {
  let came;
  const look = () => {
    const words = [...document.querySelectorAll(%r)].filter((one) => one.checkVisibility());
    if (!came && words.length >= %d) came = performance.now();
    const [painted] = performance.getEntriesByName("first-contentful-paint");
    if (came && painted) done(Math.max(came, painted.startTime));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
"""
"""Resolves to the milliseconds from the start to the frame in which so many words are there."""


class File(NamedTuple):
    """One answer: its kind for ``bench.served``, bytes on the wire without and with its head."""

    kind: str
    body: int
    whole: int


def measure(folder: Path, lived: Lived, rounds: int) -> list[Figure]:
    """Bytes of the first view, and seconds to it against the page to compare with."""
    if find_mosquitto() is None or find_chromium() is None:
        print("no mosquitto or no chromium: the first view is not measured", file=sys.stderr)
        return []
    with serving(folder, lived) as served, chromium() as browser:
        address = f"http://{HOST}:{served.port}"
        files = _files(browser, f"{address}/")
        return list(_figures(browser, address, files, rounds))


def _figures(
    browser: Browser, address: str, files: Sequence[File], rounds: int
) -> Iterator[Figure]:
    size = _bytes(files)
    yield Figure("today, all it loads", "KB", [size / 1e3], most=KB_GOAL)
    yield Figure("  files", "", [len(files)])
    # Its answers have shorter heads: what is missing goes into the page itself.
    missing = size - _bytes(_files(browser, f"{address}{_like(files)}"))
    other = f"{address}{_like(files, missing)}"
    yield Figure("  the page of as many bytes", "KB", [_bytes(_files(browser, other)) / 1e3])
    pairs = [
        (
            _readable_s(browser, f"{address}/", "[data-bed] .word", len(CROPS)),
            _readable_s(browser, other, "p", 1),
        )
        for _ in range(rounds)
    ]
    yield Figure("today, read on a slow phone", "s", [a for a, _ in pairs])
    yield Figure("  the page of as many bytes", "s", [b for _, b in pairs])
    yield Figure("  times that page", "", [a / b for a, b in pairs], most=TIMES_GOAL)


def _files(browser: Browser, address: str) -> list[File]:
    """All that is loaded until nothing more comes; the open stream of events is no file."""
    context = browser.new_context(**PHONE)
    page, asked = context.new_page(), list[Request]()
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - it is marked
    page.goto(address, wait_until="load")
    page.wait_for_timeout(1000)
    files = [_file(one) for one in asked if "/api/v1/events" not in one.url]
    context.close()
    return files


def _file(request: Request) -> File:
    answer = request.response()
    if answer is None or not answer.ok:
        raise RuntimeError(f"{request.url} did not come")
    answer.finished()
    sizes = request.sizes()
    body, head = sizes["responseBodySize"], sizes["responseHeadersSize"]
    return File(KINDS.get(request.resource_type, "html"), body, body + head)


def _bytes(files: Sequence[File]) -> int:
    return sum(one.whole for one in files)


def _like(files: Sequence[File], more: int = 0) -> str:
    """Where ``bench.served`` has a page of as many files of the same sizes, itself ``more``."""
    sizes = [(one.kind, one.body + more * (one.kind == "html")) for one in files]
    return f"{BALLAST}?{urlencode(sizes)}"


def _readable_s(browser: Browser, address: str, words: str, count: int) -> float:
    context = browser.new_context(**PHONE)
    page = context.new_page()
    _slow_down(context, page)
    page.add_init_script(READABLE % (words, count))
    page.goto(address, wait_until="commit")
    took_ms: float = page.evaluate("window.readable")
    context.close()
    return took_ms / 1000


def _slow_down(context: BrowserContext, page: Page) -> None:
    tools = context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    tools.send("Network.enable")
    tools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_A_S,
            "uploadThroughput": BYTES_A_S,
        },
    )
