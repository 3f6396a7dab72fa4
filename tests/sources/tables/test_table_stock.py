"""Stock of vans and depots, depots themselves, and technicians' other columns."""

from __future__ import annotations

from pathlib import Path

from little_tables import TECHNICIANS, TICKETS, faults_of, only_fault, problem_of, with_column

from dispatch_engine.model.support import NOT_BUILT
from dispatch_engine.sources.tables.assemble import assemble
from dispatch_engine.sources.tables.columns import DEPOTS, STOCK, TABLES
from dispatch_engine.sources.tables.findings import Findings
from dispatch_engine.sources.tables.grid import Grid
from dispatch_engine.sources.tables.manner import Manner
from dispatch_engine.sources.tables.mapping import TableMapping
from dispatch_engine.sources.tables.records import Records, read_records
from dispatch_engine.sources.tables.trace import Trace


def records(name: str, text: str, findings: Findings) -> Records:
    """A table from lines of cells between bars."""
    table = next(table for table in TABLES if table.name == name)
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().split("\n")]
    return read_records(Grid(f"{name}.csv", rows), table, TableMapping(), Manner(), findings)  # type: ignore[arg-type]


def depots_of(depots: str, stock: str) -> tuple[list[dict[str, object]], list[str]]:
    """Depots as the problem's JSON has them, and the findings."""
    findings = Findings()
    tables = {
        "tickets": records("tickets", "id|lat|lon|duration_minutes", findings),
        "technicians": records("technicians", "id|lat|lon", findings),
        "depots": records("depots", depots, findings),
        "stock": records("stock", stock, findings),
    }
    made = assemble(tables, None, None, findings, Trace())  # type: ignore[arg-type]
    return made["depots"], [str(finding) for finding in findings.found]


def test_stock_of_vans(tmp_path: Path) -> None:
    """Rows of the stock table join the stock in the technician's row."""
    technicians = with_column("van_stock", "fan: 2", table=TECHNICIANS)
    stock = "technician,part,quantity\nT1,valve,3\nT1,board,0\n"
    problem = problem_of(tmp_path, technicians=technicians, stock=stock)
    assert problem.technicians[0].van_stock == {"fan": 2, "valve": 3, "board": 0}


def test_equal_cells_do_not_share_their_stock(tmp_path: Path) -> None:
    """Two technicians with the same text in ``van_stock``; a row of the stock table is for one of them."""
    technicians = "id,lat,lon,van_stock\nT1,31.23,121.47,fan: 2\nT2,31.23,121.47,fan: 2\n"
    problem = problem_of(tmp_path, technicians=technicians, stock="technician,part,quantity\nT2,valve,1\n")
    assert [t.van_stock for t in problem.technicians] == [{"fan": 2}, {"fan": 2, "valve": 1}]


def test_stock_of_depots() -> None:
    """``unlimited`` is null: for all parts, for one, or in the stock table."""
    depots, findings = depots_of(
        "id | lat | lon | stock | restock_minutes\n"
        "D1 | 31.2 | 121.5 | unlimited | 0:20\n"
        "D2 | 31.2 | 121.5 | fan: unlimited; valve: 3 | \n",
        "depot | part | quantity\nD2 | board | unlimited\nD2 | screw | 900",
    )
    assert findings == []
    assert [depot["stock"] for depot in depots] == [
        None,
        {"fan": None, "valve": 3, "board": None, "screw": 900},
    ]
    assert depots[0]["restock_minutes"] == 20


def test_depots_are_imported_whatever_the_engine_supports(tmp_path: Path) -> None:
    """A depot is a depot of the problem; where the engine refuses them, the table is named."""
    depots = "id,lat,lon\nD1,31.2,121.5\n"
    if "depots" in NOT_BUILT.get("problem", {}):
        finding = only_fault(tmp_path, depots=depots)
        assert (finding.pointer, finding.code) == ("depots.csv", "unsupported_field")
    else:
        assert problem_of(tmp_path, depots=depots).depots[0].id == "D1"


def test_bad_stock_rows(tmp_path: Path) -> None:
    """Nobody, both, unknown, twice, empty, and no number of pieces."""
    stock = (
        "technician,depot,part,quantity\n"
        ",,fan,1\n"
        "T1,D1,fan,1\n"
        "T9,,fan,1\n"
        "T1,,fan,1\n"
        "T1,,fan,2\n"
        "T1,,,2\n"
        "T1,,valve,few\n"
        "T1,,board,unlimited\n"
        "T1,,screw,-1\n"
    )
    found = [(f.pointer.split()[-1], f.code, f.message) for f in faults_of(tmp_path, stock=stock)]
    assert sorted(found) == [
        ("A2", "missing_field", "names neither a technician nor a depot; name one of them"),
        ("A3", "missing_field", "names both a technician and a depot; name one of them"),
        ("A4", "unknown_reference", "'T9' is the id of no technician; correct it or add the technician"),
        ("C6", "duplicate_key", "the stock of 'fan' at 'T1' is given twice; keep one"),
        ("C7", "missing_field", "is empty; give the part and its quantity"),
        ("D10", "out_of_range", "-1 is out of range; it must be at least 0"),
        ("D8", "wrong_type", "'few' is no number; write a plain number such as 12.5"),
        ("D9", "wrong_type", "'unlimited' has the wrong type; it must be a whole number"),
    ]


def test_faults_of_the_problem_are_told_at_their_cells(tmp_path: Path) -> None:
    """What only the whole problem shows is traced back: ranges, duplicate ids, unknown references."""
    tickets = with_column("required_technicians", "T1; T7", "T1", table=TICKETS.replace("31.25", "91"))
    finding = only_fault(tmp_path, tickets=tickets)
    assert str(finding) == ("tickets.csv, cell B3: 91 is out of range; it must be at most 90 [out_of_range]")
    tickets = with_column("required_technicians", "T1; T7", "T1", table=TICKETS.replace("K2", "K1"))
    assert [str(finding) for finding in faults_of(tmp_path, tickets=tickets)] == [
        "tickets.csv, cell A3: 'K1' is already the id of tickets.csv, row 2; ids are unique [duplicate_id]",
        "tickets.csv, cell E2: 'T7' is the id of no technician; correct it or add the technician "
        "[unknown_reference]",
    ]


def test_empty_cells_of_required_columns(tmp_path: Path) -> None:
    """Each is told, and a cell that could not be read is not told a second time as missing."""
    tickets = TICKETS.replace("45", "").replace("60", "long").replace("31.19", "")
    assert [(f.pointer, f.code) for f in faults_of(tmp_path, tickets=tickets)] == [
        ("tickets.csv, cell D3", "wrong_type"),
        ("tickets.csv, cell B2", "missing_field"),
        ("tickets.csv, cell D2", "missing_field"),
    ]


def test_depots_and_stock_have_the_columns_of_the_model() -> None:
    """Each field of a depot but the free ones has its column."""
    assert {column.field.split("/")[0] for column in DEPOTS.columns} >= {"open", "stock", "restock_minutes"}
    assert STOCK.needed == (("part",), ("quantity",))
