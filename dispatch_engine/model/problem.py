"""The problem: technicians, tickets, places, stock and the wish, exactly as the public JSON names them."""

from __future__ import annotations

import json
import os
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from dispatch_engine.errors import InputError
from dispatch_engine.model import crossrefs, support
from dispatch_engine.model.areas import Corner
from dispatch_engine.model.base import (
    FOLDER,
    Attributes,
    Day,
    Instant,
    LongMinutes,
    Many,
    Minutes,
    Model,
    Name,
    Price,
    Quantity,
    Text,
    Weight,
    limited,
    refuse,
    refuse_all,
    shown,
    validate,
)
from dispatch_engine.model.files import MAX_INPUT_MB, parse_json, read_document
from dispatch_engine.model.matrix import MAX_PLACES, DistanceMatrix, DurationMatrix, read_matrix, same
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.policy import DEFAULT_POLICY, Policy, Priority, resolved_policy
from dispatch_engine.model.zones import find_zone

Mode = Literal["sla_first", "cost", "working_time"]

MAX_SHIFT_HOURS = 48

SLA_FIRST_PRICES = {
    "travel_minute": 1.0,
    "overtime_minute": 2.0,
    "late_minute": 2.0,
    "second_visit": 60.0,
    "not_preferred": 10.0,
    "surplus_level": 0.0,
}
"""Default prices of mode ``sla_first``, in cost minutes; ``late_minute`` is times the priority's weight."""

COST_PRICES = {
    "breach": 5000.0,
    "late_minute": 50.0,
    "largest_late_minute": 0.0,
    "unassigned": 20000.0,
    "travel_minute": 100.0,
    "km": 0.0,
    "overtime_minute": 200.0,
    "technician_used": 0.0,
    "second_visit": 0.0,
    "not_preferred": 0.0,
    "surplus_level": 0.0,
}
"""Default prices of mode ``cost``, in cents."""

DEFAULT_PRICES: dict[Mode, dict[str, float]] = {
    "sla_first": SLA_FIRST_PRICES,
    "cost": COST_PRICES,
    "working_time": {},
}

Level = Annotated[int, Field(ge=0, le=100)]
Probability = Annotated[float, Field(gt=0, le=1)]
Skills = Annotated[dict[Name, Level], Field(max_length=1000)]
Parts = Annotated[dict[Name, Quantity], Field(max_length=10_000)]
Names = Annotated[Many[Name], Field(max_length=20_000)]


# ---------------------------------------------------------------- places and times


class Location(Model):
    """A place: coordinates, or its row in the travel matrix, or both."""

    lat: Annotated[float, Field(ge=-90, le=90)] | None = Field(default=None, description="Latitude, WGS 84.")
    lon: Annotated[float, Field(ge=-180, le=180)] | None = Field(
        default=None, description="Longitude, WGS 84."
    )
    matrix_index: Annotated[int, Field(ge=0, lt=MAX_PLACES)] | None = Field(
        default=None, description="Row and column of the travel matrix; needed with provider `matrix`."
    )

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise refuse(
                "missing_field", "is required along with the other coordinate; add it", self._absent()
            )
        if self.lat is None and self.matrix_index is None:
            raise refuse("missing_field", "is no place; give lat and lon, or matrix_index")
        return self

    def _absent(self) -> str:
        return "lat" if self.lat is None else "lon"


