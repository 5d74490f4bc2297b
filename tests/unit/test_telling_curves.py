"""A curve in words, its table, and two or three in one picture."""

from __future__ import annotations

import pytest

from gateway.catalogue import ChannelInfo
from gateway.pages.numbers import Format
from gateway.pages.plot import HEIGHT, WIDTH, Drawn, Pen, Scale, scales_of
from gateway.pages.story import Story, trend_of
from gateway.pages.wording import Wording
from gateway.store.base import Bucket, Series
from gateway.times import HOUR_MS
from gateway.translations import installed

FRENCH = Format("fr", "Europe/Paris")
SPACE = "\u00a0"


def bucket(hour: int, mean: float, spread: float = 0.0, count: int = 12) -> Bucket:
    total = mean * count
    return Bucket(hour * HOUR_MS, count, mean, mean - spread, mean + spread, total)


def told(quantity: str, unit: str, found: list[Bucket]) -> str:
    info = ChannelInfo(Series("serre", "x"), quantity, unit, None, None, False)
    story = Story(Wording(info, FRENCH, installed().of("fr")), FRENCH)
    return story.sentence(found).replace(SPACE, " ")


def test_a_rising_curve_says_so() -> None:
    found = [bucket(hour, 10 + hour, 0.5) for hour in range(11)]
    assert told("air_temperature", "Cel", found) == (
        "Entre 9,5 et 20,5 °C ; en moyenne 15,0 °C. En hausse d’environ 10,0 °C."
    )


def test_a_falling_curve_says_so() -> None:
    assert "En baisse d’environ 14 %." in told(
        "soil_moisture", "%", [bucket(hour, 34 - hour) for hour in range(15)]
    )


def test_noise_is_no_trend() -> None:
    found = [bucket(hour, 20 + hour % 2 * 0.3) for hour in range(24)]
    assert told("air_temperature", "Cel", found).endswith("Sans tendance nette.")


def test_few_points_have_no_trend_at_all() -> None:
    assert told("air_temperature", "Cel", [bucket(1, 5), bucket(2, 9)]) == (
        "Entre 5,0 et 9,0 °C ; en moyenne 7,0 °C."
    )


def test_the_mean_is_that_of_the_readings_not_of_the_buckets() -> None:
    found = [bucket(1, 0.0, count=30), bucket(2, 4.0, count=10)]
    assert "en moyenne 1,0 °C" in told("air_temperature", "Cel", found)


def test_rain_is_added_up_wind_turns_and_a_yes_has_its_share() -> None:
    assert told("rain", "mm", [bucket(1, 0.1), bucket(2, 0.2)]) == "3,6 mm en tout."
    north = [bucket(1, 350.0), bucket(2, 10.0)]
    assert told("wind_direction", "deg", north) == "En moyenne : nord."
    assert told("tank_empty", "/", [bucket(1, 1.0), bucket(2, 0.0)]) == "Oui pendant 50 % du temps."
    assert told("rain", "mm", []) == "Rien de mesuré dans cette période."


def test_the_trend_is_the_best_line_from_the_first_bucket_to_the_last() -> None:
    assert trend_of([bucket(hour, 2.0 * hour) for hour in (0, 1, 2, 5)]) == pytest.approx(10.0)
    assert trend_of([bucket(3, 7.0)]) == 0.0


def test_curves_of_one_unit_share_a_scale_and_others_have_their_own() -> None:
    inside = Drawn("°C", "mean", 4, [bucket(0, 20), bucket(1, 25)])
    outside = Drawn("°C", "mean", 4, [bucket(0, 5)])
    rain = Drawn("mm", "sum", 2, [bucket(0, 0.5)])
    silent = Drawn("lx", "mean", 500, [])
    assert scales_of([inside, rain, outside, silent]) == [
        Scale("°C", 5.0, 25.0),
        Scale("mm", 0.0, 6.0),
    ]


def test_a_quiet_curve_is_never_stretched_into_weather() -> None:
    (scale,) = scales_of([Drawn("°C", "mean", 4, [bucket(0, 20), bucket(1, 20.2)])])
    assert scale.high - scale.low == pytest.approx(4)


def test_what_is_never_below_nothing_is_not_drawn_below_it() -> None:
    assert scales_of([Drawn("%", "mean", 10, [bucket(0, 4), bucket(1, 5)])]) == [
        Scale("%", 0.0, 10.0)
    ]


def test_an_hour_without_a_reading_is_a_gap() -> None:
    pen = Pen(0, 10 * HOUR_MS, HOUR_MS)
    drawn = Drawn("°C", "mean", 4, [bucket(0, 10), bucket(1, 12), bucket(5, 14)])
    paths = pen.draw(drawn, Scale("°C", 10.0, 14.0))
    step = WIDTH / 10
    assert paths.line == (
        f"M{step / 2} {float(HEIGHT)}L{step * 1.5} {HEIGHT / 2}M{step * 5.5} 0.0h0"
    )
    assert paths.bars == paths.dots == ""
