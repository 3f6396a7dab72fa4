"""Cells with several items, and cells of every other kind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from little_tables import IN_SHANGHAI

from dispatch_engine.sources.tables.cells import READERS, Kind
from dispatch_engine.sources.tables.grid import Cell, Fault
from dispatch_engine.sources.tables.manner import Manner

MONDAY = date(2026, 11, 23)
COMMAS = Manner(decimals=",")


def read(kind: Kind, cell: Cell, manner: Manner = IN_SHANGHAI) -> Any:
    """A cell of some kind, in a row of 2026-11-23."""
    return READERS[kind](cell, manner, MONDAY)


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "O'Neil", "O'Neil"),
        ("text", 17.0, "17"),
        ("text", '" two  spaces "', " two  spaces "),
        ("text", '"a ""b"""', 'a "b"'),
        ("text", '""', ""),
        ("text", '"', '"'),
        ("yes or no", "Yes", True),
        ("yes or no", 1.0, True),
        ("yes or no", False, False),
        ("names", "pump; ladder\nrope;", ["pump", "ladder", "rope"]),
        ("names", '" x"; "a;b"; 5" pipe', [" x", "a;b", '5" pipe']),
        ("amounts", "gas: 1; refrigeration:2; wiring", {"gas": 1, "refrigeration": 2, "wiring": 1}),
        ("amounts", '"a: b": 3; "c"', {"a: b": 3, "c": 1}),
        ("amounts", "ratio 1:2: 4", {"ratio 1:2": 4}),
        ("chances", "fan-motor: 0.4; valve: 15 %", {"fan-motor": 0.4, "valve": 0.15}),
        ("stock", "unlimited", "unlimited"),
        ("stock", "fan: Unlimited; valve: 3", {"fan": "unlimited", "valve": 3}),
        ("pieces", "unlimited", "unlimited"),
        ("pieces", 4.0, 4),
        (
            "certificates",
            "electrician: 2027-03-31; gas",
            [{"name": "electrician", "valid_until": date(2027, 3, 31)}, {"name": "gas"}],
        ),
        ("days", "2026-01-05..2026-01-07; 2026-01-12", [date(2026, 1, n) for n in (5, 6, 7, 12)]),
        ("days", MONDAY, [MONDAY]),
        ("links", "K1; K2", [{"ticket": "K1"}, {"ticket": "K2"}]),
        ("links", '[{"ticket": "K1", "from": "start"}]', [{"ticket": "K1", "from": "start"}]),
        ("object", '{"a": [1, null]}', {"a": [1, None]}),
        ("place", "anywhere", "anywhere"),
        ("place", "31.23, 121.47", {"lat": 31.23, "lon": 121.47}),
        ("place", "31 -121.5 #4", {"lat": 31.0, "lon": -121.5, "matrix_index": 4}),
        ("place", "#4", {"matrix_index": 4}),
        ("kilometres", "12", 12),
    ],
)
def test_kinds(kind: Kind, cell: Cell, value: Any) -> None:
    """Each kind of cell, as people write it."""
    assert read(kind, cell) == value


def test_windows_and_breaks_are_on_the_day_of_the_row() -> None:
    """Two windows, of which the second passes midnight; a break with its window and length."""
    windows = read("windows", "08:00-10:00; 22:00-01:00")
    assert [(w["start"].isoformat(), w["end"].isoformat()) for w in windows] == [
        ("2026-11-23T08:00:00+08:00", "2026-11-23T10:00:00+08:00"),
        ("2026-11-23T22:00:00+08:00", "2026-11-24T01:00:00+08:00"),
    ]
    ((pause),) = read("breaks", "11:30-13:30 45 min")
    assert (pause["earliest"].isoformat(), pause["latest"].isoformat(), pause["minutes"]) == (
        "2026-11-23T11:30:00+08:00",
        "2026-11-23T13:30:00+08:00",
        45,
    )


def test_decimal_commas_in_places() -> None:
    """With decimal commas a semicolon or a space separates the coordinates."""
    assert read("place", "31,23; 121,47", COMMAS) == {"lat": 31.23, "lon": 121.47}


def test_another_separator() -> None:
    """The separator of the mapping replaces the usual ones; names alone count ``each``."""
    assert read("amounts", "a; b, c: 5", Manner(separators=(",",), each=2)) == {"a; b": 2, "c": 5}


@pytest.mark.parametrize(
    ("kind", "cell", "code", "message"),
    [
        ("yes or no", "maybe", "unknown_value", "'maybe' is neither yes nor no; write one of them"),
        (
            "names",
            '"pump; ladder',
            "bad_list",
            "'\"pump; ladder': a quotation mark is not closed; close it or remove it",
        ),
        (
            "names",
            '"pump" x; ladder',
            "bad_list",
            "'\"pump\" x; ladder': after a name in quotation marks comes a separator or a colon",
        ),
        ("amounts", "gas: 1; gas: 2", "duplicate_key", "'gas' is given twice in 'gas: 1; gas: 2'; keep one"),
        ("amounts", "gas: much", "wrong_type", "'much' is no number; write a plain number such as 12.5"),
        (
            "amounts",
            ": 3",
            "bad_list",
            "': 3': a name is missing before the colon; write name: number",
        ),
        ("chances", "valve", "bad_list", "'valve' has no number; write it as valve: 0.4"),
        ("pieces", "many", "wrong_type", "'many' is no number; write a plain number such as 12.5"),
        (
            "days",
            "2026-01-09..2026-01-05",
            "bad_time",
            "'2026-01-09..2026-01-05' is no range of at most 366 days; put the first day first",
        ),
        (
            "breaks",
            "11:30-13:30",
            "bad_time",
            "'11:30-13:30' is no break; write first start, last start and minutes: 11:30-13:30 30 min",
        ),
        ("place", "here", "wrong_type", "'here' is no place; write latitude and longitude: 31.23, 121.47"),
        ("object", "[1]", "wrong_type", "'[1]' is not a JSON object such as {\"a\": 1}"),
        ("object", "{", "not_json", "'{' is not JSON: Expecting property name enclosed in double quotes"),
        ("links", '["K1"', "not_json", "'[\"K1\"' is not JSON: Expecting ',' delimiter"),
    ],
)
def test_what_cannot_be_read(kind: Kind, cell: Cell, code: str, message: str) -> None:
    """Each fault has its code, the value and the cure."""
    with pytest.raises(Fault) as caught:
        read(kind, cell)
    assert caught.value.code == code
    assert caught.value.message.startswith(message)
