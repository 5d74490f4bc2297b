"""Frozen dataclasses as JSON and back, so that an advice can be kept with all that it rests on."""

import dataclasses
import json
import types
from datetime import date
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Give what JSON can hold: fields by name, tuples as lists, dates as 2026-05-01."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def dumps(value: Any) -> str:
    """Give the one text of a value: the same bytes each time, on any computer."""
    return json.dumps(
        plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def loads(kind: type[T], text: str) -> T:
    """Read back what `dumps` wrote; raises `ValueError` or `TypeError` where it does not fit."""
    built: T = _build(kind, json.loads(text))
    return built


def _build(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        if value is None:
            return None
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ValueError(f"{value!r} is none of {get_args(kind)}")
        return value
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        each = [kinds[0]] * len(value) if kinds[-1] is Ellipsis else kinds
        return tuple(_build(one, part) for one, part in zip(each, value, strict=True))
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{name: _build(hints[name], part) for name, part in value.items()})  # type: ignore[operator]
    if kind is date:
        return date.fromisoformat(value)
    return float(value) if kind is float else value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Give the types of a dataclass's fields; working them out is nine tenths of reading one."""
    return get_type_hints(kind)
