"""The SLA policy as data: promises, weights and targets, with inheritance; and the deadlines that follow."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from dispatch_engine.errors import InputError
from dispatch_engine.model.areas import Area, AreaIndex
from dispatch_engine.model.base import (
    Hours,
    Many,
    Minutes,
    Model,
    Name,
    Percent,
    Weight,
    refuse,
    shown,
    validate,
)
from dispatch_engine.model.business_hours import SlaClock, later, working_days_later
from dispatch_engine.model.clock import hours_to_seconds
from dispatch_engine.model.files import read_document

if TYPE_CHECKING:
    from dispatch_engine.model.clock import Clock
    from dispatch_engine.model.problem import Problem, Ticket

Priority = Literal["low", "normal", "high", "emergency"]

DEFAULT_POLICY = "home-appliance"
DEFAULT_ZONE = "urban"
"""Zone of a ticket that names none and lies in none of the policy's areas."""

FILE_SUFFIXES = (".yaml", ".yml", ".json")
MAX_ANCESTORS = 10

_BUILT_IN = Path(__file__).with_name("policies")
_URGENCY_HOURS = {"24h": 24.0, "48h": 48.0, "72h": 72.0}


class FirstResponse(Model):
    """How soon a customer is first contacted, counted from the report."""

    emergency_hours: Hours = Field(default=4.0, description="Hours for emergencies.")
    other_hours: Hours = Field(default=24.0, description="Hours for all other priorities.")


class Resolution(Model):
    """How soon a fault is resolved, counted from the report."""

    emergency_hours: Hours | None = Field(
        default=24.0, description="Hours for emergencies; null: no promise."
    )
    complex_working_days: Annotated[int, Field(ge=1, le=365)] | None = Field(
        default=3,
        description="Working days for tickets with `fault: complex`: those of the resolution's clock, around the "
        "clock Monday to Friday; null: no promise.",
    )


class PriorityWeights(Model):
    """How much a late or unassigned ticket weighs, by its priority."""

    low: Weight = Field(default=1.0, description="Weight of priority low.")
    normal: Weight = Field(default=2.0, description="Weight of priority normal.")
    high: Weight = Field(default=4.0, description="Weight of priority high.")
    emergency: Weight = Field(default=8.0, description="Weight of priority emergency.")


class Targets(Model):
    """What the scorecard compares with; no target changes a plan."""

    on_time_percent: Percent = Field(default=95.0, description="Arrivals in time.")
    first_visit_fix_percent: Percent = Field(default=85.0, description="Faults fixed at the first visit.")
    first_visit_fix_stretch_percent: Percent = Field(
        default=90.0, description="The same, as a stretch target."
    )
    certified_staff_percent: Percent = Field(
        default=100.0, description="Visits by staff with the certificates asked for."
    )
    parts_available_percent: Percent = Field(default=90.0, description="Parts on board when needed.")
    satisfaction: Percent = Field(default=90.0, description="Customer satisfaction, 0 to 100.")


class Clocks(Model):
    """When the clock of each promise runs."""

    arrival: SlaClock = Field(default="around_the_clock", description="Clock of the arrival deadline.")
    first_response: SlaClock = Field(default="around_the_clock", description="Clock of the first response.")
    resolution: SlaClock = Field(
        default="around_the_clock",
        description="Clock of the resolution; its working days count for complex faults.",
    )


