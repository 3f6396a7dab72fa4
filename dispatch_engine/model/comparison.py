"""What differs between two plans of one problem: tickets that moved, people to call, prices rule by rule."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from dispatch_engine.model.base import Instant, Many, Name, Result, Text
from dispatch_engine.model.money import Cost
from dispatch_engine.model.plan import Amount, Count, Kpis, ObjectiveValue

ChangeCode = Literal[
    "assigned", "unassigned", "other_technician", "other_shift", "earlier", "later", "now_late", "now_on_time"
]
"""What may happen to a ticket between two plans."""

CallCode = Literal[
    "new_visit", "visit_cancelled", "later_than_promised", "earlier_than_promised", "route_changed"
]
"""Why somebody must be called."""


class Placement(Result):
    """Where a plan puts a ticket."""

    technician: Name = Field(description="Id of the technician.")
    shift: Count = Field(description="Which of the technician's shifts, counted from 0.")
    position: Count = Field(description="How many tickets of the route come before it.")
    arrival: Instant = Field(description="Arrival at the customer's door.")
    start: Instant = Field(description="Start of service.")
    end: Instant = Field(description="End of service.")
    late_minutes: Amount = Field(description="Minutes after the deadline; 0 when in time.")


class Move(Result):
    """A ticket that the two plans treat differently."""

    ticket: Name = Field(description="Id of the ticket.")
    changes: Many[ChangeCode] = Field(description="What happened to it.")
    before: Placement | None = Field(default=None, description="Where it was; null: in no route.")
    after: Placement | None = Field(default=None, description="Where it is now; null: in no route.")
    arrival_change_minutes: float | None = Field(
        default=None, description="New arrival − old arrival; null where one of them is missing."
    )


class Call(Result):
    """Somebody who must learn of the change."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset({"ticket"})

    who: Literal["customer", "technician"] = Field(description="Whom to call.")
    code: CallCode = Field(description="Stable word for programs.")
    ticket: Name | None = Field(default=None, description="The customer's ticket; absent for technicians.")
    technician: Name | None = Field(
        default=None, description="The technician who comes, or whose route changed; null: nobody comes."
    )
    call_by: Instant | None = Field(
        default=None, description="After this moment the call is too late; null: not known."
    )
    message: Text = Field(description="Sentence for people.")


class RuleDifference(Result):
    """What one rule charges either plan."""

    rule: Name = Field(description="Name of the rule.")
    before: Cost = Field(description="What it charges the first plan.")
    after: Cost = Field(description="What it charges the second plan.")
    difference: Cost = Field(description="Second − first.")


class Side(Result):
    """One of the two plans, as the checker sees it."""

    ok: bool = Field(description="Whether it keeps every rule.")
    violations: Annotated[Many[Text], Field(max_length=1000)] = Field(
        default=(), description="What is wrong with it: the first 50 messages of `check`."
    )
    objective: ObjectiveValue = Field(description="What it costs.")
    kpis: Kpis = Field(description="Its figures.")


class Comparison(Result):
    """Two plans of one problem side by side; differences are second − first."""

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    problem: Name | None = Field(default=None, description="Name of the problem.")
    before: Side = Field(description="The first plan.")
    after: Side = Field(description="The second plan.")
    moves: Many[Move] = Field(default=(), description="Tickets treated differently, in the problem's order.")
    unchanged: Count = Field(description="Tickets that both plans treat alike, to the minute.")
    calls: Many[Call] = Field(default=(), description="Whom to call, the most urgent first.")
    cost_difference: Cost = Field(description="What the second plan costs more.")
    price_by_rule: Many[RuleDifference] = Field(
        default=(), description="Every rule that charges one of them."
    )
    kpi_differences: dict[Name, float] = Field(
        default_factory=dict, description="Difference of every figure that both plans have."
    )

    def to_dict(self) -> dict[str, Any]:
        """The comparison as the public JSON has it."""
        return self.model_dump(mode="json")
