"""From an instance to a validated problem, or an honest word on what is missing."""

from __future__ import annotations

from pathlib import Path

from benchmarks.errors import UnsupportedError
from benchmarks.families.family import Family
from dispatch_engine.errors import InputError
from dispatch_engine.model.problem import Problem

REFUSALS = {"unsupported_field": "", "sums_too_large": "prices beyond 64 bits"}
"""Codes of findings that say what cannot be expressed, with their words; empty: the field's name says it."""


def validated_problem(family: Family, folder: Path, name: str) -> Problem:
    """The instance as a problem that this version of the engine can solve.

    Raises
    ------
    UnsupportedError : the instance uses what the contract or this version lacks; nothing is approximated.
    InputError : any other finding: a defect of the reader.
    """
    try:
        return Problem.from_dict(family.problem(folder, name))
    except InputError as error:
        if any(finding.code not in REFUSALS for finding in error.findings):
            raise
        raise UnsupportedError(
            *sorted({REFUSALS[f.code] or f.pointer.rpartition("/")[2] for f in error.findings})
        ) from None
