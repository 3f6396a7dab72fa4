"""Writes the reference of columns and mapping files: ``python -m dispatch_engine.sources.tables.page``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dispatch_engine.model.files import write_atomically
from dispatch_engine.sources.tables.cells import Kind
from dispatch_engine.sources.tables.columns import TABLES, Table
from dispatch_engine.sources.tables.mapping import ColumnRule, Dates, Mapping, TableMapping, Tables

COMMAND = "python -m dispatch_engine.sources.tables.page"
PAGE = Path("docs") / "reference" / "tables.md"

INTRODUCTION = """# Tables

The tables of an import: their columns under the usual names, how cells are written, and everything that a
mapping file may say. How to use them is told in [spreadsheets](../spreadsheets.md).
"""

KINDS: dict[Kind, tuple[str, str]] = {
    "text": ("as it stands; in double quotes also with blanks around it", "`Ann Lee`"),
    "number": ("digits with a decimal mark", "`12.5`"),
    "whole number": ("digits", "`4`"),
    "yes or no": ("`yes`, `no`, `true`, `false`, `1`, `0`, `x`", "`yes`"),
    "minutes": (
        "a number in the column's unit, a number with its unit, hours and minutes",
        "`90`, `1.5 h`, `1:30`",
    ),
    "kilometres": ("a number in the column's unit, or with its unit", "`12`, `800 m`"),
    "day": ("a date", "`2026-11-23`"),
    "days": ("dates and ranges of dates", "`2026-01-05..2026-01-09; 2026-01-12`"),
    "time": (
        "a date with a time of day, an RFC 3339 time, or a time of day on the row's date",
        "`2026-11-23 08:00`, `2026-11-23T08:00:00+08:00`, `08:00`",
    ),
    "end time": ("the same; a time of day is the first one after the start", "`17:00`"),
    "time of day": ("hours and minutes", "`08:00`, `5:30 PM`"),
    "windows": ("spans of time", "`08:00-10:00; 14:00-16:00`"),
    "breaks": ("the span in which a break starts, and its minutes", "`11:30-13:30 30 min`"),
    "place": ("coordinates, a row of the matrix, or `anywhere`", "`31.23, 121.47`, `#3`"),
    "names": ("names", "`vacuum-pump; ladder`"),
    "amounts": ("names, each with a whole number", "`refrigeration: 2; gas`"),
    "chances": ("names, each with a probability", "`fan-motor: 0.4; valve: 15 %`"),
    "stock": (
        "names, each with a number of pieces or `unlimited`; or `unlimited` alone",
        "`fan: 4; valve: unlimited`",
    ),
    "pieces": ("a whole number or `unlimited`", "`4`"),
    "certificates": ("names, each with its last valid day or none", "`electrician: 2027-03-31; gas`"),
    "links": ("ids of tickets, or a JSON list of objects as in the problem", "`K1; K2`"),
    "object": ("a JSON object", '`{"floor": 3}`'),
    "anything": ("text, a number, or JSON", '`20`, `["a", "b"]`'),
}
"""How the cells of each kind are written, and an example."""

OBJECTS: dict[str, tuple[type[BaseModel], str]] = {
    "Mapping": (Mapping, "The whole file."),
    "dates": (Dates, "How dates are written."),
    "tables": (Tables, "By table."),
    "A table": (TableMapping, "Below `tables`, by the name of a table."),
    "A column": (ColumnRule, "Below `columns`, by the usual name of a column; a text alone is `column`."),
}


def reference_page() -> str:
    """The page: a table of columns for each table, the kinds of cells, the keys of a mapping file."""
    lines = [INTRODUCTION]
    for table in TABLES:
        lines += _columns(table)
    lines += [
        "## Kinds of cells",
        "",
        "Items in a cell are separated by `;` or line breaks. A name that holds one of",
    ]
    lines += [
        "these, or a colon, stands in double quotes. A cell is empty where it holds nothing but blanks.",
        "",
    ]
    lines += ["| kind | how it is written | example |", "| --- | --- | --- |"]
    lines += [f"| {kind} | {how} | {example} |" for kind, (how, example) in KINDS.items()]
    lines += ["", "## The mapping file", ""]
    for name, (model, meaning) in OBJECTS.items():
        lines += [f"### {name}", "", meaning, "", "| key | default | meaning |", "| --- | --- | --- |"]
        lines += [*_keys(model), ""]
    lines.append(f"*Written by `{COMMAND}`; change the tables in the code instead.*")
    return "\n".join(lines) + "\n"


def _columns(table: Table) -> Iterator[str]:
    needed = " and ".join(" or ".join(f"`{name}`" for name in group) for group in table.needed)
    yield f"## {table.sheet_name}"
    yield ""
    yield f"A row is {table.meaning}. File `{table.file_name}`, sheet `{table.sheet_name}`. Needed: {needed}."
    yield ""
    yield "| column | cells | meaning |"
    yield "| --- | --- | --- |"
    for column in table.columns:
        yield f"| `{column.name}` | {column.kind} | {column.meaning} |"
    yield ""


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        value: Any = field.get_default(call_default_factory=True)
        shown = "" if isinstance(value, BaseModel) else f"`{json.dumps(value)}`"
        yield f"| `{name}` | {shown} | {field.description} |"


def main() -> None:
    """Write the page of the checkout that is the current folder."""
    write_atomically(PAGE, reference_page())


if __name__ == "__main__":
    main()
