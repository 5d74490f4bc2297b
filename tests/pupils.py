"""A pupil's program: the file that the gateway serves, as a module of its own in this process."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from door import Door


def program_of(door: Door, file: str = "jardin.py") -> ModuleType:
    """``file`` as ``door`` serves it; its waits are noted in ``waits`` and take no time.

    ``while_waiting``, if set, is called at each wait.
    """
    answer = door.client.get(f"/{file}")
    assert answer.status_code == 200, answer.text
    module: Any = ModuleType(file.removesuffix(".py"))
    exec(compile(answer.text, file, "exec"), module.__dict__)  # noqa: S102 - our own program
    module.waits = []
    module.while_waiting = lambda: None

    def pause(seconds: float) -> None:
        module.waits.append(seconds)
        module.while_waiting()

    module._pause = pause
    made: ModuleType = module
    return made


def then(*steps: Callable[[], object]) -> Callable[[], None]:
    """What is called in turn does one of ``steps`` each time, and nothing after them."""
    left = list(steps)

    def next_one() -> None:
        if left:
            left.pop(0)()

    return next_one