class Policy(Model):
    """Service promises. In a problem it stands as a name, as an object, or (in files) as a path."""

    name: Name | None = Field(default=None, description="Name for people and reports.")
    extends: Name | None = Field(
        default=None,
        description="Policy whose values hold where this one says nothing: a name or, in files, a path.",
    )
    arrival_hours: Annotated[dict[Name, Hours | None], Field(min_length=1, max_length=1000)] = Field(
        default={"urban": 4.0, "suburban": 6.0},
        description="Hours from the start of the SLA clock to the deadline of arrival, by zone; null: none.",
    )
    late_measured_at: Literal["arrival", "start"] = Field(
        default="arrival",
        description="What must happen by the deadline: arrival at the door, or start of service.",
    )
    first_response: FirstResponse | None = Field(
        default_factory=FirstResponse, description="Promise of a first contact; null: none."
    )
    resolution: Resolution | None = Field(
        default_factory=Resolution, description="Promise of a resolution; null: none."
    )
    confirm_call_minutes: Minutes | None = Field(
        default=30.0, description="Minutes before the arrival at which the customer is called; null: no call."
    )
    priority_weights: PriorityWeights = Field(
        default_factory=PriorityWeights, description="Weights by priority."
    )
    targets: Targets = Field(default_factory=Targets, description="Targets of the scorecard.")
    clocks: Clocks = Field(default_factory=Clocks, description="Business hours by promise.")
    areas: Annotated[Many[Area], Field(max_length=1000)] = Field(
        default=(),
        description="Zones by place, for tickets that name none; the first area that contains it counts.",
    )

    @model_validator(mode="after")
    def _zones_of_areas_exist(self) -> Self:
        for number, area in enumerate(self.areas):
            if area.zone not in self.arrival_hours:
                known = ", ".join(shown(zone) for zone in list(self.arrival_hours)[:10])
                message = f"{shown(area.zone)} has no arrival hours; use one of {known} or add it there"
                raise refuse("unknown_zone", message, "areas", number, "zone")
        return self

    @cached_property
    def _index(self) -> AreaIndex:
        return AreaIndex(self.areas)

    def area(self, ticket: Ticket) -> Area | None:
        """The first area in which the ticket lies, None where no area holds it or it has no coordinates."""
        place = ticket.location
        if not self.areas or place.lat is None or place.lon is None:
            return None
        return self._index.find(place.lat, place.lon)

    def weight(self, priority: Priority) -> float:
        """SLA points of a late ticket of this priority."""
        weight: float = getattr(self.priority_weights, priority)
        return weight

    def zone(self, ticket: Ticket) -> str:
        """The ticket's zone: its own, else that of the first area around it, else ``urban``."""
        if ticket.zone is not None:
            return ticket.zone
        area = self.area(ticket)
        return DEFAULT_ZONE if area is None else area.zone


# ---------------------------------------------------------------- names, paths and inheritance


def policy_names() -> tuple[str, ...]:
    """Names of the built-in policies, sorted."""
    return tuple(sorted(path.stem for path in _BUILT_IN.glob("*.yaml")))


def load_policy(source: str | Mapping[str, Any] | os.PathLike[str], folder: Path | None = None) -> Policy:
    """A policy with its inheritance resolved.

    Parameters
    ----------
    source : built-in name, object, or path (a ``Path``, or with ``folder`` also a string with a file suffix).
    folder : where relative paths start; None refuses paths given as strings.

    Raises
    ------
    InputError
        With all findings; codes ``unknown_policy`` and ``policy_cycle`` are the policy's own.
    """
    if isinstance(source, os.PathLike):
        path = Path(source).absolute()
        return validate(Policy, resolved_policy(path.name, path.parent), path.parent)
    return validate(Policy, resolved_policy(source, folder), folder)


def merged_policy(base: Policy, changes: Mapping[str, Any]) -> Policy:
    """``base`` with ``changes`` laid over it, as with ``extends``. Raises InputError with all findings."""
    return validate(Policy, _merged(base.model_dump(exclude_unset=True), changes))


def resolved_policy(source: object, folder: Path | None) -> object:
    """The document of a policy, with what it extends merged in; what is no policy is handed back as it is.

    Raises
    ------
    InputError
        For an unknown name, a path where none is allowed, a cycle, or a file that cannot be read.
    """
    return _resolve(source, folder, ())


def _resolve(source: object, folder: Path | None, seen: tuple[str, ...]) -> object:
    if isinstance(source, str):
        return _resolve_reference(source, folder, seen)
    if not isinstance(source, Mapping):
        return source
    document = dict(source)
    parent = document.get("extends")
    if not isinstance(parent, str):
        return document
    base = _resolve_reference(parent, folder, seen)
    return _merged(base, document) if isinstance(base, Mapping) else base


