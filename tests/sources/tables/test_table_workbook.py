"""Workbooks: typed cells, formulas, merged cells, wrong sheets, and files that are not what they seem."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from little_tables import SHANGHAI

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.problem import Problem
from dispatch_engine.sources.tables.limits import Limits
from dispatch_engine.sources.tables.mapping import Mapping
from dispatch_engine.sources.tables.read import FromTables, Wish, import_tables
from dispatch_engine.sources.tables.sheet_xml import broken_cells, extent, merged_ranges
from dispatch_engine.sources.tables.workbook import Workbook

xlsxwriter = pytest.importorskip("xlsxwriter")
pytest.importorskip("python_calamine")

TICKETS = [["id", "lat", "lon", "duration_minutes"], ["K1", 31.19, 121.43, 45], ["K2", 31.25, 121.5, 60]]
TECHNICIANS = [
    ["id", "lat", "lon", "shift_days", "shift_start", "shift_end"],
    ["T1", 31.23, 121.47, "2026-11-23", "08:00", "17:00"],
]
Change = Callable[[Any, Any], None]


def written(
    folder: Path, change: Change | None = None, options: dict[str, Any] | None = None, **sheets: Any
) -> Path:
    """Write the tiny day as a workbook; ``change(workbook, tickets_sheet)`` may add to it."""
    path = folder / "day.xlsx"
    book = xlsxwriter.Workbook(str(path), options or {})
    rows_of = {"Tickets": TICKETS, "Technicians": TECHNICIANS, **sheets}
    for name, rows in rows_of.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows or []):
            sheet.write_row(number, 0, row)
        if name == "Tickets" and change is not None:
            change(book, sheet)
    book.close()
    return path


def imported(path: Path, mapping: dict[str, Any] | None = None, limits: Limits | None = None) -> FromTables:
    """Import a workbook."""
    source = Workbook(path, limits or Limits())
    return import_tables(source, Mapping.from_dict(mapping or {}), Wish(SHANGHAI, folder=path.parent))


def problem_of(folder: Path, change: Change | None = None, **sheets: Any) -> Problem:
    """The problem in a workbook."""
    return imported(written(folder, change, **sheets)).problem


def faults_of(path: Path, limits: Limits | None = None, mapping: Any = None) -> tuple[Finding, ...]:
    """What is wrong with a workbook."""
    with pytest.raises(InputError) as caught:
        imported(path, mapping, limits)
    return caught.value.findings


def only_fault(path: Path, limits: Limits | None = None, mapping: Any = None) -> Finding:
    """The single thing that is wrong with a workbook."""
    (finding,) = faults_of(path, limits, mapping)
    return finding


def test_typed_cells(tmp_path: Path) -> None:
    """Dates, times, durations, numbers and truth values as a spreadsheet holds them."""

    def typed(book: Any, sheet: Any) -> None:
        formats = {code: book.add_format({"num_format": code}) for code in ("yyyy-mm-dd", "hh:mm", "[h]:mm")}
        sheet.write_row(0, 3, ["duration_minutes", "date", "appointment_at", "due_at", "mandatory", "name"])
        sheet.write_number(1, 3, 1.5 / 24, formats["[h]:mm"])
        sheet.write_datetime(1, 4, datetime(2026, 11, 23), formats["yyyy-mm-dd"])
        sheet.write_number(1, 5, 9.5 / 24, formats["hh:mm"])
        sheet.write_number(1, 6, 46349.5)
        sheet.write_boolean(1, 7, True)
        sheet.write_number(1, 8, 7)

    ticket = problem_of(tmp_path, typed).tickets[0]
    assert (ticket.duration_minutes, ticket.mandatory, ticket.name) == (90, True, "7")
    assert ticket.appointment_at is not None
    assert ticket.due_at is not None
    assert ticket.appointment_at.isoformat() == "2026-11-23T09:30:00+08:00"
    assert ticket.due_at.isoformat() == "2026-11-23T12:00:00+08:00"


def test_the_date_system_of_1904(tmp_path: Path) -> None:
    """A formatted date and a bare number of an old Macintosh workbook: 44887.5 is noon of 2026-11-23."""

    def typed(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 4, ["appointment_at", "due_at"])
        form = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_datetime(1, 4, datetime(2026, 11, 23, 9, 30), form)
        sheet.write_number(1, 5, 44887.5)

    ticket = problem_of(tmp_path, typed, options={"date_1904": True}).tickets[0]
    assert [str(moment)[:16] for moment in (ticket.appointment_at, ticket.due_at)] == [
        "2026-11-23 09:30",
        "2026-11-23 12:00",
    ]


def test_sheets_are_found_loosely_and_others_told(tmp_path: Path) -> None:
    """Capitals do not matter; a sheet without a table is no error and is named."""
    path = written(tmp_path, None, Notes=[["x"]], SETTINGS=[["setting", "value"], ["name", "Monday"]])
    found = imported(path)
    assert (found.problem.name, found.notes) == ("Monday", ("not read: Notes",))


def test_wrong_sheets(tmp_path: Path) -> None:
    """A missing sheet is told with what the workbook has; the mapping may name another."""
    path = written(tmp_path, Jobs=TICKETS, Tickets=None)
    mapping = {"tables": {"tickets": {"sheet": "Jobs"}, "depots": {"sheet": "Depotz"}}}
    finding = only_fault(path, mapping=mapping)
    assert (finding.pointer, finding.code) == ("Sheet 'Depotz'", "missing_table")
    assert finding.message == (
        "is not among the sheets 'Tickets', 'Technicians', 'Jobs', and the mapping file names it; "
        "add it, or name yours in the mapping file"
    )
    book = xlsxwriter.Workbook(str(tmp_path / "other.xlsx"))
    book.add_worksheet("Tikets")
    book.add_worksheet("Technicians").write_row(0, 0, TECHNICIANS[0])
    book.close()
    finding = only_fault(tmp_path / "other.xlsx")
    assert finding.message == (
        "is not among the sheets 'Tikets', 'Technicians', and every import needs it; did you mean 'Tikets'?"
    )


def test_faults_name_sheet_and_cell(tmp_path: Path) -> None:
    """In the words of a spreadsheet."""
    path = written(tmp_path, Tickets=[*TICKETS, ["K3", 91, 121.5, "soon"], ["K4", "", "", ""]])
    assert [(f.pointer, f.code) for f in faults_of(path)] == [
        ("Sheet 'Tickets', cell D4", "wrong_type"),
        ("Sheet 'Tickets', cell B4", "out_of_range"),
        ("Sheet 'Tickets', cell B5", "missing_field"),
        ("Sheet 'Tickets', cell D5", "missing_field"),
    ]


def test_formulas(tmp_path: Path) -> None:
    """One with a value is that value; one that gives an empty text is an empty cell."""

    def formulas(book: Any, sheet: Any) -> None:
        sheet.write(0, 4, "priority")
        sheet.write_formula(1, 3, "=40+5", None, 45)
        sheet.write_formula(1, 4, '="high"', None, "high")
        sheet.write_formula(2, 4, '=""', None, "x")

    path = written(tmp_path, formulas)
    _edit(path, "xl/worksheets/sheet1.xml", '<f>""</f><v>x</v>', '<f>""</f><v></v>')
    assert [(t.duration_minutes, t.priority) for t in imported(path).problem.tickets] == [
        (45, "high"),
        (60, "normal"),
    ]


def test_formulas_without_a_value_and_errors(tmp_path: Path) -> None:
    """What a program wrote and no spreadsheet calculated, and #N/A: each told where it is read."""

    def formulas(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 4, ["note"])
        sheet.write_formula(1, 3, "=40+5", None, "")
        sheet.write_formula(2, 3, "=NA()", None, "#N/A")
        sheet.write_formula(2, 4, "=40+5", None, "")

    mapping = {"tables": {"tickets": {"other_columns": "ignore"}}}
    found = faults_of(written(tmp_path, formulas), mapping=mapping)
    assert [(f.pointer, f.code, f.message) for f in found] == [
        (
            "Sheet 'Tickets', cell D2",
            "formula_without_value",
            "is a formula that was never calculated; open the file in a spreadsheet and save it",
        ),
        (
            "Sheet 'Tickets', cell D3",
            "cell_error",
            "shows an error of the spreadsheet; correct it there",
        ),
    ]


