"""What is found wrong in tables, cell by cell; one fault of a cell is told once."""

from __future__ import annotations

from dispatch_engine.errors import Finding
from dispatch_engine.sources.tables.grid import Fault


class Findings:
    """Findings in the order in which they are made."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self._places: set[str] = set()

    def add(self, place: str, code: str, message: str) -> None:
        """Note what is wrong at ``place``: the name of a cell, a row or a sheet, or a pointer."""
        self.found.append(Finding(place, code, message))
        self._places.add(place)

    def add_once(self, place: str, code: str, message: str) -> None:
        """The same, unless something at ``place`` was told already and may be the cause."""
        if place not in self._places:
            self.add(place, code, message)

    def add_fault(self, place: str, fault: Fault) -> None:
        """Note a fault of the cell ``place``, at the cells to blame if the fault names them."""
        self.add_once(fault.place or place, fault.code, fault.message)
        self._places.add(place)
