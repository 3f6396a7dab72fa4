"""Which column is which: usual names, mapped names, unknown, missing and duplicate ones."""

from __future__ import annotations

from pathlib import Path

from little_tables import TICKETS, faults_of, only_fault, problem_of, with_column


def test_headers_are_compared_loosely(tmp_path: Path) -> None:
    """Capitals, spaces and hyphens do not matter."""
    table = TICKETS.replace("duration_minutes", "Duration-Minutes ").replace("lat", "LAT")
    assert problem_of(tmp_path, tickets=table).tickets[1].duration_minutes == 60


def test_unknown_columns_are_refused_with_a_suggestion(tmp_path: Path) -> None:
    """A misspelt column is not ignored."""
    finding = only_fault(tmp_path, tickets=with_column("prioritaet", "high", "low"))
    assert (finding.pointer, finding.code) == ("tickets.csv, cell E1", "unknown_column")
    assert finding.message == (
        "'prioritaet' is no column of the table tickets; did you mean 'priority'? "
        "Rename or remove it, or say other_columns: ignore in the mapping file"
    )


def test_other_columns_as_the_mapping_says(tmp_path: Path) -> None:
    """They are left out, or kept as attributes."""
    table = with_column("floor", "3", "")
    ignore = {"tables": {"tickets": {"other_columns": "ignore"}}}
    keep = {"tables": {"tickets": {"other_columns": "attributes"}}}
    assert problem_of(tmp_path, ignore, tickets=table).tickets[0].attributes is None
    kept = problem_of(tmp_path, keep, tickets=table).tickets
    assert [ticket.attributes for ticket in kept] == [{"floor": "3"}, None]


def test_attributes_by_header_and_by_mapping(tmp_path: Path) -> None:
    """``attributes.word`` needs no mapping; a JSON column is joined with the others."""
    table = with_column("attributes", '{"a": 1}', "", table=with_column("attributes.floor", "3", "4"))
    assert [t.attributes for t in problem_of(tmp_path, tickets=table).tickets] == [
        {"a": 1, "floor": "3"},
        {"floor": "4"},
    ]
    mapping = {"tables": {"tickets": {"attributes": {"level": "Etage"}}}}
    table = with_column("Etage", "3", "4")
    assert problem_of(tmp_path, mapping, tickets=table).tickets[1].attributes == {"level": "4"}


def test_duplicate_columns(tmp_path: Path) -> None:
    """Nobody knows which of the two is meant."""
    finding = only_fault(tmp_path, tickets=with_column("LAT", "1", "2"))
    assert (finding.pointer, finding.code) == ("tickets.csv, cell E1", "duplicate_column")
    assert finding.message == "'LAT' is the header of tickets.csv, cell B1 too; rename or remove one"


def test_missing_columns_are_told_once(tmp_path: Path) -> None:
    """One finding for the column, not one for each row."""
    finding = only_fault(tmp_path, tickets="id,lat,lon\nK1,31.19,121.43\nK2,31.2,121.4\n")
    assert (finding.pointer, finding.code) == ("tickets.csv, row 1", "missing_column")
    assert finding.message == "has no column 'duration_minutes'; add it, or name yours in the mapping file"


def test_a_matrix_row_stands_for_coordinates(tmp_path: Path) -> None:
    """Without coordinates the table may give the rows of a matrix; the provider then asks for them."""
    matrix = {"provider": "matrix", "durations_seconds": [[0, 60, 60], [60, 0, 60], [60, 60, 0]]}
    people = "id,matrix_index\nT1,0\n"
    jobs = "id,matrix_index,duration_minutes\nK1,1,45\nK2,2,60\n"
    problem = problem_of(tmp_path, {"problem": {"travel": matrix}}, tickets=jobs, technicians=people)
    assert [ticket.location.matrix_index for ticket in problem.tickets] == [1, 2]


def test_mapped_columns_that_do_not_exist(tmp_path: Path) -> None:
    """Each is told, with the header that comes close."""
    mapping = {
        "tables": {
            "tickets": {
                "columns": {"duration_minutes": "Minuten", "name": {"column": "idd"}},
                "attributes": {"floor": "Etage"},
                "only": {"Status": ["open"]},
            }
        }
    }
    faults = faults_of(tmp_path, mapping)
    assert {finding.code for finding in faults} == {"missing_column", "unknown_column"}
    assert [finding.message for finding in faults if finding.code == "missing_column"] == [
        "has no column 'idd', which the mapping names (columns/name); did you mean 'id'?",
        "has no column 'Minuten', which the mapping names (columns/duration_minutes); correct the mapping file",
        "has no column 'Etage', which the mapping names (attributes/floor); correct the mapping file",
        "has no column 'Status', which the mapping names (only/Status); correct the mapping file",
    ]


def test_cells_without_a_header(tmp_path: Path) -> None:
    """A value that no header explains is not dropped."""
    finding = only_fault(tmp_path, tickets=TICKETS.replace("K2,31.25,121.5,60", "K2,31.25,121.5,60,urgent"))
    assert (finding.pointer, finding.code) == ("tickets.csv, cell E3", "unknown_column")
    assert finding.message == "'urgent' stands in a column without a header; name it"


def test_headers_further_down(tmp_path: Path) -> None:
    """A title above the headers is passed over, and rows keep their numbers."""
    mapping = {"tables": {"tickets": {"header_row": 3}}}
    table = "Our jobs\n\n" + TICKETS
    assert len(problem_of(tmp_path, mapping, tickets=table).tickets) == 2
    finding = only_fault(tmp_path, mapping, tickets=table.replace("60", "x"))
    assert finding.pointer == "tickets.csv, cell D5"
