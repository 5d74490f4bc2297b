"""What a volunteer is asked: each answer has a default, and is a flag as well."""

from __future__ import annotations

import sys
from collections.abc import Callable

from sensor_node.console import pick
from sensor_node.errors import UsageError

Ask = Callable[[str], str]


class Questions:
    """Asks through ``ask``; None: nobody is there, and defaults are taken."""

    def __init__(self, ask: Ask | None) -> None:
        self._ask = ask

    @classmethod
    def here(cls) -> Questions:
        """In the terminal, where there is one."""
        return cls(input if sys.stdin.isatty() else None)

    def answer(self, flag: str, given: str | None, question: str, default: str | None) -> str:
        """What ``flag`` gave, else what a person answers; an empty line takes the ``default``.

        Raises ``UsageError`` where there is neither.
        """
        if given is not None:
            return given
        if self._ask is not None:
            shown = f"{question} [{default}] : " if default else f"{question} : "
            for _ in range(3):
                answer = _typed(self._ask, shown, flag) or default or ""
                if answer:
                    return answer
        elif default is not None:
            return default
        raise _missing(flag)

    def agrees(self, question: str) -> bool:
        """Whether a person says yes; never where nobody is there. Raises ``UsageError`` where
        somebody goes away without an answer.
        """
        if self._ask is None:
            return False
        return _typed(self._ask, question, "--yes").lower() in ("o", "oui", "y", "yes")


def nobody_agreed() -> str:
    """What is said where nothing was written."""
    return pick(
        "Rien n'a été écrit sur la carte. Pour l'écrire sans être interrogé : --yes.",
        "Nothing was written on the card. To write it without being asked: --yes.",
    )


def _typed(ask: Ask, question: str, flag: str) -> str:
    """The line; whoever ends the input (Ctrl-D) takes no default."""
    try:
        return ask(question).strip()
    except EOFError as error:
        raise _missing(flag) from error


def _missing(flag: str) -> UsageError:
    return UsageError(
        "CARD_ANSWER_MISSING",
        fr=f"Il manque une réponse : donnez-la avec {flag}. Rien n'a été écrit.",
        en=f"An answer is missing: give it with {flag}. Nothing was written.",
    )