class TimeWindow(Model):
    """When service may start, both ends included."""

    start: Instant = Field(description="Earliest start of service.")
    end: Instant = Field(description="Latest start of service.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise _end_before_start(self.start, self.end)
        return self


def _end_before_start(start: Any, end: Any) -> Exception:
    message = f"{end.isoformat()} lies before the start {start.isoformat()}; swap them or correct one"
    return refuse("end_before_start", message, "end")


class Break(Model):
    """A pause that starts between two times."""

    earliest: Instant = Field(description="The break starts at or after this.")
    latest: Instant = Field(description="The break starts at or before this.")
    minutes: Annotated[float, Field(gt=0, le=1440)] = Field(description="Length in minutes.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.latest < self.earliest:
            message = f"{self.latest.isoformat()} lies before earliest {self.earliest.isoformat()}; swap them"
            raise refuse("end_before_start", message, "latest")
        return self


def _kind_of_end(value: Any) -> str:
    return "<word>" if isinstance(value, str) else "<location>"


End = Annotated[
    Annotated[Literal["anywhere"], Tag("<word>")] | Annotated[Location, Tag("<location>")],
    Discriminator(_kind_of_end),
]


class Shift(Model):
    """One working period of a technician."""

    start: Instant = Field(description="Start of paid time; nothing departs before it.")
    end: Instant = Field(description="Planned end.")
    max_overtime_minutes: Minutes = Field(
        default=0.0, description="How long after the end the route may last."
    )
    breaks: Annotated[Many[Break], Field(max_length=4)] = Field(
        default=(), description="Breaks, sorted by earliest."
    )
    start_location: Location | None = Field(default=None, description="Overrides the technician's start.")
    end_location: End | None = Field(
        default=None, description="Overrides the technician's end; `anywhere` is possible."
    )
    max_tickets: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        default=None, description="Most tickets; null: any."
    )
    max_driving_minutes: LongMinutes | None = Field(
        default=None, description="Most minutes of driving; null: any."
    )
    max_work_minutes: LongMinutes | None = Field(default=None, description="Most minutes of work; null: any.")
    max_distance_km: Annotated[float, Field(ge=0, le=100_000)] | None = Field(
        default=None, description="Most kilometres; null: any."
    )

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if self.end <= self.start:
            raise _end_before_start(self.start, self.end)
        hours = (self.end - self.start).total_seconds() / 3600
        if hours > MAX_SHIFT_HOURS:
            message = f"the shift lasts {hours:g} h, more than {MAX_SHIFT_HOURS} h; split it"
            raise refuse("out_of_range", message, "end")
        _check_breaks(self)
        return self


def _check_breaks(shift: Shift) -> None:
    """Each break is sorted by ``earliest`` and can be taken in the shift, after the breaks before it."""
    free = shift.start.timestamp()
    latest_end = shift.end.timestamp() + shift.max_overtime_minutes * 60
    for number, pause in enumerate(shift.breaks):
        if number and pause.earliest < shift.breaks[number - 1].earliest:
            message = f"{pause.earliest.isoformat()} lies before the break above it; sort breaks by earliest"
            raise refuse("unsorted_breaks", message, "breaks", number, "earliest")
        begin = max(free, pause.earliest.timestamp())
        free = begin + pause.minutes * 60
        if begin > pause.latest.timestamp() or free > latest_end:
            message = "cannot be taken within the shift, after the breaks before it; move or shorten it"
            raise refuse("break_outside_shift", message, "breaks", number)


# ---------------------------------------------------------------- technicians


class Certification(Model):
    """A certificate of a technician."""

    name: Name = Field(description="Name that tickets ask for.")
    valid_until: Day | None = Field(
        default=None, description="Last valid day, local, inclusive; null: for ever."
    )


class ServiceArea(Model):
    """The part of the map in which a technician works."""

    polygon: Annotated[Many[Corner], Field(min_length=3, max_length=10_000)] = Field(
        description="Corners in order; the last joins the first."
    )
    outside_price: Price | None = Field(
        default=None, description="Cost minutes of a visit outside; null: nobody outside is served."
    )


class _Labelled(Model):
    """What is said for people: ignored by all rules, echoed in plans and reports."""

    id: Name = Field(description="Unique in its list.")
    name: Name | None = Field(default=None, description="Name for people.")
    address: Text | None = Field(default=None, description="Address for people.")
    attributes: Attributes | None = Field(
        default=None, description="Free object of at most 4 KB, echoed in plans."
    )


class Technician(_Labelled):
    """Someone who visits customers."""

    start: Location = Field(description="Where each shift begins.")
    end: End | None = Field(
        default=None, description="Where each shift ends; null: at start; `anywhere`: at the last customer."
    )
    shifts: Annotated[Many[Shift], Field(max_length=200)] = Field(
        description="Working periods without overlap."
    )
    skills: Skills = Field(default_factory=dict, description="Level per skill, 0 to 100.")
    certifications: Annotated[Many[Certification], Field(max_length=1000)] = Field(
        default=(), description="Certificates held."
    )
    van_stock: Parts = Field(default_factory=dict, description="Pieces on board at the start of each shift.")
    restock_between_shifts: bool = Field(
        default=True, description="Whether each shift begins with the full van_stock."
    )
    tools: Names = Field(default=(), description="Tools carried; they are not used up.")
    speed_factor: Annotated[float, Field(ge=0.1, le=10)] = Field(
        default=1.0, description="2 drives twice as fast."
    )
    profile: Name | None = Field(
        default=None, description="Named matrix of travel.profiles; null: the main one."
    )
    tags: Names = Field(default=(), description="Free words that tickets may ask for.")
    service_area: ServiceArea | None = Field(
        default=None, description="Where the technician works; null: everywhere."
    )
    available_from: Instant | None = Field(default=None, description="Nothing departs or starts before this.")
    current_location: Location | None = Field(default=None, description="Where the technician is now.")


# ---------------------------------------------------------------- tickets


class After(Model):
    """This ticket starts after another one."""

    ticket: Name = Field(description="Id of the other ticket.")
    min_gap_minutes: LongMinutes = Field(default=0.0, description="Least gap to the start of this ticket.")
    max_gap_minutes: LongMinutes | None = Field(default=None, description="Largest gap; null: any.")
    from_: Literal["start", "end"] = Field(
        default="end",
        alias="from",
        description="Whether the gap counts from the other ticket's end or start.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max_gap_minutes is not None and self.max_gap_minutes < self.min_gap_minutes:
            message = (
                f"{self.max_gap_minutes:g} is less than min_gap_minutes {self.min_gap_minutes:g}; swap them"
            )
            raise refuse("out_of_range", message, "max_gap_minutes")
        return self


class Pinned(Model):
    """A visit that is promised, under way or done."""

    technician: Name = Field(description="Id of the technician.")
    status: Literal["committed", "en_route", "on_site", "done"] = Field(description="How far the visit is.")
    arrival: Instant | None = Field(
        default=None,
        description="Promised arrival; the actual one when on_site or done (null: at started_at).",
    )
    started_at: Instant | None = Field(
        default=None, description="Start of service; needed when on_site or done."
    )
    finished_at: Instant | None = Field(
        default=None,
        description="End of service; needed when done, the expected one when on_site (null: by duration).",
    )

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if self.status in ("on_site", "done") and self.started_at is None:
            raise refuse("missing_field", f"is required with status '{self.status}'; add it", "started_at")
        if self.status in ("committed", "en_route"):
            for name in ("started_at", "finished_at"):
                if getattr(self, name) is not None:
                    message = (
                        f"says that the visit has begun, its status is '{self.status}'; correct one of them"
                    )
                    raise refuse("conflicting_fields", message, name)
        if self.status == "done" and self.finished_at is None:
            raise refuse("missing_field", "is required with status 'done'; add it", "finished_at")
        if self.started_at and self.arrival and self.started_at < self.arrival:
            message = f"{self.started_at.isoformat()} lies before the arrival {self.arrival.isoformat()}"
            raise refuse("end_before_start", message, "started_at")
        if self.started_at and self.finished_at and self.finished_at < self.started_at:
            message = f"{self.finished_at.isoformat()} lies before started_at {self.started_at.isoformat()}"
            raise refuse("end_before_start", message, "finished_at")
        return self


class Ticket(_Labelled):
    """A job at a customer."""

    location: Location = Field(description="Where the customer is.")
    zone: Name | None = Field(
        default=None, description="Zone of the SLA policy; null: by the policy's areas, else urban."
    )
    service: Name = Field(default="repair", description="Kind of job, for people and reports.")
    priority: Priority = Field(default="normal", description="Decides the weight when late or unassigned.")
    urgency: Literal["24h", "48h", "72h"] | None = Field(
        default=None, description="Overrides the policy's time of first response."
    )
    fault: Literal["simple", "complex"] = Field(
        default="simple", description="Complex faults have their own resolution time."
    )
    reported_at: Instant | None = Field(default=None, description="When the customer reported the fault.")
    appointment_at: Instant | None = Field(
        default=None,
        description="Agreed time: service never starts before it, and the SLA clock starts at it.",
    )
    contacted_at: Instant | None = Field(default=None, description="When the customer was first contacted.")
    due_at: Instant | None = Field(
        default=None, description="Arrival deadline, soft; overrides the policy's."
    )
    time_windows: Annotated[Many[TimeWindow], Field(max_length=50)] = Field(
        default=(), description="When service may start, hard; empty: any time."
    )
    duration_minutes: Annotated[float, Field(gt=0, le=1440)] = Field(description="Minutes of service.")
    setup_minutes: Minutes = Field(
        default=0.0, description="Minutes of setup before service, once per place."
    )
    required_skills: Skills = Field(default_factory=dict, description="Least level per skill.")
    required_certifications: Names = Field(
        default=(), description="Certificates valid on the day of the visit."
    )
    required_parts: Parts = Field(default_factory=dict, description="Pieces used, by part.")
    likely_parts: Annotated[dict[Name, Probability], Field(max_length=1000)] = Field(
        default_factory=dict,
        description="Probability that the repair turns out to need the part, more than 0.",
    )
    required_tools: Names = Field(default=(), description="Tools that must be on board.")
    required_technicians: Names = Field(default=(), description="One of them does the job; empty: anyone.")
    preferred_technicians: Names = Field(
        default=(), description="Anyone else costs the price not_preferred; empty: none."
    )
    excluded_technicians: Names = Field(default=(), description="None of them does the job.")
    required_tags: Names = Field(default=(), description="Tags that the technician must have, all of them.")
    crew_size: Annotated[int, Field(ge=1, le=20)] = Field(
        default=1, description="Technicians needed at the same time."
    )
    crew_skills: Literal["each", "together"] = Field(
        default="each",
        description="Whether each member of the crew must meet required_skills, or the crew together.",
    )
    after: Annotated[Many[After], Field(max_length=100)] = Field(
        default=(), description="Tickets that come before this one."
    )
    same_start_as: Name | None = Field(
        default=None, description="Ticket whose service starts at the same moment."
    )
    same_technician_as: Name | None = Field(default=None, description="Ticket that the same technician does.")
    different_technician_from: Name | None = Field(
        default=None, description="Ticket that another technician does."
    )
    mandatory: bool = Field(default=False, description="Whether a plan without this ticket is infeasible.")
    unassigned_price: Price | None = Field(
        default=None, description="Replaces weight × factor when unassigned; null: as the objective says."
    )
    outsource_price: Price | None = Field(
        default=None,
        description="Cost minutes for a contractor, who does it if no technician does; null: no contractor.",
    )
    pinned: Pinned | None = Field(
        default=None, description="Visit already promised or under way; null: free."
    )


class Depot(_Labelled):
    """A place where vans load parts and tools."""

    location: Location = Field(description="Where the depot is.")
    open: Annotated[Many[TimeWindow], Field(max_length=1000)] = Field(
        default=(), description="When it is open; empty: always."
    )
    stock: Annotated[dict[Name, Quantity | None], Field(max_length=10_000)] | None = Field(
        default_factory=dict,
        description="Pieces in stock, by part; null, for one part or for all: unlimited.",
    )
    restock_minutes: Minutes = Field(default=0.0, description="Minutes that loading takes.")


# ---------------------------------------------------------------- travel


_ARRAYS = ("durations_seconds", "distances_meters")


class _Matrices(Model):
    """Matrices of travel; equal when their numbers are."""

    durations_seconds: DurationMatrix | None = Field(
        default=None,
        description="Square matrix of whole seconds; null: unreachable. In Python int32, -1 for null.",
    )
    distances_meters: DistanceMatrix | None = Field(
        default=None, description="Square matrix of whole metres; null: no way. Optional."
    )
    durations_file: Name | None = Field(
        default=None, description="Path of a .npy file with the durations, -1 for unreachable; files only."
    )
    distances_file: Name | None = Field(
        default=None, description="Path of a .npy file with the distances; files only."
    )

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, dict):
            return value
        value = dict(value)
        for name, field in (("durations_file", "durations_seconds"), ("distances_file", "distances_meters")):
            if isinstance(value.get(name), str):
                value[field] = _matrix_of_file(value, name, field, info)
                value[name] = None
        return value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Matrices) or type(self) is not type(other):
            return NotImplemented
        return all(
            same(getattr(self, name), getattr(other, name))
            if name in _ARRAYS
            else getattr(self, name) == getattr(other, name)
            for name in type(self).model_fields
        )

    __hash__ = None  # type: ignore[assignment]


