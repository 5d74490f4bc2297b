"""Every text can be read on its ground, in both themes: contrast computed from the tokens."""

from __future__ import annotations

import re

import pytest

from gateway.assets import DASHBOARDS

READABLE = 4.5  # WCAG 2.2, 1.4.3
TEXTS = (
    ("ink", ("paper", "card", "stale-wash", "suspect-wash", "fault-wash", "sky-top", "sky-low")),
    ("ink-soft", ("paper", "card", "sky-top", "sky-low")),
    ("ink", ("good-wash", "water-wash", "cold-wash", "calm-wash")),
    ("ink-soft", ("stale-wash", "water-wash")),
    ("on-accent", ("accent",)),
    ("card", ("water",)),
    ("cold", ("card", "cold-wash")),
    ("calm", ("card", "calm-wash")),
    ("water", ("card", "water-wash")),
    ("good", ("good-wash",)),
    ("tag-ink", ("tag",)),
    ("accent", ("paper", "card")),
    ("good", ("paper", "card")),
    ("stale", ("card", "stale-wash")),
    ("suspect", ("card", "suspect-wash")),
    ("fault", ("card", "fault-wash", "paper")),
    *((hue, ("card",)) for hue in ("soil", "warmth", "water", "light", "air", "plain")),
)


def themes() -> dict[str, dict[str, str]]:
    text = (DASHBOARDS / "static" / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    colours = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
    return {
        "light": dict(colours.findall(light)),
        "dark": {**dict(colours.findall(light)), **dict(colours.findall(dark))},
    }


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(theme: str) -> None:
    colours = themes()[theme]
    faint = [
        (text, ground, round(contrast(colours[text], colours[ground]), 2))
        for text, grounds in TEXTS
        for ground in grounds
        if contrast(colours[text], colours[ground]) < READABLE
    ]
    assert faint == []
