"""What all addresses for programs share; loaded with the first of them that is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from fastapi import Depends, FastAPI

from gateway.api import problems, shapes
from gateway.api.chapters import BASE
from gateway.api.context import only_known_parameters

PROBLEM: Final = {
    "description": "What is wrong, in the reader's language",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {**PROBLEM, "model": shapes.Problem},
    "5XX": {**PROBLEM, "description": "The garden failed"},
}


def include(app: FastAPI, name: str) -> None:
    """Put the routes of the module ``name`` of ``gateway.api`` into ``app``.

    Straight into it: FastAPI makes all routes anew for every router that they are included in.
    """
    app.include_router(
        import_module(f"gateway.api.{name}").router,
        prefix=BASE,
        dependencies=[Depends(only_known_parameters)],
        responses=RESPONSES,
    )