def test_broken_cells_of_a_filter_are_told(tmp_path: Path) -> None:
    """A row must not be lost because the cell that decides about it shows nothing."""

    def formulas(book: Any, sheet: Any) -> None:
        sheet.write(0, 4, "state")
        sheet.write(1, 4, "open")
        sheet.write_formula(2, 4, "=A1", None, "")

    mapping = {"tables": {"tickets": {"only": {"state": ["open"]}}}}
    finding = only_fault(written(tmp_path, formulas), mapping=mapping)
    assert (finding.pointer, finding.code) == ("Sheet 'Tickets', cell E3", "formula_without_value")


def test_merged_cells(tmp_path: Path) -> None:
    """A merged title above the headers does no harm; merged headers and data are told as a range, once."""

    def merged(book: Any, sheet: Any) -> None:
        sheet.merge_range(1, 1, 2, 2, 31.2)

    finding = only_fault(written(tmp_path, merged))
    assert (finding.pointer, finding.code) == ("Sheet 'Tickets', cells B2:C3", "merged_cells")
    assert finding.message == "are merged; unmerge them and fill in each"

    def title(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 3, "Our jobs")

    mapping = {"tables": {"tickets": {"header_row": 2}}}
    path = written(tmp_path, title, Tickets=[["Our jobs"], *TICKETS])
    assert len(imported(path, mapping).problem.tickets) == 2
    codes = {(f.pointer, f.code) for f in faults_of(written(tmp_path, title))}
    assert ("Sheet 'Tickets', cells A1:D1", "merged_cells") in codes


