"""Empty tables to fill in, in a workbook with the meaning and the words of each column."""

from __future__ import annotations

from dispatch_engine.report.exports.files import workbook_bytes
from dispatch_engine.report.exports.sheet import Sheet
from dispatch_engine.sources.tables.columns import TABLES
from dispatch_engine.sources.tables.page import KINDS

WORDS = {
    "priority": ("low", "normal", "high", "emergency"),
    "urgency": ("24h", "48h", "72h"),
    "fault": ("simple", "complex"),
    "crew_skills": ("each", "together"),
    "pinned_status": ("committed", "en_route", "on_site", "done"),
    "kind": ("shift", "break", "off", "ignore"),
    "mandatory": ("yes", "no"),
    "restock_between_shifts": ("yes", "no"),
}
"""Columns in which a spreadsheet should offer a list."""


def template_sheets() -> list[Sheet]:
    """Every table with all its columns and no rows."""
    return [Sheet(table.sheet_name, [column.name for column in table.columns], []) for table in TABLES]


def template_workbook() -> bytes:
    """The same as a workbook: comments say what a column means, lists offer the words it knows."""
    notes = {
        (table.sheet_name, column.name): f"{column.meaning} Written as {KINDS[column.kind][1]}.".replace(
            "`", ""
        )
        for table in TABLES
        for column in table.columns
    }
    return workbook_bytes(template_sheets(), notes, WORDS)
