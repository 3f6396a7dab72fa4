"""The what-if file: a base problem, named variants of it, and how long and how often each is planned."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.base import Many, Model, Name, Text, refuse, shown, validate
from dispatch_engine.model.changes import Change
from dispatch_engine.model.files import MAX_INPUT_MB, parse_json, read_document
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.selectors import Words

BASE = "base"
"""Name of the problem as it is, in tables and results; no variant may have it."""

MAX_SEEDS = 1000
DEFAULT_SEEDS = (0, 1, 2, 3, 4)
DEFAULT_TIME_LIMIT_SECONDS = 10.0

Seed = Annotated[int, Field(ge=0, lt=2**63)]


def _first_seeds(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return list(range(min(value, MAX_SEEDS + 1))) if is_number else value


Seeds = Annotated[
    Many[Seed],
    Field(min_length=1, max_length=MAX_SEEDS),
    BeforeValidator(_first_seeds, json_schema_input_type=int | list[Seed]),
]
"""Seeds, or a number: 5 stands for 0, 1, 2, 3, 4."""


class Variant(Model):
    """A named change of plan."""

    id: Name = Field(description="Unique in the file, and not `base`.")
    name: Text | None = Field(default=None, description="Sentence for people.")
    builds_on: Words = Field(
        default=(),
        validate_default=False,
        description="Variants whose changes are made first, in this order.",
    )
    changes: Annotated[Many[Change], Field(max_length=1000)] = Field(
        default=(), description="Changes, made from the first to the last."
    )


def _kind_of_base(value: Any) -> str:
    return "<path>" if isinstance(value, str) else "<problem>"


Base = Annotated[
    Annotated[Name, Tag("<path>")] | Annotated[dict[str, Any], Tag("<problem>")], Discriminator(_kind_of_base)
]


class Study(Model):
    """A problem and variants of it, planned side by side."""

    base: Base = Field(description="[The problem](problem.md) to start from, or (in files only) its path.")
    variants: Annotated[Many[Variant], Field(max_length=10_000)] = Field(
        description="What else is to be planned."
    )
    compare_with: Name = Field(
        default=BASE, description="Id of the variant from which differences are counted; `base`: the problem."
    )
    seeds: Seeds = Field(
        default=DEFAULT_SEEDS,
        description="Seeds with which everything is planned, or how many: 5 stands for 0 to 4.",
    )
    time_limit_seconds: Annotated[float, Field(gt=0, le=604_800)] = Field(
        default=DEFAULT_TIME_LIMIT_SECONDS, description="Time for each plan; the same for all."
    )
    iterations: Annotated[int, Field(ge=1, le=10**12)] | None = Field(
        default=None, description="Steps of the search for each plan instead of a time limit."
    )

    @field_validator("seeds")
    @classmethod
    def _each_seed_once(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        for number, seed in enumerate(value):
            if seed in value[:number]:
                message = f"{seed} is given twice, which would feign certainty; keep one"
                raise refuse("duplicate_id", message, number)
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        findings = [*_twice(self.variants), *_unknown(self.variants, self.compare_with)]
        findings += [] if findings else _circles(self.variants)
        if findings:
            raise InputError(findings)
        return self

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], max_input_mb: float = MAX_INPUT_MB) -> Self:
        """Read a what-if file (YAML or JSON). Raises InputError with all findings."""
        return validate(cls, read_document(path, max_input_mb), Path(path).absolute().parent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a what-if document from JSON. Raises InputError with all findings."""
        return cls.from_dict(parse_json(text))

    @classmethod
    def from_dict(cls, document: object) -> Self:
        """Read a what-if document from parsed JSON. Raises InputError with all findings."""
        return validate(cls, document)

    def base_problem(self, folder: Path | None = None, max_input_mb: float = MAX_INPUT_MB) -> Problem:
        """The problem to start from.

        Parameters
        ----------
        folder : where relative paths start, of the base and in it; None refuses all paths.

        Raises
        ------
        InputError : with all findings; pointers begin with ``/base``.
        """
        if isinstance(self.base, str) and folder is None:
            message = f"{shown(self.base)} is a path; paths are read only in files, send the problem itself"
            raise InputError.of("/base", "path_not_allowed", message)
        try:
            if isinstance(self.base, str):
                assert folder is not None
                return Problem.from_file(folder / self.base, max_input_mb)
            return validate(Problem, self.base, folder)
        except InputError as error:
            raise InputError(_in_base(self.base, finding) for finding in error.findings) from None


def _in_base(base: object, finding: Finding) -> Finding:
    if isinstance(base, str):
        place = f"{finding.pointer}: " if finding.pointer else ""
        return Finding("/base", finding.code, f"{shown(base)}: {place}{finding.message}")
    return Finding(f"/base{finding.pointer}", finding.code, finding.message)


# ---------------------------------------------------------------- between variants


def _twice(variants: tuple[Variant, ...]) -> Iterator[Finding]:
    first = {BASE: "the problem as it is"}
    for index, variant in enumerate(variants):
        if variant.id in first:
            message = f"{shown(variant.id)} is already the id of {first[variant.id]}; ids are unique"
            yield Finding(f"/variants/{index}/id", "duplicate_id", message)
        first.setdefault(variant.id, f"/variants/{index}")


def _unknown(variants: tuple[Variant, ...], compare_with: str) -> Iterator[Finding]:
    known = {variant.id for variant in variants}
    if compare_with not in {BASE, *known}:
        message = f"{shown(compare_with)} is the id of no variant; name one, or leave it out"
        yield Finding("/compare_with", "unknown_reference", message)
    for index, variant in enumerate(variants):
        for number, name in enumerate(variant.builds_on):
            if name not in known:
                message = f"{shown(name)} is the id of no variant; correct it or add the variant"
                yield Finding(f"/variants/{index}/builds_on/{number}", "unknown_reference", message)


def _circles(variants: tuple[Variant, ...]) -> Iterator[Finding]:
    parents = {variant.id: set(variant.builds_on) for variant in variants}
    while True:
        free = {name for name, wanted in parents.items() if not wanted & parents.keys()}
        if not free:
            break
        for name in free:
            del parents[name]
    for index, variant in enumerate(variants):
        if variant.id in parents:
            message = f"{shown(variant.id)} builds on itself, or on variants that do; break the circle"
            yield Finding(f"/variants/{index}/builds_on", "circular_variants", message)
            return
