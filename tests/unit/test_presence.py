"""The days on which somebody comes."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.beds.presence import next_presence
from gateway.settings import GatewaySettings
from sensor_node.errors import ConfigError
from sensor_node.settings import build

WEDNESDAY = date(2026, 7, 15)


@pytest.mark.parametrize(
    ("words", "coming"),
    [
        ([], None),
        (["jeu"], date(2026, 7, 16)),
        (["mon", "thu"], date(2026, 7, 16)),
        (["lun"], date(2026, 7, 20)),
        (["mer"], date(2026, 7, 22)),
    ],
)
def test_the_next_presence_is_after_today(words: list[str], coming: date | None) -> None:
    assert next_presence(WEDNESDAY, words) == coming


def test_a_word_that_is_no_day_is_refused_in_the_settings() -> None:
    with pytest.raises(ConfigError, match="'lundi' is no day"):
        build(GatewaySettings, {"data": "d", "advice": {"presence": ["lundi"]}})
    settings = build(GatewaySettings, {"data": "d", "advice": {"presence": ["lun", "sat"]}})
    assert settings.advice.presence == ["lun", "sat"]