def _matrix_of_file(value: dict[str, Any], name: str, field: str, info: ValidationInfo) -> Any:
    folder = (info.context or {}).get(FOLDER)
    if folder is None:
        message = f"{shown(value[name])} is a path; paths are read only in files, send {field}"
        raise refuse("path_not_allowed", message, name)
    if value.get(field) is not None:
        raise refuse("conflicting_fields", f"and {field} are both given; keep one", name)
    try:
        return read_matrix(Path(folder) / value[name])
    except InputError as error:
        raise refuse(error.findings[0].code, error.findings[0].message, name) from None


class TravelProfile(_Matrices):
    """Matrices for technicians who travel in another way, such as by bicycle."""


class Travel(_Matrices):
    """Where travel times come from; each provider has its own fields."""

    provider: Literal["geodesic", "matrix", "osrm", "valhalla"] = Field(
        default="geodesic",
        description="geodesic: from coordinates; matrix: given; osrm, valhalla: not supported yet.",
    )
    speed_kmh: Annotated[dict[Name, Annotated[float, Field(ge=1, le=1000)]], Field(max_length=1000)] = Field(
        default={"urban": 25.0, "suburban": 45.0},
        description="geodesic: speed by zone; technicians start in urban.",
    )
    detour_factor: Annotated[float, Field(ge=1, le=10)] = Field(
        default=1.3, description="geodesic: length of the road ÷ length of the straight line."
    )
    profiles: Annotated[dict[Name, TravelProfile], Field(max_length=100)] = Field(
        default_factory=dict, description="matrix: further matrices of the same places, by name."
    )
    url: Name | None = Field(default=None, description="osrm, valhalla: address of the server.")
    graph: Name | None = Field(
        default=None, description="osrm, valhalla: path of a local road graph; files only."
    )

    @model_validator(mode="after")
    def _fields_of_provider(self) -> Self:
        for name in sorted(self.model_fields_set - _FIELDS_OF[self.provider]):
            value = getattr(self, name)
            if value is not None and (name in _ARRAYS or value != _default(Travel, name)):
                message = f"is no field of provider '{self.provider}'; remove it or change the provider"
                raise refuse("conflicting_fields", message, name)
        return self


