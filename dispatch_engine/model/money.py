"""What something costs, tier by tier, in the public units of the objective's mode; differences may be negative."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from dispatch_engine.model.base import Name, Result

Mode = Literal["sla_first", "cost", "working_time"]


class Cost(Result):
    """A price or a difference of prices. Only the tiers of the objective's mode are given; a later one counts
    only where those before it are equal."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset(
        {"mandatory", "sla_penalty", "cost_minutes", "working_minutes", "cost_cents"}
    )

    mandatory: int | None = Field(
        default=None, description="First tier: mandatory tickets that stay unserved; absent where none is."
    )
    sla_penalty: float | None = Field(
        default=None, description="Second tier: SLA points; in mode working_time unserved tickets."
    )
    cost_minutes: float | None = Field(default=None, description="Third tier in mode sla_first.")
    working_minutes: float | None = Field(default=None, description="Third tier in mode working_time.")
    cost_cents: float | None = Field(default=None, description="The one sum in mode cost, 2 decimals.")


class RuleCost(Result):
    """What one rule charges."""

    rule: Name = Field(description="Name of the rule, as in the page of rules.")
    cost: Cost = Field(description="What it charges.")
