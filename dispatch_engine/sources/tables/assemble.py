"""From the records of all tables to the document of a problem, with the way back to the cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, tzinfo
from typing import Any

from dispatch_engine.model.base import pointer, shown
from dispatch_engine.sources.tables.calendar import Duty, rosters
from dispatch_engine.sources.tables.columns import TableName
from dispatch_engine.sources.tables.findings import Findings
from dispatch_engine.sources.tables.items import UNLIMITED
from dispatch_engine.sources.tables.moments import local_day
from dispatch_engine.sources.tables.records import Records, documents
from dispatch_engine.sources.tables.trace import Origin, Trace


def assemble(
    tables: Mapping[TableName, Records],
    zone: tzinfo | None,
    day: date | None,
    findings: Findings,
    trace: Trace,
) -> dict[str, Any]:
    """The lists of a problem: technicians with their shifts and stock, tickets, depots.

    Parameters
    ----------
    tables : what was read; ``technicians`` and ``tickets`` are among them.
    day : keep only the shifts that start on this local day, and the tickets of this day or of none.
    """
    technicians, tickets = tables["technicians"], tables["tickets"]
    shifts = rosters(technicians, tables.get("calendar"), zone, findings)
    lists = {
        "technicians": list(_technicians(technicians, shifts, zone, day, trace)),
        "tickets": list(_tickets(tickets, day, trace)),
    }
    if "depots" in tables:
        lists["depots"] = list(_depots(tables["depots"], trace))
    if "stock" in tables:
        _Stock(lists, findings, trace).take(tables["stock"])
    return lists


def _tickets(records: Records, day: date | None, trace: Trace) -> Iterator[dict[str, Any]]:
    days = records.column("date")
    number = 0
    for index, document in enumerate(documents(records)):
        if day is None or days[index] is None or days[index] == day:
            trace.origins[f"/tickets/{number}"] = Origin(records, index)
            number += 1
            yield document


def _technicians(
    records: Records, shifts: Mapping[str, list[Duty]], zone: tzinfo | None, day: date | None, trace: Trace
) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for index, document in enumerate(documents(records)):
        at = f"/technicians/{index}"
        trace.origins[at] = Origin(records, index)
        name = document.get("id")
        duties = shifts.get(name, []) if name is not None and name not in seen else []
        kept = [duty for duty in duties if day is None or local_day(duty.start, zone) == day]
        for number, duty in enumerate(kept):
            trace.origins[f"{at}/shifts/{number}"] = duty.origin
            for which, pause in enumerate(duty.breaks):
                trace.places[f"{at}/shifts/{number}/breaks/{which}"] = pause.origin.cell_name("breaks")
        document["shifts"] = [duty.document() for duty in kept]
        seen |= {name} if name is not None else set()
        yield document


def _depots(records: Records, trace: Trace) -> Iterator[dict[str, Any]]:
    trace.places["/depots"] = records.grid.place
    for index, document in enumerate(documents(records)):
        trace.origins[f"/depots/{index}"] = Origin(records, index)
        stock = document.get("stock")
        if stock == UNLIMITED:
            document["stock"] = None
        elif stock is not None:
            document["stock"] = {part: None if n == UNLIMITED else n for part, n in stock.items()}
        yield document


class _Stock:
    """Puts the rows of the stock table into the technicians and depots they belong to."""

    def __init__(self, lists: Mapping[str, list[dict[str, Any]]], findings: Findings, trace: Trace) -> None:
        self.findings, self.trace = findings, trace
        self.holders = {
            "technician": ("technicians", "van_stock", _by_id(lists["technicians"])),
            "depot": ("depots", "stock", _by_id(lists.get("depots", []))),
        }

    def take(self, records: Records) -> None:
        """Every row of the table."""
        columns = {name: records.column(name) for name in ("technician", "depot", "part", "quantity")}
        for index in range(len(records)):
            row = {name: values[index] for name, values in columns.items()}
            self._take_row(row, Origin(records, index))

    def _take_row(self, row: dict[str, Any], origin: Origin) -> None:
        for name in ("part", "quantity"):
            if row[name] is None:
                self._note(origin, name, "missing_field", "is empty; give the part and its quantity")
                return
        named = [kind for kind in self.holders if row[kind] is not None]
        if len(named) != 1:
            what = "neither a technician nor a depot" if not named else "both a technician and a depot"
            self._note(origin, "technician", "missing_field", f"names {what}; name one of them")
            return
        self._put(named[0], row, origin)

    def _put(self, kind: str, row: dict[str, Any], origin: Origin) -> None:
        where, field, known = self.holders[kind]
        found = known.get(row[kind])
        if found is None:
            message = f"{shown(row[kind])} is the id of no {kind}; correct it or add the {kind}"
            self._note(origin, kind, "unknown_reference", message)
            return
        number, holder = found
        stock = holder.get(field, {})
        part = row["part"]
        if stock is None or part in stock:
            message = f"the stock of {shown(part)} at {shown(row[kind])} is given twice; keep one"
            self._note(origin, "part", "duplicate_key", message)
            return
        unlimited = row["quantity"] == UNLIMITED and kind == "depot"
        # A new object: equal cells of a column share theirs.
        holder[field] = {**stock, part: None if unlimited else row["quantity"]}
        self.trace.places[pointer((where, number, field, part))] = origin.records.cell_name(
            origin.number, "quantity"
        )

    def _note(self, origin: Origin, column: str, code: str, message: str) -> None:
        self.findings.add_once(origin.records.cell_name(origin.number, column), code, message)


def _by_id(documents: list[dict[str, Any]]) -> dict[str, tuple[int, dict[str, Any]]]:
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, document in enumerate(documents):
        if document.get("id") is not None:
            found.setdefault(document["id"], (number, document))
    return found