def _default(model: type[Model], field: str) -> Any:
    return model.model_fields[field].get_default(call_default_factory=True)


_MATRIX_FIELDS = {"durations_seconds", "distances_meters", "durations_file", "distances_file", "profiles"}
_FIELDS_OF = {
    "geodesic": {"provider", "speed_kmh", "detour_factor"},
    "matrix": {"provider", *_MATRIX_FIELDS},
    "osrm": {"provider", "url", "graph"},
    "valhalla": {"provider", "url", "graph"},
}


# ---------------------------------------------------------------- the wish


class Stability(Model):
    """What it costs to change a plan that is already known."""

    other_technician: Price = Field(
        default=30.0, description="Cost minutes per ticket that another technician does."
    )
    dropped: Price = Field(default=60.0, description="Cost minutes per ticket that is no longer served.")
    later_than_promised: Price = Field(
        default=10.0, description="Cost minutes per arrival too long after its promise."
    )
    promise_minutes: Minutes = Field(
        default=15.0, description="How many minutes after its promise an arrival still is fine."
    )


class Objective(Model):
    """What is minimised; every default can be changed."""

    mode: Mode = Field(
        default="sla_first", description="sla_first: tier by tier; cost: one sum in cents; working_time."
    )
    weights: dict[Priority, Weight] = Field(
        default_factory=dict, description="Override the policy's priority weights."
    )
    late_factor: Annotated[Weight, Field(le=1000)] = Field(
        default=1.0, description="SLA points of a late ticket ÷ weight."
    )
    unassigned_factor: Annotated[Weight, Field(le=1000)] = Field(
        default=3.0, description="SLA points ÷ weight of a ticket left out though due by the horizon."
    )
    prices: dict[Name, Price] = Field(
        default_factory=dict, description="Override the mode's prices (see below for names and defaults)."
    )
    stability: Stability = Field(
        default_factory=Stability, description="Prices of changes against base_plan."
    )

    @model_validator(mode="after")
    def _prices_of_mode(self) -> Self:
        known = DEFAULT_PRICES[self.mode]
        for name in self.prices:
            if name not in known:
                names = ", ".join(known) or "none"
                message = f"is no price of mode '{self.mode}'; its prices are: {names}"
                raise refuse("unknown_field", message, "prices", name)
        return self

    def resolved_prices(self) -> dict[str, float]:
        """Every price of the mode: cost minutes (sla_first), cents (cost), or nothing (working_time)."""
        return {**DEFAULT_PRICES[self.mode], **self.prices}

    def weight(self, priority: Priority, policy: Policy) -> float:
        """SLA points of a late ticket of this priority: this objective's, else the policy's."""
        return self.weights.get(priority, policy.weight(priority))


