"""FastAPI's refusals of parameters and bodies, in words: which one, and what is expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

# pydantic's kind of error -> what is expected, in French and English; {…} come from its context.
_EXPECTED: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("il manque", "it is missing"),
    "bool_parsing": ("attendu : true ou false", "expected: true or false"),
    "bool_type": ("attendu : true ou false", "expected: true or false"),
    "int_parsing": ("attendu : un nombre entier", "expected: a whole number"),
    "int_type": ("attendu : un nombre entier", "expected: a whole number"),
    "int_from_float": ("attendu : un nombre entier", "expected: a whole number"),
    "int_parsing_size": ("ce nombre est trop grand", "this number is too large"),
    "float_parsing": ("attendu : un nombre", "expected: a number"),
    "float_type": ("attendu : un nombre", "expected: a number"),
    "finite_number": ("attendu : un nombre fini", "expected: a finite number"),
    "greater_than": ("attendu : plus que {gt}", "expected: more than {gt}"),
    "greater_than_equal": ("attendu : au moins {ge}", "expected: at least {ge}"),
    "less_than_equal": ("attendu : au plus {le}", "expected: at most {le}"),
    "too_short": ("attendu : au moins {min_length}", "expected: at least {min_length}"),
    "too_long": ("attendu : au plus {max_length}", "expected: at most {max_length}"),
    "string_too_short": (
        "attendu : au moins {min_length} caractère(s)",
        "expected: at least {min_length} character(s)",
    ),
    "string_too_long": (
        "attendu : au plus {max_length} caractères",
        "expected: at most {max_length} characters",
    ),
    "string_pattern_mismatch": (
        "ce texte n'a pas la forme attendue : {pattern}",
        "this text has not the expected form: {pattern}",
    ),
    "string_unicode": ("un caractère n'est pas entier", "a character is not whole"),
    "string_type": ("attendu : un texte", "expected: a text"),
    "list_type": ("attendu : une liste", "expected: a list"),
    "dict_type": ("attendu : un objet JSON", "expected: a JSON object"),
    "model_attributes_type": ("attendu : un objet JSON", "expected: a JSON object"),
    "json_invalid": ("ce n'est pas du JSON", "it is not JSON"),
    "date_type": ("attendu : une date comme 2026-05-01", "expected: a date like 2026-05-01"),
    "date_parsing": ("attendu : une date comme 2026-05-01", "expected: a date like 2026-05-01"),
    "date_from_datetime_parsing": (
        "attendu : une date comme 2026-05-01",
        "expected: a date like 2026-05-01",
    ),
    "date_from_datetime_inexact": (
        "attendu : une date comme 2026-05-01",
        "expected: a date like 2026-05-01",
    ),
    "half_character": ("un caractère n'est pas entier", "a character is not whole"),
    "unknown_field": (
        "le champ « {name} » n'existe pas ; possibles : {near}",
        "there is no field '{name}'; possible: {near}",
    ),
    "extra_forbidden": ("ce champ n'existe pas", "there is no such field"),
}

# How pydantic shows a member of an enumeration: <Role.KEEPER: 'keeper'>.
_ENUM: Final = re.compile(r"<\w+\.\w+: ('[^']*')>")


def explain(error: Mapping[str, Any], language: str) -> dict[str, str]:
    """One of pydantic's errors as ``{"in", "name", "text"}``, the text in ``language``."""
    place, *path = (str(part) for part in error["loc"])
    name = "" if error["type"] == "json_invalid" else ".".join(path)
    expected = _expected(error, language)
    return {"in": place, "name": name, "text": _sentence(place, name, expected, language)}


def _sentence(place: str, name: str, expected: str, language: str) -> str:
    if not name:
        what = "Le corps de la demande" if language == "fr" else "The request's body"
    elif place == "body":
        what = f"Le champ « {name} »" if language == "fr" else f"The field '{name}'"
    else:
        what = f"Le paramètre « {name} »" if language == "fr" else f"The parameter '{name}'"
    return f"{what} : {expected}." if language == "fr" else f"{what}: {expected}."


def _expected(error: Mapping[str, Any], language: str) -> str:
    context = error.get("ctx") or {}
    if error["type"] in ("literal_error", "enum"):
        choices = _ENUM.sub(r"\1", str(context["expected"])).replace("'", "")
        choices = choices.replace(" or ", " ou ") if language == "fr" else choices
        return f"attendu : {choices}" if language == "fr" else f"expected: {choices}"
    fr, en = _EXPECTED.get(
        error["type"], ("cette valeur n'est pas acceptée", "this value is not accepted")
    )
    return (fr if language == "fr" else en).format_map(context)
