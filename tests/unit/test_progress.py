"""The bar in the terminal."""

from __future__ import annotations

import io
from itertools import count

from gateway.progress import WIDTH, ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_that_fills() -> None:
    out = Terminal()
    bar = ProgressBar(2_000_000, out)
    bar.tell(500_000)
    assert out.getvalue().endswith(f" 25 %  500{NARROW}000 / 2{NARROW}000{NARROW}000")
    assert out.getvalue().count("█") == WIDTH // 4
    bar.end(2_000_000)
    last = out.getvalue().rsplit("\r", 1)[1]
    assert last.startswith("█" * WIDTH + " 100 %")
    assert last.endswith("\n")


def test_it_is_not_drawn_for_every_reading() -> None:
    out = Terminal()
    seconds = (n / 100 for n in count())
    bar = ProgressBar(10**6, out, lambda: next(seconds))
    for done in range(1000):  # in ten seconds
        bar.tell(done)
    assert 90 <= out.getvalue().count("\r") <= 101


def test_a_file_or_a_pipe_sees_nothing() -> None:
    out = io.StringIO()
    bar = ProgressBar(10, out)
    bar.tell(5)
    bar.end(10)
    assert out.getvalue() == ""


def test_more_than_all_and_all_of_nothing_are_still_a_bar() -> None:
    out = Terminal()
    ProgressBar(10, out).end(12)
    ProgressBar(0, out).end(0)
    assert "100 %" in out.getvalue()


NARROW = "\N{NARROW NO-BREAK SPACE}"
