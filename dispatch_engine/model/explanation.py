"""Why a plan is as it is: what binds each stop, where else it could go, and what would make room for the rest."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from dispatch_engine.model.base import Instant, Many, Name, Result, Text
from dispatch_engine.model.money import Cost, RuleCost
from dispatch_engine.model.plan import Amount, Count, ReasonCode

LimitCode = Literal[
    "shift_start",
    "travel",
    "break",
    "appointment",
    "window_opens",
    "window_closes",
    "shift_end",
    "deadline",
    "later_than_promised",
    "not_before_promise",
    "has_begun",
    "overtime",
    "working_time",
    "other_price",
]
"""What may hold a stop where it is."""

BlockCode = ReasonCode | Literal["fits"]
"""Why a ticket is in no route, or that nothing stands against it."""

PartKind = Literal[
    "raise_skill",
    "grant_certificate",
    "carry_tool",
    "add_tag",
    "allow_technician",
    "restock_part",
    "move_part",
    "raise_ticket_limit",
    "allow_overtime",
    "window_later",
    "window_earlier",
    "deadline_later",
    "release_ticket",
]
"""What may be changed to make room for a ticket."""


class Limit(Result):
    """Something that holds a stop where it is."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset({"ticket"})

    code: LimitCode = Field(description="Stable word for programs.")
    ticket: Name | None = Field(
        default=None,
        description="Another ticket of the route whose limit it is; absent where it is no other.",
    )
    message: Text = Field(description="Sentence for people.")


class Alternative(Result):
    """Another place for a ticket, everything else of the plan staying as it is."""

    technician: Name = Field(description="Id of the technician.")
    shift: Count = Field(description="Which of the technician's shifts, counted from 0.")
    position: Count = Field(description="How many tickets of the route come before it.")
    arrival: Instant = Field(description="Arrival at the customer's door.")
    late_minutes: Amount = Field(description="Minutes after the deadline; 0 when in time.")
    cost: Cost = Field(description="What the plan would cost more than it does.")
    price_by_rule: Many[RuleCost] = Field(
        default=(), description="The same by rule, where it is not nothing."
    )


class ChangePart(Result):
    """One thing to change. Which fields it has follows from its kind."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset(
        {"technician", "shift", "ticket", "name", "amount", "from_technician", "to_technician"}
    )

    kind: PartKind = Field(description="What is changed.")
    technician: Name | None = Field(default=None, description="The technician to whom it happens.")
    shift: Count | None = Field(default=None, description="The shift to which it happens.")
    ticket: Name | None = Field(default=None, description="The ticket to which it happens.")
    name: Name | None = Field(
        default=None, description="The skill, certificate, tool, tag or part that it is about."
    )
    amount: float | None = Field(
        default=None, description="Minutes, levels, pieces or tickets more, by the kind."
    )
    from_technician: Name | None = Field(default=None, description="move_part: whose van it leaves.")
    to_technician: Name | None = Field(
        default=None,
        description="release_ticket: who does that ticket instead; absent: nobody does.",
    )
    message: Text = Field(description="Sentence for people.")


class Change(Result):
    """A smallest change that makes room: without any of its parts, or with less of one, there is none."""

    parts: Many[ChangePart] = Field(description="What to change, all of it together.")
    place: Alternative = Field(description="Where the ticket then goes, and what that costs.")
    worth_it: bool = Field(
        description="Whether the plan gets better by it; if not, the ticket fits, but leaving things as they "
        "are costs less."
    )


class Blocked(Result):
    """One reason with the technicians to whom it applies. It was tried: for each of them, lifting every other
    obstacle does not help."""

    code: BlockCode = Field(
        description="Stable word for programs; `fits`: nothing stands against it, the plan gets better with it."
    )
    technicians: Many[Name] = Field(description="Ids of the technicians.")
    message: Text = Field(description="Sentence for people.")


class StopExplanation(Result):
    """Why a visit is where it is."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset({"changes"})

    ticket: Name = Field(description="Id of the ticket.")
    technician: Name = Field(description="Id of the technician.")
    shift: Count = Field(description="Which of the technician's shifts, counted from 0.")
    position: Count = Field(description="How many tickets of the route come before it.")
    arrival: Instant = Field(description="Arrival at the customer's door.")
    start: Instant = Field(description="Start of service.")
    late_minutes: Amount = Field(description="Minutes after the deadline; 0 when in time.")
    why_not_earlier: Limit = Field(description="What keeps service from starting earlier in this order.")
    free_minutes: Amount = Field(
        description="How much later the technician could be there, the order staying, before anything costs more."
    )
    then_costs: Limit | None = Field(default=None, description="What costs after that; null: nothing does.")
    slack_minutes: Amount = Field(
        description="How much later the technician could be there, the order staying, before a rule breaks."
    )
    then_breaks: Limit | None = Field(default=None, description="What breaks after that.")
    alternatives: Many[Alternative] = Field(
        default=(), description="Other places for the ticket, the cheapest first."
    )
    changes: Many[Change] | None = Field(
        default=None,
        description="Smallest changes with which it would be in time, the best first; absent where it is in time, "
        "and in mode working_time.",
    )


class UnassignedExplanation(Result):
    """Why a ticket is in no route, and what would change that."""

    ticket: Name = Field(description="Id of the ticket.")
    reasons: Many[Blocked] = Field(default=(), description="Why, most telling first.")
    alternatives: Many[Alternative] = Field(
        default=(), description="Where it fits as things are, though that costs more than leaving it out."
    )
    changes: Many[Change] = Field(
        default=(), description="Smallest changes with which it would be served, the best first."
    )


class Explanation(Result):
    """A plan explained. Routes are timed anew: as early as their order allows, as the engine does it."""

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    problem: Name | None = Field(default=None, description="Name of the problem.")
    stops: Many[StopExplanation] = Field(default=(), description="Visits, route by route.")
    unassigned: Many[UnassignedExplanation] = Field(
        default=(), description="Tickets in no route, in the problem's order."
    )

    def to_dict(self) -> dict[str, Any]:
        """The explanation as the public JSON has it."""
        return self.model_dump(mode="json")
