"""The templates of all pages."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway import assets
from gateway.translations import installed


@cache
def environment(language: str) -> Environment:
    """The templates, speaking ``language``."""
    templates = Environment(
        loader=FileSystemLoader(assets.DASHBOARDS / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["asset"] = assets.url
    # The i18n extension adds this method when it is loaded.
    install = templates.install_gettext_translations  # type: ignore[attr-defined]
    install(installed().of(language), newstyle=True)
    return templates
