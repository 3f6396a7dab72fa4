"""What a replan changes, and whom to call."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from dispatch_engine.model.base import Instant, Many, Name, Result
from dispatch_engine.model.comparison import Call, Move
from dispatch_engine.model.plan import Count, Kpis, ObjectiveValue


class Replanning(Result):
    """The difference between the plan so far and the new one; what has begun is left out."""

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    problem: Name | None = Field(default=None, description="Name of the problem.")
    now: Instant = Field(description="The moment from which the rest of the day was planned.")
    status: Literal["optimal", "feasible", "infeasible"] | None = Field(
        default=None, description="That of the new plan."
    )
    moves: Many[Move] = Field(default=(), description="Tickets treated differently, in the problem's order.")
    unchanged: Count = Field(description="Tickets that stay as they were, to the minute.")
    calls: Many[Call] = Field(default=(), description="Whom to call, the most urgent first.")
    begun: Count = Field(description="Tickets whose visit is done or under way.")
    objective: ObjectiveValue | None = Field(default=None, description="What the new plan costs.")
    kpis: Kpis | None = Field(default=None, description="Figures of the new plan.")

    def to_dict(self) -> dict[str, Any]:
        """The difference as the public JSON has it."""
        return self.model_dump(mode="json")