class Problem(Model):
    """Everything that a plan is made from.

    Build it with ``from_file``, ``from_json`` or ``from_dict``.
    """

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    name: Name | None = Field(default=None, description="Name for people; the plan repeats it.")
    now: Instant | None = Field(
        default=None, description="Moment of planning; null: the earliest shift start."
    )
    time_zone: Name | None = Field(default=None, description="IANA name; null: the fixed offset of now.")
    policy: Policy = Field(
        default=DEFAULT_POLICY,
        validate_default=True,
        description="SLA policy: name, object, or (in files only) path.",
    )
    technicians: Annotated[Many[Technician], Field(max_length=20_000)] = Field(description="May be empty.")
    tickets: Annotated[Many[Ticket], Field(max_length=200_000)] = Field(description="May be empty.")
    depots: Annotated[Many[Depot], Field(max_length=1000)] = Field(
        default=(), description="Places to load parts."
    )
    travel: Travel = Field(default_factory=Travel, description="Where travel times come from.")
    objective: Objective = Field(default_factory=Objective, description="What is minimised.")
    base_plan: Plan | None = Field(
        default=None, description="Plan already known to people; changes have a price."
    )

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], max_input_mb: float = MAX_INPUT_MB) -> Self:
        """Read a problem from a JSON or YAML file; paths in it start at its folder.

        Raises
        ------
        InputError
            With all findings.
        """
        return validate(cls, read_document(path, max_input_mb), Path(path).absolute().parent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a problem from JSON; paths in it are refused. Raises InputError with all findings."""
        return cls.from_dict(parse_json(text))

    @classmethod
    def from_dict(cls, document: object) -> Self:
        """Read a problem from parsed JSON; paths in it are refused. Raises InputError with all findings."""
        return validate(cls, document)

    def to_json(self) -> str:
        """The problem as indented JSON with a final newline, complete: policies and matrices stand inline."""
        if self.base_plan is None:
            return self.model_dump_json(indent=2, exclude_unset=True, by_alias=True) + "\n"
        rest = self.model_dump_json(exclude_unset=True, by_alias=True, exclude={"base_plan"})
        # A plan is written whole: what its stops are stands in fields with a default.
        document = {**json.loads(rest), "base_plan": json.loads(self.base_plan.model_dump_json())}
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    @field_validator("policy", mode="before", json_schema_input_type=Policy | str)
    @classmethod
    def _resolve_policy(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, Policy):
            return value
        try:
            return resolved_policy(value, (info.context or {}).get(FOLDER))
        except InputError as error:
            raise refuse_all(error) from None

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str | None) -> str | None:
        if value is not None and find_zone(value) is None:
            raise refuse(
                "unknown_time_zone", f"{shown(value)} is no IANA time zone; use a name as Asia/Shanghai"
            )
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        findings = [*limited(chain(crossrefs.findings(self), support.findings(self)))]
        if findings:
            raise InputError(findings)
        return self
