"""Sheets as files: harmless cells, allowed names, typed cells."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_engine.errors import InputError
from dispatch_engine.report.exports.files import csv_files, csv_text, workbook_bytes
from dispatch_engine.report.exports.sheet import LONGEST_NAME, Sheet, harmless, sheet_names
from dispatch_engine.sources.tables.grid import unescaped

pytest.importorskip("xlsxwriter")
calamine = pytest.importorskip("python_calamine")

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''-1")


def read(data: bytes) -> dict[str, list[list[Any]]]:
    """The cells of a workbook by sheet."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_made_harmless(text: str) -> None:
    """An apostrophe stands before them, and taking it off gives the text back."""
    assert harmless(text) == f"'{text}"
    assert unescaped(harmless(text)) == text


@given(st.text("'=+-@\tax", max_size=6))
def test_every_text_comes_back(text: str) -> None:
    """Also those that begin with apostrophes."""
    assert unescaped(harmless(text)) == text
    assert harmless(text)[:1] not in tuple("=+-@\t\r")


def test_texts_and_numbers_in_csv() -> None:
    """Texts are made harmless, negative numbers are numbers; separators and line breaks are quoted."""
    moment = datetime(2026, 11, 23, 8, 15)
    row = ["=1", -1.5, 45, True, None, moment, moment.replace(second=7), date(2026, 11, 23), 'a,"b"\nc']
    text = csv_text(Sheet("T", [*"abcdefgh", "@i"], [row]))
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) == [
        [*"abcdefgh", "'@i"],
        [
            "'=1",
            "-1.5",
            "45",
            "yes",
            "",
            "2026-11-23 08:15",
            "2026-11-23 08:15:07",
            "2026-11-23",
            'a,"b"\nc',
        ],
    ]


def test_cells_of_a_workbook_keep_their_types() -> None:
    """Numbers that 16 digits do not say exactly are texts; nothing is a formula or a link."""
    exact, odd = 0.1, 0.1 + 0.2
    row = ["=1+1", "http://x.org", exact, odd, 7, True, datetime(2026, 11, 23, 8, 15), date(2026, 11, 23)]
    found = read(workbook_bytes([Sheet("T", list("abcdefgh"), [row])]))
    assert found["T"][1] == [
        "'=1+1",
        "http://x.org",
        0.1,
        "0.30000000000000004",
        7.0,
        True,
        datetime(2026, 11, 23, 8, 15),
        date(2026, 11, 23),
    ]


def test_a_text_that_no_cell_holds() -> None:
    """It is refused rather than cut."""
    with pytest.raises(InputError, match="a cell of a workbook holds 32767 characters, this text has 40000"):
        workbook_bytes([Sheet("T", ["a"], [["x" * 40_000]])])


def test_names_of_sheets() -> None:
    """Forbidden characters, apostrophes at the ends, length, and names that differ only in case."""
    wanted = ["Ann/1", "ann_1", "'Bob'", "History", "", "x" * 40, "x" * 41, "Summary", "*?", "\t"]
    names = sheet_names(wanted, taken=["Summary"])
    assert names == [
        "Ann_1",
        "ann_1 (2)",
        "Bob",
        "History (2)",
        "_",
        "x" * 31,
        "x" * 27 + " (2)",
        "Summary (2)",
        "__",
        "_ (2)",
    ]


@given(st.lists(st.text("aA/'[]* ", max_size=40), max_size=12))
def test_names_of_sheets_are_always_allowed(wanted: list[str]) -> None:
    """At most 31 characters, none forbidden, each once whatever the case, never empty."""
    names = sheet_names(wanted)
    assert len({name.casefold() for name in names}) == len(wanted)
    for name in names:
        assert 0 < len(name) <= LONGEST_NAME
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


def test_file_names_of_sheets(tmp_path: Path) -> None:
    """In small letters."""
    assert list(csv_files([Sheet("Tickets", ["a"], [])])) == ["tickets.csv"]
