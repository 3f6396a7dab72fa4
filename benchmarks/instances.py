"""Where the public instance files lie, and the best known values beside them."""

from __future__ import annotations

import csv
import gzip
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.machine import CHECKOUT

VARIABLE = "DISPATCH_INSTANCES"
BESIDE_CHECKOUT = CHECKOUT.parent / "shared" / "instances"


@dataclass(frozen=True)
class BestKnown:
    """A published value: ``first`` counts what comes before it (unserved tickets or vehicles), often 0."""

    value: float
    first: int
    source: str


def instances_folder(given: str | None = None) -> Path:
    """The folder that holds a folder per family: ``given``, else ``$DISPATCH_INSTANCES``, else the default.

    Raises
    ------
    BenchmarkError : there is no such folder; the message says how to get the files.
    """
    folder = Path(given or os.environ.get(VARIABLE) or BESIDE_CHECKOUT)
    if not folder.is_dir():
        raise BenchmarkError(
            f"no instance files at {folder}. They are not part of this repository: "
            "'python -m benchmarks fetch' tells where each family comes from. "
            f"Then give --instances DIR or set {VARIABLE}"
        )
    return folder


def family_folder(instances: Path, family: str) -> Path:
    """The folder of one family. Raises BenchmarkError where it is missing."""
    folder = instances / family
    if not folder.is_dir():
        raise BenchmarkError(
            f"no folder {folder}; 'python -m benchmarks fetch' tells where its files come from"
        )
    return folder


def instance_file(folder: Path, name: str, *suffixes: str) -> Path:
    """The file of instance ``name`` in ``folder`` with the first suffix that exists.

    Raises
    ------
    BenchmarkError : there is none.
    """
    for suffix in suffixes:
        path = folder / f"{name}{suffix}"
        if path.exists():
            return path
    raise BenchmarkError(f"no file {folder / name}{suffixes[0]}; check the name of the instance")


def read_text(path: Path) -> str:
    """The text of a file, unpacked where its name ends in ``.gz``."""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", errors="replace")


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file with a header; none where the file is missing."""
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)


def best_known(path: Path, first: str = "none") -> dict[str, BestKnown]:
    """Best known values by instance from a ``bks.csv``.

    Parameters
    ----------
    first : what is counted before the value: ``vehicles`` reads that column, ``unserved`` the source's
        ``unserved=N``, ``none`` counts nothing.
    """
    found = {}
    for row in rows(path):
        count = 0
        if first == "vehicles":
            count = int(row["vehicles"])
        elif first == "unserved":
            stated = re.search(r"unserved=(\d+)", row["source"])
            count = int(stated[1]) if stated else 0
        found[row["instance"]] = BestKnown(float(row["value"]), count, row["source"])
    return found
