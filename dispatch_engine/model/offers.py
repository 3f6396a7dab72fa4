"""Appointment offers for a ticket that is not booked yet, and holds on them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from dispatch_engine.model.base import Instant, Many, Name, Result
from dispatch_engine.model.money import Cost
from dispatch_engine.model.plan import Amount, Count
from dispatch_engine.model.problem import Ticket, TimeWindow


class Effect(Result):
    """What an offer does to another ticket of the route."""

    ticket: Name = Field(description="Id of the other ticket.")
    arrival_change_minutes: float = Field(description="New arrival − planned arrival.")
    late_minutes: Amount = Field(description="Minutes after its deadline then; 0 when in time.")
    breaks_promise: bool = Field(
        description="Whether it then comes later than its customer was promised, slack included, and did not before."
    )


class Offer(Result):
    """A time that a customer may be offered."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset({"due_at"})

    technician: Name = Field(description="Id of the technician.")
    shift: Count = Field(description="Which of the technician's shifts, counted from 0.")
    window: TimeWindow = Field(description="What the customer is told: service starts between these times.")
    position: Count = Field(description="How many tickets of the route come before it.")
    arrival: Instant = Field(description="Planned arrival at the door.")
    start: Instant = Field(description="Planned start of service.")
    end: Instant = Field(description="Planned end of service.")
    due_at: Instant | None = Field(default=None, description="Deadline; absent where there is none.")
    late_minutes: Amount = Field(description="Minutes after the deadline; 0 when in time.")
    cost: Cost = Field(description="What the plan costs more with this visit in it.")
    effects: Many[Effect] = Field(
        default=(), description="Other tickets whose arrival moves by a minute or more."
    )


class Offers(Result):
    """Offers for one ticket, the best first: least SLA points, then least cost, then the earliest."""

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    problem: Name | None = Field(default=None, description="Name of the problem.")
    ticket: Name = Field(description="Id of the ticket.")
    offers: Many[Offer] = Field(default=(), description="Empty where no technician has room in any window.")

    def to_dict(self) -> dict[str, Any]:
        """The offers as the public JSON has them."""
        return self.model_dump(mode="json")


class Hold(Result):
    """A time kept free for a customer until it is confirmed, released or expired."""

    id: Name = Field(description="Id of the hold.")
    ticket: Ticket = Field(description="The ticket as it was asked for.")
    technician: Name = Field(description="Id of the technician.")
    shift: Count = Field(description="Which of the technician's shifts, counted from 0.")
    window: TimeWindow = Field(description="Service starts between these times.")
    arrival: Instant = Field(description="Arrival planned when the hold was made.")
    expires_at: Instant = Field(description="From then on the time is free again.")
    cost: Cost = Field(description="What the plan costs more with this visit in it.")
    booked_before: bool = Field(
        default=False, description="Whether the ticket stood in the problem, unassigned, before."
    )


class OfferOptions(Result):
    """How offers are made."""

    window_minutes: Annotated[int, Field(ge=5, le=1440)] = Field(
        default=120, description="Length of the windows that are offered; they begin at midnight, local time."
    )
    most: Annotated[int, Field(ge=1, le=1000)] = Field(default=10, description="Most offers.")
    per_window: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=1, description="Most technicians offered for one window."
    )
    earliest: Instant | None = Field(default=None, description="No window begins before this; null: now.")
    latest: Instant | None = Field(
        default=None, description="No window begins after this; null: the last shift's end."
    )
