"""What a command says in the terminal: one plain sentence, in the reader's language."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from sensor_node.errors import GardenError, language_of

INTERRUPTED = 130


class _Formatter(logging.Formatter):
    """Errors of ours in the reader's language, with their code for whoever searches for it."""

    def __init__(self, language: str) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")
        self._language = language

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"{a.code} : {a.text(self._language)}" if isinstance(a, GardenError) else a
                for a in record.args
            )
        return super().format(record)


def set_up_logging(language: str, *, verbose: bool = False) -> None:
    """Send the log to standard error (systemd's journal keeps it)."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter(language))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("jardin").setLevel(logging.DEBUG if verbose else logging.INFO)


def run_command(command: Callable[[], int | None], language: str | None = None) -> int:
    """The exit code of ``command``; an error of ours becomes one sentence, never a traceback."""
    try:
        return command() or 0
    except GardenError as error:
        print(error.text(language or language_of()), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output left (`| head`): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` on Ctrl-C and SIGTERM.

    Entered after the drivers are loaded: importing Blinka's PulseIn replaces SIGTERM's handler.
    """

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def pick(fr: str, en: str) -> str:
    """The sentence in the reader's language."""
    return fr if language_of() == "fr" else en