def test_too_many_rows_and_cells_far_off(tmp_path: Path) -> None:
    """Both are found out before a cell is read."""
    finding = only_fault(written(tmp_path), Limits(max_rows=1))
    assert (finding.pointer, finding.code) == ("Sheet 'Tickets'", "too_large")
    assert finding.message == "has more than 1 rows; split it or raise --max-rows"

    def far(book: Any, sheet: Any) -> None:
        sheet.write(99_999, 16_383, "x")

    finding = only_fault(written(tmp_path, far))
    assert finding.message == "reaches to row 100,000 and column XFD; remove what stands far off"


def test_coloured_rows_do_not_count(tmp_path: Path) -> None:
    """Cells that are only formatted, down to the last row of the sheet."""

    def coloured(book: Any, sheet: Any) -> None:
        sheet.write_blank(1_048_575, 0, None, book.add_format({"bg_color": "red"}))

    assert len(problem_of(tmp_path, coloured).tickets) == 2


def _edit(path: Path, part: str, before: str, after: str) -> None:
    """Replace text in a part of a workbook; it must be there."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert before.encode() in parts[part]
    parts[part] = parts[part].replace(before.encode(), after.encode())
    _pack(path, parts)


def _pack(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)


def test_a_zip_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    """20 MB of blanks pack into 20 KB; nothing is unpacked beyond the limit."""
    path = written(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet9.xml", b" " * 20_000_000)
    assert path.stat().st_size < 100_000
    finding = only_fault(path, Limits(max_unpacked_mb=15))
    assert (finding.pointer, finding.code) == ("", "too_large")
    assert finding.message == "holds more than 15 MB unpacked; split it, or save its sheets as CSV"


def test_a_zip_bomb_that_lies_is_damaged(tmp_path: Path) -> None:
    """A part that declares 1,000 bytes is cut there, and its checksum no longer fits."""
    path = written(tmp_path)
    size = 20_000_000
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet9.xml", b" " * size)
    data = path.read_bytes()
    declared = size.to_bytes(4, "little")
    assert data.count(declared) == 2
    path.write_bytes(data.replace(declared, (1000).to_bytes(4, "little")))
    finding = only_fault(path)
    assert finding.code == "bad_workbook"
    assert "Bad CRC-32" in finding.message


def _not_workbooks() -> Iterator[tuple[str, Callable[[Path], None], str]]:
    def ods(path: Path) -> None:
        _pack(path, {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"})

    def entities(path: Path) -> None:
        written(path.parent)
        _edit(path, "xl/workbook.xml", "<workbook", '<!DOCTYPE x [<!ENTITY a "b">]><workbook')

    def relations(path: Path) -> None:
        written(path.parent)
        _edit(path, "xl/_rels/workbook.xml.rels", "rId1", "rId77")

    def broken(path: Path) -> None:
        written(path.parent)
        _edit(path, "xl/workbook.xml", "</workbook>", "")

    def broken_sheet(path: Path) -> None:
        written(path.parent)
        _edit(path, "xl/worksheets/sheet1.xml", "</sheetData>", "</rowData>")

    yield "text", lambda path: path.write_text("id,lat\n") and None, "is no XLSX workbook, or damaged"
    yield "ods", ods, "is no XLSX workbook; save it as .xlsx"
    yield (
        "old",
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" * 99) and None,
        "is an old .xls workbook, or prot",
    )
    yield "entities", entities, "defines entities in xl/workbook.xml, as no workbook does; save it again"
    yield "relations", relations, "is a damaged workbook ("
    yield "broken", broken, "is a damaged workbook ("
    yield "broken sheet", broken_sheet, "cannot be read ("


NOT_WORKBOOKS = list(_not_workbooks())


@pytest.mark.parametrize(
    ("make", "message"), [case[1:] for case in NOT_WORKBOOKS], ids=[c[0] for c in NOT_WORKBOOKS]
)
def test_files_that_are_no_workbooks(tmp_path: Path, make: Callable[[Path], None], message: str) -> None:
    """Text, other formats, protected, tampered and damaged files: each with the cure."""
    path = tmp_path / "day.xlsx"
    make(path)
    finding = faults_of(path)[0]
    assert finding.code == "bad_workbook"
    assert finding.message.startswith(message)


def test_a_truncated_file(tmp_path: Path) -> None:
    """Wherever a download breaks off."""
    path = written(tmp_path)
    data = path.read_bytes()
    for share in (0.1, 0.5, 0.99):
        path.write_bytes(data[: int(len(data) * share)])
        assert only_fault(path).code == "bad_workbook"


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The base install reads CSV only, and says what to install."""
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    finding = only_fault(written(tmp_path))
    assert finding.code == "missing_library"
    assert finding.message == (
        "reading workbooks needs python-calamine: pip install 'dispatch-engine[sheets]', or use CSV"
    )


