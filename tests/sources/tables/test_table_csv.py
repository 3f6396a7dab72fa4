"""CSV files: encodings, delimiters, limits, and what keeps a spreadsheet from running a cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from little_tables import TICKETS, faults_of, imported, only_fault, problem_of, saved

from dispatch_engine.errors import InputError
from dispatch_engine.sources.tables.grid import column_letters, unescaped
from dispatch_engine.sources.tables.limits import Limits

GERMAN = "id;lat;lon;duration_minutes;name\nK1;31,19;121,43;45;Müller\nK2;31,25;121,5;60;Größe\n"


def test_a_plain_file(tmp_path: Path) -> None:
    """Commas, points and UTF-8 need no mapping."""
    problem = problem_of(tmp_path)
    assert [(t.id, t.location.lat, t.location.lon, t.duration_minutes) for t in problem.tickets] == [
        ("K1", 31.19, 121.43, 45),
        ("K2", 31.25, 121.5, 60),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GERMAN,
        GERMAN.replace(";", "\t"),
        "sep=;\r\n" + GERMAN.replace("\n", "\r\n"),
        GERMAN.replace(",", ".").replace(";", "|"),
        GERMAN.replace(",", ".").replace(";", ","),
    ],
    ids=["byte order mark", "tab", "line that names the delimiter", "bar", "comma"],
)
def test_delimiters_are_found_out(tmp_path: Path, text: str) -> None:
    """Whatever separates the headers; beside ``;`` and tab a decimal comma is understood."""
    tickets = problem_of(tmp_path, tickets=text).tickets
    assert [(t.location.lat, t.name) for t in tickets] == [(31.19, "Müller"), (31.25, "Größe")]


def test_the_line_that_names_the_delimiter_is_no_row(tmp_path: Path) -> None:
    """A spreadsheet shows the headers below ``sep=;`` in row 1, and so do the findings."""
    text = "sep=;\n" + GERMAN.replace("45", "soon")
    finding = only_fault(tmp_path, tickets=text)
    assert finding.pointer == "tickets.csv, cell D2"


def test_other_encodings_are_named_in_the_mapping(tmp_path: Path) -> None:
    """What is not UTF-8 is refused with its line; with the encoding in the mapping it is read."""
    table = GERMAN.encode("cp1252")
    finding = only_fault(tmp_path, tickets=table)
    assert (finding.pointer, finding.code) == ("tickets.csv", "not_utf8")
    assert finding.message == (
        "is not UTF-8 in line 2; save it as UTF-8, or name its encoding in the mapping file "
        "(such as encoding: cp1252)"
    )
    assert problem_of(tmp_path, {"encoding": "cp1252"}, tickets=table).tickets[0].name == "Müller"


def test_utf_16_and_binary_files(tmp_path: Path) -> None:
    """A file of two bytes a character, and one that is no text."""
    assert only_fault(tmp_path, tickets=TICKETS.encode("utf-16")).message.startswith("is not UTF-8 in line 1")
    finding = only_fault(tmp_path, tickets=TICKETS.encode("utf-16-le"))
    assert finding.message == "looks like UTF-16; save it as CSV in UTF-8"
    assert "holds NUL characters" in only_fault(tmp_path, tickets=TICKETS + "\0").message


def test_an_open_quotation_mark(tmp_path: Path) -> None:
    """It would swallow the rest of the file."""
    finding = only_fault(tmp_path, tickets=TICKETS.replace("K2", '"K2'))
    assert (finding.pointer, finding.code) == ("tickets.csv", "bad_csv")
    assert finding.message == (
        "line 3: unexpected end of data; close the quotation mark, and write one inside a text twice"
    )


def test_more_rows_than_the_limit(tmp_path: Path) -> None:
    """Two rows pass a limit of two and not one of one; reading stops there."""
    folder = saved(tmp_path)
    imported(folder, limits=Limits(max_rows=2))
    with pytest.raises(InputError) as caught:
        imported(folder, limits=Limits(max_rows=1))
    (finding,) = caught.value.findings
    assert (finding.pointer, finding.code) == ("tickets.csv", "too_large")
    assert finding.message == "has more than 1 rows; split it or raise --max-rows"


def test_a_file_above_the_limit(tmp_path: Path) -> None:
    """The size is looked at before the content."""
    with pytest.raises(InputError, match=r"tickets\.csv is larger than 1e-05 MB"):
        imported(saved(tmp_path), limits=Limits(max_input_mb=0.00001))


def test_empty_files_and_rows(tmp_path: Path) -> None:
    """Empty rows are skipped and still counted; a file without content lacks its columns."""
    problem = problem_of(tmp_path, tickets=TICKETS.replace("K2", "\n,,,\n  \nK2"))
    assert [ticket.id for ticket in problem.tickets] == ["K1", "K2"]
    faults = faults_of(tmp_path, tickets="")
    assert [finding.message.split(";")[0] for finding in faults] == [
        f"has no column '{name}'" for name in ("id", "lat", "lon", "duration_minutes")
    ]


def test_absent_files(tmp_path: Path) -> None:
    """Tickets and technicians are needed; the folder itself too."""
    finding = only_fault(tmp_path, tickets=None)
    assert (finding.pointer, finding.code) == ("'tickets.csv'", "missing_table")
    assert finding.message == (
        "does not exist in the folder, and every import needs it; add it, or name your file in the mapping file"
    )
    with pytest.raises(InputError, match=r"nowhere does not exist; name the folder that holds the CSV files"):
        imported(tmp_path / "nowhere")


def test_other_files_are_told(tmp_path: Path) -> None:
    """A file that no table is read from is no error, and is named."""
    (tmp_path / "notes.csv").write_text("x\n")
    assert imported(saved(tmp_path)).notes == ("not read: notes.csv",)


def test_apostrophes_before_formulas(tmp_path: Path) -> None:
    """The apostrophe of an export is taken off, any other stays."""
    assert [unescaped(text) for text in ("'=1+1", "''@x", "'til", "O'Neil")] == [
        "=1+1",
        "'@x",
        "'til",
        "O'Neil",
    ]
    table = "id,lat,lon,duration_minutes,name\nK1,31.19,121.43,45,'=HYPERLINK()\n"
    assert problem_of(tmp_path, tickets=table).tickets[0].name == "=HYPERLINK()"


def test_letters_over_columns() -> None:
    """After Z comes AA, after ZZ comes AAA."""
    assert [column_letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
