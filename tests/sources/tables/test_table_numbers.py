"""Numbers, durations and lengths as people write them."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from dispatch_engine.sources.tables.grid import Cell, Fault
from dispatch_engine.sources.tables.manner import Manner, Unit
from dispatch_engine.sources.tables.numbers import (
    read_chance,
    read_kilometres,
    read_minutes,
    read_number,
    read_whole,
)

POINT, COMMA, EITHER = Manner(), Manner(decimals=","), Manner(decimals=".,")


@pytest.mark.parametrize(
    ("cell", "manner", "number"),
    [
        ("12", POINT, 12),
        ("-114.07", POINT, -114.07),
        ("−1.5", POINT, -1.5),
        ("1e3", POINT, 1000),
        (".5", POINT, 0.5),
        (46.0, POINT, 46),
        ("12,5", COMMA, 12.5),
        ("12,5", EITHER, 12.5),
        ("12.5", EITHER, 12.5),
    ],
)
def test_numbers(cell: Cell, manner: Manner, number: float) -> None:
    """Points and, where they can be nothing else, commas are decimal marks."""
    found = read_number(cell, manner)
    assert found == number
    assert isinstance(found, type(number))


@pytest.mark.parametrize(
    ("cell", "manner", "message"),
    [
        ("abc", POINT, "'abc' is no number; write a plain number such as 12.5"),
        (
            "12,5",
            POINT,
            "'12,5' is no number; write a point, or say decimal: ',' in the mapping file if it is a decimal comma",
        ),
        ("1.234,5", EITHER, "'1.234,5' is no number; leave out what groups the thousands"),
        ("1 234", POINT, "'1 234' is no number; leave out what groups the thousands"),
        ("12.5", COMMA, "'12.5' has a point, but the mapping says decimal ','; use a comma"),
        ("nan", POINT, "'nan' is no number; write a plain number such as 12.5"),
        ("1_000", POINT, "'1_000' is no number; write a plain number such as 12.5"),
        (True, POINT, "'true' is no number; write a plain number"),
    ],
)
def test_what_is_no_number(cell: Cell, manner: Manner, message: str) -> None:
    """Nothing is guessed: a comma that may group thousands is refused, and so are words."""
    with pytest.raises(Fault) as caught:
        read_number(cell, manner)
    assert (caught.value.code, caught.value.message) == ("wrong_type", message)


def test_whole_numbers() -> None:
    """``4.0`` is a whole number, ``4.5`` is none."""
    assert read_whole("4.0", POINT) == 4
    with pytest.raises(Fault, match=r"^.*'4\.5' is no whole number; round it"):
        read_whole("4.5", POINT)


@pytest.mark.parametrize(
    ("cell", "unit", "minutes"),
    [
        ("90", None, 90),
        ("1:30", None, 90),
        ("1:30", "hours", 90),
        ("0:00:01", None, 0.016666666),  # 1 s is 1/60 min, cut so that rounding up gives 1 s again
        ("1.5 h", None, 90),
        ("90min", "hours", 90),
        ("5400 s", None, 90),
        ("2.3", "hours", 138),
        (5400.0, "seconds", 90),
        (timedelta(hours=25), None, 1500),
        (time(1, 30), None, 90),
    ],
)
def test_durations(cell: Cell, unit: Unit | None, minutes: float) -> None:
    """Minutes from numbers in the column's unit, from numbers with a unit, from clock faces."""
    assert read_minutes(cell, Manner(unit=unit)) == minutes


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("soon", "'soon' is not a duration; write minutes, or hours as 1:30"),
        ("12 km", "'12 km' is not a duration; write minutes, or hours as 1:30"),
        ("1,5 h", "'1,5' is no number; write a point"),
    ],
)
def test_what_is_no_duration(cell: str, message: str) -> None:
    """Words, other units and doubtful commas are refused."""
    with pytest.raises(Fault, match=f"^.*{message}"):
        read_minutes(cell, POINT)


def test_lengths_and_chances() -> None:
    """1 mile is 1.609344 km; 40 % is 0.4."""
    assert read_kilometres("250", Manner(unit="metres")) == 0.25
    assert read_kilometres("10 mi", POINT) == 16.09344
    assert read_chance("40 %", POINT) == read_chance(40, Manner(unit="percent")) == read_chance("0.4", POINT)
