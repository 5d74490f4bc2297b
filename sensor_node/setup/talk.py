"""Asking a person in a terminal, or nobody where there is none."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import Protocol, TypeVar

from sensor_node.errors import ConfigError, UsageError

T = TypeVar("T")


class Talk(Protocol):
    """Somebody who answers; tests pass an actor of their own."""

    def ask(self, question: str) -> str:
        """What was typed after ``question``. Raises ``EOFError`` when nothing more will come."""

    def ask_secret(self, question: str) -> str:
        """The same, without showing it."""

    def say(self, text: str) -> None:
        """Tell something."""


class TerminalTalk:
    """The person at this terminal."""

    def ask(self, question: str) -> str:
        return input(question)

    def ask_secret(self, question: str) -> str:
        return getpass.getpass(question)

    def say(self, text: str) -> None:
        print(text, flush=True)


def somebody_there() -> bool:
    """Whether a person sits at this terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class Questions:
    """Asks ``talk`` what flags did not say; without anybody, or with ``defaults``, asks nothing."""

    def __init__(self, talk: Talk | None, language: str, *, defaults: bool = False) -> None:
        self.talk = None if defaults else talk
        self.language = language
        self._defaults = defaults

    def pick(self, fr: str, en: str) -> str:
        """The words in the reader's language."""
        return fr if self.language == "fr" else en

    def say(self, text: str) -> None:
        """Tell whoever is there."""
        if self.talk is not None:
            self.talk.say(text)

    def answer(
        self,
        flag: str,
        given: str | None,
        question: str,
        default: str | None,
        parse: Callable[[str], T],
    ) -> T:
        """What the flag says (``given``), else the default or what a person types.

        A wrong answer is told why and asked again; a wrong flag raises its ``ConfigError``. Raises
        ``UsageError`` where there is nobody to ask.
        """
        if given is not None:
            return parse(given)
        if self._defaults and default is not None:
            return parse(default)
        if self.talk is None:
            raise _unanswered(flag, question)
        while True:
            typed = self._typed(f"{question}{f' [{default}]' if default else ''} : ")
            try:
                return parse(typed or default or "")
            except ConfigError as error:
                self.say(f"  {error.text(self.language)}")

    def secret(self, flag: str, question: str) -> str:
        """A word that is not shown; empty with ``defaults``."""
        if self._defaults:
            return ""
        if self.talk is None:
            raise _unanswered(flag, question)
        try:
            return self.talk.ask_secret(f"{question} : ")
        except EOFError:
            raise _unanswered(flag, question) from None

    def _typed(self, question: str) -> str:
        assert self.talk is not None  # noqa: S101 - the callers looked
        try:
            return self.talk.ask(question).strip()
        except EOFError:
            raise _unanswered("--yes", question.split(" [", maxsplit=1)[0]) from None


def _unanswered(flag: str, question: str) -> UsageError:
    return UsageError(
        "ANSWER_MISSING",
        fr=f"Il manque une réponse ({question.strip()}) et personne à qui la demander : donnez "
        f"{flag}, ou --yes pour les valeurs par défaut.",
        en=f"An answer is missing ({question.strip()}) and there is nobody to ask: give {flag}, "
        "or --yes for the defaults.",
    )
