"""The plan: who goes where, when, what stays undone and why, and what it costs."""

from __future__ import annotations

import os
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag

from dispatch_engine.model.base import Attributes, Instant, Many, Name, Quantity, Result, Text, validate
from dispatch_engine.model.files import parse_json, read_document

Amount = Annotated[float, Field(ge=0, le=1e18)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Percentage = Annotated[float, Field(ge=0, le=100)]

ReasonCode = Literal[
    "no_skill",
    "no_certified_technician",
    "no_part",
    "no_tool",
    "no_tag",
    "excluded",
    "outside_service_area",
    "unreachable",
    "window_unreachable",
    "appointment_outside_windows",
    "shift_full",
    "crew_unavailable",
    "precedence",
    "infeasible_pin",
    "outsourced",
    "other_tickets_preferred",
]
"""Why a ticket is not in the plan."""

_LABELS = frozenset({"name", "address", "attributes"})


class _Labelled(Result):
    """What the problem says for people about a ticket, technician or depot, echoed unchanged."""

    absent_when_none: ClassVar[frozenset[str]] = _LABELS

    name: Name | None = Field(default=None, description="Name from the problem; absent where it gives none.")
    address: Text | None = Field(
        default=None, description="Address from the problem; absent where it gives none."
    )
    attributes: Attributes | None = Field(
        default=None, description="Free object from the problem; absent where it gives none."
    )


class TicketStop(_Labelled):
    """A visit to a customer."""

    kind: Literal["ticket"] = Field(default="ticket", description="Kind of stop.")
    ticket: Name = Field(description="Id of the ticket.")
    arrival: Instant | None = Field(default=None, description="Arrival at the customer's door.")
    start: Instant | None = Field(default=None, description="Start of service.")
    end: Instant | None = Field(
        default=None, description="End of service; the technician leaves, or begins a break."
    )
    wait_minutes: Amount | None = Field(
        default=None, description="Waiting at the customer: start − arrival − breaks in between."
    )
    travel_minutes: Amount | None = Field(default=None, description="Drive from the stop or place before.")
    distance_km: Amount | None = Field(
        default=None,
        description="Length of that drive in kilometres; null where the travel data hold no distances.",
    )
    due_at: Instant | None = Field(
        default=None, description="Deadline of the SLA policy, or the ticket's own; null: there is none."
    )
    late_minutes: Amount | None = Field(
        default=None, description="Minutes after the deadline; 0 when in time."
    )
    confirm_call_at: Instant | None = Field(
        default=None,
        description="When to call the customer before the arrival; null where the policy asks for no call.",
    )


class BreakStop(Result):
    """A break. Taken after arriving at a customer, it stands before that customer's stop."""

    kind: Literal["break"] = Field(default="break", description="Kind of stop.")
    start: Instant | None = Field(default=None, description="Start of the break.")
    end: Instant | None = Field(default=None, description="End of the break.")


class DepotStop(_Labelled):
    """A visit to a depot to load parts."""

    kind: Literal["depot"] = Field(default="depot", description="Kind of stop.")
    depot: Name = Field(description="Id of the depot.")
    arrival: Instant | None = Field(default=None, description="Arrival at the depot.")
    start: Instant | None = Field(default=None, description="Start of loading.")
    end: Instant | None = Field(default=None, description="End of loading.")
    loaded: dict[Name, Quantity] = Field(default_factory=dict, description="Pieces loaded, by part.")


def _kind_of_stop(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"<{kind}>" if kind in ("ticket", "break", "depot") else None


Stop = Annotated[
    Annotated[TicketStop, Tag("<ticket>")]
    | Annotated[BreakStop, Tag("<break>")]
    | Annotated[DepotStop, Tag("<depot>")],
    Discriminator(
        _kind_of_stop,
        custom_error_type="finding",
        custom_error_message="{message}",
        custom_error_context={
            "code": "unknown_value",
            "message": "is no stop: 'kind' must be 'ticket', 'break' or 'depot'",
            "at": (),
        },
    ),
]


class Route(_Labelled):
    """What one technician does in one shift."""

    technician: Name = Field(description="Id of the technician.")
    shift: int = Field(
        default=0, ge=0, le=1000, description="Which of the technician's shifts, counted from 0."
    )
    start_at: Instant | None = Field(
        default=None, description="Departure, or the start of a break taken before it at the start place."
    )
    end_at: Instant | None = Field(
        default=None, description="Arrival at the end place; with `end: anywhere` the end of the last stop."
    )
    stops: Annotated[Many[Stop], Field(max_length=10_000)] = Field(
        default=(), description="Stops in order of time."
    )
    travel_minutes: Amount | None = Field(
        default=None, description="All driving of the route, with the way home."
    )
    distance_km: Amount | None = Field(
        default=None,
        description="Length of all drives in kilometres; null where the travel data hold no distances.",
    )
    overtime_minutes: Amount | None = Field(default=None, description="Minutes worked after the shift's end.")


class Reason(Result):
    """Why a ticket was left out."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset({"technicians"})

    code: ReasonCode = Field(description="Stable word for programs.")
    message: Text = Field(default="", description="Sentence for people.")
    technicians: Count | None = Field(default=None, description="How many technicians this reason rules out.")


class Unassigned(_Labelled):
    """A ticket that is in no route."""

    ticket: Name = Field(description="Id of the ticket.")
    reasons: Annotated[Many[Reason], Field(max_length=1000)] = Field(
        default=(), description="Why, most telling first."
    )


class ObjectiveValue(Result):
    """What the plan costs, tier by tier and part by part."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset({"working_minutes", "cost_cents"})

    sla_penalty: Amount = Field(
        default=0.0, description="SLA points: weights of late and unassigned tickets."
    )
    cost_minutes: Amount = Field(
        default=0.0, description="Everything priced, in cost minutes (mode sla_first)."
    )
    travel_minutes: Amount = Field(default=0.0, description="All driving, with the ways home.")
    late_minutes: Amount = Field(default=0.0, description="Minutes after the deadlines, summed over tickets.")
    weighted_late_minutes: Amount = Field(
        default=0.0, description="The same, each ticket times its priority's weight."
    )
    overtime_minutes: Amount = Field(default=0.0, description="Minutes worked after shift ends.")
    expected_second_visits: Amount = Field(
        default=0.0, description="Sum over assigned tickets of the chance that a second visit is needed."
    )
    preference: Amount = Field(
        default=0.0, description="Visits by a technician who is not among the preferred."
    )
    stability: Amount = Field(default=0.0, description="Price of what changed against the base plan.")
    working_minutes: Amount | None = Field(
        default=None,
        description="Sum of end_at − start_at, and of contractors' prices; only in mode working_time.",
    )
    cost_cents: Annotated[int, Field(ge=0, le=10**18)] | None = Field(
        default=None, description="The one sum in cents; only in mode cost."
    )


class Bound(Result):
    """What no plan can beat."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset({"working_minutes", "cost_cents"})

    sla_penalty: Amount | None = Field(
        default=None, description="No plan has fewer SLA points; null: not computed."
    )
    cost_minutes: Amount | None = Field(
        default=None,
        description="No plan with at most this plan's SLA points costs less; null: not computed.",
    )
    gap_percent: Amount | None = Field(
        default=None,
        description="100 × (cost − bound) / cost where the SLA points are proved least, else null.",
    )
    working_minutes: Amount | None = Field(default=None, description="The same bound in mode working_time.")
    cost_cents: Amount | None = Field(default=None, description="The same bound in mode cost.")


class Kpis(Result):
    """Figures for the manager."""

    tickets: Count = Field(default=0, description="Tickets of the problem.")
    assigned: Count = Field(default=0, description="Tickets in a route.")
    on_time: Count = Field(
        default=0, description="Assigned tickets with arrival by the deadline, or without a deadline."
    )
    late: Count = Field(default=0, description="Assigned tickets with arrival after the deadline.")
    unassigned: Count = Field(default=0, description="Tickets in no route.")
    on_time_percent: Percentage | None = Field(
        default=None, description="100 × on time / tickets; null without tickets."
    )
    first_visit_fix_percent: Percentage | None = Field(
        default=None,
        description="Mean chance of a fix at the first visit over assigned tickets; null: none assigned.",
    )
    utilisation_percent: Amount | None = Field(
        default=None,
        description="(service + travel) / (shift time − breaks) of the shifts used; null where none is used.",
    )
    travel_km: Amount | None = Field(
        default=None, description="Kilometres driven; null where the travel data hold no distances."
    )


class SolverInfo(Result):
    """How the plan came about."""

    seed: int | None = Field(default=None, ge=0, lt=2**63, description="Seed of the search.")
    time_limit_seconds: Amount | None = Field(
        default=None, description="Time that was allowed; null: no limit."
    )
    wall_seconds: Amount | None = Field(default=None, description="Time that was used.")
    iterations: Annotated[int, Field(ge=0, lt=2**63)] | None = Field(
        default=None, description="Steps of the search."
    )
    workers: Count | None = Field(default=None, description="Searches that ran side by side.")
    stopped_by: Name | None = Field(default=None, description="What ended the run, such as `time_limit`.")
    version: Name | None = Field(default=None, description="Version of dispatch-engine.")


class Plan(Result):
    """A plan. A hand-made one may give only the order of tickets in each route."""

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    problem: Name | None = Field(default=None, description="Name of the problem that was solved.")
    created_at: Instant | None = Field(default=None, description="When the plan was made.")
    status: Literal["optimal", "feasible", "infeasible"] | None = Field(
        default=None,
        description="`optimal`: all tiers proved; `infeasible`: mandatory tickets are unserved, this is the "
        "best plan found; else `feasible`.",
    )
    travel_source: Name | None = Field(
        default=None, description="Where travel times come from, such as `geodesic`."
    )
    routes: Annotated[Many[Route], Field(max_length=100_000)] = Field(
        default=(), description="Routes with at least one ticket."
    )
    unassigned: Annotated[Many[Unassigned], Field(max_length=200_000)] = Field(
        default=(), description="Tickets in no route, with reasons."
    )
    objective: ObjectiveValue | None = Field(default=None, description="What the plan costs.")
    bound: Bound | None = Field(default=None, description="What no plan can beat; null: not computed.")
    kpis: Kpis | None = Field(default=None, description="Figures for the manager.")
    solver: SolverInfo | None = Field(default=None, description="How the plan came about.")

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], max_input_mb: float = 1024) -> Self:
        """Read a plan from a JSON or YAML file. Raises InputError with all findings."""
        return cls.from_dict(read_document(path, max_input_mb))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a plan from JSON. Raises InputError with all findings."""
        return cls.from_dict(parse_json(text))

    @classmethod
    def from_dict(cls, document: object) -> Self:
        """Read a plan from parsed JSON. Raises InputError with all findings."""
        return validate(cls, document)

    def to_json(self) -> str:
        """The plan as indented JSON with a final newline; the same plan gives the same text."""
        return self.model_dump_json(indent=2) + "\n"