def _resolve_reference(reference: str, folder: Path | None, seen: tuple[str, ...]) -> object:
    is_path = reference.lower().endswith(FILE_SUFFIXES)
    key = os.path.normpath(folder / reference) if is_path and folder is not None else reference
    if key in seen:
        chain = " -> ".join((*seen, key)[-4:])
        raise InputError.of("", "policy_cycle", f"policies extend each other in a circle: {shown(chain)}")
    if len(seen) > MAX_ANCESTORS:
        raise InputError.of("", "policy_cycle", f"more than {MAX_ANCESTORS} policies extend one another")
    if not is_path:
        # A built-in policy extends only other built-in policies.
        return _resolve(_built_in(reference), None, (*seen, key))
    if folder is None:
        message = f"{shown(reference)} is a path; paths are read only in files, send the policy as an object"
        raise InputError.of("", "path_not_allowed", message)
    path = Path(key)
    if path.exists() and not path.is_file():
        raise InputError.of("", "not_a_file", f"{shown(str(path))} is no file; name a policy file")
    document = read_document(path)
    if not isinstance(document, Mapping):
        raise InputError.of("", "wrong_type", f"{path.name} holds no policy; it must be an object")
    return _resolve(document, path.parent, (*seen, key))


def _built_in(name: str) -> Mapping[str, Any]:
    if name not in policy_names():
        known = ", ".join(policy_names())
        raise InputError.of("", "unknown_policy", f"{shown(name)} is no built-in policy; use one of: {known}")
    return _read_built_in(name)


@lru_cache(maxsize=16)
def _read_built_in(name: str) -> Mapping[str, Any]:
    document = read_document(_BUILT_IN / f"{name}.yaml")
    assert isinstance(document, dict)
    return document


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` laid over it, object by object; lists and values are replaced whole."""
    merged = dict(base)
    merged.pop("extends", None)
    for key, value in changes.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(old, value) if both else value  # type: ignore[arg-type]
    return merged


# ---------------------------------------------------------------- deadlines


def arrival_deadline(problem: Problem, ticket: Ticket, clock: Clock) -> int | None:
    """When the technician is due at the door, in seconds of ``clock``; None: the policy sets no deadline.

    ``due_at`` overrides. Otherwise the clock starts at ``appointment_at``, else ``reported_at``, else now.
    """
    if ticket.due_at is not None:
        return clock.seconds(ticket.due_at)
    hours = problem.policy.arrival_hours[problem.policy.zone(ticket)]
    if hours is None:
        return None
    began = ticket.appointment_at or ticket.reported_at or clock.datetime(clock.now)
    return _after(began, hours, problem.policy.clocks.arrival, clock)


def _after(began: datetime, hours: float, sla_clock: SlaClock, clock: Clock) -> int:
    """Seconds of ``clock`` at which an SLA clock that started at ``began`` has run for some hours."""
    start, length = clock.seconds(began), hours_to_seconds(hours)
    if isinstance(sla_clock, str):
        return start + length
    return clock.seconds(later(clock.datetime(start), length, sla_clock, clock.time_zone))


def response_deadline(problem: Problem, ticket: Ticket, clock: Clock) -> int | None:
    """When the customer must have been contacted, in seconds of ``clock``.

    None where the policy promises nothing or nobody knows when the fault was reported. ``urgency`` overrides
    the hours of the policy.
    """
    promise = problem.policy.first_response
    if promise is None or ticket.reported_at is None:
        return None
    hours = promise.emergency_hours if ticket.priority == "emergency" else promise.other_hours
    if ticket.urgency is not None:
        hours = _URGENCY_HOURS[ticket.urgency]
    return _after(ticket.reported_at, hours, problem.policy.clocks.first_response, clock)


def resolution_deadline(problem: Problem, ticket: Ticket, clock: Clock) -> int | None:
    """When the fault must be resolved, in seconds of ``clock``; None where nothing is promised.

    Emergencies have hours, complex faults working days (same local time); the earlier counts where both apply.
    """
    promise = problem.policy.resolution
    if promise is None or ticket.reported_at is None:
        return None
    sla_clock = problem.policy.clocks.resolution
    deadlines = []
    if ticket.priority == "emergency" and promise.emergency_hours is not None:
        deadlines.append(_after(ticket.reported_at, promise.emergency_hours, sla_clock, clock))
    if ticket.fault == "complex" and promise.complex_working_days is not None:
        local = clock.datetime(clock.seconds(ticket.reported_at))
        deadlines.append(clock.seconds(working_days_later(local, promise.complex_working_days, sla_clock)))
    return min(deadlines, default=None)
