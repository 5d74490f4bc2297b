"""The thread that asks for the forecast; nothing of the gateway ever waits for it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Final

from gateway.forecast.forecasts import Ask, Forecasts
from sensor_node.errors import StorageError

LOOK_EVERY_S: Final = 30.0
FAREWELL_S: Final = 2.0
"""A thread that the system holds longer, in a look-up of a name say, is left behind: it keeps
nothing more, and ends with the process."""

log = logging.getLogger("jardin.forecast")


class Asking:
    """Asks when it is due; use it in a ``with``. Without a forecast there is no thread.

    ``on_news`` is called when another forecast is there.
    """

    def __init__(
        self,
        forecasts: Forecasts,
        ask: Ask | None,
        on_news: Callable[[], None] = lambda: None,
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._forecasts = forecasts
        self._ask = ask
        self._on_news = on_news
        self._every_s = every_s
        self._stopping = False
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()
        self._told: str | None = None
        self._thread = threading.Thread(target=self._run, name="forecast", daemon=True)

    def __enter__(self) -> Asking:
        if self._ask is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._stopping = True
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._stopped.set)
        if self._thread.is_alive():
            self._thread.join(FAREWELL_S)

    async def look(self) -> None:
        """Ask if it is due; the same failure is told once, and so is the return."""
        try:
            if self._ask is None or not self._forecasts.is_due():
                return
            came = await self._forecasts.turn(self._ask, lambda: not self._stopping)
        except StorageError as error:
            self._tell(error.code, str(error))
            return
        failure = self._forecasts.failure
        if came:
            if self._told is not None:
                log.info("FORECAST_BACK")
            self._told = None
            self._on_news()
        elif failure is not None:
            self._tell(failure.code, str(failure))

    def _tell(self, code: str, text: str) -> None:
        if code != self._told:
            log.warning("%s", text)
        self._told = code

    def _run(self) -> None:
        asyncio.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        with self._lock:
            if self._stopping:
                return
            self._loop = asyncio.get_running_loop()
        stopped = asyncio.ensure_future(self._stopped.wait())
        while not stopped.done():
            looking = asyncio.ensure_future(self._look_safely())
            await asyncio.wait({looking, stopped}, return_when=asyncio.FIRST_COMPLETED)
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            await asyncio.wait({stopped}, timeout=self._every_s)
        with self._lock:
            self._loop = None

    async def _look_safely(self) -> None:
        try:
            await self.look()
        except Exception:
            log.exception("FORECAST_FAILED")
