"""What a recording's cell says, in the unit of its quantity."""

from __future__ import annotations

import pytest

from sensor_node.conversions import CONVERSIONS, parse_number

CASES = [
    ("none", "21.4", 21.4),
    ("volts", "1.65", 1.65),
    ("degF", "32", 0.0),
    ("degF", "212", 100.0),
    ("degF", "-40", -40.0),
    ("degF", "70.7", 21.5),
    ("kelvin", "273.15", 0.0),
    ("kelvin", "294.55", 21.4),
    ("fraction", "0.552", 55.2),
    ("percent", "43.12", 0.4312),
    ("adc10", "1023", 1.0),
    ("adc10", "0", 0.0),
    ("adc10", "441", 0.431085),
    ("adc12", "4095", 1.0),
    ("kPa", "101.325", 1013.25),
    ("Pa", "101325", 1013.25),
    ("inHg", "29.92", 1013.207888),
    ("km/h", "36", 10.0),
    ("mph", "10", 4.4704),
    ("inch", "0.5", 12.7),
    ("millivolt", "1650", 1.65),
]


@pytest.mark.parametrize(("name", "cell", "value"), CASES)
def test_a_conversion_gives_the_unit_of_the_contract(name: str, cell: str, value: float) -> None:
    assert parse_number(cell, CONVERSIONS[name]) == value


def test_every_conversion_has_a_case_here() -> None:
    assert {name for name, *_ in CASES} == set(CONVERSIONS)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("+5", 5.0), ("-.5", -0.5), ("5.", 5.0), (" 1e3 ", 1000.0), ("2.5E-3", 0.0025), ("-0", 0.0)],
)
def test_a_number_may_be_written_in_any_usual_way(cell: str, value: float) -> None:
    assert parse_number(cell, CONVERSIONS["none"]) == value


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("degF", "70.7 °F", 21.5),
        ("degF", "70.7F", 21.5),
        ("none", "55.2 %", 55.2),
        ("none", "21.4°C", 21.4),
        ("percent", "50%", 0.5),
        ("kPa", "101.3 kPa", 1013.0),
        ("volts", "1.65 V", 1.65),
        ("millivolt", "1650mV", 1.65),
    ],
)
def test_the_sign_of_its_own_unit_may_stand_behind_the_number(
    name: str, cell: str, value: float
) -> None:
    assert parse_number(cell, CONVERSIONS[name]) == value


@pytest.mark.parametrize(
    ("name", "cell"),
    [("none", "70.7 °F"), ("degF", "21.4 °C"), ("percent", "1.65 V"), ("none", "1 234")],
)
def test_the_sign_of_another_unit_is_refused_and_shown(name: str, cell: str) -> None:
    with pytest.raises(ValueError, match="unexpected unit") as caught:
        parse_number(cell, CONVERSIONS[name])

    assert cell in str(caught.value)


@pytest.mark.parametrize("cell", ["", "-", "n/a", "nan", "inf", "1,5", "0x10", "1_000", "--5", "."])
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r"not a number|unexpected unit"):
        parse_number(cell, CONVERSIONS["none"])


@pytest.mark.parametrize(
    ("name", "cell"), [("none", "1e999"), ("none", "-1e999"), ("kPa", "1e308")]
)
def test_a_number_too_great_for_a_double_is_refused(name: str, cell: str) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        parse_number(cell, CONVERSIONS[name])


@pytest.mark.parametrize(("cell", "value"), [("21,4", 21.4), ("-0,5 °C", -0.5), ("12", 12.0)])
def test_a_decimal_comma_is_read_where_the_map_says_so(cell: str, value: float) -> None:
    assert parse_number(cell, CONVERSIONS["none"], ",") == value


@pytest.mark.parametrize("cell", ["1.234", "1.234,5"])
def test_a_point_beside_a_decimal_comma_may_be_a_thousand_and_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="a point where the decimal sign is ','"):
        parse_number(cell, CONVERSIONS["none"], ",")


def test_what_is_shown_of_a_cell_is_short() -> None:
    with pytest.raises(ValueError, match="not a number") as caught:
        parse_number("x" * 5000, CONVERSIONS["none"])

    assert len(str(caught.value)) < 80
