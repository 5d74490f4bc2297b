"""Whatever is wrong with a value, the problem says what is expected."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any, Final, get_type_hints

import pytest
from fastapi import params
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from gateway.api.chapters import NOUNS
from gateway.api.validation import explain

LONG: Final = "x" * 20_000
ABSURD: Final = (
    "null", "true", '""', f'"{LONG}"', '"\\ud800"', '"nan"', '"2026-13-01"',
    '"2026-05-01T12:00:00"', '"0001-01-01"', '"9999-12-31"', "0", "-1", "1.5",
    "1e400", "-1e400", "NaN", f"1{'0' * 30}",
    "[]", "{}", '{"x": 1}', "[1]", f"[{'1,' * 11_000}1]",
)  # fmt: skip


def asked() -> dict[str, Any]:
    """By address, name and method what each route asks for: bodies and parameters."""
    names = sorted({name for names in NOUNS.values() for name in names})
    routes = [
        r for name in names for r in importlib.import_module(f"gateway.api.{name}").router.routes
    ]
    found = {}
    for route in routes:
        assert isinstance(route, APIRoute)
        for name, hint in get_type_hints(route.endpoint, include_extras=True).items():
            if name != "return" and _is_asked(hint):
                found[f"{min(route.methods or ())} {route.path} {name}"] = hint
    return found


def _is_asked(hint: Any) -> bool:
    if isinstance(hint, type):
        return issubclass(hint, BaseModel)
    about = getattr(hint, "__metadata__", ())
    return any(isinstance(one, params.Param | params.Body) for one in about)


def wrong(shape: dict[str, Any], shapes: dict[str, Any], depth: int = 0) -> Iterator[Any]:
    """Each absurd value alone, and in each place of ``shape``."""
    yield from map(json.loads, ABSURD)
    if depth == 4:
        return
    if "$ref" in shape:
        shape = shapes[shape["$ref"].rpartition("/")[2]]
    for choice in shape.get("anyOf", ()):
        yield from wrong(choice, shapes, depth + 1)
    for value in wrong(shape["items"], shapes, depth + 1) if "items" in shape else ():
        yield [value, value]
    for name, part in shape.get("properties", {}).items():
        for value in wrong(part, shapes, depth + 1):
            yield {name: value}


@pytest.mark.parametrize("what", asked())
def test_a_wrong_value_is_answered_with_what_is_expected(what: str) -> None:
    taker = TypeAdapter(asked()[what])
    shape = taker.json_schema()
    for value in wrong(shape, shape.get("$defs", {})):
        try:
            taker.validate_python(value, from_attributes=True)  # as FastAPI does
        except ValidationError as refused:
            for error in refused.errors():
                told = explain({**error, "loc": ("body", *error["loc"])}, "en")["text"]
                assert "this value is not accepted" not in told, (error["type"], told)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
def test_a_number_without_end_is_told_that_a_finite_one_is_expected(number: str) -> None:
    taker = TypeAdapter(asked()["POST /calibrations body"])
    points = [{"raw": json.loads(number), "value": 0}, {"raw": 0, "value": 1}]
    with pytest.raises(ValidationError) as refused:
        taker.validate_python({"calibrations": [{"channel": "a/b", "points": points}]})
    (error,) = refused.value.errors()
    told = explain({**error, "loc": ("body", *error["loc"])}, "fr")
    assert told["text"] == ("Le champ « calibrations.0.points.0.raw » : attendu : un nombre fini.")


def test_what_a_closed_list_permits_is_told_as_it_is_written() -> None:
    taker = TypeAdapter(asked()["PUT /passphrases/{role} role"])
    with pytest.raises(ValidationError) as refused:
        taker.validate_python("king")
    (error,) = refused.value.errors()
    told = explain({**error, "loc": ("path", "role")}, "fr")
    assert told["text"] == "Le paramètre « role » : attendu : gardener ou keeper."
