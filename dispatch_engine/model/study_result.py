"""What variants are worth: figures over seeds, and differences to the base with their confidence."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from dispatch_engine.model.base import Many, Name, Result, Text
from dispatch_engine.model.money import Mode
from dispatch_engine.model.plan import Amount, Count
from dispatch_engine.model.study import Seed

Pointer = Annotated[str, Field(max_length=2000)]
Sentence = Annotated[str, Field(max_length=10_000)]
Unit = Literal["technician", "certificate", "part", "overtime hour"]
METHOD: Literal["paired by seed, Student t"] = "paired by seed, Student t"


class Effort(Result):
    """How often and how long each problem was planned."""

    seeds: Many[Seed] = Field(description="Seeds of the plans.")
    time_limit_seconds: Amount | None = Field(description="Time for each plan; null: iterations counted.")
    iterations: Count | None = Field(description="Steps for each plan; null: time counted.")


class Trouble(Result):
    """Why a variant could not be planned."""

    pointer: Pointer = Field(description="JSON pointer to the place in the what-if file.")
    code: Name = Field(description="Stable word for programs.")
    message: Sentence = Field(description="What is wrong, and the cure.")


class Spread(Result):
    """A figure over all seeds."""

    mean: float = Field(description="Mean.")
    deviation: float | None = Field(description="Standard deviation; null with one seed.")
    low: float = Field(description="Smallest.")
    high: float = Field(description="Largest.")


class Difference(Result):
    """What a figure of a variant has more than that of another, paired by seed."""

    mean: float = Field(description="Mean difference.")
    low: float | None = Field(description="Lower end of the confidence interval; null with one seed.")
    high: float | None = Field(description="Upper end of the confidence interval; null with one seed.")
    significant: bool = Field(
        description="Whether chance alone is an unlikely cause: at least 3 seeds, and 0 outside the interval."
    )


class Run(Result):
    """One plan."""

    seed: Seed = Field(description="Its seed.")
    status: Literal["optimal", "feasible", "infeasible"] = Field(description="Status of the plan.")
    figures: dict[Name, float] = Field(description="Its figures, by name.")


class VariantResult(Result):
    """What one variant came to; the base is the first."""

    id: Name = Field(description="Id of the variant; `base`: the problem as it is.")
    name: Text | None = Field(default=None, description="Its sentence for people.")
    state: Literal["done", "partial", "bad", "failed"] = Field(
        description="partial: not planned with all seeds; bad: see findings; failed: see message."
    )
    findings: Many[Trouble] = Field(default=(), description="What is wrong with it.")
    message: Sentence | None = Field(default=None, description="How the engine failed.")
    technicians: Count | None = Field(default=None, description="Its technicians; null where it is bad.")
    tickets: Count | None = Field(default=None, description="Its tickets; null where it is bad.")
    figures: dict[Name, Spread] = Field(
        default_factory=dict, description="Objective and KPIs over the seeds, by name."
    )
    differences: dict[Name, Difference] = Field(
        default_factory=dict,
        description="Differences to `compared_with` over the seeds that both have, by name.",
    )
    runs: Many[Run] = Field(default=(), description="Each plan.")


class StudyResult(Result):
    """Variants side by side."""

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    problem: Name | None = Field(default=None, description="Name of the base problem.")
    mode: Mode = Field(description="What was minimised.")
    effort: Effort = Field(description="How each variant was planned.")
    confidence_percent: float = Field(default=95.0, description="Confidence of the intervals.")
    method: Literal["paired by seed, Student t"] = Field(
        default=METHOD, description="How the intervals are made."
    )
    compared_with: Name = Field(description="Id of the variant from which differences are counted.")
    variants: Many[VariantResult] = Field(description="The base, then the variants in the order of the file.")

    def to_dict(self) -> dict[str, Any]:
        """The result as the public JSON has it."""
        return self.model_dump(mode="json")


class Worth(Result):
    """What one unit more of something is worth."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset({"item"})

    rank: Count = Field(description="1: the best.")
    unit: Unit = Field(description="What there is one more of.")
    technician: Name = Field(
        description="Whose home and skills the new one shares; who is certified or works longer; whose van."
    )
    item: Name | None = Field(default=None, description="The certificate or the part; absent for others.")
    description: Sentence = Field(description="The same for people.")
    confirmed: bool = Field(description="Whether it was planned in full; else only screened.")
    sla_penalty: Difference = Field(description="Change of the SLA penalty; negative is better.")
    cost: Difference = Field(description="Change of the cost in the unit of the mode; negative is better.")


class Ranking(Result):
    """What one unit more of everything is worth, the best first."""

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    problem: Name | None = Field(default=None, description="Name of the problem.")
    mode: Mode = Field(description="What was minimised.")
    cost_unit: Literal["cost_minutes", "cost_cents", "working_minutes"] = Field(
        description="The figure that `cost` is about."
    )
    screening: Effort = Field(description="How all candidates were tried.")
    confirmation: Effort = Field(description="How the best of them were planned again, with other seeds.")
    confidence_percent: float = Field(default=95.0, description="Confidence of the intervals.")
    method: Literal["paired by seed, Student t"] = Field(
        default=METHOD, description="How the intervals are made."
    )
    candidates: dict[Unit, Count] = Field(description="How many were tried, by unit.")
    base: dict[Name, Spread] = Field(description="Figures of the problem as it is, planned in full.")
    entries: Many[Worth] = Field(description="All candidates: confirmed ones first, the best first.")
    complete: bool = Field(default=True, description="False: interrupted before everything was planned.")

    def to_dict(self) -> dict[str, Any]:
        """The result as the public JSON has it."""
        return self.model_dump(mode="json")