def test_what_the_xml_of_a_sheet_tells() -> None:
    """With a prefix, in another order of attributes, with shared formulas and texts in place."""
    xml = b"""<x:sheetData><x:row r="1"><x:c s="1" r="B1"><x:v>1</x:v></x:c><x:c r="AA7" s="2"/>
    <x:c r="C3"><x:f t="shared" si="0"/></x:c><x:c r="D4" t="e"><x:v>#REF!</x:v></x:c>
    <x:c r="E5" t="inlineStr"><x:is><x:t>y</x:t></x:is></x:c><x:c r="F6" t="str"><x:f>A1</x:f><x:v/></x:c>
    </x:row></x:sheetData><x:mergeCells count="1"><x:mergeCell ref="A2:B3"/></x:mergeCells>"""
    assert extent(xml) == (6, 6)
    assert list(broken_cells(xml)) == [((2, 2), "formula"), ((3, 3), "error")]
    assert list(merged_ranges(xml)) == [((1, 0), (2, 1))]


def test_days_without_a_time_of_day(tmp_path: Path) -> None:
    """A date cell in a time column may mean any time of that day, so it is refused."""

    def typed(book: Any, sheet: Any) -> None:
        sheet.write(0, 4, "due_at")
        sheet.write_datetime(1, 4, date(2026, 11, 23), book.add_format({"num_format": "yyyy-mm-dd"}))

    finding = only_fault(written(tmp_path, typed))
    assert (finding.pointer, finding.code) == ("Sheet 'Tickets', cell E2", "bad_time")
    assert finding.message == "'2026-11-23' has no time of day; write it as 2026-11-23 08:00"
