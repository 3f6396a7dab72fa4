"""A sheet to be written, and the cells that no spreadsheet may take for a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

Value = str | int | float | bool | date | datetime | None
"""What a written cell may hold: a datetime is a local time without offset, None an empty cell."""

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
LONGEST_NAME = 31
RESERVED_NAMES = ("history",)
"""Names that spreadsheets keep for themselves."""


@dataclass(frozen=True)
class Sheet:
    """A table with its headers, one row after the other."""

    name: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Value]]


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula.

    A text that has apostrophes before a formula gets one more, so that taking one off gives back every text.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def sheet_names(wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Names that spreadsheets allow: at most 31 characters, none of ``[]:*?/\\``, each name once."""
    used = {name.casefold() for name in (*taken, *RESERVED_NAMES)}
    names = []
    for text in wanted:
        base = _FORBIDDEN.sub("_", text).strip("' ") or "_"
        name, number = base[:LONGEST_NAME].rstrip("' "), 2
        while name.casefold() in used:
            ending = f" ({number})"
            name, number = base[: LONGEST_NAME - len(ending)].rstrip("' ") + ending, number + 1
        used.add(name.casefold())
        names.append(name)
    return names
