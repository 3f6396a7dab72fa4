"""The fixed instances of technician-sla-2026: how each is made, and the checksum that proves it is the same."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.errors import BenchmarkError
from dispatch_engine.model.files import write_atomically
from dispatch_engine.sources.generate import generate_problem, to_text

FOLDER = Path(__file__).parent
CATALOGUE = FOLDER / "instances.csv"
FIELDS = ("instance", "tickets", "technicians", "seed", "sha256")
PLANNED = {
    "W": ((25, 50, 100, 200, 500, 1000), (1, 2, 3), (2000, 5000), 6),
    "S": ((50, 100, 200, 500, 1000), (1, 2), (), 10),
}
"""By class: sizes with several seeds, those seeds, sizes with seed 1 alone, tickets a technician."""


@dataclass(frozen=True)
class Instance:
    """One instance, named CLASS TICKETS-SEED, such as ``W100-1``; ``sha256`` is that of its JSON text."""

    name: str
    tickets: int
    technicians: int
    seed: int
    sha256: str = ""

    @property
    def kind(self) -> str:
        """The class: the letter of the recipe."""
        return self.name[0]

    def document(self) -> dict[str, Any]:
        """The instance as the problem's JSON, made anew."""
        day = generate_problem(
            FOLDER / f"{self.kind}.yaml", self.seed, tickets=self.tickets, technicians=self.technicians
        )
        return {**day, "name": f"technician-sla-2026 {self.name}"}

    def text(self) -> str:
        """The instance's JSON text, byte by byte the same on every machine."""
        return to_text(self.document())

    def checksum(self) -> str:
        """SHA-256 of :meth:`text`."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def planned() -> Iterator[Instance]:
    """All instances, without checksums."""
    for kind, (sizes, seeds, large, per_technician) in PLANNED.items():
        for tickets in (*sizes, *large):
            for seed in seeds if tickets in sizes else (1,):
                name = f"{kind}{tickets}-{seed}"
                yield Instance(name, tickets, round(tickets / per_technician), seed)


@cache
def catalogue() -> dict[str, Instance]:
    """The published instances by name, with the checksums that were published."""
    with CATALOGUE.open(encoding="utf-8", newline="") as stream:
        return {
            row["instance"]: Instance(
                row["instance"], int(row["tickets"]), int(row["technicians"]), int(row["seed"]), row["sha256"]
            )
            for row in csv.DictReader(stream)
        }


def instance_named(name: str) -> Instance:
    """The instance of that name. Raises BenchmarkError with the way to list them."""
    if name not in catalogue():
        raise BenchmarkError(f"'{name}' is no instance; 'python -m benchmarks suite list' names them all")
    return catalogue()[name]


def write_catalogue() -> None:
    """Write the list of instances with the checksums of this checkout: done once, when the suite is published."""
    lines = [",".join(FIELDS)]
    lines += [f"{i.name},{i.tickets},{i.technicians},{i.seed},{i.checksum()}" for i in planned()]
    write_atomically(CATALOGUE, "\n".join(lines) + "\n")
