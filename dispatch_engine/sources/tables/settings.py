"""The settings table: values of the whole problem, each at a path such as ``travel/speed_kmh/urban``."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import pointer, shown
from dispatch_engine.model.files import parse_json
from dispatch_engine.sources.tables.cells import read_text
from dispatch_engine.sources.tables.findings import Findings
from dispatch_engine.sources.tables.grid import Cell, Fault, as_text
from dispatch_engine.sources.tables.manner import Manner
from dispatch_engine.sources.tables.mapping import RESERVED
from dispatch_engine.sources.tables.moments import read_moment
from dispatch_engine.sources.tables.records import Records
from dispatch_engine.sources.tables.trace import Origin, Trace

TEXTS = ("name", "time_zone")
"""Settings that are text whatever they look like."""


class Settings:
    """The rows of a settings table, joined where a value goes on in the next row."""

    def __init__(self, records: Records | None, findings: Findings) -> None:
        self._findings = findings
        self._entries: dict[str, tuple[Cell, Origin]] = {}
        if records is not None:
            self._take(records)

    def _take(self, records: Records) -> None:
        values, path = records.column("value"), None
        for index, name in enumerate(records.column("setting")):
            origin = Origin(records, index)
            if name is not None:
                path = name.strip("/")
            if path is None or (name is not None and path in self._entries):
                what = "the first row needs a setting" if path is None else f"{shown(path)} is given twice"
                place = records.cell_name(index, "setting")
                self._findings.add_once(place, "duplicate_key", f"{what}; keep one row for each setting")
            else:
                value = "" if values[index] is None else values[index]
                before = self._entries.get(path)
                if before is not None:
                    value, origin = as_text(before[0]) + as_text(value), before[1]
                self._entries[path] = (value, origin)

    def text(self, name: str) -> tuple[str, str] | None:
        """A setting as text, and its cell; None where it is not given."""
        value, origin = self._entries.get(name, ("", None))
        if value == "" or origin is None:
            return None
        return read_text(value), origin.records.cell_name(origin.number, "value")

    def merge_into(self, problem: dict[str, Any], zone: tzinfo | None, trace: Trace) -> None:
        """Put every setting at its place in ``problem``; what stands there already is a finding."""
        for path, (value, origin) in self._entries.items():
            place = origin.records.cell_name(origin.number, "value")
            keys = [key.replace("~1", "/").replace("~0", "~") for key in path.split("/")]
            try:
                _put(problem, keys, _value(path, value, zone, origin))
            except Fault as fault:
                self._findings.add_once(place, fault.code, fault.message)
            trace.places[pointer(tuple(keys))] = place


def _value(path: str, cell: Cell, zone: tzinfo | None, origin: Origin) -> Any:
    """The value of a setting; an empty cell is null."""
    if cell == "":
        return None
    if path in TEXTS:
        return read_text(cell)
    if path == "now":
        return read_moment(cell, Manner(zone, origin.records.manner.order, origin.records.manner.day_zero))
    if not isinstance(cell, str):
        return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
    try:
        return parse_json(cell)
    except InputError as error:
        if cell[:1] in ("{", "[", '"'):
            finding = error.findings[0]
            raise Fault(finding.code, f"{shown(cell)} {finding.message}") from None
        return cell


def _put(problem: dict[str, Any], keys: list[str], value: Any) -> None:
    if keys[0] in RESERVED:
        raise Fault("conflicting_fields", f"{shown(keys[0])} comes from the tables; remove this row")
    target = problem
    for key in keys[:-1]:
        inside = target.setdefault(key, {})
        if not isinstance(inside, dict):
            raise Fault("conflicting_fields", f"{shown(key)} has a value of its own; keep one of the two")
        target = inside
    if keys[-1] in target:
        raise Fault("conflicting_fields", f"{shown('/'.join(keys))} is given twice; keep one of the two")
    target[keys[-1]] = value
